/* The faults of the bash scripts, as machines that do what the scripts do (tests/lessons/): a rehearsal finds each, and
 * shows how it comes to it. The traces are those of the files beside the machines; to accept new ones:
 *	TIDEGATE_SOURCE_DIR=. tests/cli/lessons_test --update */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bench.h"

static const struct lesson {
	const char *name, *invariant, *scenario;
	enum section section; /* from which on it shows */
	const char *shows;    /* in the trace that is meant; NULL: in the first one */
} lessons[] = {
	{ "L1", "W4", "group-of-three", SECTION_CRASH, NULL },
	{ "L6", "W3", "group-of-three", SECTION_CALM, NULL },
	{ "L11", "J4", "room-to-spare", SECTION_FAULT, "failed: ValidationError" },
	{ "L12", "exit 1", "group-of-three", SECTION_FAULT, "EnterStandby             failed: AccessDenied" },
	{ "L17", "W2", "group-of-three", SECTION_ABANDONED, "ENTER            EnterStandby             done" },
	{ "R1", "exit 1", "group-of-three", SECTION_ACT, "standby i-0b1c2d3e4f5061728" },
	{ "R2", "W2", "neighbours", SECTION_CALM, NULL },
};

static const char *path_of(const struct bench *bench, const char *file)
{
	const char *top = getenv("TIDEGATE_SOURCE_DIR");

	return arena_format(bench->arena, "%s/%s", top ? top : ".", file);
}

static void write_file(const char *path, const struct buffer *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text->bytes, 1, text->length, file), text->length);
	assert_int_equal(fclose(file), 0);
}

static bool find(struct bench *bench, const struct lesson *lesson, struct buffer *trace)
{
	uint64_t run = bench_first(bench, lesson->section);

	for (; bench_hunt(bench, lesson->invariant, &run); run++) {
		buffer_clear(trace);
		rehearsal_trace(&bench->rehearsal, trace);
		if (!lesson->shows || strstr(buffer_text(trace), lesson->shows))
			return true;
	}
	return false;
}

/* The trace as it is and as it was. */
static void compare(struct bench *bench, const struct lesson *lesson, bool update)
{
	const char *path = path_of(bench, arena_format(bench->arena, "tests/lessons/%s.trace", lesson->name));
	struct buffer is = BUFFER_INIT, was = BUFFER_INIT;

	if (!find(bench, lesson, &is))
		fail_msg("%s is not found", lesson->name);
	print_message("%s\n%s\n", lesson->name, buffer_text(&is));
	if (update)
		write_file(path, &is);
	file_read(path, 1 << 16, &was, NULL);
	assert_string_equal(buffer_text(&is), buffer_text(&was));
	buffer_release(&is);
	buffer_release(&was);
}

static void each_fault_of_the_scripts_is_found_with_its_trace(void **state)
{
	for (size_t i = 0; i < ARRAY_LENGTH(lessons); i++) {
		const struct lesson *lesson = &lessons[i];
		char machine[64];
		struct bench bench;

		snprintf(machine, sizeof(machine), "tests/lessons/%s.yaml", lesson->name);
		bench_begin(&bench,
			    &(struct bench_files){ .machine = machine, .actions = "tests/lessons/actions.yaml" });
		bench_add_scene(&bench, lesson->scenario);
		compare(&bench, lesson, *(bool *)*state);
		bench_end(&bench);
	}
}

int main(int count, char **arguments)
{
	bool update = count > 1 && strcmp(arguments[1], "--update") == 0;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(each_fault_of_the_scripts_is_found_with_its_trace, &update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
