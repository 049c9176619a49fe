/* Services from what files say: types resolved, errors of all levels put behind each other, defaults filled in. Private
 * to the catalogue. */
#ifndef TIDEGATE_MODEL_SERVICE_BUILD_H
#define TIDEGATE_MODEL_SERVICE_BUILD_H

#include "model/service_file.h"

/* Error rows as operations want them: one a code. */
struct error_rows {
	struct operation_error *rows;
	size_t count;
};

struct service_builder {
	struct service service;
	struct error_rows errors; /* of the service, the newest file's first */
};

/* One row for each code of each row. */
struct error_rows error_rows_of(struct arena *arena, const struct record_list *list);

/* Adds a file's operations to a service, in the place of those it had by these names; the first file also says what
 * the service is. 0, or -1 with every fault in the reader's diagnostics: the service is not to be used then. */
int service_builder_add(struct service_builder *builder, struct reader *reader, const struct service_file *file,
			const struct error_rows *common);

#endif
