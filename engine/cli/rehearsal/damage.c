/* A journal that is not any more what was written: damaged between two hooks, refused by those that come, looked at by
 * a person, and put right by them. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/rehearsal/rules.h"
#include "text/json.h"

enum { REFUSED_BEFORE_MENDED = 2, SECTOR_BYTES = 512 };

/* One line of a journal, with its newline. */
struct line {
	const char *bytes;
	size_t length;
};

static struct line line_of(const struct buffer *journal, size_t n)
{
	struct line line = { journal->bytes, 0 };

	for (;; line.bytes += line.length) {
		const size_t left = journal->length - (size_t)(line.bytes - journal->bytes);
		const char *end = memchr(line.bytes, '\n', left);

		line.length = end ? (size_t)(end - line.bytes) + 1 : left;
		if (n-- == 1)
			return line;
	}
}

static size_t count_lines(const struct buffer *journal)
{
	size_t count = 0;

	for (size_t i = 0; i < journal->length; i++)
		count += journal->bytes[i] == '\n';
	return count;
}

/* ---- what becomes of it ---- */

static size_t offset_in(const struct buffer *journal, const struct line *line)
{
	return (size_t)(line->bytes - journal->bytes);
}

static void flip(const struct buffer *journal, const struct line *line, struct buffer *damaged)
{
	buffer_add(damaged, journal->bytes, journal->length);
	damaged->bytes[offset_in(journal, line) + line->length / 2] ^= 1;
}

static void double_line(const struct buffer *journal, const struct line *line, struct buffer *damaged)
{
	const size_t end = offset_in(journal, line) + line->length;

	buffer_add(damaged, journal->bytes, end);
	buffer_add(damaged, line->bytes, line->length);
	buffer_add(damaged, journal->bytes + end, journal->length - end);
}

static void drop_line(const struct buffer *journal, const struct line *line, struct buffer *damaged)
{
	const size_t begin = offset_in(journal, line), end = begin + line->length;

	buffer_add(damaged, journal->bytes, begin);
	buffer_add(damaged, journal->bytes + end, journal->length - end);
}

static void zero_sector(const struct buffer *journal, const struct line *line, struct buffer *damaged)
{
	const size_t begin = offset_in(journal, line) / SECTOR_BYTES * SECTOR_BYTES;
	const size_t left = journal->length - begin;

	buffer_add(damaged, journal->bytes, journal->length);
	memset(damaged->bytes + begin, 0, left < SECTOR_BYTES ? left : SECTOR_BYTES);
}

static void make_newer(const struct buffer *journal, const struct line *line, struct buffer *damaged)
{
	static const char format[] = "\"journal\":";
	const char *found = memmem(journal->bytes, journal->length, format, sizeof(format) - 1);

	(void)line;
	buffer_add(damaged, journal->bytes, journal->length);
	damaged->bytes[found - journal->bytes + (ptrdiff_t)sizeof(format) - 1]++;
}

static void copy(const struct buffer *journal, const struct line *line, struct buffer *damaged)
{
	(void)line;
	buffer_add(damaged, journal->bytes, journal->length);
}

static const struct {
	const char *sentence;
	void (*make)(const struct buffer *journal, const struct line *line, struct buffer *damaged);
	const char *name; /* of the file that is so then; NULL: its own */
	bool like_power;  /* a power cut leaves the same of what was never durable */
} damage_rows[DAMAGE_COUNT] = {
	[DAMAGE_FLIPPED] = { "a bit of its journal flips", flip, NULL },
	[DAMAGE_DOUBLED] = { "a line of its journal is there twice", double_line, NULL },
	[DAMAGE_DROPPED] = { "a line of its journal is gone", drop_line, NULL },
	[DAMAGE_ZEROED] = { "a sector of its journal reads as zeros", zero_sector, NULL, true },
	[DAMAGE_NEWER] = { "its journal is of a newer engine", make_newer, NULL },
	[DAMAGE_COPIED] = { "somebody copies its journal under another name", copy, "r-0000.journal" },
};

const char *damage_sentence(enum damage damage)
{
	return damage_rows[damage].sentence;
}

/* ---- when ---- */

static void put(struct stage *stage, const char *name, const struct buffer *bytes)
{
	storage_memory_put(stage->memory, name, bytes->bytes, bytes->length);
}

/* Spread over the journal, but for its last line: what ends there is what a power cut leaves. */
static size_t line_at_place(const struct buffer *journal, unsigned place)
{
	const size_t count = count_lines(journal) - 1;

	return 1 + (place - 1) * (count - 1) / (DAMAGE_PLACES - 1);
}

