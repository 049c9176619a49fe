/* JSON in a test, with single quotes so that it can be read. */
#ifndef TIDEGATE_TESTS_CLI_QUOTED_H
#define TIDEGATE_TESTS_CLI_QUOTED_H

#include <jansson.h>

/* Fails the test where the text is no JSON. */
json_t *quoted_json(const char *text);

#endif
