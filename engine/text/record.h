/* One description of what a map of a file may hold. From it come three things that therefore agree: the loader (here),
 * the JSON Schema for editors (text/schema.h) and the reference in machines/README.md.
 *
 * A record is a C struct filled from a map: a table of fields says which key goes where, of which type, with one
 * sentence of help. Everything wrong in the map is reported, not only the first thing: an unknown key (with "did you
 * mean"), a missing one, a value of the wrong form, a number out of range. */
#ifndef TIDEGATE_TEXT_RECORD_H
#define TIDEGATE_TEXT_RECORD_H

#include <jansson.h>
#include <stdint.h>

#include "text/diagnostics.h"
#include "text/node.h"

struct reader {
	struct arena *arena;
	struct diagnostics *diagnostics;
};

struct field;
struct record;

/* How a value is read. `read` returns 0, or -1 with a diagnostic made; `into` points at the member, which has the C
 * type named with each type below. `schema` returns what JSON Schema says of it (the caller owns it). */
struct field_type {
	const char *name; /* as messages ("must be ...") and the reference call it: "a duration" */
	int (*read)(struct reader *reader, const struct node *node, const struct field *field, void *into);
	json_t *(*schema)(const struct field *field);
};

struct choice {
	const char *name;
	int value;
	const char *help;
};

struct field {
	const char *name; /* NULL ends the table */
	const struct field_type *type;
	size_t offset;
	bool required;
	const struct record *record;   /* for record, record_list, record_map */
	const struct choice *choices;  /* for choice; ended by a NULL name */
	/* For integer and duration (ms). Both 0: any that is not negative; a maximum below the minimum: no maximum. For
	 * record_list the minimum: how many there are at least. */
	int64_t minimum, maximum;
	const char *help;              /* one sentence for the reference and for editors */
};

struct record {
	const char *name; /* as messages say: "a state", "a retrier" */
	size_t size;      /* of the C struct */
	const struct field *fields;
	/* Where the members below are in the struct, plus one; 0 where it has none. */
	size_t node_member; /* const struct node *: the map itself */
	size_t key_member;  /* const struct node *: in a record_map, the key under which it stands */
	/* Checks what no single field can; called only when all fields were read without a fault. May be NULL. */
	int (*finish)(struct reader *reader, const struct node *node, void *record);
	/* Adds to the record's schema what its fields alone do not say: as much of `finish` as JSON Schema can. May be
	 * NULL. */
	void (*constrain)(json_t *definition);
};

/* C type in brackets. A member whose key is absent stays zero. */
extern const struct field_type field_text;       /* [const char *] */
extern const struct field_type field_name;       /* [const char *] letters, digits and _ . -, not empty */
extern const struct field_type field_integer;    /* [int64_t] */
extern const struct field_type field_boolean;    /* [bool] true or false, nothing else */
extern const struct field_type field_duration;   /* [int64_t], ms: `90s`, `5m`, `2m30s`, `500ms`; no bare number */
extern const struct field_type field_choice;     /* [int] one of `choices` */
extern const struct field_type field_node;       /* [const struct node *] anything */
extern const struct field_type field_names;      /* [struct name_list] a list of names, or one name alone */
extern const struct field_type field_record;     /* [struct R *] */
extern const struct field_type field_record_list; /* [struct record_list] of struct R */
extern const struct field_type field_record_map; /* [struct record_list] of struct R, in the order of the file */

struct name_list {
	const char **names;
	const struct node **nodes; /* where each stands */
	size_t count;
};

struct record_list {
	void *records; /* an array of the record's struct */
	size_t count;
};

/* Fills `into` (record->size bytes, zeroed by this) from a map. 0, or -1 with every fault in the reader's diagnostics;
 * what could be read is there even then. */
int record_read(struct reader *reader, const struct node *node, const struct record *record, void *into);

/* "5m", "1h30m", "90s" as written by people: larger units first, each once, at most DURATION_LONGEST_MS. In ms, or -1
 * where it is none. And back, of what is not negative: "1h30m". */
#define DURATION_LONGEST_MS (INT64_C(100000) * 3600 * 1000)
enum { DURATION_TEXT_BYTES = 24 };
int64_t duration_parse(const char *text);
char *duration_format(int64_t duration_ms, char text[DURATION_TEXT_BYTES]);

/* The first fault of most types. 0 where the field's value is a scalar, else -1 with an error made. For other layers'
 * field types too, as is the schema of what a person may write without quotes where a text is due. */
int field_want_scalar(struct reader *reader, const struct node *node, const struct field *field);
json_t *field_text_schema(const struct field *field);

#define FIELD_OF(structure, member) offsetof(struct structure, member)
#define MEMBER_OF(structure, member) (offsetof(struct structure, member) + 1)

#endif
