/* appspec.yml, CodeDeploy's own file: whether it is one, which event runs which machine file, and whether it leaves it
 * enough time
 * (docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html). */
#ifndef TIDEGATE_CLI_APPSPEC_H
#define TIDEGATE_CLI_APPSPEC_H

#include "model/machine.h"

/* Whether the document is one: it has `hooks`, and is no machine. */
bool appspec_is(const struct node *node);

/* Machine files that its hooks name are looked for beside it; those that are no machines are other people's scripts.
 * Faults in the reader's diagnostics; those within a machine file are left to its own check. */
void appspec_check(struct reader *reader, const struct node *node, const struct catalogue *catalogue);

/* Each script of an appspec.yml that is this machine file, with the seconds that CodeDeploy gives it. It is looked for
 * beside the machine and in the folder above, and its faults are left to `check`. */
typedef void appspec_visit(void *argument, const char *event, int64_t seconds, struct position position);
void appspec_find(struct arena *arena, const char *machine, appspec_visit *visit, void *argument);

#endif
