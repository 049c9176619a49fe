/* The only place that knows libxml2. Every step of a walk goes through xml_step, which refuses what the answers of AWS
 * never hold: document types, entity references, and depth. */
#include "config.h"

#include "wire/xml.h"

#include <libxml/xmlreader.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"

struct xml {
	xmlTextReaderPtr reader;
	struct error *err;
	int depth_most;
	char fault[200]; /* libxml2's first complaint */
};

/* libxml2 2.12 made the argument const. */
#if LIBXML_VERSION >= 21200
typedef const xmlError *xml_complaint;
#else
typedef xmlErrorPtr xml_complaint;
#endif

static void xml_complain(void *argument, xml_complaint complaint)
{
	struct xml *xml = argument;

	if (complaint->code == XML_ERR_NO_MEMORY)
		memory_exhausted();
	if (*xml->fault || complaint->level == XML_ERR_WARNING)
		return;
	printable_copy(xml->fault, sizeof(xml->fault), complaint->message ? complaint->message : "");
	for (size_t length = strlen(xml->fault); length && xml->fault[length - 1] == ' '; length--)
		xml->fault[length - 1] = '\0';
}

/* libxml2 reads a document type's entities before it tells of the document type: the bytes are looked at first. */
static int xml_refuses(const char *bytes, size_t length, struct error *err)
{
	static const char document_type[] = "<!DOCTYPE";

	if (length == 0 || length > INT_MAX)
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "the answer is %s", length ? "too long" : "empty");
	if (memmem(bytes, length, document_type, strlen(document_type)))
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "the answer has a document type");
	return 0;
}

struct xml *xml_open(const char *bytes, size_t length, int depth_most, struct error *err)
{
	struct xml *xml;

	if (xml_refuses(bytes, length, err))
		return NULL;
	xml = memory_new(1, sizeof(*xml));
	xml->err = err;
	xml->depth_most = depth_most;
	/* AWS writes UTF-8; saying so keeps the text from choosing another encoding for itself. */
	xml->reader = xmlReaderForMemory(bytes, (int)length, NULL, "UTF-8", XML_PARSE_NONET);
	if (!xml->reader)
		memory_exhausted();
	xmlTextReaderSetStructuredErrorHandler(xml->reader, xml_complain, xml);
	return xml;
}

void xml_close(struct xml *xml)
{
	if (!xml)
		return;
	xmlFreeTextReader(xml->reader);
	free(xml);
}

/* 1: on a node, 0: behind the document's end. */
static int xml_step(struct xml *xml)
{
	int status = xmlTextReaderRead(xml->reader);

	if (status < 0 || *xml->fault)
		return error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "the answer is no well-formed XML: %s",
				 *xml->fault ? xml->fault : "it ends too early");
	if (status == 0)
		return 0;
	switch (xmlTextReaderNodeType(xml->reader)) {
	case XML_READER_TYPE_DOCUMENT_TYPE:
		return error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "the answer has a document type");
	case XML_READER_TYPE_ENTITY_REFERENCE:
		return error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "the answer has an entity of its own");
	}
	if (xmlTextReaderDepth(xml->reader) >= xml->depth_most)
		return error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "the answer is nested deeper than %d",
				 xml->depth_most);
	return 1;
}

static void xml_describe(const struct xml *xml, struct xml_element *element)
{
	element->name = (const char *)xmlTextReaderConstLocalName(xml->reader);
	element->depth = xmlTextReaderDepth(xml->reader);
	element->empty = xmlTextReaderIsEmptyElement(xml->reader) == 1;
}

int xml_root(struct xml *xml, struct xml_element *root)
{
	int status;

	while ((status = xml_step(xml)) == 1)
		if (xmlTextReaderNodeType(xml->reader) == XML_READER_TYPE_ELEMENT) {
			xml_describe(xml, root);
			return 0;
		}
	return status < 0 ? -1 : error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "the answer has no element");
}

static bool xml_at_end_of(const struct xml *xml, const struct xml_element *element)
{
	return xmlTextReaderNodeType(xml->reader) == XML_READER_TYPE_END_ELEMENT &&
	       xmlTextReaderDepth(xml->reader) == element->depth;
}

static int xml_cut_short(struct xml *xml, const struct xml_element *element)
{
	return error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "the answer ends within element '%s'", element->name);
}

int xml_next(struct xml *xml, const struct xml_element *parent, struct xml_element *child)
{
	int status;

	if (parent->empty)
		return 0;
	while ((status = xml_step(xml)) == 1) {
		if (xml_at_end_of(xml, parent))
			return 0;
		if (xmlTextReaderNodeType(xml->reader) == XML_READER_TYPE_ELEMENT) {
			xml_describe(xml, child);
			return 1;
		}
	}
	return status < 0 ? -1 : xml_cut_short(xml, parent);
}

int xml_text(struct xml *xml, const struct xml_element *element, struct buffer *text)
{
	int status;

	if (element->empty)
		return 0;
	while ((status = xml_step(xml)) == 1) {
		if (xml_at_end_of(xml, element))
			return 0;
		switch (xmlTextReaderNodeType(xml->reader)) {
		case XML_READER_TYPE_ELEMENT:
			return error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "element '%s' of the answer is no text",
					 element->name);
		case XML_READER_TYPE_TEXT:
		case XML_READER_TYPE_CDATA:
		case XML_READER_TYPE_WHITESPACE:
		case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
			buffer_add_text(text, (const char *)xmlTextReaderConstValue(xml->reader));
		}
	}
	return status < 0 ? -1 : xml_cut_short(xml, element);
}

int xml_skip(struct xml *xml, const struct xml_element *element)
{
	int status;

	if (element->empty)
		return 0;
	while ((status = xml_step(xml)) == 1)
		if (xml_at_end_of(xml, element))
			return 0;
	return status < 0 ? -1 : xml_cut_short(xml, element);
}

int xml_finish(struct xml *xml)
{
	int status;

	while ((status = xml_step(xml)) == 1)
		;
	return status;
}

bool xml_attribute(struct xml *xml, const char *name, struct buffer *value)
{
	xmlChar *text = xmlTextReaderGetAttribute(xml->reader, (const xmlChar *)name);

	if (!text)
		return false;
	buffer_add_text(value, (const char *)text);
	xmlFree(text);
	return true;
}
