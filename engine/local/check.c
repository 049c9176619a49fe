#include "config.h"

#include "local/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "local/shown.h"
#include "text/json.h"

enum { TIMEOUT_LEAST_MS = 10, HOUR_MS = 3600 * 1000, TIMES_MOST = 100 };

int64_t check_now_ms(const struct check *check)
{
	return check->options->clock->monotonic_ms(check->options->clock);
}

const char *check_text(const struct check *check, const char *name)
{
	return json_string_value(json_object_get(check->input, name));
}

bool check_true(const struct check *check, const char *name)
{
	return json_is_true(json_object_get(check->input, name));
}

static void check_end(struct check *check)
{
	check->kind->drop(check);
	check->state = CHECK_DONE;
	check->due_ms = check_now_ms(check);
	check->result.elapsed_ms = check->due_ms - check->started_ms;
}

int check_refuse(struct check *check, enum failure failure, const char *format, ...)
{
	struct buffer message = BUFFER_INIT, shown = BUFFER_INIT;
	va_list arguments;

	va_start(arguments, format);
	buffer_add_vformat(&message, format, arguments);
	va_end(arguments);
	shown_add(&shown, buffer_text(&message), message.length, sizeof(check->result.message) - 10);
	snprintf(check->result.message, sizeof(check->result.message), "%s", buffer_text(&shown));
	buffer_release(&message);
	buffer_release(&shown);
	check->result.failure = failure;
	snprintf(check->result.code, sizeof(check->result.code), "Local%s", check->operation);
	check_end(check);
	return -1;
}

void check_tried(struct check *check, bool holds, int code, struct buffer *reason)
{
	check->result.attempts++;
	check->held = holds ? check->held + 1 : 0;
	if (holds && check->held < check->times) {
		check->kind->drop(check);
		check->state = CHECK_PAUSING;
		check->due_ms = check_now_ms(check) + check->pause_ms;
		buffer_release(reason);
		return;
	}
	check->result.output = json_made(json_pack("{s:b, s:s}", "Holds", (int)holds, "Reason", buffer_text(reason)));
	if (code >= 0)
		json_put(check->result.output, "Status", json_integer(code));
	buffer_release(reason);
	check_end(check);
}

/* A number of seconds within bounds, in ms. */
static int read_seconds(struct check *check, const char *name, int64_t least_ms, int64_t otherwise_ms, int64_t *ms)
{
	const json_t *given = json_object_get(check->input, name);
	double seconds = json_number_value(given);

	*ms = otherwise_ms;
	if (!given)
		return 0;
	if (!(seconds * 1000 >= (double)least_ms && seconds * 1000 <= HOUR_MS))
		return check_refuse(check, FAILURE_INVALID, "%s is %g s, which is not from %g s to 1 h", name, seconds,
				    (double)least_ms / 1000);
	*ms = (int64_t)(seconds * 1000);
	return 0;
}

static int read_times(struct check *check)
{
	const json_t *given = json_object_get(check->input, "Times");

	check->times = given ? json_integer_value(given) : 1;
	if (check->times < 1 || check->times > TIMES_MOST)
		return check_refuse(check, FAILURE_INVALID, "Times is %lld, which is not from 1 to %d",
				    (long long)check->times, (int)TIMES_MOST);
	return 0;
}

struct check *check_new(const struct local_executor_options *options, const struct check_kind *kind,
			const struct call *call, call_done *done, void *argument)
{
	struct check *check = memory_new(1, sizeof(*check));

	check->options = options;
	check->kind = kind;
	check->operation = call->operation->name;
	check->input = json_incref((json_t *)(uintptr_t)call->input);
	check->done = done;
	check->argument = argument;
	check->started_ms = check->due_ms = check_now_ms(check);
	check->state = CHECK_PAUSING;
	if (read_times(check) == 0 &&
	    read_seconds(check, "TimeoutSeconds", TIMEOUT_LEAST_MS, 10 * 1000, &check->timeout_ms) == 0 &&
	    read_seconds(check, "PauseSeconds", 0, 1000, &check->pause_ms) == 0)
		kind->prepare(check);
	return check;
}

void check_free(struct check *check)
{
	check->kind->drop(check);
	json_decref(check->result.output);
	json_decref(check->input);
	free(check);
}

void check_advance(struct check *check)
{
	if (check->state == CHECK_PAUSING && check->due_ms <= check_now_ms(check)) {
		check->state = CHECK_TRYING;
		check->due_ms = INT64_MAX;
		check->kind->begin(check);
	}
	if (check->state == CHECK_TRYING && check->kind->advance)
		check->kind->advance(check);
}

/* ---- a catalogue of the user's own may name what does not exist */

static int prepare_unknown(struct check *check)
{
	return check_refuse(check, FAILURE_INVALID, "no check of this machine is called '%s'", check->operation);
}

static void drop_nothing(struct check *check)
{
	(void)check;
}

const struct check_kind check_unknown = { .prepare = prepare_unknown, .drop = drop_nothing };
