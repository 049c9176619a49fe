/* How many questions are asked at once; everything else about readings shows in the runs of the other tests. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/memory.h"
#include "run/readings.h"

enum { QUESTIONS = 100, AT_ONCE = 10 };

/* An executor that answers when it is told to, the oldest first. */
struct desk {
	struct executor executor;
	struct clock clock;
	struct readings *readings;
	struct {
		call_done *done;
		void *argument;
	} asked[QUESTIONS];
	unsigned n_asked, n_answered;
	json_t *answers;
};

static int64_t no_time(struct clock *clock)
{
	(void)clock;
	return 1;
}

static void ask(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct desk *desk = (struct desk *)executor;

	(void)call;
	assert_true(desk->n_asked < QUESTIONS);
	desk->asked[desk->n_asked].done = done;
	desk->asked[desk->n_asked++].argument = argument;
}

static void answer_oldest(struct desk *desk)
{
	const struct call_result result = { .output = json_array_get(desk->answers, desk->n_answered) };

	assert_true(desk->n_answered < desk->n_asked);
	desk->asked[desk->n_answered].done(desk->asked[desk->n_answered].argument, &result);
	desk->n_answered++;
}

/* As an action does that looks at a hundred things: it asks for all, as often as something was answered. */
static unsigned count_ready(struct desk *desk)
{
	static const struct operation operation = { .name = "Describe" };
	const struct reading *reading;
	unsigned ready = 0;

	for (int i = 0; i < QUESTIONS; i++) {
		json_t *input = json_pack("{s:i}", "Thing", i);

		if (readings_get(desk->readings, &operation, input, 0, &reading) == READING_READY)
			ready++;
		json_decref(input);
	}
	return ready;
}

static int set_up(void **state)
{
	struct desk *desk = memory_new(1, sizeof(*desk));

	desk->executor.start = ask;
	desk->clock = (struct clock){ .monotonic_ms = no_time, .wall_ms = no_time };
	desk->readings = readings_new(&desk->clock, &desk->executor);
	desk->answers = json_array();
	for (int i = 0; i < QUESTIONS; i++)
		json_array_append_new(desk->answers, json_integer(i));
	*state = desk;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *desk = *state;

	readings_free(desk->readings);
	json_decref(desk->answers);
	free(desk);
	return 0;
}

static void of_a_hundred_questions_ten_are_under_way(void **state)
{
	struct desk *desk = *state;

	for (unsigned answered = 0; answered < QUESTIONS; answered++) {
		const unsigned under_way = QUESTIONS - answered < AT_ONCE ? QUESTIONS - answered : AT_ONCE;

		assert_int_equal(count_ready(desk), answered);
		assert_int_equal(desk->n_asked - desk->n_answered, under_way);
		answer_oldest(desk);
	}
	assert_int_equal(count_ready(desk), QUESTIONS);
	assert_int_equal(desk->n_asked, QUESTIONS);
}

static void what_was_dropped_counts_no_more(void **state)
{
	struct desk *desk = *state;

	count_ready(desk);
	assert_int_equal(desk->n_asked, AT_ONCE);
	readings_forget(desk->readings);
	count_ready(desk);
	assert_int_equal(desk->n_asked, 2 * AT_ONCE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(of_a_hundred_questions_ten_are_under_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_dropped_counts_no_more, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
