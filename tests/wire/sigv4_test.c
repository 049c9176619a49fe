/* Signature Version 4 against the signing suite of aws-c-auth: every case and step in the header form; then the same
 * signed requests go to the verifier, whole and with one thing changed. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "wire/sigv4.h"

enum { MOST_HEADERS = 32, MOST_CASES = 64 };

struct message {
	struct sigv4_request request;
	struct http_header headers[MOST_HEADERS];
};

/* One folder of the suite. */
struct suite_case {
	char *name;
	struct arena *arena;
	struct message plain;         /* request.txt */
	struct message with_signature; /* header-signed-request.txt */
	char *canonical, *string_to_sign, *signature;
	struct sigv4_credentials credentials;
	struct sigv4_scope scope;
	struct sigv4_options options;
};

struct suite {
	struct suite_case cases[MOST_CASES];
	size_t count;
};

static char *file_read(struct arena *arena, const char *folder, const char *name)
{
	char *path = memory_format("%s/%s", folder, name);
	struct buffer text = BUFFER_INIT;
	FILE *file = fopen(path, "r");
	char bytes[4096];
	size_t length;
	char *copy;

	if (!file)
		fail_msg("cannot read %s", path);
	while ((length = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buffer_add(&text, bytes, length);
	fclose(file);
	free(path);
	copy = arena_copy(arena, buffer_text(&text), text.length);
	buffer_release(&text);
	return copy;
}

/* A header may go on in lines that begin with a blank. */
static char *message_next_line(char **text)
{
	char *line = *text, *end = line;

	do {
		end += *end == '\n';
		end += strcspn(end, "\n");
	} while (end[0] == '\n' && (end[1] == ' ' || end[1] == '\t'));
	*text = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

static void message_parse(struct message *message, char *text)
{
	char *line = message_next_line(&text), *target, *version;

	message->request.method = strsep(&line, " ");
	target = line;
	version = strrchr(target, ' ');
	assert_non_null(version);
	*version = '\0';
	message->request.path = strsep(&target, "?");
	message->request.query = target ? target : "";
	while (*text && *text != '\n') {
		struct http_header *header = &message->headers[message->request.n_headers++];

		line = message_next_line(&text);
		header->name = strsep(&line, ":");
		header->value = line;
	}
	message->request.headers = message->headers;
	message->request.body = *text ? text + 1 : text;
	message->request.body_length = strlen(message->request.body);
}

static const char *context_text(struct suite_case *c, const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? arena_copy_text(c->arena, text) : NULL;
}

static void context_read(struct suite_case *c, const char *folder)
{
	json_t *context = json_loads(file_read(c->arena, folder, "context.json"), 0, NULL);
	const json_t *credentials = json_object_get(context, "credentials");

	assert_non_null(context);
	c->credentials.access_key_id = context_text(c, credentials, "access_key_id");
	c->credentials.secret_access_key = context_text(c, credentials, "secret_access_key");
	c->credentials.session_token = context_text(c, credentials, "token");
	c->scope.region = context_text(c, context, "region");
	c->scope.service = context_text(c, context, "service");
	c->scope.time_ms = time_parse(context_text(c, context, "timestamp"));
	c->options.normalize_path = json_is_true(json_object_get(context, "normalize"));
	c->options.double_encode_path = true;
	c->options.sign_body_header = json_is_true(json_object_get(context, "sign_body"));
	c->options.omit_session_token = json_is_true(json_object_get(context, "omit_session_token"));
	json_decref(context);
}

static void suite_read_case(struct suite *suite, const char *folder, const char *name)
{
	struct suite_case *c = &suite->cases[suite->count++];

	assert_true(suite->count <= MOST_CASES);
	c->arena = arena_new();
	c->name = arena_copy_text(c->arena, name);
	context_read(c, folder);
	message_parse(&c->plain, file_read(c->arena, folder, "request.txt"));
	message_parse(&c->with_signature, file_read(c->arena, folder, "header-signed-request.txt"));
	c->canonical = file_read(c->arena, folder, "header-canonical-request.txt");
	c->string_to_sign = file_read(c->arena, folder, "header-string-to-sign.txt");
	c->signature = file_read(c->arena, folder, "header-signature.txt");
}

static int suite_open(void **state)
{
	struct suite *suite = memory_new(1, sizeof(*suite));
	char *root = memory_format("%s/sigv4", getenv("CONFORMANCE_DIR"));
	DIR *directory = opendir(root);

	if (!directory)
		fail_msg("cannot read %s", root);
	for (struct dirent *entry; (entry = readdir(directory));) {
		char *folder = memory_format("%s/%s", root, entry->d_name);

		if (entry->d_name[0] != '.')
			suite_read_case(suite, folder, entry->d_name);
		free(folder);
	}
	closedir(directory);
	free(root);
	*state = suite;
	return 0;
}

static int suite_close(void **state)
{
	struct suite *suite = *state;

	for (size_t i = 0; i < suite->count; i++)
		arena_free(suite->cases[i].arena);
	free(suite);
	return 0;
}

static bool header_is(const struct http_header *header, const char *name)
{
	return strcasecmp(header->name, name) == 0;
}

static const char *header_of(const struct message *message, const char *name)
{
	for (size_t i = 0; i < message->request.n_headers; i++)
		if (header_is(&message->headers[i], name))
			return message->headers[i].value;
	return NULL;
}

/* The headers of the signed request save Authorization, which step 1 leaves out by itself, and a token that is
 * added only after signing. */
static struct message case_request_to_sign(const struct suite_case *c)
{
	struct message message = c->with_signature;

	message.request.n_headers = 0;
	for (size_t i = 0; i < c->with_signature.request.n_headers; i++)
		if (!c->options.omit_session_token || !header_is(&c->with_signature.headers[i], "x-amz-security-token"))
			message.headers[message.request.n_headers++] = c->with_signature.headers[i];
	return message;
}

static void each_case_gives_its_canonical_request_string_to_sign_and_signature(void **state)
{
	const struct suite *suite = *state;

	for (size_t i = 0; i < suite->count; i++) {
		const struct suite_case *c = &suite->cases[i];
		struct message message = case_request_to_sign(c);
		struct buffer canonical = BUFFER_INIT, names = BUFFER_INIT, text = BUFFER_INIT;
		char signature[DIGEST_HEX_BYTES];

		message.request.headers = message.headers;
		sigv4_canonical_request(&message.request, &c->options, &canonical, &names);
		assert_string_equal(buffer_text(&canonical), c->canonical);
		sigv4_string_to_sign(&c->scope, buffer_text(&canonical), &text);
		assert_string_equal(buffer_text(&text), c->string_to_sign);
		sigv4_signature(&c->scope, c->credentials.secret_access_key, buffer_text(&text), signature);
		assert_string_equal(signature, c->signature);
		buffer_release(&canonical);
		buffer_release(&names);
		buffer_release(&text);
	}
}

static void each_case_signed_carries_the_headers_of_its_signed_request(void **state)
{
	const struct suite *suite = *state;

	for (size_t i = 0; i < suite->count; i++) {
		const struct suite_case *c = &suite->cases[i];
		struct sigv4_headers made;

		sigv4_sign(&c->plain.request, &c->scope, &c->credentials, &c->options, &made);
		assert_int_equal(c->plain.request.n_headers + made.count, c->with_signature.request.n_headers);
		for (size_t j = 0; j < made.count; j++)
			assert_string_equal(made.rows[j].value, header_of(&c->with_signature, made.rows[j].name));
		sigv4_headers_release(&made);
	}
	print_message("%zu of %zu cases of the signing suite hold in the header form\n", suite->count, suite->count);
	assert_int_equal(suite->count, 38);
}

static const char *secret_of_case(void *argument, const char *access_key_id)
{
	const struct suite_case *c = argument;

	return strcmp(access_key_id, c->credentials.access_key_id) == 0 ? c->credentials.secret_access_key : NULL;
}

static int case_verify(const struct suite_case *c, const struct message *message, int64_t now_ms,
		       struct sigv4_claim *claim, struct error *err)
{
	struct sigv4_request request = message->request;
	struct suite_case argument = *c;

	request.headers = message->headers;
	return sigv4_verify(&request, &c->options, now_ms, secret_of_case, &argument, claim, err);
}

static void each_signed_request_is_accepted(void **state)
{
	const struct suite *suite = *state;

	for (size_t i = 0; i < suite->count; i++) {
		const struct suite_case *c = &suite->cases[i];
		struct error err = ERROR_INIT;
		struct sigv4_claim claim;

		if (case_verify(c, &c->with_signature, c->scope.time_ms, &claim, &err))
			fail_msg("%s: %s", c->name, err.message);
		assert_string_equal(claim.access_key_id, c->credentials.access_key_id);
		assert_string_equal(claim.region, c->scope.region);
		assert_string_equal(claim.service, c->scope.service);
		assert_int_equal(claim.time_ms, c->scope.time_ms);
	}
}

static void message_set_header(struct message *message, const char *name, const char *value)
{
	for (size_t i = 0; i < message->request.n_headers; i++)
		if (header_is(&message->headers[i], name))
			message->headers[i].value = value;
}

static void change_method(struct message *message, struct arena *arena)
{
	(void)arena;
	message->request.method = "PUT";
}

static void change_path(struct message *message, struct arena *arena)
{
	message->request.path = arena_format(arena, "/other%s", message->request.path);
}

static void change_query(struct message *message, struct arena *arena)
{
	message->request.query = arena_format(arena, "%s&Other=1", message->request.query);
}

static void change_body(struct message *message, struct arena *arena)
{
	message->request.body = arena_format(arena, "%s ", (const char *)message->request.body);
	message->request.body_length++;
}

static void change_host(struct message *message, struct arena *arena)
{
	(void)arena;
	message_set_header(message, "host", "other.amazonaws.com");
}

static void change_date(struct message *message, struct arena *arena)
{
	(void)arena;
	message_set_header(message, "x-amz-date", "20150830T123601Z");
}

static void change_day(struct message *message, struct arena *arena)
{
	(void)arena;
	message_set_header(message, "x-amz-date", "20150831T123600Z");
}

static void change_add_header(struct message *message, struct arena *arena)
{
	(void)arena;
	message->headers[message->request.n_headers++] = (struct http_header){ "X-Amz-Target", "Other" };
}

static void change_key(struct message *message, struct arena *arena)
{
	const char *value = header_of(message, "authorization");
	char *other = arena_copy_text(arena, value);

	*strstr(other, "AKID") = 'B';
	message_set_header(message, "authorization", other);
}

static void change_signature(struct message *message, struct arena *arena)
{
	const char *value = header_of(message, "authorization");
	char *other = arena_copy_text(arena, value), *last = other + strlen(other) - 1;

	*last = *last == '0' ? '1' : '0';
	message_set_header(message, "authorization", other);
}

static void change_cut_signature(struct message *message, struct arena *arena)
{
	const char *value = header_of(message, "authorization");

	message_set_header(message, "authorization", arena_copy(arena, value, strlen(value) - 1));
}

static void change_algorithm(struct message *message, struct arena *arena)
{
	(void)arena;
	message_set_header(message, "authorization", "Basic YTpi");
}

static void change_unsigned_host(struct message *message, struct arena *arena)
{
	(void)arena;
	message_set_header(message, "authorization",
			   "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
			   "SignedHeaders=x-amz-date, Signature=0");
}

static void change_drop_authorization(struct message *message, struct arena *arena)
{
	(void)arena;
	for (size_t i = 0; i < message->request.n_headers; i++)
		if (header_is(&message->headers[i], "authorization"))
			message->headers[i].name = "x-other";
}

static void each_signed_request_is_refused_after_any_one_change(void **state)
{
	static const char mismatch[] = "SignatureDoesNotMatch: The request signature we calculated does not match the "
				       "signature you provided. Check your AWS Secret Access Key and signing method.";
	static const struct {
		void (*change)(struct message *message, struct arena *arena);
		const char *message;
	} rows[] = {
		{ change_method, mismatch },
		{ change_path, mismatch },
		{ change_query, mismatch },
		{ change_body, mismatch },
		{ change_host, mismatch },
		{ change_date, mismatch },
		{ change_day, "SignatureDoesNotMatch: Date in Credential scope does not match YYYYMMDD from ISO-8601 "
			      "version of date from HTTP." },
		{ change_add_header,
		  "SignatureDoesNotMatch: 'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization." },
		{ change_key, "InvalidClientTokenId: The security token included in the request is invalid." },
		{ change_signature, mismatch },
		{ change_cut_signature, mismatch },
		{ change_algorithm,
		  "IncompleteSignature: Unsupported AWS 'algorithm': only AWS4-HMAC-SHA256 is known" },
		{ change_unsigned_host,
		  "SignatureDoesNotMatch: 'Host' must be a 'SignedHeader' in the AWS Authorization." },
		{ change_drop_authorization,
		  "MissingAuthenticationToken: Request is missing Authentication Token" },
	};
	const struct suite *suite = *state;

	for (size_t i = 0; i < suite->count; i++) {
		const struct suite_case *c = &suite->cases[i];

		for (size_t j = 0; j < ARRAY_LENGTH(rows); j++) {
			struct message changed = c->with_signature;
			struct error err = ERROR_INIT;
			struct sigv4_claim claim;

			rows[j].change(&changed, c->arena);
			if (case_verify(c, &changed, c->scope.time_ms, &claim, &err) == 0)
				fail_msg("%s is accepted although changed by row %zu", c->name, j);
			assert_int_equal(err.kind, ERROR_CREDENTIALS);
			assert_string_equal(err.message, rows[j].message);
		}
	}
}

static void a_signature_holds_for_five_minutes_on_both_sides(void **state)
{
	static const struct {
		int64_t skew_ms;
		const char *message;
	} rows[] = {
		{ 0, "" },
		{ 300000, "" },
		{ -300000, "" },
		{ 301000, "SignatureDoesNotMatch: Signature expired: 20150830T123600Z is now earlier than "
			  "20150830T124101Z - 5 min." },
		{ -301000, "SignatureDoesNotMatch: Signature not yet current: 20150830T123600Z is still later than "
			   "20150830T123059Z + 5 min." },
	};
	const struct suite *suite = *state;
	const struct suite_case *c = &suite->cases[0];

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct error err = ERROR_INIT;
		struct sigv4_claim claim;
		int status = case_verify(c, &c->with_signature, c->scope.time_ms + rows[i].skew_ms, &claim, &err);

		assert_int_equal(status, *rows[i].message ? -1 : 0);
		assert_string_equal(err.message, rows[i].message);
	}
}

static void headers_that_proxies_change_are_not_signed(void **state)
{
	static const struct http_header headers[] = { { "Host", "example.amazonaws.com" },
						      { "User-Agent", "a" },
						      { "Connection", "close" },
						      { "X-Amzn-Trace-Id", "b" } };
	const struct sigv4_request request = { "GET", "/", "", headers, ARRAY_LENGTH(headers), "", 0 };
	const struct sigv4_options options = { .normalize_path = true, .double_encode_path = true };
	struct buffer canonical = BUFFER_INIT, names = BUFFER_INIT;

	(void)state;
	sigv4_canonical_request(&request, &options, &canonical, &names);
	assert_string_equal(buffer_text(&names), "host");
	buffer_release(&canonical);
	buffer_release(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_gives_its_canonical_request_string_to_sign_and_signature),
		cmocka_unit_test(each_case_signed_carries_the_headers_of_its_signed_request),
		cmocka_unit_test(each_signed_request_is_accepted),
		cmocka_unit_test(each_signed_request_is_refused_after_any_one_change),
		cmocka_unit_test(a_signature_holds_for_five_minutes_on_both_sides),
		cmocka_unit_test(headers_that_proxies_change_are_not_signed),
	};
	const char *root = getenv("CONFORMANCE_DIR");

	if (!root || !*root) {
		puts("skipped: CONFORMANCE_DIR names no folder with the signing suite");
		return 77;
	}
	return cmocka_run_group_tests(tests, suite_open, suite_close);
}