/* Whether what the journal ends with says that this line was on the disk, and is not of the same sector. */
static bool is_told(const struct stage *stage, const struct line *line, size_t n)
{
	const struct stage_damage *damage = &stage->damage;
	json_t *last = journal_last(storage_memory_storage(stage->memory), damage->run, "");
	bool durable = json_integer_value(json_object_get(last, "durable")) >= (json_int_t)n;
	const struct line end = line_of(&damage->whole, count_lines(&damage->whole));

	json_decref(last);
	return durable && offset_in(&damage->whole, line) + SECTOR_BYTES < offset_in(&damage->whole, &end);
}

static void strike(struct stage *stage, const struct mishap *mishap, const char *run)
{
	struct storage *storage = storage_memory_storage(stage->memory);
	struct stage_damage *damage = &stage->damage;
	struct buffer damaged = BUFFER_INIT;
	const char *name = damage_rows[mishap->row].name;
	size_t n;
	struct line line;

	snprintf(damage->run, sizeof(damage->run), "%s", run);
	snprintf(damage->name, sizeof(damage->name), "%s.journal", run);
	buffer_clear(&damage->whole);
	storage->read(storage, damage->name, SIZE_MAX, &damage->whole, NULL);
	n = line_at_place(&damage->whole, mishap->at);
	line = line_of(&damage->whole, n);
	if (damage_rows[mishap->row].like_power && !is_told(stage, &line, n))
		return;
	damage_rows[mishap->row].make(&damage->whole, &line, &damaged);
	put(stage, name ? name : damage->name, &damaged);
	buffer_release(&damaged);
	damage->mishap = mishap;
	damage->refused = 0;
}

/* Only of an open run: of one that is over, the last line is all that anybody asks for. */
static void strike_open(struct stage *stage, const struct mishap *mishap)
{
	struct history history = { 0 };
	char run[JOURNAL_RUN_BYTES];

	if (start_find_open(storage_memory_storage(stage->memory), stage->scene->inputs.subject, run, &history,
			    NULL) == 1)
		strike(stage, mishap, run);
	history_release(&history);
}

/* ---- the person who is needed ---- */

/* What 'tidegate log' shows of it is what was written, as far as it is whole. */
static void read_whole(struct stage *stage)
{
	const struct stage_damage *damage = &stage->damage;
	struct error fault = ERROR_INIT;
	struct journal_tail tail;
	struct journal *journal = journal_read_whole(storage_memory_storage(stage->memory), damage->run, &tail, &fault,
						     NULL);

	for (size_t i = 0; journal && i < journal_count(journal); i++)
		if (!strstr(buffer_text(&damage->whole), record_string(journal_get(journal, i), "sha256")))
			violate(stage, RULE_J6, "record %zu was never written, and is read", i + 1);
	journal_close(journal);
}

/* Nor does anybody go on with it by hand. */
static void try_by_hand(struct stage *stage)
{
	struct run_environment environment = stage_environment(stage);
	struct error err = ERROR_INIT;
	struct locked_run locked;

	if (damage_rows[stage->damage.mishap->row].name)
		return;
	if (start_locked(&environment, stage->damage.run, &locked, &err) == 0) {
		violate(stage, RULE_J6, "its journal is damaged, and it can be restored by hand");
		start_unlock(&environment, &locked);
	}
}

static void mend(struct stage *stage)
{
	struct storage *storage = storage_memory_storage(stage->memory);
	struct stage_damage *damage = &stage->damage;
	const char *name = damage_rows[damage->mishap->row].name;

	read_whole(stage);
	try_by_hand(stage);
	if (name)
		storage->remove(storage, name, NULL);
	else
		put(stage, damage->name, &damage->whole);
	damage->mishap = NULL;
	damage->over = true;
}

void stage_damage_check(struct stage *stage, const struct leg_played *leg)
{
	if (leg->result.status != EXIT_LEFT)
		violate(stage, RULE_J6, "its journal is damaged, and %s exits %d: %s", leg->hook,
			(int)leg->result.status, leg->result.message);
	check_unchanged(stage, leg->requests, RULE_J6, "a look at a damaged journal");
}

void stage_damage(struct stage *stage, const struct mishap *mishap)
{
	struct stage_damage *damage = &stage->damage;

	if (!damage->mishap && !damage->over)
		strike_open(stage, mishap);
	else if (damage->mishap && ++damage->refused == REFUSED_BEFORE_MENDED)
		mend(stage);
}

void stage_damage_clear(struct stage *stage)
{
	buffer_release(&stage->damage.whole);
	stage->damage = (struct stage_damage){ 0 };
}
