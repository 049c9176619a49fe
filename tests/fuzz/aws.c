/* Who and where: AWS's files, and what credential helpers, metadata services and AWS itself answer. */
#include "config.h"

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/credentials_place.h"
#include "aws/endpoint.h"
#include "aws/settings.h"
#include "aws/verdict.h"
#include "aws/words.h"
#include "base/clock.h"
#include "base/memory.h"
#include "model/services.h"

/* The config file, and behind the first NUL the credentials file. */
void read_config(const char *text, size_t length)
{
	const size_t first = strnlen(text, length);
	char *rows[] = { memory_format("AWS_CONFIG_FILE=%s", as_file("config", text, first)), NULL, NULL, NULL };
	const char *second = first < length ? text + first + 1 : "";
	struct error err = ERROR_INIT;
	struct settings settings;
	char *found = NULL;

	rows[1] = memory_format("AWS_SHARED_CREDENTIALS_FILE=%s",
				as_file("credentials", second, first < length ? length - first - 1 : 0));
	rows[2] = memory_copy_text("AWS_PROFILE=a");
	if (settings_load(&settings, &(struct settings_flags){ 0 },
			  (struct environment){ (const char *const *)rows }, &err) == 0) {
		if (settings_region(&settings, NULL, &found, &err) == 0)
			free(found);
		if (settings_endpoint(&settings, "AUTO_SCALING", &found, &err) == 0)
			free(found);
		settings_release(&settings);
	} else {
		must(err.kind != ERROR_NONE, "no settings, then an error");
	}
	for (size_t i = 0; rows[i]; i++)
		free(rows[i]);
}

void read_words(const char *text, size_t length)
{
	struct arena *arena = arena_new();
	struct words words;
	size_t sum = 0;

	if (words_split(arena, text, &words, NULL) == 0) {
		for (size_t i = 0; i < words.count; i++)
			sum += strlen(words.rows[i]);
		must(sum <= length && !words.rows[words.count], "words are no longer than the line");
	}
	arena_free(arena);
}

void read_credentials(const char *text, size_t length)
{
	struct credentials made = { 0 };
	struct error err = ERROR_INIT;

	if (credentials_from_text(text, length, length % 2 ? "Token" : "SessionToken", &made, &err) == 0)
		must(made.access_key_id && made.secret_access_key && made.expires_ms >= 0, "credentials are whole");
	else
		must(err.kind == ERROR_PROTOCOL, "no credentials, then an error");
	credentials_release(&made);
}

/* A transport that answers every request with these bytes, but one for a token. */
struct echo {
	struct transport transport;
	struct http_response response;
	bool token;
	transfer_done *done;
	void *argument;
};

static void echo_start(struct transport *transport, const struct http_request *request, transfer_done *done,
		       void *argument)
{
	struct echo *echo = (struct echo *)transport;

	echo->token = strcmp(request->method, "PUT") == 0;
	echo->done = done;
	echo->argument = argument;
}

static int echo_poll(struct transport *transport, int timeout_ms, struct error *err)
{
	static const struct http_response token = { .status = 200, .body = "token", .body_length = 5 };
	struct echo *echo = (struct echo *)transport;

	(void)timeout_ms;
	(void)err;
	echo->done(echo->argument, echo->token ? &token : &echo->response);
	return 0;
}

void read_metadata(const char *text, size_t length)
{
	static const char *const facts[] = { "instance_id", "region", "account_id", "lifecycle_state" };
	struct echo echo = {
		.transport = { .start = echo_start, .poll = echo_poll },
		.response = { .status = 200, .body = text, .body_length = length },
	};
	struct imds *imds = imds_new(&echo.transport, clock_system(), NULL);

	for (size_t i = 0; i < ARRAY_LENGTH(facts); i++) {
		struct error err = ERROR_INIT;
		json_t *fact = imds_metadata(imds, facts[i], &err);

		must(fact ? json_is_string(fact) : err.kind != ERROR_NONE, "a fact is a text, or an error says why");
		json_decref(fact);
	}
	imds_free(imds);
}

/* "STATUS DATE\n", then the body. */
void read_verdict(const char *text, size_t length)
{
	static char key[] = "wJalrXUtnFEMI";
	static const struct credentials secret = { .secret_access_key = key };
	const char *line = memchr(text, '\n', length), *body = line ? line + 1 : text;
	char *date = line ? strndup(text, (size_t)(line - text)) : memory_copy_text("");
	const struct http_header headers[] = { { "date", date }, { "x-amz-retry-after", date } };
	const struct http_response response = {
		.status = length % 2 ? 200 : 400, .headers = headers, .n_headers = 2,
		.body = body, .body_length = (size_t)(text + length - body),
	};
	static struct services *services;
	struct verdict verdict = { .failure = FAILURE_NONE };

	services = services ? services : services_new(arena_new());
	verdict_read(&verdict, services_operation(services, "autoscaling:EnterStandby", NULL), &response, &secret);
	must((verdict.failure == FAILURE_NONE) == (verdict.output != NULL), "it is done, or there is a failure");
	must(!strstr(verdict.message, key), "no secret is shown");
	verdict_release(&verdict);
	free(date);
}

/* A region, and behind a blank a URL in place of AWS's own. */
void read_endpoint(const char *text, size_t length)
{
	static const struct partitions *partitions;
	static struct arena *arena;
	const char *blank = strchr(text, ' ');
	char *region = blank ? strndup(text, (size_t)(blank - text)) : memory_copy_text(text);
	struct endpoint endpoint = { .url = "" };
	struct error err = ERROR_INIT;

	arena = arena ? arena : arena_new();
	partitions = partitions ? partitions : partitions_embedded(arena, NULL);
	if (endpoint_resolve(partitions, &(struct endpoint_query){
			     .service = "autoscaling", .region = region, .override = blank ? blank + 1 : NULL,
			     .use_fips = length % 2, .use_dual_stack = length % 3 == 0 }, &endpoint, &err) == 0)
		must(strncmp(endpoint.url, "http", 4) == 0 && endpoint.host[0] && endpoint.path[0] == '/' &&
		     !strpbrk(endpoint.url, " \r\n"), "an endpoint is a URL");
	else
		must(err.kind != ERROR_NONE, "no endpoint, then an error");
	free(region);
}
