#include "config.h"

#include "text/outline.h"

#include <string.h>

struct line {
	const char *text;
	size_t offset, length; /* with its line end */
	unsigned number;
};

static bool next_line(const struct source *source, struct line *line)
{
	const char *end;

	line->offset += line->length;
	line->text = source->text + line->offset;
	line->number++;
	if (line->offset == source->length)
		return false;
	end = memchr(line->text, '\n', source->length - line->offset);
	line->length = end ? (size_t)(end - line->text) + 1 : source->length - line->offset;
	return true;
}

static bool begins_word(const char *text)
{
	return *text != ' ' && *text != '#' && *text != '\n';
}

static bool is_section(const struct line *line)
{
	return begins_word(line->text);
}

static bool is_entry(const struct line *line)
{
	return line->length > 2 && memcmp(line->text, "  ", 2) == 0 && begins_word(line->text + 2);
}

/* The one of `sections` that begins in this line, or NULL. */
static const char *section_of(const struct line *line, const char *const *sections)
{
	const size_t length = strcspn(line->text, ":");

	for (; *sections; sections++)
		if (strlen(*sections) == length && memcmp(*sections, line->text, length) == 0)
			return *sections;
	return NULL;
}

static size_t count_entries(const struct source *source)
{
	struct line line = { 0 };
	size_t count = 0;

	while (next_line(source, &line))
		count += is_entry(&line);
	return count;
}

static void add_entry(struct arena *arena, struct outline *outline, const char *section, const struct line *line)
{
	const char *name = line->text + 2;

	outline->entries[outline->count++] = (struct outline_entry){
		.section = section,
		.name = arena_copy(arena, name, strcspn(name, ":")),
		.part = { .offset = line->offset, .line = line->number },
	};
}

struct outline outline_of(struct arena *arena, const struct source *source, const char *const *sections)
{
	struct outline outline = { .source = source, .head = { .line = 1 } };
	const char *section = NULL;
	struct line line = { 0 };

	outline.entries = ARENA_ARRAY(arena, struct outline_entry, count_entries(source));
	while (next_line(source, &line)) {
		if (is_section(&line))
			section = section_of(&line, sections);
		else if (section && is_entry(&line))
			add_entry(arena, &outline, section, &line);
		/* Every other line goes on with what was there before it. */
		if (section && outline.count && !is_section(&line))
			outline.entries[outline.count - 1].part.length += line.length;
		else if (!section && !outline.count)
			outline.head.length += line.length;
	}
	return outline;
}
