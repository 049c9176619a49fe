#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text/json.h"
#include "text/record.h"
#include "text/schema.h"
#include "text/yaml.h"

enum ending { ENDING_NONE, ENDING_SUCCEEDED, ENDING_FAILED };

struct pause {
	int64_t expires_ms;
};

struct retrier {
	struct name_list errors;
	int64_t most;
};

struct state {
	const struct node *node, *key;
	const char *next;
	int end;
	bool quiet;
	struct pause *pause;
	struct record_list retry;
	const struct node *with;
};

struct machine {
	const char *name, *comment;
	struct record_list states;
};

static const struct record pause_record = {
	.name = "a pause",
	.size = sizeof(struct pause),
	.fields = (const struct field[]){
		{ .name = "expires", .type = &field_duration, .offset = FIELD_OF(pause, expires_ms),
		  .minimum = 1000, .maximum = 7200 * 1000 },
		{ 0 },
	},
};

static const struct record retrier_record = {
	.name = "a retrier",
	.size = sizeof(struct retrier),
	.fields = (const struct field[]){
		{ .name = "errors", .type = &field_names, .offset = FIELD_OF(retrier, errors), .required = true },
		{ .name = "most", .type = &field_integer, .offset = FIELD_OF(retrier, most),
		  .minimum = 1, .maximum = 99 },
		{ 0 },
	},
};

static const struct choice endings[] = {
	{ "succeeded", ENDING_SUCCEEDED, "good" },
	{ "failed", ENDING_FAILED, "bad" },
	{ 0 },
};

static int finish_state(struct reader *reader, const struct node *node, void *record)
{
	const struct state *state = record;

	if (!state->next == !state->end)
		return diagnostics_error(reader->diagnostics, node->position, NULL,
					 "state '%s' needs either 'next' or 'end'", state->key->text);
	return 0;
}

static const struct record state_record = {
	.name = "a state",
	.size = sizeof(struct state),
	.node_member = MEMBER_OF(state, node),
	.key_member = MEMBER_OF(state, key),
	.finish = finish_state,
	.fields = (const struct field[]){
		{ .name = "next", .type = &field_name, .offset = FIELD_OF(state, next), .help = "Where to go." },
		{ .name = "end", .type = &field_choice, .offset = FIELD_OF(state, end), .choices = endings },
		{ .name = "quiet", .type = &field_boolean, .offset = FIELD_OF(state, quiet) },
		{ .name = "pause", .type = &field_record, .offset = FIELD_OF(state, pause), .record = &pause_record },
		{ .name = "retry", .type = &field_record_list, .offset = FIELD_OF(state, retry),
		  .record = &retrier_record },
		{ .name = "with", .type = &field_node, .offset = FIELD_OF(state, with) },
		{ 0 },
	},
};

static const struct record machine_record = {
	.name = "a machine",
	.size = sizeof(struct machine),
	.fields = (const struct field[]){
		{ .name = "machine", .type = &field_name, .offset = FIELD_OF(machine, name), .required = true,
		  .help = "Its name." },
		{ .name = "comment", .type = &field_text, .offset = FIELD_OF(machine, comment) },
		{ .name = "states", .type = &field_record_map, .offset = FIELD_OF(machine, states), .required = true,
		  .record = &state_record },
		{ 0 },
	},
};

struct loaded {
	struct source source;
	struct arena *arena;
	struct diagnostics diagnostics;
	struct machine machine;
	int result;
};

static void load(struct loaded *loaded, const char *text)
{
	const struct node *root;
	struct reader reader;

	*loaded = (struct loaded){ .source = { .name = "m", .text = text, .length = strlen(text) } };
	loaded->arena = arena_new();
	reader = (struct reader){ .arena = loaded->arena, .diagnostics = &loaded->diagnostics };
	root = yaml_parse(loaded->arena, &loaded->source, &loaded->diagnostics);
	assert_non_null(root);
	loaded->result = record_read(&reader, root, &machine_record, &loaded->machine);
}

static void unload(struct loaded *loaded)
{
	diagnostics_release(&loaded->diagnostics);
	arena_free(loaded->arena);
}

