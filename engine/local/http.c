/* A server that must answer as expected: GET or HEAD, its status, a text in its body. It runs on this machine unless
 * the input says otherwise. A redirect is an answer like any other, and no proxy is asked. */
#include "config.h"

#include "local/check.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "local/shown.h"
#include "text/json.h"
#include "text/record.h"

enum { URL_MOST_BYTES = 2048, HOST_BYTES = 256, HEADERS_MOST = 20 };

/* What stands in a machine stands in journals, too. */
static const char *const secret_headers[] = { "authorization", "proxy-authorization", "cookie" };

/* ---- the address */

/* The host of an absolute URL, without brackets; false where it has none that is plain to see. */
static bool url_host(const char *url, char host[HOST_BYTES])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	const char *begin = strstr(url, "://");
	size_t length;

	if (!begin)
		return false;
	begin += strlen("://");
	if (*begin == '[')
		length = strspn(++begin, "0123456789abcdefABCDEF:.");
	else
		length = strspn(begin, plain);
	if (length == 0 || length >= HOST_BYTES || (begin[-1] == '[') != (begin[length] == ']'))
		return false;
	memcpy(host, begin, length);
	host[length] = '\0';
	begin += length + (begin[length] == ']');
	return *begin == '\0' || strchr(":/?#", *begin) != NULL;
}

static bool is_loopback(const char *host)
{
	struct in6_addr address6;
	struct in_addr address;

	if (inet_pton(AF_INET, host, &address) == 1)
		return ntohl(address.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &address6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&address6);
	return strcasecmp(host, "localhost") == 0;
}

static bool has_user(const char *url)
{
	const char *authority = strstr(url, "://") + strlen("://");

	return memchr(authority, '@', strcspn(authority, "/?#")) != NULL;
}

/* Letters that parsers differ about are in no URL. */
static bool is_plain(const char *url)
{
	for (; *url; url++)
		if (*url <= ' ' || *url > '~' || *url == '\\')
			return false;
	return true;
}

static int check_url(struct check *check)
{
	const char *url = check_text(check, "Url");
	char host[HOST_BYTES];

	if (!url || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) ||
	    strlen(url) > URL_MOST_BYTES || !is_plain(url))
		return check_refuse(check, FAILURE_INVALID, "'%.100s' is no URL of http or https", url ? url : "");
	if (has_user(url))
		return check_refuse(check, FAILURE_INVALID,
				    "the URL has a user in it, which would stand in the journal");
	if (!url_host(url, host))
		return check_refuse(check, FAILURE_INVALID, "'%.100s' is no URL with a host", url);
	if (!is_loopback(host) && !check_true(check, "OtherHosts"))
		return check_refuse(check, FAILURE_REFUSED,
				    "'%.200s' is not this machine: say that another host is meant", host);
	return 0;
}

/* ---- the other inputs */

static bool is_secret(const char *header)
{
	for (size_t i = 0; i < ARRAY_LENGTH(secret_headers); i++) {
		size_t length = strlen(secret_headers[i]);

		if (strncasecmp(header, secret_headers[i], length) == 0 && header[length] == ':')
			return true;
	}
	return false;
}

static int check_headers(struct check *check)
{
	const json_t *headers = json_object_get(check->input, "Headers");
	size_t i;
	json_t *header;

	if (json_array_size(headers) > HEADERS_MOST)
		return check_refuse(check, FAILURE_INVALID, "a request has at most %d headers", (int)HEADERS_MOST);
	json_array_foreach (headers, i, header) {
		const char *text = json_string_value(header), *colon = text ? strchr(text, ':') : NULL;

		if (!colon || colon == text)
			return check_refuse(check, FAILURE_INVALID, "header %zu is not written as 'Name: value'",
					    i + 1);
		if (is_secret(text))
			return check_refuse(check, FAILURE_INVALID,
					    "a header '%.*s' would stand in the journal: let a local.command send it",
					    (int)(colon - text), text);
	}
	return 0;
}

/* "200" or "200-299". */
static bool read_range(const char *text, int *first, int *last)
{
	int end = 0;

	*last = 0;
	if (sscanf(text, "%3d%n-%3d%n", first, &end, last, &end) < 1)
		return false;
	if (*last == 0)
		*last = *first;
	return text[end] == '\0' && *first >= 100 && *last >= *first;
}

