/* What the tests of the journal share. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "journal_fixture.h"

static int64_t fixed_wall_ms(struct clock *clock)
{
	(void)clock;
	return 1795378058000;
}

struct clock fixed = { .wall_ms = fixed_wall_ms };

json_t *padding(size_t number, size_t length)
{
	char *text = memory_new(length + 1, 1);
	json_t *fields = json_object();

	memset(text, 'a' + (char)(number % 26), length);
	json_object_set_new(fields, "text", json_string(text));
	free(text);
	return fields;
}

struct journal *create(struct disk *disk)
{
	struct error err = ERROR_INIT;
	struct journal *journal = journal_create(disk_storage(disk), &fixed, RUN, "run", padding(0, 20), &err);

	assert_string_equal(err.message, "");
	assert_non_null(journal);
	return journal;
}

struct journal *reopen(struct disk *disk)
{
	struct journal_tail tail;
	struct error err = ERROR_INIT;
	struct journal *journal = journal_open(disk_storage(disk), &fixed, RUN, &tail, &err);

	assert_string_equal(err.message, "");
	return journal;
}

struct journal *create_with(struct disk *disk, size_t count)
{
	struct journal *journal = create(disk);

	for (size_t i = 1; i < count; i++) {
		assert_int_equal(journal_append(journal, "intent", padding(i, 20), NULL), 0);
		assert_int_equal(journal_sync(journal, NULL), 0);
	}
	return journal;
}

/* Record `i` is the one that create_with made. */
static void assert_record(const struct journal *journal, size_t i)
{
	json_t *made = padding(i, 20);

	assert_string_equal(journal_type(journal, i), i ? "intent" : "run");
	assert_string_equal(json_string_value(json_object_get(journal_get(journal, i), "text")),
			    json_string_value(json_object_get(made, "text")));
	json_decref(made);
}

void assert_is_prefix(const struct journal *journal, size_t at_least, size_t at_most)
{
	assert_in_range(journal_count(journal), at_least, at_most);
	for (size_t i = 0; i < journal_count(journal); i++)
		assert_record(journal, i);
}

char *copy_platter(struct disk *disk, size_t *length)
{
	const struct buffer *platter = disk_platter(disk, FILE_NAME);
	char *copy = memory_new(platter->length + 1, 1);

	*length = platter->length;
	memcpy(copy, platter->bytes, platter->length);
	return copy;
}
