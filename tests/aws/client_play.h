/* The client over a transport that plays a script and a clock that only moves when somebody waits: what tests/aws's
 * tests of the client share. */
#ifndef TIDEGATE_TESTS_AWS_CLIENT_PLAY_H
#define TIDEGATE_TESTS_AWS_CLIENT_PLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aws/client.h"
#include "base/buffer.h"
#include "base/memory.h"

#define START_MS INT64_C(1795378058000) /* 2026-11-22T20:07:38Z */
#define START_DATE "date: Sun, 22 Nov 2026 20:07:38 GMT"
#define LATER_DATE "date: Sun, 22 Nov 2026 20:17:38 GMT" /* ten minutes */
#define SOON_DATE "date: Sun, 22 Nov 2026 20:12:37 GMT"  /* 299 seconds */

extern const struct operation read_things, change_thing, read_in_public;

#define CHANGED "<ChangeThingResponse><ResponseMetadata><RequestId>r-body</RequestId></ResponseMetadata>" \
		"</ChangeThingResponse>"
#define PAGE(items, token) "<DescribeThingsResponse><DescribeThingsResult><Things>" items "</Things>" token \
		"</DescribeThingsResult><ResponseMetadata><RequestId>r-body</RequestId></ResponseMetadata>" \
		"</DescribeThingsResponse>"
#define ITEM(name) "<member>" name "</member>"
#define TOKEN(name) "<NextToken>" name "</NextToken>"
#define FAULT(code, text) "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>" text "</Message>" \
		"</Error><RequestId>r-fault</RequestId></ErrorResponse>"

/* What comes of one request. A script's last step is repeated for ever. */
struct step {
	enum transfer_failure failure;
	int status;
	const char *body;
	const char *header; /* "name: value"; NULL: none */
	bool timed_out;
};

enum { STEP_MS = 10, REQUESTS_MOST = 100 };

struct sent {
	char *url, *body, *date, *token, *authorization, *user_agent;
	size_t n_headers;
	transfer_done *done;
	void *argument;
	int64_t at_ms; /* monotonic */
};

struct fixture {
	struct transport transport;
	struct clock clock;
	struct random_source random;
	struct credentials_provider provider;
	struct credentials credentials;
	struct arena *arena;
	struct aws_client_options options;
	struct aws_client *client;
	struct executor *executor;
	const struct step *script;
	size_t n_steps, played_from;
	int64_t passed_ms;
	struct sent sent[REQUESTS_MOST];
	size_t n_sent, n_answered;
	int refreshes, gets_that_fail, metadata_asked;
};

/* The result of a call, kept. */
struct kept {
	int count;
	struct call_result result;
	char *output; /* as JSON; NULL where there is none */
};

int set_up(void **state);
int tear_down(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* With the fixture's options as they are now, and a full quota. */
void make_client(struct fixture *fixture);

void play(struct fixture *fixture, const struct step *script, size_t n_steps);
#define PLAY(fixture, ...) \
	play((fixture), (const struct step[]){ __VA_ARGS__ }, ARRAY_LENGTH(((const struct step[]){ __VA_ARGS__ })))

void keep(void *argument, const struct call_result *result); /* into a struct kept */
void await(struct fixture *fixture, const struct kept *kept);
/* One call to its end; `sign_until_ms` as in struct call. */
struct kept do_call(struct fixture *fixture, const struct operation *operation, int64_t sign_until_ms);
/* The same, where only the result is wanted. */
struct call_result call_of(struct fixture *fixture, const struct operation *operation, int64_t sign_until_ms);

#endif
