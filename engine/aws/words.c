#include "config.h"

#include "aws/words.h"

#include <stdbool.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* Inside "..." a backslash stands for itself unless it escapes a quotation mark or a backslash. */
static const char *double_quoted(const char *at, char **end)
{
	for (; *at && *at != '"'; at++) {
		if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		*(*end)++ = *at;
	}
	return *at ? at + 1 : NULL;
}

static const char *single_quoted(const char *at, char **end)
{
	for (; *at && *at != '\''; at++)
		*(*end)++ = *at;
	return *at ? at + 1 : NULL;
}

static const char *escaped(const char *at, char **end)
{
	if (!*at)
		return NULL;
	*(*end)++ = *at;
	return at + 1;
}

/* One word from `at`, which is no blank; where it goes on behind, or NULL where it is not finished. */
static const char *word_read(const char *at, char **end)
{
	while (at && *at && !strchr(BLANKS, *at)) {
		if (*at == '"')
			at = double_quoted(at + 1, end);
		else if (*at == '\'')
			at = single_quoted(at + 1, end);
		else if (*at == '\\')
			at = escaped(at + 1, end);
		else
			*(*end)++ = *at++;
	}
	return at;
}

int words_split(struct arena *arena, const char *line, struct words *words, struct error *err)
{
	size_t length = strlen(line);
	char *end = arena_alloc(arena, length + 1, 1); /* a word takes at most its own place and the blank behind */
	const char *at = line + strspn(line, BLANKS);

	*words = (struct words){ .rows = ARENA_ARRAY(arena, char *, length / 2 + 2) };
	while (*at) {
		words->rows[words->count++] = end;
		at = word_read(at, &end);
		if (!at)
			return error_set(err, ERROR_USAGE, NOWHERE,
					 "a quotation or a backslash at its end is not finished");
		*end++ = '\0';
		at += strspn(at, BLANKS);
	}
	return 0;
}
