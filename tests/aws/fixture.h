/* What the tests of credentials stand on: a home directory of their own, an environment, a clock that only moves when
 * somebody waits, and a network that answers by a script. In texts, '!' stands for the home directory. Every secret in
 * a test has HIDDEN in it, and no message may have that. */
#ifndef TIDEGATE_TESTS_AWS_FIXTURE_H
#define TIDEGATE_TESTS_AWS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/error.h"
#include "wire/transport.h"

#define WALL_START_MS INT64_C(1795378058000) /* 2026-11-22T20:07:38Z */
#define FIXTURE_ROWS 24

/* One exchange: what must be asked, and what is answered. */
struct exchange_row {
	const char *method; /* NULL ends a script */
	const char *url;
	const char *header; /* "name: value" that must be sent; NULL: whatever */
	const char *sends;  /* must be in the body; NULL: whatever */
	int status;         /* 0: no answer, for the reason in `body`; -1: nothing happens at all */
	const char *body;
};

struct fixture {
	struct clock clock;
	struct transport transport;
	int64_t passed_ms;
	char home[64];
	char *environment_rows[FIXTURE_ROWS];
	struct environment environment;
	const struct exchange_row *script;
	size_t exchanges; /* so far */
	const char *date; /* of every answer; NULL: they have none */
	transfer_done *done; /* of the request in flight; NULL: none */
	void *argument;
	const struct exchange_row *answer;
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Both NULL-ended; the environment always has HOME. */
void fixture_set_environment(struct fixture *fixture, const char *const *rows);
void fixture_write(struct fixture *fixture, const char *name, const char *text); /* below home; NULL: removed */
void fixture_write_bytes(struct fixture *fixture, const char *name, const void *bytes, size_t length);
void fixture_play(struct fixture *fixture, const struct exchange_row *script);
void fixture_expect_played(const struct fixture *fixture); /* to its end */
void fixture_expect_error(const struct fixture *fixture, const struct error *err, const char *message);

#endif
