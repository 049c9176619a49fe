/* What is made of the machine language's tables for people and editors: the schema and the reference. The files that
 * hold them are in the tree, and tests/model/made_files_test.c keeps them equal. */
#ifndef TIDEGATE_MODEL_REFERENCE_H
#define TIDEGATE_MODEL_REFERENCE_H

#include "base/buffer.h"

void machine_add_schema(struct buffer *text);    /* schemas/machine.schema.json */
void machine_add_reference(struct buffer *text); /* part of machines/README.md */
void action_add_reference(struct buffer *text);  /* part of schemas/README.md */

#endif
