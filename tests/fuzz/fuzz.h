/* Coverage-guided fuzzing (libFuzzer, ASan, UBSan) of whatever reads bytes from outside: one target a reader, each a
 * function that is given such bytes. What must hold beyond "it does not crash" is said with must(). */
#ifndef TIDEGATE_TESTS_FUZZ_FUZZ_H
#define TIDEGATE_TESTS_FUZZ_FUZZ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "text/record.h"

/* `text` has a NUL behind, and ends with its memory. */
typedef void target_read(const char *text, size_t length);
/* Writes what it is to begin with into a folder. */
typedef void target_seed(const char *folder);

/* text.c */
target_read read_yaml, read_json, read_durations, read_terminal;
/* model.c */
target_read read_machine, read_definition, read_catalogue, read_scenario, read_expression, read_template, read_inputs;
target_seed seed_definition;
/* wire.c */
target_read read_response, read_request, read_http, read_times, read_percent;
target_seed seed_response, seed_request;
/* aws.c */
target_read read_config, read_words, read_credentials, read_metadata, read_verdict, read_endpoint;
/* cli.c */
target_read read_appspec, read_configuration, read_flag_file, read_options;
/* journal.c */
target_read read_journal;
target_seed seed_journal;

/* mutate.c: changes a value, or drops one; the new length, 0 where there was nothing to be changed. */
size_t mutate_json(char *bytes, size_t length, size_t most, unsigned seed);

/* Ends the program where it does not hold. */
void must(bool holds, const char *what);
/* The same of two texts or values, which are shown. */
void must_equal_text(const char *first, const char *second, const char *what);
void must_equal(const json_t *first, const json_t *second, const char *what);

void seed(const char *folder, const char *name, const struct buffer *bytes);

/* A file with these bytes, as `name` in a folder of this process; its path, borrowed. */
const char *as_file(const char *name, const char *bytes, size_t length);
const char *files_folder(void);

/* What each read of a file needs, made anew for each. */
struct desk {
	struct diagnostics diagnostics;
	struct reader reader;
	struct source source;
};
void desk_begin(struct desk *desk, const char *text, size_t length);
void desk_end(struct desk *desk); /* after its faults were printed as `check` prints them */

#endif
