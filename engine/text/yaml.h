/* YAML taken strictly, by libyaml: one document, UTF-8; aliases, anchors, tags, directives, complex or duplicate keys
 * are faults, and depth and size are bounded, so that no text of a stranger can exhaust memory or mean two things. */
#ifndef TIDEGATE_TEXT_YAML_H
#define TIDEGATE_TEXT_YAML_H

#include "text/diagnostics.h"
#include "text/node.h"

/* A node takes some hundred bytes of memory and may take two of the text, so that they have a bound of their own. */
enum { YAML_MAX_BYTES = 4 << 20, YAML_MAX_DEPTH = 32, YAML_MAX_NODES = 500 * 1000 };

/* The document, or NULL with at least one error in `diagnostics`. Where YAML itself stumbles over a character that
 * people mean as the start of an expression (! @ [ { # * & % ` |), the message says to quote it. `source` must outlive
 * the nodes. */
const struct node *yaml_parse(struct arena *arena, const struct source *source, struct diagnostics *diagnostics);

/* Nothing but comments and blanks. */
bool yaml_is_blank(const struct source *source);

#endif
