/* Definitions of operations as JSON, for the journal: {"common": FILE, "services": [FILE...]}, each file as a catalogue
 * file would be, cut down to what is used. Private to the catalogue. */
#ifndef TIDEGATE_MODEL_DEFINITION_H
#define TIDEGATE_MODEL_DEFINITION_H

#include "base/buffer.h"
#include "model/operation.h"

/* Adds it as JSON text. `common` may be NULL where nothing is used. */
void definition_write(struct buffer *text, const struct node *common, const struct operation *const *used,
		      size_t n_used);

/* The two parts of it; 0, or -1 with a fault in the reader's diagnostics. */
int definition_parts(struct reader *reader, const struct node *definition, const struct node **common,
		     const struct node **files);

#endif
