/* Step 1 of Signature Version 4: one way of writing a request down, whatever its headers' order, case and spacing and
 * its path's and query's encoding were. Signer and verifier share it; what differs is which headers they put in. */
#include "config.h"

#include "wire/sigv4_canonical.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "wire/percent.h"

bool sigv4_header_signable(const char *name)
{
	/* What proxies and HTTP libraries may add or change on the way, and the signature itself. */
	static const char *const never[] = { "authorization", "connection", "expect", "transfer-encoding",
					     "user-agent", "x-amzn-trace-id" };

	for (size_t i = 0; i < ARRAY_LENGTH(never); i++)
		if (strcasecmp(name, never[i]) == 0)
			return false;
	return true;
}

static void canonical_drop_segment(struct buffer *path)
{
	const char *slash = strrchr(buffer_text(path), '/');

	if (!slash)
		return;
	path->length = (size_t)(slash - path->bytes);
	path->bytes[path->length] = '\0';
}

/* "." and empty segments go, ".." takes the one before it along (RFC 3986 section 5.2.4). */
static void canonical_add_normal_path(struct buffer *into, const char *path)
{
	const char *segment = path;
	size_t length;

	for (; *segment; segment += length) {
		segment += *segment == '/';
		length = strcspn(segment, "/");
		if (length == 0 || (length == 1 && segment[0] == '.'))
			continue;
		if (length == 2 && segment[0] == '.' && segment[1] == '.') {
			canonical_drop_segment(into);
			continue;
		}
		buffer_add_char(into, '/');
		buffer_add(into, segment, length);
	}
	if (into->length == 0 || segment[-1] == '/')
		buffer_add_char(into, '/');
}

static void canonical_add_path(struct buffer *into, const char *path, const struct sigv4_options *options)
{
	struct buffer normal = BUFFER_INIT;

	if (options->normalize_path)
		canonical_add_normal_path(&normal, path);
	else
		buffer_add_text(&normal, *path ? path : "/");
	if (options->double_encode_path)
		percent_encode(into, normal.bytes, normal.length, "/");
	else
		buffer_add(into, normal.bytes, normal.length);
	buffer_release(&normal);
}

/* A name or a value of the query, which may come encoded, encoded otherwise, or not at all. */
static char *canonical_query_part(const char *text, size_t length)
{
	struct buffer plain = BUFFER_INIT, encoded = BUFFER_INIT;

	if (percent_decode(&plain, text, length, false) == 0)
		percent_encode(&encoded, plain.bytes, plain.length, "");
	else
		percent_encode(&encoded, text, length, "");
	buffer_release(&plain);
	return buffer_take(&encoded);
}

struct canonical_parameter {
	char *name;
	char *value;
};

static int canonical_parameter_compare(const void *left, const void *right)
{
	const struct canonical_parameter *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order ? order : strcmp(a->value, b->value);
}

static size_t canonical_split_query(const char *query, struct canonical_parameter *parameters)
{
	size_t count = 0;

	while (*query) {
		size_t length = strcspn(query, "&");
		size_t name = strcspn(query, "=&");

		if (length) {
			size_t value = name + (query[name] == '=');

			parameters[count].name = canonical_query_part(query, name);
			parameters[count++].value = canonical_query_part(query + value, length - value);
		}
		query += length + (query[length] == '&');
	}
	return count;
}

static void canonical_add_query(struct buffer *into, const char *query)
{
	struct canonical_parameter *parameters = memory_new(strlen(query) / 2 + 1, sizeof(*parameters));
	size_t count = canonical_split_query(query, parameters);

	qsort(parameters, count, sizeof(*parameters), canonical_parameter_compare);
	for (size_t i = 0; i < count; i++) {
		buffer_add_format(into, "%s%s=%s", i ? "&" : "", parameters[i].name, parameters[i].value);
		free(parameters[i].name);
		free(parameters[i].value);
	}
	free(parameters);
}

/* Stable by address: qsort is not, and values of one name stay in the order in which they were sent. */
static int canonical_header_compare(const void *left, const void *right)
{
	const struct http_header *const *a = left, *const *b = right;
	int order = strcasecmp((*a)->name, (*b)->name);

	return order ? order : (*a > *b) - (*a < *b);
}

static void canonical_add_lower(struct buffer *into, const char *text)
{
	for (; *text; text++)
		buffer_add_char(into, (char)tolower((unsigned char)*text));
}

/* Without blanks around, and one for each row of blanks or folded lines within. */
static void canonical_add_value(struct buffer *into, const char *value)
{
	static const char blanks[] = " \t\r\n";
	bool first = true;

	for (value += strspn(value, blanks); *value; value += strspn(value, blanks)) {
		size_t length = strcspn(value, blanks);

		if (!first)
			buffer_add_char(into, ' ');
		buffer_add(into, value, length);
		value += length;
		first = false;
	}
}

static void canonical_add_headers(struct buffer *into, const struct http_header **headers, size_t count,
				  struct buffer *names)
{
	qsort(headers, count, sizeof(struct http_header *), canonical_header_compare);
	for (size_t i = 0; i < count; i++) {
		if (i && strcasecmp(headers[i - 1]->name, headers[i]->name) == 0) {
			buffer_add_char(into, ',');
		} else {
			buffer_add_text(into, i ? "\n" : "");
			buffer_add_text(names, i ? ";" : "");
			canonical_add_lower(names, headers[i]->name);
			canonical_add_lower(into, headers[i]->name);
			buffer_add_char(into, ':');
		}
		canonical_add_value(into, headers[i]->value);
	}
	buffer_add_text(into, count ? "\n" : "");
}

void sigv4_canonical_with(const struct sigv4_request *request, const struct http_header **headers, size_t count,
			  const struct sigv4_options *options, struct buffer *canonical, struct buffer *signed_headers)
{
	unsigned char digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_BYTES];
	struct buffer names = BUFFER_INIT;

	buffer_add_format(canonical, "%s\n", request->method);
	canonical_add_path(canonical, request->path, options);
	buffer_add_char(canonical, '\n');
	canonical_add_query(canonical, request->query);
	buffer_add_char(canonical, '\n');
	canonical_add_headers(canonical, headers, count, &names);
	digest_sha256(request->body, request->body_length, "", 0, digest);
	digest_hex(digest, hex);
	buffer_add_format(canonical, "\n%s\n%s", buffer_text(&names), hex);
	buffer_add_text(signed_headers, buffer_text(&names));
	buffer_release(&names);
}

void sigv4_canonical_request(const struct sigv4_request *request, const struct sigv4_options *options,
			     struct buffer *canonical, struct buffer *signed_headers)
{
	const struct http_header **chosen = memory_new(request->n_headers + 1, sizeof(struct http_header *));
	size_t count = 0;

	for (size_t i = 0; i < request->n_headers; i++)
		if (sigv4_header_signable(request->headers[i].name))
			chosen[count++] = &request->headers[i];
	sigv4_canonical_with(request, chosen, count, options, canonical, signed_headers);
	free(chosen);
}
