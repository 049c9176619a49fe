/* Error answers of both protocols, read and written. They differ only in the elements around Code and Message, so one
 * reader takes either. */
#include "config.h"

#include "wire/query.h"

#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "wire/markup.h"
#include "wire/xml.h"

static const struct fault_field {
	const char *element;
	size_t offset, size;
} fault_fields[] = {
	{ "Code", offsetof(struct query_fault, code), sizeof(((struct query_fault *)0)->code) },
	{ "Message", offsetof(struct query_fault, message), sizeof(((struct query_fault *)0)->message) },
	{ "RequestId", offsetof(struct query_fault, request_id), sizeof(((struct query_fault *)0)->request_id) },
	{ "RequestID", offsetof(struct query_fault, request_id), sizeof(((struct query_fault *)0)->request_id) },
};

static bool fault_is_around(const char *name)
{
	return strcmp(name, "Error") == 0 || strcmp(name, "Errors") == 0;
}

/* Where there are several errors, the first counts. */
static int fault_read_field(struct xml *xml, const struct xml_element *element, struct query_fault *fault)
{
	struct buffer text = BUFFER_INIT;
	int status;

	for (size_t i = 0; i < ARRAY_LENGTH(fault_fields); i++) {
		char *into = (char *)fault + fault_fields[i].offset;

		if (strcmp(element->name, fault_fields[i].element) || *into)
			continue;
		status = xml_text(xml, element, &text);
		printable_copy(into, fault_fields[i].size, buffer_text(&text));
		buffer_release(&text);
		return status;
	}
	return xml_skip(xml, element);
}

/* At most <Response><Errors><Error>: three deep, since QUERY_MAX_DEPTH bounds the reader anyway. */
static int fault_read(struct xml *xml, const struct xml_element *parent, struct query_fault *fault)
{
	struct xml_element child;
	int status;

	while ((status = xml_next(xml, parent, &child)) == 1)
		if (fault_is_around(child.name) ? fault_read(xml, &child, fault) : fault_read_field(xml, &child, fault))
			return -1;
	return status;
}

static int fault_read_all(struct xml *xml, struct query_fault *fault, struct error *err)
{
	struct xml_element root;

	if (xml_root(xml, &root))
		return -1;
	if (strcmp(root.name, "ErrorResponse") && strcmp(root.name, "Response"))
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "the answer's root is '%s', not 'ErrorResponse'",
				 root.name);
	if (fault_read(xml, &root, fault) || xml_finish(xml))
		return -1;
	return *fault->code ? 0 : error_set(err, ERROR_PROTOCOL, NOWHERE, "the error answer has no code");
}

int query_decode_fault(const char *body, size_t length, struct query_fault *fault, struct error *err)
{
	struct xml *xml = xml_open(body, length, QUERY_MAX_DEPTH, err);
	int status;

	*fault = (struct query_fault){ 0 };
	if (!xml)
		return -1;
	status = fault_read_all(xml, fault, err);
	if (status)
		*fault = (struct query_fault){ 0 };
	xml_close(xml);
	return status;
}

static void fault_add(struct buffer *body, const char *name, const char *text)
{
	buffer_add_format(body, "<%s>", name);
	markup_add(body, text, strlen(text));
	buffer_add_format(body, "</%s>", name);
}

void query_encode_fault(const struct operation *operation, const struct query_fault *fault, bool senders_fault,
			struct buffer *body)
{
	bool ec2 = operation && operation->service->protocol == PROTOCOL_EC2;

	buffer_add_text(body, ec2 ? "<Response><Errors><Error>" : "<ErrorResponse><Error>");
	if (!ec2)
		fault_add(body, "Type", senders_fault ? "Sender" : "Receiver");
	fault_add(body, "Code", fault->code);
	fault_add(body, "Message", fault->message);
	buffer_add_text(body, ec2 ? "</Error></Errors>" : "</Error>");
	fault_add(body, ec2 ? "RequestID" : "RequestId", fault->request_id);
	buffer_add_text(body, ec2 ? "</Response>" : "</ErrorResponse>");
}
