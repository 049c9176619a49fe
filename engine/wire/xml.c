/* The only place that knows expat. The parser calls where an element begins or ends; it is stopped there and resumed by
 * the walk's next step, so that callers read forward at their own pace and nothing is kept but an element's text. */
#include "config.h"

#include "wire/xml.h"

#include <assert.h>
#include <expat.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

struct xml {
	XML_Parser parser;
	struct error *err;
	const char *bytes; /* NULL once the parser has them */
	size_t length;
	int depth_most;
	int depth;            /* how many elements are open */
	bool begins, ends;    /* what the parser came to and the walk did not yet, in this order: <name/> is both */
	bool refused;         /* and why is in err */
	struct buffer text;   /* since an element last began */
	struct buffer *names; /* one a depth: where they are does not change while the element is open */
	struct buffer attributes; /* name, value, name...: a NUL behind each */
};

enum xml_event {
	XML_FAULT = -1, /* err says it */
	XML_OVER,       /* the document has ended */
	XML_BEGIN,
	XML_END,
};

static void xml_refuse(struct xml *xml)
{
	xml->refused = true;
	XML_StopParser(xml->parser, XML_FALSE);
}

/* AWS writes UTF-8. A text that says otherwise would be read otherwise by somebody. */
static void on_declaration(void *argument, const char *version, const char *encoding, int standalone)
{
	struct xml *xml = argument;

	(void)version;
	(void)standalone;
	if (!encoding || strcasecmp(encoding, "UTF-8") == 0)
		return;
	error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "the answer says that it is %.40s, and only UTF-8 is read",
		  encoding);
	xml_refuse(xml);
}

/* Called before anything is declared in it: there are no entities but XML's own five. */
static void on_document_type(void *argument, const char *name, const char *system_id, const char *public_id,
			     int has_subset)
{
	struct xml *xml = argument;

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "the answer has a document type");
	xml_refuse(xml);
}

static void on_begin(void *argument, const char *name, const char **attributes)
{
	struct xml *xml = argument;
	const char *colon = strrchr(name, ':');

	if (xml->depth >= xml->depth_most) {
		error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "the answer is nested deeper than %d", xml->depth_most);
		xml_refuse(xml);
		return;
	}
	buffer_clear(&xml->names[xml->depth]);
	buffer_add_text(&xml->names[xml->depth], colon ? colon + 1 : name);
	buffer_clear(&xml->text);
	buffer_clear(&xml->attributes);
	for (; *attributes; attributes++)
		buffer_add(&xml->attributes, *attributes, strlen(*attributes) + 1);
	xml->depth++;
	xml->begins = true;
	XML_StopParser(xml->parser, XML_TRUE);
}

/* An element without content ends in the same go as it begins, and the parser has been stopped then. */
static void on_end(void *argument, const char *name)
{
	struct xml *xml = argument;

	(void)name;
	if (xml->refused)
		return;
	xml->depth--;
	xml->ends = true;
	if (!xml->begins)
		XML_StopParser(xml->parser, XML_TRUE);
}

static void on_text(void *argument, const char *text, int length)
{
	struct xml *xml = argument;

	buffer_add(&xml->text, text, (size_t)length);
}

/* Expat takes two bytes for the beginning of UTF-16 whatever it has been told. */
static bool is_utf16(const char *bytes, size_t length)
{
	return length >= 2 && (!bytes[0] || !bytes[1] || (bytes[0] & 0xfe) == 0xfe);
}

static int xml_check_bytes(const char *bytes, size_t length, struct error *err)
{
	if (length == 0 || length > INT_MAX)
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "the answer is %s", length ? "too long" : "empty");
	if (is_utf16(bytes, length))
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "the answer is not UTF-8");
	return 0;
}

struct xml *xml_open(const char *bytes, size_t length, int depth_most, struct error *err)
{
	struct xml *xml;

	if (xml_check_bytes(bytes, length, err))
		return NULL;
	xml = memory_new(1, sizeof(*xml));
	xml->err = err;
	xml->bytes = bytes;
	xml->length = length;
	xml->depth_most = depth_most;
	xml->names = memory_new((size_t)depth_most, sizeof(*xml->names));
	xml->parser = XML_ParserCreate("UTF-8");
	if (!xml->parser)
		memory_exhausted();
	XML_SetUserData(xml->parser, xml);
	XML_SetXmlDeclHandler(xml->parser, on_declaration);
	XML_SetStartDoctypeDeclHandler(xml->parser, on_document_type);
	XML_SetElementHandler(xml->parser, on_begin, on_end);
	XML_SetCharacterDataHandler(xml->parser, on_text);
	return xml;
}

