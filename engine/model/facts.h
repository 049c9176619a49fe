/* What expressions can read besides what a machine itself declares, and the events of a deployment: three tables that
 * checks, the reference and whoever fills the document share. */
#ifndef TIDEGATE_MODEL_FACTS_H
#define TIDEGATE_MODEL_FACTS_H

#include <stdbool.h>
#include <stddef.h>

struct fact {
	const char *name; /* NULL ends a table */
	const char *help;
};

extern const struct fact metadata_facts[]; /* metadata.NAME */
extern const struct fact hook_facts[];     /* hook.NAME */

/* NULL where the table has no such name. */
const struct fact *fact_find(const struct fact *table, const char *name);
const char *fact_name_at(const void *table, size_t i); /* for nearest_word */

/* The lifecycle events of an EC2 deployment, in the order in which they come (CodeDeploy user guide, "Lifecycle event
 * hook availability"); at some of them the agent runs no script. */
struct lifecycle_event {
	const char *name;
	bool scripted;
};

extern const struct lifecycle_event lifecycle_events[]; /* ended by a NULL name */
const struct lifecycle_event *lifecycle_event_find(const char *name);
/* Its place in a deployment; behind the last one where there is none of this name. */
size_t lifecycle_event_order(const char *name);
extern const char lifecycle_event_installing[]; /* the one at which the agent changes the application's files */
const char *lifecycle_event_name_at(const void *unused, size_t i); /* of those with scripts, for nearest_word */

#endif
