/* All of YAML, by libyaml, with every fault told. */
#ifndef TIDEGATE_TEXT_YAML_FULL_H
#define TIDEGATE_TEXT_YAML_FULL_H

#include "text/yaml.h"

/* As yaml_parse_part(). */
const struct node *yaml_full_parse(struct arena *arena, const struct source *source, const struct yaml_part *part,
				   struct diagnostics *diagnostics);

#endif
