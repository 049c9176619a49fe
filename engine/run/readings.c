#include "config.h"

#include "run/readings.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* AWS counts an account's requests, and all instances of a deployment ask at once. As many as botocore keeps
 * connections: a hundred target groups are still looked at in the time of ten calls. */
enum { QUESTIONS_AT_ONCE = 10 };

struct question {
	struct question *next;
	struct readings *readings;
	const struct operation *operation;
	json_t *input;
	bool under_way;
	bool answered;
	int64_t asked_ms; /* when what is under way was asked */
	json_t *said; /* the newest answer itself; reading.result.output may be an older one that says the same */
	struct reading reading;
};

struct readings {
	struct clock *clock;
	struct executor *executor;
	struct question *questions;
	unsigned under_way;
	int64_t date_ms;    /* AWS's newest Date */
	int64_t date_at_ms; /* when it came, monotonic */
};

struct readings *readings_new(struct clock *clock, struct executor *executor)
{
	struct readings *readings = memory_new(1, sizeof(*readings));

	readings->clock = clock;
	readings->executor = executor;
	return readings;
}

void readings_free(struct readings *readings)
{
	if (!readings)
		return;
	for (struct question *question = readings->questions, *next; question; question = next) {
		next = question->next;
		json_decref(question->input);
		json_decref(question->reading.result.output);
		json_decref(question->said);
		free(question);
	}
	free(readings);
}

int64_t readings_aws_time_ms(const struct readings *readings)
{
	if (readings->date_ms == 0)
		return 0;
	return readings->date_ms + readings->clock->monotonic_ms(readings->clock) - readings->date_at_ms;
}

void readings_note_date(struct readings *readings, int64_t date_ms)
{
	if (date_ms == 0)
		return;
	readings->date_ms = date_ms;
	readings->date_at_ms = readings->clock->monotonic_ms(readings->clock);
}

void readings_forget(struct readings *readings)
{
	for (struct question *question = readings->questions; question; question = question->next)
		question->under_way = false;
	readings->under_way = 0;
}

static void question_answered(void *argument, const struct call_result *result)
{
	struct question *question = argument;

	json_t *before = question->reading.result.output;
	/* What says the same is the same: so what was made of it need not be made again. */
	bool same = result->output && (result->output == question->said || json_equal(before, result->output));

	question->reading.result = *result;
	if (same) {
		question->reading.result.output = before;
	} else {
		json_incref(result->output);
		json_decref(before);
	}
	json_incref(result->output);
	json_decref(question->said);
	question->said = result->output;
	question->reading.asked_ms = question->asked_ms;
	question->under_way = false;
	question->readings->under_way--;
	question->answered = true;
	readings_note_date(question->readings, result->date_ms);
}

static struct question *question_find(struct readings *readings, const struct operation *operation, json_t *input)
{
	struct question *question = readings->questions;

	while (question && (question->operation != operation || !json_equal(question->input, input)))
		question = question->next;
	if (question)
		return question;
	question = memory_new(1, sizeof(*question));
	question->readings = readings;
	question->operation = operation;
	question->input = json_incref(input);
	question->next = readings->questions;
	readings->questions = question;
	return question;
}

static enum reading_status question_ask(struct question *question, int64_t since_ms)
{
	struct readings *readings = question->readings;
	struct call call = { .operation = question->operation, .input = question->input };

	if (question->answered && question->reading.asked_ms >= since_ms)
		return READING_READY;
	/* Every answer lets all who wait ask again. */
	if (!question->under_way && readings->under_way < QUESTIONS_AT_ONCE) {
		question->under_way = true;
		readings->under_way++;
		question->asked_ms = readings->clock->monotonic_ms(readings->clock);
		readings->executor->start(readings->executor, &call, question_answered, question);
	}
	return READING_UNDER_WAY;
}

enum reading_status readings_get(struct readings *readings, const struct operation *operation, json_t *input,
				 int64_t since_ms, const struct reading **reading)
{
	struct question *question = question_find(readings, operation, input);

	if (question_ask(question, since_ms) == READING_UNDER_WAY)
		return READING_UNDER_WAY;
	/* A failure that passes is told once; the next who asks gets a new answer. */
	question->answered = !failures[question->reading.result.failure].passing;
	*reading = &question->reading;
	return READING_READY;
}

enum reading_status readings_again(const struct reading *reading, int64_t since_ms)
{
	const size_t offset = offsetof(struct question, reading);

	return question_ask((struct question *)(uintptr_t)((const char *)reading - offset), since_ms);
}
