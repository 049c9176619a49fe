/* Services from what files say: types resolved, errors of all levels put behind each other, defaults filled in. Private
 * to the catalogue. */
#ifndef TIDEGATE_MODEL_SERVICE_BUILD_H
#define TIDEGATE_MODEL_SERVICE_BUILD_H

#include "model/service_file.h"
#include "model/shape_read.h"

/* What the operations of one file share. */
struct file_context {
	const struct node *file;
	struct shape_scope *request, *answer; /* its types, as each writes them: the same but for EC2 */
	const struct operation_errors *errors; /* behind an operation's own: the newest file's, at last those of all */
};

struct service_builder {
	struct service service;
	struct file_context newest;   /* of the newest file */
	struct operation *operations; /* those of the service, with room behind them */
};

/* One row for each code of each row. */
struct operation_errors errors_of(struct arena *arena, const struct record_list *list,
				  const struct operation_errors *next);

/* Adds a file's operations to a service, in the place of those it had by these names; the first file also says what
 * the service is. There is room for `more` operations of that file then. 0, or -1 with every fault in the reader's
 * diagnostics: the service is not to be used then. */
int service_builder_add(struct service_builder *builder, struct reader *reader, const struct service_file *file,
			const struct operation_errors *common, size_t more);
/* Adds operations of the newest file that are new to the service; those that are there stay where they are. */
int service_builder_add_more(struct service_builder *builder, struct reader *reader,
			     const struct record_list *operations);

#endif
