#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "cli/homeward.h"

enum { NOW = 100 * 60 * 1000, MINUTE = 60 * 1000 };

enum { LATER = 1000 }; /* exit 0, and the next event goes on */

/* `end` is the exit status that the newest leg wrote, -1 where it was cut off before it could. */
struct row {
	enum standing standing;
	int end;
	bool opens;
	int64_t latest_ms, expires_ms, booted_ms;
	enum homeward expected;
	const char *leg; /* what the newest one says of itself, while the run stands at "OUT" */
};

#define TO_OUT "{\"goal\": [\"OUT\"]}"
#define TO_IN "{\"goal\": [\"IN\"]}"
#define TO_REST "{\"goal\": []}"
#define TO_THE_END "{\"goal\": [], \"passes_pauses\": true}"
#define TO_ADOPT "{\"leg\": \"adopt\"}"
#define TO_TAKE_BACK "{\"goal\": [], \"restores\": true}"

static const struct row rows[] = {
	/* A pause only expires. */
	{ STANDING_PAUSED, 0, true, NOW - MINUTE, 0, 0, HOMEWARD_NOTHING, NULL },
	{ STANDING_PAUSED, 0, true, NOW - MINUTE, NOW + 1, 0, HOMEWARD_NOTHING, NULL },
	{ STANDING_PAUSED, 0, true, NOW - MINUTE, NOW, 0, HOMEWARD_EXPIRE, NULL },
	{ STANDING_PAUSED, 0, true, NOW - MINUTE, NOW + 1, NOW, HOMEWARD_NOTHING, NULL },
	/* A leg that leaves has a quarter of an hour, unless the machine was started since. */
	{ STANDING_IN, -1, true, NOW - MINUTE, 0, 0, HOMEWARD_NOTHING, NULL },
	{ STANDING_IN, -1, true, NOW - 15 * MINUTE + 1, 0, 0, HOMEWARD_NOTHING, NULL },
	{ STANDING_IN, -1, true, NOW - 15 * MINUTE, 0, 0, HOMEWARD_INTERRUPT, NULL },
	{ STANDING_IN, -1, true, NOW - MINUTE, 0, NOW - MINUTE + 1, HOMEWARD_INTERRUPT, NULL },
	{ STANDING_BEFORE, EXIT_INTERRUPTED, true, NOW - 15 * MINUTE, 0, 0, HOMEWARD_INTERRUPT, NULL },
	{ STANDING_NEW, -1, true, NOW - 15 * MINUTE, 0, 0, HOMEWARD_INTERRUPT, NULL },
	/* What somebody began to take over, and never came back to, is not put into service for that. */
	{ STANDING_IN, -1, true, NOW - MINUTE, 0, 0, HOMEWARD_NOTHING, TO_ADOPT },
	{ STANDING_IN, -1, true, NOW - 15 * MINUTE, 0, 0, HOMEWARD_LET_GO, TO_ADOPT },
	{ STANDING_PAUSED, 0, true, NOW - 15 * MINUTE, 0, 0, HOMEWARD_NOTHING, TO_ADOPT },
	/* One that goes on later has an hour, since its next event may be late. */
	{ STANDING_IN, LATER, true, NOW - 15 * MINUTE, 0, 0, HOMEWARD_NOTHING, NULL },
	{ STANDING_IN, LATER, true, NOW - 60 * MINUTE + 1, 0, 0, HOMEWARD_NOTHING, NULL },
	{ STANDING_IN, LATER, true, NOW - 60 * MINUTE, 0, 0, HOMEWARD_INTERRUPT, NULL },
	{ STANDING_IN, LATER, true, NOW - MINUTE, 0, NOW - MINUTE + 1, HOMEWARD_INTERRUPT, NULL },
	/* A leg that returns goes on. */
	{ STANDING_IN, -1, false, NOW - MINUTE, 0, 0, HOMEWARD_GO_ON, NULL },
	{ STANDING_BEFORE, EXIT_INTERRUPTED, false, NOW, 0, 0, HOMEWARD_GO_ON, NULL },
	/* Cut off before it had left the pause, it goes on; a pause that was its goal only expires. */
	{ STANDING_PAUSED, -1, false, NOW - MINUTE, 0, 0, HOMEWARD_GO_ON, TO_IN },
	{ STANDING_PAUSED, EXIT_INTERRUPTED, false, NOW - MINUTE, NOW + 1, 0, HOMEWARD_GO_ON, TO_IN },
	{ STANDING_PAUSED, -1, false, NOW - MINUTE, NOW, 0, HOMEWARD_EXPIRE, TO_OUT },
	{ STANDING_PAUSED, EXIT_LEFT, false, NOW - MINUTE, NOW + 1, 0, HOMEWARD_NOTHING, TO_IN },
	/* Without a goal: who goes home rests at a pause, who goes to the end was still to leave it. */
	{ STANDING_PAUSED, -1, false, NOW - MINUTE, 0, 0, HOMEWARD_NOTHING, TO_REST },
	{ STANDING_PAUSED, -1, false, NOW - MINUTE, NOW, 0, HOMEWARD_EXPIRE, TO_REST },
	{ STANDING_PAUSED, -1, false, NOW - MINUTE, 0, 0, HOMEWARD_GO_ON, TO_THE_END },
	{ STANDING_PAUSED, -1, false, NOW - MINUTE, 0, 0, HOMEWARD_GO_ON, TO_TAKE_BACK },
	{ STANDING_IN, -1, false, NOW - MINUTE, 0, 0, HOMEWARD_GO_ON, TO_REST },
	/* One that said that a person is needed waits for that person. */
	{ STANDING_IN, EXIT_LEFT, false, NOW - 60 * MINUTE, 0, 0, HOMEWARD_NOTHING, NULL },
	{ STANDING_IN, EXIT_IN_DOUBT, true, NOW - 60 * MINUTE, 0, NOW, HOMEWARD_NOTHING, NULL },
	{ STANDING_ENDED, -1, false, NOW - 60 * MINUTE, 0, 0, HOMEWARD_NOTHING, NULL },
};

static void runs_only_go_home(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct row *row = &rows[i];
		struct history history = { .standing = row->standing,
					   .latest_ms = row->latest_ms,
					   .expires_ms = row->expires_ms };

		history.leg = row->leg ? json_loads(row->leg, 0, NULL) : json_object();
		history.position = row->leg ? strdup("OUT") : NULL;
		history.leg_end = row->end < 0 ? NULL
					       : json_pack("{s:i, s:b}", "exit", row->end % LATER, "later",
							   row->end == LATER);
		if (homeward_decide(&history, row->opens, NOW, row->booted_ms) != row->expected)
			fail_msg("row %zu", i);
		history_release(&history);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_only_go_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