static void a_map_fills_the_struct(void **state)
{
	struct loaded loaded;
	const struct state *states;
	const struct retrier *retriers;

	(void)state;
	load(&loaded, "machine: 123\ncomment: no\nstates:\n"
		      "  A: {next: B, quiet: true, pause: {expires: 1h30m}, with: {x: [1]},\n"
		      "      retry: [{errors: any, most: 9}, {errors: [x, y.z]}]}\n"
		      "  B: {end: failed}\n");
	assert_int_equal(loaded.result, 0);
	assert_string_equal(loaded.machine.name, "123");
	assert_string_equal(loaded.machine.comment, "no");
	assert_int_equal(loaded.machine.states.count, 2);
	states = loaded.machine.states.records;
	assert_string_equal(states[0].key->text, "A");
	assert_string_equal(states[0].next, "B");
	assert_true(states[0].quiet);
	assert_int_equal(states[0].pause->expires_ms, 5400000);
	assert_int_equal(states[0].with->kind, NODE_MAP);
	assert_int_equal(states[0].retry.count, 2);
	retriers = states[0].retry.records;
	assert_int_equal(retriers[0].errors.count, 1);
	assert_int_equal(retriers[0].most, 9);
	assert_string_equal(retriers[1].errors.names[1], "y.z");
	assert_int_equal(retriers[1].errors.nodes[1]->position.column, 52);
	assert_int_equal(states[1].end, ENDING_FAILED);
	assert_null(states[1].pause);
	assert_int_equal(states[1].node->position.line, 6);
	unload(&loaded);
}

struct fault {
	const char *text;
	const char *message;
	const char *hint;
	unsigned line, column;
};

