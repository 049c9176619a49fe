#include "config.h"

#include "text/outline.h"

#include <string.h>

/* The one of `sections` that the pair is, or NULL. */
static const char *section_of(const struct compiled_pair *pair, const char *const *sections)
{
	for (; *sections; sections++)
		if (strcmp(*sections, pair->key) == 0)
			return *sections;
	return NULL;
}

static size_t count_entries(const struct outline *outline)
{
	struct compiled_pairs pairs = compiled_pairs(&outline->document);
	struct compiled_pair pair;
	size_t count = 0;

	while (compiled_next(&pairs, &pair))
		if (section_of(&pair, outline->sections))
			count += compiled_pairs(&pair.value).left;
	return count;
}

static void add_entries(struct outline *outline, const char *section, const struct compiled *map)
{
	struct compiled_pairs pairs = compiled_pairs(map);

	while (compiled_next(&pairs, &outline->entries[outline->count].pair))
		outline->entries[outline->count++].section = section;
}

struct outline outline_of(struct arena *arena, const struct compiled *document, const char *const *sections)
{
	struct outline outline = { .document = *document, .sections = sections };
	struct compiled_pairs pairs = compiled_pairs(document);
	struct compiled_pair pair;

	outline.entries = ARENA_ARRAY(arena, struct outline_entry, count_entries(&outline) + 1);
	while (compiled_next(&pairs, &pair))
		if (section_of(&pair, sections))
			add_entries(&outline, section_of(&pair, sections), &pair.value);
	return outline;
}

const struct node *outline_head(struct arena *arena, const struct outline *outline)
{
	struct compiled_pairs pairs = compiled_pairs(&outline->document);
	const struct node **nodes = ARENA_ARRAY(arena, const struct node *, 2 * pairs.left);
	struct position position = { .source = outline->document.source, .line = 1, .column = 1, .length = 1 };
	struct compiled_pair pair;
	size_t count = 0;

	while (compiled_next(&pairs, &pair)) {
		const struct node *both = section_of(&pair, outline->sections) ? NULL
									       : compiled_pair_node(arena, &pair);

		if (!both)
			continue;
		nodes[2 * count] = both->keys[0];
		nodes[2 * count + 1] = both->items[0];
		count++;
	}
	return node_new_map(arena, position, nodes, count);
}
