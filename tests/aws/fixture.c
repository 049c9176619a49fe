#include "config.h"

#include "fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"

static struct fixture *of_clock(struct clock *clock)
{
	return (struct fixture *)((char *)clock - offsetof(struct fixture, clock));
}

static struct fixture *of_transport(struct transport *transport)
{
	return (struct fixture *)((char *)transport - offsetof(struct fixture, transport));
}

static int64_t monotonic_ms(struct clock *clock)
{
	return of_clock(clock)->passed_ms;
}

static int64_t wall_ms(struct clock *clock)
{
	return WALL_START_MS + of_clock(clock)->passed_ms;
}

static void expect_header(const struct http_request *request, const char *expected)
{
	char row[512];

	for (size_t i = 0; i < request->n_headers; i++) {
		snprintf(row, sizeof(row), "%s: %s", request->headers[i].name, request->headers[i].value);
		if (strcmp(row, expected) == 0)
			return;
	}
	fail_msg("'%s' is asked without '%s'", request->url, expected);
}

static void start(struct transport *transport, const struct http_request *request, transfer_done *done, void *argument)
{
	struct fixture *fixture = of_transport(transport);
	const struct exchange_row *row = &fixture->script[fixture->exchanges++];

	assert_null(fixture->done);
	if (!row->method)
		fail_msg("nobody expected '%s'", request->url);
	assert_string_equal(request->method, row->method);
	assert_string_equal(request->url, row->url);
	if (row->header)
		expect_header(request, row->header);
	if (row->sends && (!request->body || !strstr(request->body, row->sends)))
		fail_msg("'%s' is asked without '%s'", request->url, row->sends);
	fixture->answer = row;
	fixture->done = done;
	fixture->argument = argument;
}

static int play(struct transport *transport, int timeout_ms, struct error *err)
{
	struct fixture *fixture = of_transport(transport);
	const struct exchange_row *row = fixture->answer;
	struct http_header date = { "date", fixture->date };
	struct http_response response = { .failure = TRANSFER_NO_ANSWER, .headers = &date };
	transfer_done *done = fixture->done;

	(void)err;
	if (!done || row->status < 0) {
		fixture->passed_ms += timeout_ms;
		return 0;
	}
	if (row->status) {
		response.failure = TRANSFER_ANSWERED;
		response.status = row->status;
		response.n_headers = fixture->date ? 1 : 0;
		response.body = row->body;
		response.body_length = strlen(row->body);
	} else {
		snprintf(response.reason, sizeof(response.reason), "%s", row->body);
	}
	fixture->done = NULL;
	done(fixture->argument, &response);
	return 0;
}

static void cancel(struct transport *transport)
{
	of_transport(transport)->done = NULL;
}

int fixture_setup(void **state)
{
	struct fixture *fixture = memory_new(1, sizeof(*fixture));
	char name[80];

	fixture->clock = (struct clock){ .monotonic_ms = monotonic_ms, .wall_ms = wall_ms };
	fixture->transport = (struct transport){ .start = start, .poll = play, .cancel = cancel };
	snprintf(fixture->home, sizeof(fixture->home), "/tmp/tidegate-test-XXXXXX");
	if (!mkdtemp(fixture->home))
		return -1;
	snprintf(name, sizeof(name), "%s/.aws", fixture->home);
	fixture_set_environment(fixture, (const char *const[]){ NULL });
	*state = fixture;
	return mkdir(name, 0700);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	nftw(fixture->home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < FIXTURE_ROWS; i++)
		free(fixture->environment_rows[i]);
	free(fixture);
	return 0;
}

static char *replace(const char *text, const char *from, const char *to)
{
	struct buffer made = BUFFER_INIT;
	const char *found;

	for (; (found = strstr(text, from)); text = found + strlen(from)) {
		buffer_add(&made, text, (size_t)(found - text));
		buffer_add_text(&made, to);
	}
	buffer_add_text(&made, text);
	return buffer_take(&made);
}

void fixture_set_environment(struct fixture *fixture, const char *const *rows)
{
	size_t count = 1;

	for (size_t i = 0; i < FIXTURE_ROWS; i++) {
		free(fixture->environment_rows[i]);
		fixture->environment_rows[i] = NULL;
	}
	fixture->environment_rows[0] = replace("HOME=!", "!", fixture->home);
	for (; *rows; rows++) {
		assert_true(count + 1 < FIXTURE_ROWS);
		fixture->environment_rows[count++] = replace(*rows, "!", fixture->home);
	}
	fixture->environment.rows = (const char *const *)fixture->environment_rows;
}

void fixture_write_bytes(struct fixture *fixture, const char *name, const void *bytes, size_t length)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", fixture->home, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

void fixture_write(struct fixture *fixture, const char *name, const char *text)
{
	char path[160], *replaced;

	snprintf(path, sizeof(path), "%s/%s", fixture->home, name);
	if (!text) {
		unlink(path);
		return;
	}
	replaced = replace(text, "!", fixture->home);
	fixture_write_bytes(fixture, name, replaced, strlen(replaced));
	free(replaced);
}

void fixture_play(struct fixture *fixture, const struct exchange_row *script)
{
	fixture->script = script;
	fixture->exchanges = 0;
}

void fixture_expect_played(const struct fixture *fixture)
{
	if (fixture->script[fixture->exchanges].method)
		fail_msg("nobody asked for '%s'", fixture->script[fixture->exchanges].url);
}

void fixture_expect_error(const struct fixture *fixture, const struct error *err, const char *message)
{
	char *shown = replace(err->message, fixture->home, "!");

	assert_int_not_equal(err->kind, ERROR_NONE);
	if (strstr(shown, "HIDDEN"))
		fail_msg("a secret in '%s'", shown);
	assert_string_equal(shown, message);
	free(shown);
}