static void each_fault_has_its_sentence(void **state)
{
	static const struct fault rows[] = {
		{ "[]", "a machine must be a map, not a list", NULL, 1, 1 },
		{ "states: {}", "a machine lacks 'machine'", NULL, 1, 1 },
		{ "machine: a\nstates: []", "'states' must be a map, not a list", NULL, 2, 9 },
		{ "machine: a\nstates: b", "'states' must be a map, not text", NULL, 2, 9 },
		{ "machine: a\nstates: {A: b}", "a state must be a map, not text", NULL, 2, 13 },
		{ "machine: a\nstates: {A: {nxt: b}}", "unknown key 'nxt' in a state", "did you mean 'next'?", 2, 14 },
		{ "machine: a\nstates: {A: {zzzz: b}}", "unknown key 'zzzz' in a state", NULL, 2, 14 },
		{ "machine: a\nstates: {A: {with: b}}", "state 'A' needs either 'next' or 'end'", NULL, 2, 13 },
		{ "machine: a\nstates: {A: {next: b c}}",
		  "'next' must be a name of letters, digits and _ . -, not 'b c'", NULL, 2, 20 },
		{ "machine: a\nstates: {A: {next: ''}}",
		  "'next' must be a name of letters, digits and _ . -, not ''", NULL, 2, 20 },
		{ "machine: a\nstates: {A: {next: }}", "'next' has no value", NULL, 2, 20 },
		{ "machine: a\nstates: {A: {next: [b]}}", "'next' must be a name, not a list", NULL, 2, 20 },
		{ "machine: a\nstates: {}\ncomment: {}", "'comment' must be text, not a map", NULL, 3, 10 },
		{ "machine: a\nstates: {A: {end: suceeded}}", "'end' must be succeeded or failed, not 'suceeded'",
		  "did you mean 'succeeded'?", 2, 19 },
		{ "machine: a\nstates: {A: {end: no}}", "'end' must be succeeded or failed, not 'no'", NULL, 2, 19 },
		{ "machine: a\nstates: {A: {next: b, quiet: yes}}", "'quiet' must be true or false, not 'yes'", NULL,
		  2, 30 },
		{ "machine: a\nstates: {A: {next: b, quiet: 'true'}}",
		  "'quiet' must be true or false without quotes, not 'true'", NULL, 2, 30 },
		{ "machine: a\nstates: {A: {next: b, quiet: [true]}}", "'quiet' must be true or false, not a list",
		  NULL, 2, 30 },
		{ "machine: a\nstates: {A: {next: b, pause: 5m}}", "'pause' must be a map, not text", NULL, 2, 30 },
		{ "machine: a\nstates: {A: {next: b, pause: {expires: 90}}}",
		  "'expires' must be a duration such as 90s, 5m or 1h30m, not '90'", NULL, 2, 40 },
		{ "machine: a\nstates: {A: {next: b, pause: {expires: 3h}}}",
		  "'expires' must be from 1s to 2h, not 3h", NULL, 2, 40 },
		{ "machine: a\nstates: {A: {next: b, retry: {}}}", "'retry' must be a list, not a map", NULL, 2, 30 },
		{ "machine: a\nstates: {A: {next: b, retry: [c]}}", "a retrier must be a map, not text", NULL, 2, 31 },
		{ "machine: a\nstates: {A: {next: b, retry: [{}]}}", "a retrier lacks 'errors'", NULL, 2, 31 },
		{ "machine: a\nstates: {A: {next: b, retry: [{errors: {}}]}}",
		  "'errors' must be a name or a list of names, not a map", NULL, 2, 40 },
		{ "machine: a\nstates: {A: {next: b, retry: [{errors: [c, 'd e']}]}}",
		  "'errors' must be a name of letters, digits and _ . -, not 'd e'", NULL, 2, 44 },
		{ "machine: a\nstates: {A: {next: b, retry: [{errors: c, most: 0}]}}",
		  "'most' must be from 1 to 99, not 0", NULL, 2, 49 },
		{ "machine: a\nstates: {A: {next: b, retry: [{errors: c, most: 1e1}]}}",
		  "'most' must be a whole number, not '1e1'", NULL, 2, 49 },
		{ "machine: a\nstates: {A: {next: b, retry: [{errors: c, most: '7'}]}}",
		  "'most' must be a whole number without quotes, not '7'", NULL, 2, 49 },
		{ "machine: a\nstates: {A: {next: b, retry: [{errors: c, most: 99999999999999999999}]}}",
		  "'most' must be a whole number, not '99999999999999999999'", NULL, 2, 49 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct diagnostic *first;
		struct loaded loaded;

		load(&loaded, rows[i].text);
		assert_int_equal(loaded.result, -1);
		first = loaded.diagnostics.rows;
		assert_string_equal(first->message, rows[i].message);
		assert_string_equal(first->hint ? first->hint : "", rows[i].hint ? rows[i].hint : "");
		assert_int_equal(first->position.line, rows[i].line);
		assert_int_equal(first->position.column, rows[i].column);
		unload(&loaded);
	}
}

static void all_faults_are_told_and_the_rest_is_read(void **state)
{
	struct loaded loaded;
	const struct state *states;

	(void)state;
	load(&loaded, "comment: x\nmachin: y\nstates:\n  A: {next: [], quiet: 1, with: z}\n  B: {end: failed}\n");
	assert_int_equal(loaded.diagnostics.errors, 4);
	assert_string_equal(loaded.machine.comment, "x");
	states = loaded.machine.states.records;
	assert_string_equal(states[0].with->text, "z");
	assert_int_equal(states[1].end, ENDING_FAILED);
	unload(&loaded);
}

static void a_duration_is_what_people_write(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
		const char *again;
	} rows[] = {
		{ "90s", 90000, "1m30s" },
		{ "5m", 300000, "5m" },
		{ "1h30m", 5400000, "1h30m" },
		{ "2m30s", 150000, "2m30s" },
		{ "500ms", 500, "500ms" },
		{ "1h500ms", 3600500, "1h500ms" },
		{ "90m", 5400000, "1h30m" },
		{ "0s", 0, "0s" },
		{ "100000h", INT64_C(360000000000), "100000h" },
		{ "100001h", -1, NULL },
		{ "100000h1ms", -1, NULL },
		{ "99999999999999999999s", -1, NULL },
		{ "", -1, NULL },
		{ "90", -1, NULL },
		{ "s", -1, NULL },
		{ "-5s", -1, NULL },
		{ " 5s", -1, NULL },
		{ "5s ", -1, NULL },
		{ "1.5h", -1, NULL },
		{ "30s5m", -1, NULL },
		{ "5m5m", -1, NULL },
		{ "5 m", -1, NULL },
		{ "5M", -1, NULL },
		{ "1d", -1, NULL },
		{ "5mss", -1, NULL },
	};
	char text[DURATION_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_int_equal(duration_parse(rows[i].text), rows[i].ms);
		if (rows[i].again)
			assert_string_equal(duration_format(rows[i].ms, text), rows[i].again);
	}
}