void xml_close(struct xml *xml)
{
	if (!xml)
		return;
	XML_ParserFree(xml->parser);
	for (int depth = 0; depth < xml->depth_most; depth++)
		buffer_release(&xml->names[depth]);
	free(xml->names);
	buffer_release(&xml->attributes);
	buffer_release(&xml->text);
	free(xml);
}

/* The older ones are deprecated since there are these. */
#if XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION < 9
#define XML_GetCurrentLineNumber64 XML_GetCurrentLineNumber
#define XML_GetCurrentColumnNumber64 XML_GetCurrentColumnNumber
#endif

static int xml_fault(struct xml *xml)
{
	enum XML_Error code = XML_GetErrorCode(xml->parser);

	if (xml->refused)
		return -1;
	if (code == XML_ERROR_NO_MEMORY)
		memory_exhausted();
	return error_set(xml->err, ERROR_PROTOCOL, NOWHERE,
			 "the answer is no well-formed XML: line %lu, column %lu: %s",
			 (unsigned long)XML_GetCurrentLineNumber64(xml->parser),
			 (unsigned long)XML_GetCurrentColumnNumber64(xml->parser) + 1, XML_ErrorString(code));
}

/* To where the next element begins or ends, or to the document's end. The bytes are given in one piece: a token that
 * comes in many is looked at anew with each. */
static int xml_go_on(struct xml *xml)
{
	const char *bytes = xml->bytes;
	enum XML_Status status;

	xml->bytes = NULL;
	status = bytes ? XML_Parse(xml->parser, bytes, (int)xml->length, XML_TRUE) : XML_ResumeParser(xml->parser);
	return status == XML_STATUS_ERROR ? xml_fault(xml) : 0;
}

static enum xml_event xml_step(struct xml *xml)
{
	if (!xml->begins && !xml->ends && xml_go_on(xml))
		return XML_FAULT;
	if (xml->begins) {
		xml->begins = false;
		return XML_BEGIN;
	}
	if (xml->ends) {
		xml->ends = false;
		return XML_END;
	}
	return XML_OVER;
}

static void xml_describe(const struct xml *xml, struct xml_element *element)
{
	element->depth = xml->ends ? xml->depth : xml->depth - 1;
	element->name = buffer_text(&xml->names[element->depth]);
}

int xml_root(struct xml *xml, struct xml_element *root)
{
	if (xml_step(xml) != XML_BEGIN)
		return -1;
	xml_describe(xml, root);
	return 0;
}

int xml_next(struct xml *xml, const struct xml_element *parent, struct xml_element *child)
{
	enum xml_event event = xml_step(xml);

	if (event == XML_BEGIN) {
		xml_describe(xml, child);
		assert(child->depth == parent->depth + 1);
		return 1;
	}
	assert(event == XML_FAULT || xml->depth == parent->depth);
	return event == XML_END ? 0 : -1;
}

int xml_text(struct xml *xml, const struct xml_element *element, struct buffer *text)
{
	switch (xml_step(xml)) {
	case XML_END:
		buffer_add(text, buffer_text(&xml->text), xml->text.length);
		return 0;
	case XML_BEGIN:
		return error_set(xml->err, ERROR_PROTOCOL, NOWHERE, "element '%s' of the answer is no text",
				 element->name);
	case XML_FAULT:
	case XML_OVER:
		break;
	}
	return -1;
}

int xml_skip(struct xml *xml, const struct xml_element *element)
{
	enum xml_event event;

	while ((event = xml_step(xml)) > XML_OVER)
		if (event == XML_END && xml->depth == element->depth)
			return 0;
	return -1;
}

int xml_finish(struct xml *xml)
{
	return xml_step(xml) == XML_OVER ? 0 : -1;
}

bool xml_attribute(struct xml *xml, const char *name, struct buffer *value)
{
	const char *at = buffer_text(&xml->attributes), *end = at + xml->attributes.length;

	while (at < end) {
		const char *its_value = at + strlen(at) + 1;

		if (strcmp(at, name) == 0) {
			buffer_add_text(value, its_value);
			return true;
		}
		at = its_value + strlen(its_value) + 1;
	}
	return false;
}
