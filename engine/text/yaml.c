#include "config.h"

#include "text/yaml.h"

#include <string.h>

#include "text/yaml_full.h"
#include "text/yaml_simple.h"
#include "text/yaml_text.h"

const struct node *yaml_parse_part(struct arena *arena, const struct source *source, const struct yaml_part *part,
				   struct diagnostics *diagnostics)
{
	const struct node *root = yaml_simple_parse(arena, source, part);

	return root ? root : yaml_full_parse(arena, source, part, diagnostics);
}

bool yaml_is_blank(const struct source *source)
{
	const char *at = source->text, *end = source->text + source->length;

	while (at < end) {
		const char *next = memchr(at, '\n', (size_t)(end - at));
		const size_t length = (size_t)((next ? next : end) - at), blanks = strspn(at, " ");

		if (blanks < length && at[blanks] != '#')
			return false;
		at += length + 1;
	}
	return true;
}

const struct node *yaml_parse(struct arena *arena, const struct source *source, struct diagnostics *diagnostics)
{
	const struct yaml_part whole = yaml_whole(source);
	const size_t errors_before = diagnostics->errors;
	const struct node *root;

	if (yaml_check_text(source, diagnostics))
		return NULL;
	root = yaml_parse_part(arena, source, &whole, diagnostics);
	return diagnostics->errors == errors_before ? root : NULL;
}
