/* "Did you mean": the known word that is nearest to one that is not known. */
#include "config.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "text/diagnostics.h"

/* Nobody mistypes a longer word, and the work grows with the square. */
enum { LONGEST_WORD = 64 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Upper and lower case are the first thing that people mistake. */
static bool is_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Damerau-Levenshtein in its restricted form (optimal string alignment): inserting, leaving out, exchanging a letter,
 * and swapping two neighbours cost 1 each. Three rows of the usual matrix are enough. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][LONGEST_WORD + 1];

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(above[j], row[j - 1]) + 1;
			row[j] = least(row[j], above[j - 1] + !is_same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) && is_same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

const char *nearest_word(const char *word, const char *(*candidate)(const void *argument, size_t i),
			 const void *argument)
{
	const size_t length = strlen(word);
	unsigned best = (unsigned)(length / 3) + 1;
	const char *nearest = NULL, *other;

	if (length > LONGEST_WORD)
		return NULL;
	for (size_t i = 0; (other = candidate(argument, i)); i++) {
		const size_t other_length = strlen(other);
		unsigned apart;

		if (other_length > LONGEST_WORD)
			continue;
		apart = distance(word, length, other, other_length);
		if (apart < best) {
			best = apart;
			nearest = other;
		}
	}
	return nearest;
}
