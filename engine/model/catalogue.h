/* Both catalogues together: operations (model/services.h) and the actions and observations made of them. */
#ifndef TIDEGATE_MODEL_CATALOGUE_H
#define TIDEGATE_MODEL_CATALOGUE_H

#include "model/action.h"
#include "model/services.h"

struct catalogue;

/* The catalogue that is compiled in. */
struct catalogue *catalogue_load(struct reader *reader);
/* Adds a file of a user's: operations (`service:`) or actions (`actions:`, `observations:`). What has the name of
 * something built in takes its place. 0 or -1 with diagnostics. */
int catalogue_add(struct catalogue *catalogue, struct reader *reader, const struct node *node);

/* An action by name, or NULL: it is unknown, or (then with diagnostics) faulty. It and what it stands on are read and
 * resolved the first time it is used, so that a start reads no more of the catalogues than its machine needs; after the
 * last addition. */
const struct action *catalogue_use(const struct catalogue *catalogue, struct reader *reader, const char *name);
int catalogue_use_all(const struct catalogue *catalogue, struct reader *reader); /* 0, or -1 with every fault */

bool catalogue_knows(const struct catalogue *catalogue, const char *name);
/* As it is, where it was used before or is none of those compiled in; or NULL. */
const struct action *catalogue_action(const struct catalogue *catalogue, const char *name);
const char *catalogue_action_name(const void *catalogue, size_t i); /* for nearest_word; NULL behind the last */
struct services *catalogue_services(const struct catalogue *catalogue);

/* An action that is one call of any operation: `action: call`. */
const struct action *catalogue_call(const struct catalogue *catalogue, struct reader *reader, const struct node *with);

/* The definitions of these actions and all they stand on (undo, observations, operations), added as JSON text; and
 * back. */
void catalogue_definition(const struct catalogue *catalogue, const struct action *const *used, size_t count,
			  struct buffer *text);
struct catalogue *catalogue_from_definition(struct reader *reader, const struct source *source, const json_t *json);

#endif
