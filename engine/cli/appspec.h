/* appspec.yml, CodeDeploy's own file, as far as it concerns machines: which event runs which machine file, and whether
 * it leaves it enough time
 * (docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html). */
#ifndef TIDEGATE_CLI_APPSPEC_H
#define TIDEGATE_CLI_APPSPEC_H

#include "model/machine.h"

/* Whether the document is one: it has `hooks` and no `machine`. */
bool appspec_is(const struct node *node);

/* Machine files that its hooks name are looked for beside it; those that are no machines are other people's scripts.
 * Faults in the reader's diagnostics; those within a machine file are left to its own check. */
void appspec_check(struct reader *reader, const struct node *node, const struct catalogue *catalogue);

#endif
