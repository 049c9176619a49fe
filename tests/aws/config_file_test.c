#include "config.h"

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "aws/config_file.h"
#include "aws/words.h"
#include "base/buffer.h"
#include "base/memory.h"

static struct config *load(struct fixture *fixture, struct error *err)
{
	return config_load(&fixture->environment, err);
}

static void expect_text(const char *expected, const char *found)
{
	if (!expected || !found)
		assert_ptr_equal(expected, found);
	else
		assert_string_equal(expected, found);
}

static void settings_are_read_as_botocore_reads_them(void **state)
{
	static const struct {
		const char *config, *profile, *key, *value;
	} rows[] = {
		{ "[default]\nregion = eu-west-1\n", "default", "region", "eu-west-1" },
		{ "[default]\nregion=eu-west-1", "default", "region", "eu-west-1" },
		{ "[default]\r\nregion = eu-west-1\r\n", "default", "region", "eu-west-1" },
		{ "[default]\nregion: eu-west-1\n", "default", "region", "eu-west-1" },
		{ "[default]\nREGION = eu-west-1\n", "default", "region", "eu-west-1" },
		{ "  [default]\n  region = eu-west-1\n", "default", "region", "eu-west-1" },
		{ "[default] # mine\nregion = a b ; c # d\n", "default", "region", "a b ; c # d" },
		{ "# one\n; two\n\n[default]\n# three\nregion = x\n", "default", "region", "x" },
		{ "[default]\nregion =\n", "default", "region", "" },
		{ "[default]\nregion = a\n  b\n# no\n\n  c\noutput = d\n", "default", "region", "a\nb\n\nc" },
		{ "[default]\nregion = a=b:c\n", "default", "region", "a=b:c" },
		{ "[profile a]\nregion = x\n", "a", "region", "x" },
		{ "[profile   'a b']\nregion = x\n", "a b", "region", "x" },
		{ "[profile \"a\"]\nregion = x\n", "a", "region", "x" },
		{ "[profile default]\nregion = x\n", "default", "region", "x" },
		{ "[default]\nregion = x\n[profile default]\nregion = y\n", "default", "region", "y" },
		{ "[a]\nregion = x\n", "a", "region", NULL },
		{ "[profile a b]\nregion = x\n", "a", "region", NULL },
		{ "[profile]\nregion = x\n", "profile", "region", NULL },
		{ "[sso-session a]\nregion = x\n", "a", "region", NULL },
		{ "[default]\nregion = x\n", "default", "output", NULL },
		{ "", "default", "region", NULL },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct error err = ERROR_INIT;
		struct config *config;

		fixture_write(fixture, ".aws/config", rows[i].config);
		config = load(fixture, &err);
		if (!config)
			fail_msg("%s", err.message);
		expect_text(rows[i].value, config_get(config, rows[i].profile, rows[i].key));
		config_free(config);
	}
}

static void a_fault_is_named_by_its_line_and_never_shown(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "region = HIDDEN\n", "!/.aws/config:1: a section such as '[default]' must stand before this line" },
		{ "[default]\n\nHIDDEN\n", "!/.aws/config:3: this line is neither '[section]' nor 'key = value'" },
		{ "[default]\n= HIDDEN\n", "!/.aws/config:2: this line is neither '[section]' nor 'key = value'" },
		{ "[HIDDEN\n", "!/.aws/config:1: a section such as '[profile name]' is not closed or has no name" },
		{ "[]\n", "!/.aws/config:1: a section such as '[profile name]' is not closed or has no name" },
		{ "[default]\n[default]\n", "!/.aws/config:2: this section is there twice" },
		{ "[default]\nHIDDEN = 1\nHIDDEN = 2\n",
		  "!/.aws/config:3: this setting is there twice in its section" },
		{ "[default]\ns3 =\n  HIDDEN\nregion = x\n",
		  "!/.aws/config:4: in the lines indented above, one is no 'key = value'" },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct error err = ERROR_INIT;

		fixture_write(fixture, ".aws/config", rows[i].text);
		assert_null(load(fixture, &err));
		fixture_expect_error(fixture, &err, rows[i].message);
	}
}

static void the_credentials_file_comes_before_the_config_file(void **state)
{
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;
	struct config *config;

	fixture_write(fixture, ".aws/config", "[profile a]\nregion = one\noutput = json\n");
	fixture_write(fixture, ".aws/credentials", "[a]\nregion = two\n[profile a]\nregion = three\n");
	config = load(fixture, &err);
	assert_non_null(config);
	expect_text("two", config_get(config, "a", "region"));
	expect_text("json", config_get(config, "a", "output"));
	expect_text("one", config_get_from(config, CONFIG_FILE, "a", "region"));
	expect_text("three", config_get(config, "profile a", "region"));
	assert_true(config_has(config, CONFIG_PROFILE, "a"));
	assert_false(config_has(config, CONFIG_PROFILE, "b"));
	config_free(config);
}

static void indented_settings_of_a_service_are_found(void **state)
{
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;
	struct config *config;
	char *url;

	fixture_write(fixture, ".aws/config",
		      "[services dev]\nauto_scaling =\n  x = 1\n\n  endpoint_url = http://a:1 \nsts = none\n");
	config = load(fixture, &err);
	assert_non_null(config);
	url = config_get_service(config, "dev", "auto_scaling", "endpoint_url");
	expect_text("http://a:1", url);
	free(url);
	assert_null(config_get_service(config, "dev", "auto_scaling", "y"));
	assert_null(config_get_service(config, "dev", "sts", "endpoint_url"));
	assert_null(config_get_service(config, "live", "sts", "endpoint_url"));
	config_free(config);
}

