/* Where YAML stumbles: libyaml's words, which speak of its grammar, become sentences for the person who wrote the file
 * and who mostly meant an expression without quotes. */
#ifndef TIDEGATE_TEXT_YAML_SYNTAX_H
#define TIDEGATE_TEXT_YAML_SYNTAX_H

#include <stdbool.h>

#include "text/yaml_text.h"

/* What the text was in when it went wrong. */
struct yaml_syntax {
	struct yaml_cursor *cursor;
	struct diagnostics *diagnostics;
	bool in_brackets;   /* inside [] or {} */
	/* The last [] or {} that was closed. libyaml's error about `[0].x` comes behind it. */
	yaml_mark_t opened, closed;
	unsigned sigil_line; /* of the last error about an expression without quotes */
};

/* All return -1 with an error made. */

/* The parser has failed. */
int yaml_syntax_failed(struct yaml_syntax *syntax, const yaml_parser_t *parser);
/* At `mark` YAML reads a tag, an anchor or an alias, or what else it takes the character there for. */
int yaml_syntax_sigil(struct yaml_syntax *syntax, const yaml_mark_t *mark);

#endif
