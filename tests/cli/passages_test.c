#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/passages.h"
#include "model/machine_file.h"

static const char text[] =
	"tidegate: 1\n"
	"machine: small\n"
	"subject: \"${input.instance}\"\n"
	"input: {instance: {type: string}}\n"
	"start_at: A\n"
	"catch: [{errors: [any], next: C}]\n"
	"states:\n"
	"  A: {wait: 1s, next: B}\n"
	"  B: {wait: 1s, when: '`false`', next: P}\n"
	"  P: {pause: {}, next: A}\n"
	"  C: {end: failed}\n";

/* A second passes from each record to the next. */
static const char *const records[] = {
	"{'type':'run','run':'r-1','subject':'i-1','definition':{}}",
	"{'type':'leg','begins':true}",
	"{'type':'enter','state':'A'}",
	"{'type':'left','state':'A','next':'B','changed':false}",
	"{'type':'enter','state':'B'}",
	"{'type':'left','state':'B','next':'P','changed':false,'skipped':true}",
	"{'type':'enter','state':'P'}",
	"{'type':'pause','state':'P','next':'A'}",
	"{'type':'leg_end','exit':0,'state':'P'}",
	"{'type':'leg','begins':false}",
	"{'type':'goes_on','next':'A'}",
	"{'type':'enter','state':'A'}",
	"{'type':'enter','state':'A'}",
	"{'type':'caught','state':'A','catch':'/0','next':'C'}",
	"{'type':'enter','state':'C'}",
	"{'type':'end','state':'C','status':'failed'}",
	"{'type':'leg','begins':true}",
	"{'type':'enter','state':'A'}",
};

static json_t *record_at(size_t i)
{
	char *quoted = memory_copy_text(records[i]), at[TIME_TEXT_BYTES];
	json_t *record;

	for (char *c = quoted; *c; c++)
		if (*c == '\'')
			*c = '"';
	record = json_loads(quoted, 0, NULL);
	free(quoted);
	assert_non_null(record);
	json_object_set_new(record, "at", json_string(time_format((int64_t)(1000 * i), at)));
	return record;
}

static void describe(struct buffer *out, const struct machine *machine, const struct picture_run *run)
{
	static const char *const names[] = { "-", "passed", "skipped", "failed" };

	buffer_add_text(out, run->title);
	for (size_t i = 0; i < machine->states.count; i++)
		buffer_add_format(out, "; %s %s%s%s%s", state_name(machine_state_at(machine, i)),
				  names[run->states[i].mark], run->states[i].note ? " " : "",
				  run->states[i].note ? run->states[i].note : "", run->states[i].here ? " here" : "");
	for (size_t i = 0; i < run->n_steps; i++)
		buffer_add_format(out, "%s%s%s", i == 0 ? "; " : " ",
				  state_name(machine_state_at(machine, run->steps[i].from)),
				  state_name(machine_state_at(machine, run->steps[i].to)));
}

static const struct {
	size_t count; /* of the records that there are */
	const char *shown;
} rows[] = {
	{ 1, "run r-1 of i-1 has entered no state ; A -; B -; P -; C -" },
	{ 3, "run r-1 of i-1 stands in A; A - 58.0s so far here; B -; P -; C -" },
	{ 4, "run r-1 of i-1 stands before B; A passed 1.0s; B - here; P -; C -; AB" },
	{ 9, "run r-1 of i-1 waits at P; A passed 1.0s; B skipped skipped; P - 54.0s so far here; C -; AB BP" },
	{ 13, "run r-1 of i-1 stands in A; A passed 50.0s so far in 2 passages here; B skipped skipped; P passed 4.0s; "
	      "C -; AB BP PA" },
	{ 16, "run r-1 of i-1 ended at C; A failed 3.0s in 2 passages; B skipped skipped; P passed 4.0s; C failed; "
	      "AB BP PA AC" },
	{ 18, "run r-1 of i-1 stands in A; A - 43.0s so far here; B -; P -; C -" },
};

static void each_record_moves_the_picture(void **state)
{
	struct arena *arena = arena_new();
	struct diagnostics diagnostics = { 0 };
	struct reader reader = { .arena = arena, .diagnostics = &diagnostics };
	const struct source source = { .name = "small.yaml", .text = text, .length = sizeof(text) - 1 };
	const struct machine *machine = machine_read_source(&reader, &source, catalogue_load(&reader));

	(void)state;
	assert_non_null(machine);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct passages *passages = passages_new(machine);
		struct history history = { 0 };
		struct buffer shown = BUFFER_INIT;

		for (size_t k = 0; k < rows[i].count; k++) {
			json_t *record = record_at(k);

			assert_int_equal(history_apply(&history, record, NULL), 0);
			passages_apply(passages, record);
			json_decref(record);
		}
		describe(&shown, machine, passages_picture(passages, &history, 60 * 1000));
		assert_string_equal(buffer_text(&shown), rows[i].shown);
		buffer_release(&shown);
		history_release(&history);
		passages_free(passages);
	}
	diagnostics_release(&diagnostics);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_record_moves_the_picture) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
