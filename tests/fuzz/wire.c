/* What goes over the wire, both ways. The operations are those of the catalogue; the first byte says which. */
#include "config.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/services.h"
#include "sim/http.h"
#include "sim/scenario.h"
#include "text/json.h"
#include "wire/percent.h"
#include "wire/query.h"
#include "wire/scalar.h"
#include "wire/sigv4.h"
#include "wire/timestamp.h"

static struct services *services(void)
{
	static struct services *made;

	if (!made)
		made = services_new(arena_new());
	return made;
}

static const struct operation *nth_operation(size_t n)
{
	const struct service *service;
	const char *name;

	for (size_t i = 0; (name = services_name_at(services(), i)) != NULL; i++) {
		service = services_service(services(), name, NULL);
		if (service->protocol == PROTOCOL_LOCAL)
			continue;
		if (n < service->n_operations)
			return &service->operations[n];
		n -= service->n_operations;
	}
	return NULL;
}

static const struct operation *operation_of(const char *text, size_t length)
{
	const struct operation *operation = length ? nth_operation((unsigned char)text[0] - ' ') : NULL;

	return operation ? operation : nth_operation(0);
}

/* A value of the shape with everything in it that it may have; new. */
static json_t *whole_value(const struct shape *shape, int depth)
{
	json_t *made = shape->kind == SHAPE_LIST ? json_array() : json_object();

	for (size_t i = 0; depth > 0 && shape->kind == SHAPE_STRUCTURE && i < shape->n_members; i++)
		json_put(made, shape->members[i].name, whole_value(shape->members[i].shape, depth - 1));
	for (int i = 0; depth > 0 && shape->kind == SHAPE_LIST && i < 2; i++)
		json_append(made, whole_value(shape->element, depth - 1));
	if (shape->kind == SHAPE_MAP)
		json_put(made, "key", whole_value(shape->element, depth - 1));
	if (!shape_is_scalar(shape))
		return made;
	json_decref(made);
	if (shape->kind == SHAPE_BOOLEAN)
		return json_true();
	return shape->kind == SHAPE_STRING || shape->kind == SHAPE_BLOB ? json_string("text") : json_integer(7);
}

enum { DEPTH = 6 };

void seed_response(const char *folder)
{
	const struct operation *operation;

	for (size_t i = 0; (operation = nth_operation(i)) != NULL; i++) {
		struct buffer body = BUFFER_INIT;
		json_t *output = whole_value(operation->output, DEPTH);

		buffer_add_char(&body, (char)(' ' + i));
		must(query_encode_response(operation, output, "id", &body, NULL) == 0, "a whole answer can be written");
		seed(folder, operation->name, &body);
		buffer_release(&body);
		json_decref(output);
	}
}

void seed_request(const char *folder)
{
	const struct operation *operation;

	for (size_t i = 0; (operation = nth_operation(i)) != NULL; i++) {
		struct buffer body = BUFFER_INIT;
		json_t *input = whole_value(operation->input, DEPTH);

		must(query_encode_request(operation, input, &body, NULL) == 0, "a whole request can be written");
		seed(folder, operation->name, &body);
		buffer_release(&body);
		json_decref(input);
	}
}

static void answer_again(const struct operation *operation, const json_t *output)
{
	struct buffer body = BUFFER_INIT;
	struct error err = ERROR_INIT;
	json_t *again;

	/* XML has no way to write some characters, nor the protocol a list without a name in a map. */
	if (query_encode_response(operation, output, "id", &body, &err) == 0) {
		again = query_decode_response(operation, body.bytes, body.length, NULL, &err);
		must_equal(output, again, "an answer is written as it was read");
		json_decref(again);
	}
	buffer_release(&body);
}

void read_response(const char *text, size_t length)
{
	const struct operation *operation = operation_of(text, length);
	const char *body = length ? text + 1 : text;
	struct query_fault fault;
	struct error err = ERROR_INIT;
	char *id = NULL;
	json_t *output;

	length -= length > 0;
	output = query_decode_response(operation, body, length, &id, &err);
	must(output || err.kind == ERROR_PROTOCOL, "no output, then an error");
	query_decode_fault(body, length, &fault, &err);
	if (output)
		answer_again(operation, output);
	json_decref(output);
	free(id);
}

static const struct operation *find(void *argument, const char *action, const char *version)
{
	const struct operation *operation;

	(void)argument;
	(void)version;
	for (size_t i = 0; (operation = nth_operation(i)) != NULL; i++)
		if (strcmp(operation->name, action) == 0)
			return operation;
	return NULL;
}

void read_request(const char *text, size_t length)
{
	const struct operation *operation = NULL;
	struct error err = ERROR_INIT;
	struct buffer body = BUFFER_INIT;
	json_t *input = query_decode_request(text, length, find, NULL, &operation, &err), *again;

	must(input || err.kind != ERROR_NONE, "no input, then an error");
	if (input && query_encode_request(operation, input, &body, &err) == 0) {
		again = query_decode_request(body.bytes, body.length, find, NULL, &operation, &err);
		must_equal(input, again, "a request is written as it was read");
		json_decref(again);
	}
	buffer_release(&body);
	json_decref(input);
}