static void a_schema_says_what_the_loader_takes(void **state)
{
	static const char expected[] =
		"{\"$defs\":{"
		"\"machine\":{\"additionalProperties\":false,\"properties\":{"
		"\"comment\":{\"type\":[\"string\",\"number\",\"boolean\"]},"
		"\"machine\":{\"description\":\"Its name.\",\"pattern\":\"^[A-Za-z0-9_.-]+$\","
		"\"type\":[\"string\",\"number\",\"boolean\"]},"
		"\"states\":{\"additionalProperties\":{\"$ref\":\"#/$defs/state\"},\"type\":\"object\"}},"
		"\"required\":[\"machine\",\"states\"],\"type\":\"object\"},"
		"\"pause\":{\"additionalProperties\":false,\"properties\":{"
		"\"expires\":{\"pattern\":\"^(?=[0-9])([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$\","
		"\"type\":\"string\"}},\"required\":[],\"type\":\"object\"},"
		"\"retrier\":{\"additionalProperties\":false,\"properties\":{"
		"\"errors\":{\"anyOf\":[{\"pattern\":\"^[A-Za-z0-9_.-]+$\","
		"\"type\":[\"string\",\"number\",\"boolean\"]},{\"items\":{\"pattern\":\"^[A-Za-z0-9_.-]+$\","
		"\"type\":[\"string\",\"number\",\"boolean\"]},\"type\":\"array\"}]},"
		"\"most\":{\"maximum\":99,\"minimum\":1,\"type\":\"integer\"}},"
		"\"required\":[\"errors\"],\"type\":\"object\"},"
		"\"state\":{\"additionalProperties\":false,\"properties\":{"
		"\"end\":{\"enum\":[\"succeeded\",\"failed\"]},"
		"\"next\":{\"description\":\"Where to go.\",\"pattern\":\"^[A-Za-z0-9_.-]+$\","
		"\"type\":[\"string\",\"number\",\"boolean\"]},"
		"\"pause\":{\"$ref\":\"#/$defs/pause\"},\"quiet\":{\"type\":\"boolean\"},"
		"\"retry\":{\"items\":{\"$ref\":\"#/$defs/retrier\"},\"type\":\"array\"},\"with\":{}},"
		"\"required\":[],\"type\":\"object\"}},"
		"\"$id\":\"https://example.com/m.json\",\"$ref\":\"#/$defs/machine\","
		"\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"Machine\"}";
	json_t *schema = schema_of(&machine_record, "Machine", "https://example.com/m.json");
	char *text = json_dumps(schema, JSON_COMPACT | JSON_SORT_KEYS);

	(void)state;
	assert_string_equal(text, expected);
	free(text);
	json_decref(schema);
}

/* A machine of ten thousand states is checked in half a second; here only its form, and with room for valgrind. */
static void ten_thousand_states_are_read_without_delay(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct loaded loaded;
	clock_t began;

	(void)state;
	buffer_add_text(&text, "machine: large\nstates:\n");
	for (int i = 0; i < 10000; i++)
		buffer_add_format(&text, "  STATE_%d:\n    quiet: false\n    with: {a: b, c: \"${d}\"}\n"
				  "    next: S%d\n", i, i + 1);
	began = clock();
	load(&loaded, text.bytes);
	assert_int_equal(loaded.result, 0);
	assert_int_equal(loaded.machine.states.count, 10000);
	print_message("%ld ms of CPU\n", (long)((clock() - began) * 1000 / CLOCKS_PER_SEC));
	unload(&loaded);
	buffer_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_fills_the_struct),
		cmocka_unit_test(each_fault_has_its_sentence),
		cmocka_unit_test(all_faults_are_told_and_the_rest_is_read),
		cmocka_unit_test(a_duration_is_what_people_write),
		cmocka_unit_test(a_schema_says_what_the_loader_takes),
		cmocka_unit_test(ten_thousand_states_are_read_without_delay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
