/* The reference of a record for people, in Markdown: the third thing made of the tables of text/record.h. */
#ifndef TIDEGATE_TEXT_REFERENCE_H
#define TIDEGATE_TEXT_REFERENCE_H

#include "base/buffer.h"
#include "text/record.h"

/* Adds a section for the record and one for each that it reaches, in order: a table of keys, what each may be and its
 * sentence. Keys that must be there are in bold. */
void reference_of(const struct record *record, struct buffer *text);
/* The section of this record alone. */
void reference_add(const struct record *record, struct buffer *text);

#endif
