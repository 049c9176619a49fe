/* The operation catalogue as a whole: the services compiled in, each read the first time somebody asks for it, and what
 * a user's own files add. schemas/README.md shows the format. */
#ifndef TIDEGATE_MODEL_SERVICES_H
#define TIDEGATE_MODEL_SERVICES_H

#include <jansson.h>

#include "model/operation.h"
#include "text/diagnostics.h"

struct services; /* lives in its arena, with all it gives out */

struct services *services_new(struct arena *arena);

/* Adds what a user's file says: a service of its own, or operations for one that is there, in the place of those of the
 * same name. To be done before operations are asked for: those given out before know nothing of it. 0, or -1 with
 * every fault in `diagnostics`, and nothing of the file is taken. `source` must outlive the services. */
int services_add_file(struct services *services, const struct source *source, struct diagnostics *diagnostics);

/* "autoscaling:SuspendProcesses", or NULL with ERROR_MACHINE and what may have been meant. */
const struct operation *services_operation(struct services *services, const char *name, struct error *err);
/* The known operation nearest to an unknown one, "autoscaling:SuspendProcesses"; NULL where none is near. */
const char *services_nearest(struct services *services, const char *name);

/* The i-th service's name, in no order that matters; NULL behind the last. Then the service with its operations, or
 * NULL with ERROR_MACHINE. */
const char *services_name_at(const void *services, size_t i);
const struct service *services_service(struct services *services, const char *name, struct error *err);

/* The definitions of these operations, and of nothing else but the types they reach and all error rows: what a journal
 * keeps, so that an upgrade between two legs changes nothing. Added as JSON text. */
void services_definition(const struct services *services, const struct operation *const *used, size_t n_used,
			 struct buffer *text);
/* Services of exactly these definitions; NULL with faults in `diagnostics`. Their positions name `source`. */
struct services *services_from_json(struct arena *arena, const struct source *source, const json_t *json,
				    struct diagnostics *diagnostics);

#endif
