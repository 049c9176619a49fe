/* A stranger's XML as a walk over elements: expat, stopped at each, with everything refused that reaches out or grows
 * (a document type, and with it every entity of its own), a bound on depth, and UTF-8 alone. */
#ifndef TIDEGATE_WIRE_XML_H
#define TIDEGATE_WIRE_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

struct xml;

struct xml_element {
	const char *name; /* without a namespace's prefix; lives until another one of this depth begins */
	int depth;        /* of the root: 0 */
};

/* The walk goes forward only. After xml_root or xml_next gave an element, exactly one of xml_next until 0, xml_text or
 * xml_skip takes it to its end. -1 always is ERROR_PROTOCOL in the err given at the opening; then the walk is over.
 * `bytes` are borrowed until xml_root. */
struct xml *xml_open(const char *bytes, size_t length, int depth_most, struct error *err);
void xml_close(struct xml *xml); /* NULL is allowed */

int xml_root(struct xml *xml, struct xml_element *root);
/* 1: `child` is the next element within `parent`; 0: `parent` has ended. Text between elements is passed over. */
int xml_next(struct xml *xml, const struct xml_element *parent, struct xml_element *child);
/* Adds the element's text; an element within it is a fault. */
int xml_text(struct xml *xml, const struct xml_element *element, struct buffer *text);
int xml_skip(struct xml *xml, const struct xml_element *element);
/* After the root has ended: nothing but blanks and comments may follow. */
int xml_finish(struct xml *xml);

/* Of the element just given, by its name with prefix: adds the value and returns true, or false. */
bool xml_attribute(struct xml *xml, const char *name, struct buffer *value);

#endif
