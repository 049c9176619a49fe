/* credential_process: a program of the user's own that prints credentials
 * (docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html). */
#include "config.h"

#include "aws/credentials_place.h"

#include "aws/process.h"
#include "aws/words.h"
#include "base/memory.h"

enum { PROCESS_TIMEOUT_MS = 20 * 1000, PROCESS_MAX_BYTES = 64 * 1024 };

static int read_answer(const struct buffer *output, struct credentials *made, struct error *err)
{
	json_t *object = json_loadb(buffer_text(output), output->length, JSON_REJECT_DUPLICATES, NULL);
	const json_t *version = json_object_get(object, "Version");
	int result;

	if (object && !(json_is_integer(version) && json_integer_value(version) == 1))
		result = error_set(err, ERROR_PROTOCOL, NOWHERE, "the 'Version' in its answer is not 1");
	else
		result = credentials_from_json(object, "SessionToken", made, err);
	json_decref(object);
	return result;
}

static int run(const struct lookup *lookup, char *const *arguments, struct credentials *made, struct error *err)
{
	int timeout_ms = lookup->with->process_timeout_ms;
	const struct process process = {
		.arguments = arguments,
		.environment = &lookup->with->settings->environment,
		.clock = lookup->with->clock,
		.timeout_ms = timeout_ms ? timeout_ms : PROCESS_TIMEOUT_MS,
		.stop_descriptor = lookup->with->transport->stop_descriptor,
		.max_output_bytes = PROCESS_MAX_BYTES,
	};
	struct buffer output = BUFFER_INIT;
	int result = process_run(&process, &output, err);

	if (result == 0)
		result = read_answer(&output, made, err);
	buffer_release(&output);
	return result;
}

int load_process(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	const char *line = lookup_get(lookup, "credential_process");
	struct arena *arena;
	struct words words;
	int result;

	if (!line)
		return PLACE_PASSES;
	arena = arena_new();
	result = words_split(arena, line, &words, err);
	if (result == 0 && words.count == 0)
		result = error_set(err, ERROR_USAGE, NOWHERE, "it is empty");
	if (result == 0)
		result = run(lookup, words.rows, made, err);
	if (result < 0)
		error_prefix(err, "credential_process of profile '%s'", lookup->profile);
	arena_free(arena);
	return result;
}
