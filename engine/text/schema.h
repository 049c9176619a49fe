/* The JSON Schema (2020-12) of a record, for editors and for the test that holds it equal to what the loader takes. */
#ifndef TIDEGATE_TEXT_SCHEMA_H
#define TIDEGATE_TEXT_SCHEMA_H

#include <jansson.h>

#include "base/buffer.h"
#include "text/record.h"

/* A whole schema document; each record it reaches is one entry of "$defs". The caller owns it. */
json_t *schema_of(const struct record *record, const char *title, const char *id);

/* The schema as it stands in its file. Takes it over. */
void schema_add_text(struct buffer *text, json_t *schema);

/* {"$ref": ...} to the record's entry of "$defs"; for field types that hold records. */
json_t *schema_reference(const struct record *record);

#endif
