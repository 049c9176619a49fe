#include "config.h"

#include "quoted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/memory.h"

json_t *quoted_json(const char *text)
{
	char *quoted = memory_copy_text(text);
	json_t *value;

	for (char *c = quoted; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_loads(quoted, 0, NULL);
	free(quoted);
	assert_non_null(value);
	return value;
}