enum { HEADERS_MOST = 8 };

/* "METHOD PATH?QUERY", the words of a line that is taken apart. */
static void split_first(char *line, struct sim_http_request *request)
{
	request->method = strsep(&line, " ");
	request->path = line ? strsep(&line, "? ") : "/";
	request->query = line ? strsep(&line, " ") : "";
}

/* A first line, then a header a line, then the body behind an empty one. */
static void split(char *text, size_t length, struct sim_http_request *request, struct http_header *headers)
{
	static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	char *body = memmem(text, length, "\n\n", 2), *line, *value;

	*request = (struct sim_http_request){ .headers = headers };
	if (body) {
		*body = '\0';
		request->body = body + 2;
		request->body_length = (size_t)(text + length - request->body);
	}
	split_first(strsep(&text, "\n"), request);
	while (request->n_headers < HEADERS_MOST && (line = strsep(&text, "\n")) != NULL) {
		value = line + strspn(line, token);
		if (strncmp(value, ": ", 2) != 0)
			continue;
		*value = '\0';
		headers[request->n_headers++] = (struct http_header){ line, value + 2 };
	}
}

static const char *secret_of(void *argument, const char *id)
{
	(void)id;
	return argument;
}

/* The signer's word for what the verifier was given. */
static void sign(const struct sim_http_request *request, struct http_header *headers, int64_t now_ms)
{
	static char secret[] = "secret";
	static const struct sigv4_options options = { .normalize_path = true, .double_encode_path = true };
	struct sigv4_request plain = {
		.method = request->method, .path = request->path, .query = request->query, .headers = headers,
		.n_headers = request->n_headers, .body = request->body, .body_length = request->body_length,
	};
	struct sigv4_headers made;
	struct sigv4_claim claim;

	sigv4_sign(&plain, &(struct sigv4_scope){ "eu-west-1", "autoscaling", now_ms },
		   &(struct sigv4_credentials){ "AKIA", secret, NULL }, &options, &made);
	for (size_t i = 0; i < made.count; i++)
		headers[plain.n_headers++] = made.rows[i];
	must(!sim_http_header(request, "host") || sim_http_header(request, "authorization") ||
	     sim_http_header(request, "x-amz-date") ||
	     sigv4_verify(&plain, &options, now_ms, secret_of, secret, &claim, NULL) == 0,
	     "what is signed is verified");
	sigv4_headers_release(&made);
}

void read_http(const char *text, size_t length)
{
	static struct sim *world;
	struct http_header headers[HEADERS_MOST + 4];
	struct sim_http_request request;
	struct sim_http_answer answer;
	struct sim_http *http;
	struct sim *sim;
	char *copy = memory_new(length + 1, 1);

	world = world ? world : scenario_builtin("group-of-three", 1, NULL);
	sim = sim_clone(world, 1);
	http = sim_http_new(sim, services(), NULL);
	memcpy(copy, text, length);
	split(copy, length, &request, headers);
	sim_http_answer(http, &request, &answer);
	sim_http_answer_release(&answer);
	sign(&request, headers, sim_wall_ms(sim));
	free(copy);
	sim_http_free(http);
	sim_free(sim);
}

static void format_again(enum timestamp_format format, double seconds)
{
	struct buffer text = BUFFER_INIT;
	double again;

	if (timestamp_format(format, seconds, &text) == 0) {
		must(timestamp_parse(format, buffer_text(&text), &again) == 0, "a time that is written can be read");
		must(again - seconds < 1 && seconds - again < 1, "and is that time");
	}
	buffer_release(&text);
}

void read_times(const char *text, size_t length)
{
	const int64_t ms = time_parse(text);
	char written[TIME_TEXT_BYTES];
	struct shape shape = { 0 };
	double seconds;
	json_t *value;

	if (ms >= 0 && strcmp(time_format(ms, written), "?") != 0)
		must(time_parse(written) == ms, "a time is written as it is read");
	for (enum timestamp_format format = TIMESTAMP_ISO8601; format <= TIMESTAMP_RFC822; format++)
		if (timestamp_parse(format, text, &seconds) == 0)
			format_again(format, seconds);
	for (shape.kind = SHAPE_STRING; shape.kind <= SHAPE_BLOB; shape.kind++) {
		struct buffer again = BUFFER_INIT;

		value = scalar_read(&shape, text, length);
		must(!value || scalar_write(&shape, value, &again) == 0 || shape.kind == SHAPE_TIMESTAMP,
		     "a value that is read can be written");
		json_decref(value);
		buffer_release(&again);
	}
}

void read_percent(const char *text, size_t length)
{
	struct buffer encoded = BUFFER_INIT, decoded = BUFFER_INIT;

	percent_decode(&decoded, text, length, length % 2);
	buffer_clear(&decoded);
	percent_encode(&encoded, text, length, "");
	must(percent_decode(&decoded, buffer_text(&encoded), encoded.length, false) == 0 && decoded.length == length &&
	     memcmp(buffer_text(&decoded), text, length) == 0, "what is encoded decodes to itself");
	buffer_release(&encoded);
	buffer_release(&decoded);
}