static int check_statuses(struct check *check)
{
	size_t i;
	json_t *one;
	int first, last;

	json_array_foreach (json_object_get(check->input, "Statuses"), i, one)
		if (!json_is_string(one) || !read_range(json_string_value(one), &first, &last))
			return check_refuse(check, FAILURE_INVALID,
					    "a status is written as 200 or as 200-299, not as '%.50s'",
					    json_is_string(one) ? json_string_value(one) : "");
	return 0;
}

static const char *method_of(const struct check *check)
{
	const char *method = check_text(check, "Method");

	return method ? method : "GET";
}

static int prepare(struct check *check)
{
	const char *method = method_of(check);

	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return check_refuse(check, FAILURE_INVALID, "the method is GET or HEAD, not '%.50s'", method);
	if (check_url(check) != 0 || check_headers(check) != 0)
		return -1;
	return check_statuses(check);
}

/* ---- the answer */

static bool fits(const struct check *check, int status)
{
	const json_t *wanted = json_object_get(check->input, "Statuses");
	size_t i;
	json_t *one;
	int first, last;

	json_array_foreach (wanted, i, one)
		if (read_range(json_string_value(one), &first, &last) && status >= first && status <= last)
			return true;
	return json_array_size(wanted) == 0 && status >= 200 && status < 300;
}

static bool contains(const struct check *check, const struct http_response *response)
{
	const char *text = check_text(check, "Contains");

	return !text || memmem(response->body, response->body_length, text, strlen(text)) != NULL;
}

/* Without what follows a '?': it may be a token. */
static void name_request(const struct check *check, struct buffer *reason)
{
	const char *url = check_text(check, "Url");

	buffer_add_format(reason, "%s %.*s", method_of(check), (int)strcspn(url, "?#"), url);
}

static void explain_failure(const struct check *check, const struct http_response *response, struct buffer *reason)
{
	char waited[DURATION_TEXT_BYTES];

	if (response->timed_out)
		buffer_add_format(reason, " had no whole answer within %s",
				  duration_format(check->timeout_ms, waited));
	else
		shown_add_output(reason, response->reason, strlen(response->reason));
}

static void answered(void *argument, const struct http_response *response)
{
	struct check *check = argument;
	struct buffer reason = BUFFER_INIT;
	bool whole = response->failure == TRANSFER_ANSWERED, status_fits = whole && fits(check, response->status);
	bool holds = status_fits && contains(check, response);

	name_request(check, &reason);
	if (whole)
		buffer_add_format(&reason, " answered %d%s", response->status,
				  status_fits && !holds ? " without the text that is wanted" : "");
	else
		explain_failure(check, response, &reason);
	if (whole && !holds)
		shown_add_output(&reason, response->body, response->body_length);
	check_tried(check, holds, whole ? response->status : -1, &reason);
}

/* ---- the request */

/* A new array of *count rows; the names are new, the values borrowed. */
static struct http_header *headers_of(const struct check *check, size_t *count)
{
	const json_t *given = json_object_get(check->input, "Headers");
	struct http_header *headers = memory_new(json_array_size(given) + 1, sizeof(*headers));
	json_t *header;
	size_t i;

	json_array_foreach (given, i, header) {
		const char *text = json_string_value(header), *value = strchr(text, ':') + 1;

		headers[i].name = memory_format("%.*s", (int)(value - 1 - text), text);
		headers[i].value = value + strspn(value, " \t");
	}
	headers[i] = (struct http_header){ memory_copy_text("User-Agent"), PACKAGE_NAME "/" PACKAGE_VERSION };
	*count = i + 1;
	return headers;
}

static void begin(struct check *check)
{
	size_t count;
	struct http_header *headers = headers_of(check, &count);
	const struct http_request request = {
		.method = method_of(check),
		.url = check_text(check, "Url"),
		.headers = headers,
		.n_headers = count,
		.connect_timeout_ms = (int)check->timeout_ms,
		.total_timeout_ms = (int)check->timeout_ms,
		.max_response_bytes = OUTPUT_MOST_BYTES,
		.no_proxy = true,
		.ca_bundle = check_text(check, "CaBundle"),
	};

	check->options->transport->start(check->options->transport, &request, answered, check);
	for (size_t i = 0; i < count; i++)
		free((char *)(uintptr_t)headers[i].name);
	free(headers);
}

static void drop(struct check *check)
{
	(void)check;
}

const struct check_kind check_http = { .operation = "Http", .prepare = prepare, .begin = begin, .drop = drop };
