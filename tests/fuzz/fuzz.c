/* The targets by name, and what they share. The one to be fuzzed is named by --target=NAME; libFuzzer's own options,
 * with one dash, and its folders stand behind. --list names all; --seeds=FOLDER writes seeds that have to be made. */
#include "config.h"

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static const struct target {
	const char *name;
	target_read *read;
	target_seed *seed; /* NULL: all seeds are in files */
	bool json;         /* changed as such, half of the time */
} targets[] = {
	{ "yaml", read_yaml },
	{ "json", read_json, NULL, true },
	{ "durations", read_durations },
	{ "terminal", read_terminal },
	{ "machine", read_machine },
	{ "definition", read_definition, seed_definition, true },
	{ "catalogue", read_catalogue },
	{ "scenario", read_scenario },
	{ "expression", read_expression },
	{ "template", read_template },
	{ "inputs", read_inputs },
	{ "response", read_response, seed_response },
	{ "request", read_request, seed_request },
	{ "http", read_http },
	{ "times", read_times },
	{ "percent", read_percent },
	{ "config", read_config },
	{ "words", read_words },
	{ "credentials", read_credentials, NULL, true },
	{ "metadata", read_metadata },
	{ "verdict", read_verdict },
	{ "endpoint", read_endpoint },
	{ "appspec", read_appspec },
	{ "configuration", read_configuration },
	{ "flag-file", read_flag_file },
	{ "options", read_options },
	{ "journal", read_journal, seed_journal, true },
};

static const struct target *chosen;
static char folder[] = "/dev/shm/tidegate-fuzz-XXXXXX";

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

void must_equal_text(const char *first, const char *second, const char *what)
{
	if (strcmp(first, second) == 0)
		return;
	fprintf(stderr, "first:  %s\nsecond: %s\n", first, second);
	must(false, what);
}

void must_equal(const json_t *first, const json_t *second, const char *what)
{
	if (first == second || json_equal(first, second))
		return;
	must_equal_text(json_dumps(first, JSON_ENCODE_ANY), json_dumps(second, JSON_ENCODE_ANY), what);
	must(false, what);
}

void seed(const char *folder_of_seeds, const char *name, const struct buffer *bytes)
{
	char *path = memory_format("%s/%s", folder_of_seeds, name);
	FILE *file = fopen(path, "w");

	must(file && fwrite(bytes->bytes, 1, bytes->length, file) == bytes->length && fclose(file) == 0,
	     "a seed can be written");
	free(path);
}

static void forget_files(void)
{
	char *command = memory_format("rm -rf '%s'", folder);

	if (system(command) != 0)
		perror(command);
	free(command);
}

const char *files_folder(void)
{
	static bool made;

	if (!made) {
		must(mkdtemp(folder) != NULL, "a folder for files can be made");
		atexit(forget_files);
	}
	made = true;
	return folder;
}

const char *as_file(const char *name, const char *bytes, size_t length)
{
	static char path[sizeof(folder) + 32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", files_folder(), name);
	file = fopen(path, "w");
	must(file && fwrite(bytes, 1, length, file) == length && fclose(file) == 0, "a file can be written");
	return path;
}

void desk_begin(struct desk *desk, const char *text, size_t length)
{
	*desk = (struct desk){ .source = { "appspec-or-machine.yaml", text, length } };
	desk->reader = (struct reader){ .arena = arena_new(), .diagnostics = &desk->diagnostics };
}

void desk_end(struct desk *desk)
{
	struct buffer text = BUFFER_INIT;

	diagnostics_print(&desk->diagnostics, &text);
	buffer_release(&text);
	diagnostics_release(&desk->diagnostics);
	arena_free(desk->reader.arena);
}

static const char *option(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], name, strlen(name)) == 0)
			return argv[i] + strlen(name);
	return NULL;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = option(*argc, *argv, "--target="), *seeds = option(*argc, *argv, "--seeds=");

	for (size_t i = 0; i < ARRAY_LENGTH(targets); i++) {
		if (option(*argc, *argv, "--list"))
			puts(targets[i].name);
		if (name && strcmp(targets[i].name, name) == 0)
			chosen = &targets[i];
	}
	if (chosen && seeds && chosen->seed)
		chosen->seed(seeds);
	if (!chosen || seeds)
		exit(name && !chosen ? 2 : 0);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	chosen->read(text, size);
	free(text);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	const size_t made = chosen->json && seed % 2 ? mutate_json((char *)data, size, most, seed) : 0;

	return made ? made : LLVMFuzzerMutate(data, size, most);
}
