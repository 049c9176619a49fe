/* What the bash scripts that tidegate replaces write down when they take an instance out (set_flag in their
 * common_functions.sh, aws-samples/aws-codedeploy-samples): lines of NAME=VALUE in the file
 * /tmp/asg_codedeploy_flags-$DEPLOYMENT_GROUP_ID-$DEPLOYMENT_ID, in a folder where anybody may write. */
#ifndef TIDEGATE_CLI_FLAG_FILE_H
#define TIDEGATE_CLI_FLAG_FILE_H

#include <jansson.h>

#include "base/error.h"

/* {"file": PATH, "lowered": whether they lowered the group's minimum by one, "suspended": the processes that were
 * suspended before them, "balancers": the classic load balancers that they found and left}; a new object. Where there
 * is no file they had nothing to write down: "missing" is true. NULL with err (ERROR_USAGE) where it cannot be trusted
 * or is none of theirs. */
json_t *flag_file_read(const char *path, struct error *err);

#endif