static void the_files_are_where_the_environment_says(void **state)
{
	static const struct {
		const char *variable, *path;
	} rows[] = {
		{ "NONE=", "!/.aws/config" },
		{ "AWS_CONFIG_FILE=", "!/.aws/config" },
		{ "AWS_CONFIG_FILE=~/other", "!/other" },
		{ "AWS_CONFIG_FILE=!/other", "!/other" },
		{ "AWS_CONFIG_FILE=~other", "~other" },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct error err = ERROR_INIT;
		struct config *config;

		fixture_set_environment(fixture, (const char *const[]){ rows[i].variable, NULL });
		config = load(fixture, &err);
		assert_non_null(config);
		snprintf(err.message, sizeof(err.message), "%s", config_path(config, CONFIG_FILE));
		err.kind = ERROR_USAGE;
		fixture_expect_error(fixture, &err, rows[i].path);
		config_free(config);
	}
}

static void without_home_there_are_no_files(void **state)
{
	const struct environment nothing = { .rows = (const char *const[]){ NULL } };
	struct error err = ERROR_INIT;
	struct config *config = config_load(&nothing, &err);

	(void)state;
	assert_non_null(config);
	expect_text("", config_path(config, CONFIG_FILE));
	config_free(config);
}

static void expect_refusal(struct fixture *fixture, const void *bytes, size_t length, const char *message)
{
	struct error err = ERROR_INIT;

	fixture_write_bytes(fixture, ".aws/config", bytes, length);
	assert_null(load(fixture, &err));
	fixture_expect_error(fixture, &err, message);
}

static void a_hostile_file_is_refused_within_bounds(void **state)
{
	struct fixture *fixture = *state;
	struct buffer text = BUFFER_INIT;

	while (text.length <= CONFIG_MAX_BYTES)
		buffer_add_text(&text, "# HIDDEN HIDDEN HIDDEN HIDDEN HIDDEN HIDDEN HIDDEN HIDDEN\n");
	expect_refusal(fixture, text.bytes, text.length, "'!/.aws/config' has more than 1048576 bytes");
	buffer_clear(&text);
	for (int i = 0; i <= CONFIG_MAX_SECTIONS; i++)
		buffer_add_format(&text, "[%d]\n", i);
	expect_refusal(fixture, text.bytes, text.length, "!/.aws/config:4097: the file has too many sections");
	buffer_clear(&text);
	buffer_add_text(&text, "[default]\n");
	for (int i = 0; i <= CONFIG_MAX_SETTINGS; i++)
		buffer_add_format(&text, "k%d = HIDDEN\n", i);
	expect_refusal(fixture, text.bytes, text.length, "!/.aws/config:258: the section has too many settings");
	expect_refusal(fixture, "[default]\nregion = a\0b\n", 23, "'!/.aws/config' is no text: it has a NUL byte");
	buffer_release(&text);
}

static void only_a_regular_file_is_read(void **state)
{
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;
	char path[100];

	snprintf(path, sizeof(path), "%s/.aws/config", fixture->home);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(load(fixture, &err));
	fixture_expect_error(fixture, &err, "'!/.aws/config' is no regular file");
}

static void words_are_split_as_shlex_splits_them(void **state)
{
	static const struct {
		const char *line, *words; /* each with '|' behind; NULL: refused */
	} rows[] = {
		{ "", "" },
		{ " \t\n", "" },
		{ "a b  c ", "a|b|c|" },
		{ "'a b' \"c d\"e", "a b|c de|" },
		{ "a'b'\"c\"", "abc|" },
		{ "''", "|" },
		{ "\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d|" },
		{ "'a\\'b", "a\\b|" },
		{ "a\\ b\\\"", "a b\"|" },
		{ "a # b; c | $d ~", "a|#|b;|c|||$d|~|" },
		{ "'HIDDEN", NULL },
		{ "\"HIDDEN\\\"", NULL },
		{ "HIDDEN\\", NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena *arena = arena_new();
		struct buffer joined = BUFFER_INIT;
		struct error err = ERROR_INIT;
		struct words words;

		if (words_split(arena, rows[i].line, &words, &err) < 0) {
			assert_null(rows[i].words);
			fixture_expect_error(*state, &err, "a quotation or a backslash at its end is not finished");
		} else {
			for (size_t j = 0; j < words.count; j++)
				buffer_add_format(&joined, "%s|", words.rows[j]);
			assert_null(words.rows[words.count]);
			expect_text(rows[i].words, buffer_text(&joined));
		}
		buffer_release(&joined);
		arena_free(arena);
	}
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(settings_are_read_as_botocore_reads_them),
		WITH_FIXTURE(a_fault_is_named_by_its_line_and_never_shown),
		WITH_FIXTURE(the_credentials_file_comes_before_the_config_file),
		WITH_FIXTURE(indented_settings_of_a_service_are_found),
		WITH_FIXTURE(the_files_are_where_the_environment_says),
		WITH_FIXTURE(without_home_there_are_no_files),
		WITH_FIXTURE(a_hostile_file_is_refused_within_bounds),
		WITH_FIXTURE(only_a_regular_file_is_read),
		WITH_FIXTURE(words_are_split_as_shlex_splits_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
