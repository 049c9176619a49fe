/* Joining pages, and the three bounds that keep a strange server from paging for ever. */
#include "config.h"

#include "aws/pages.h"

#include <stdint.h>

#include "text/json.h"

static bool pages_possible(const struct operation *operation)
{
	return operation->pages.input_token && operation->pages.output_token && operation->pages.items;
}

void pages_init(struct pages *pages, const struct operation *operation, const json_t *input)
{
	const char *size = operation->pages.page_size;

	*pages = (struct pages){ .operation = operation };
	pages->input = json_made(input ? json_copy((json_t *)(uintptr_t)input) : json_object());
	pages->tokens = json_made(json_object());
	if (pages_possible(operation) && size && operation->pages.most > 0 && !json_object_get(pages->input, size))
		json_put(pages->input, size, json_integer(operation->pages.most));
}

void pages_release(struct pages *pages)
{
	json_decref(pages->input);
	json_decref(pages->output);
	json_decref(pages->tokens);
	*pages = (struct pages){ 0 };
}

/* The token is no part of the whole: nobody can ask on with it. */
static void pages_join(struct pages *pages, json_t *output)
{
	const char *items = pages->operation->pages.items;
	json_t *list;

	if (!pages->output) {
		pages->output = output;
	} else {
		list = json_object_get(pages->output, items);
		if (!list)
			json_object_set(pages->output, items, json_object_get(output, items));
		else if (json_object_get(output, items) && json_array_extend(list, json_object_get(output, items)) != 0)
			memory_exhausted();
		json_decref(output);
	}
	json_object_del(pages->output, pages->operation->pages.output_token);
}

static int pages_check_token(struct pages *pages, const char *token, struct error *err)
{
	const char *name = pages->operation->name;

	if (json_object_get(pages->tokens, token))
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "the pages of %s never end: a token came again", name);
	if (pages->count >= PAGES_MOST)
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "the answer to %s has more than %d pages", name,
				 PAGES_MOST);
	if (pages->bytes > PAGES_MOST_BYTES)
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "the pages of %s are longer than %d MiB together", name,
				 PAGES_MOST_BYTES >> 20);
	json_put(pages->tokens, token, json_true());
	return 0;
}

int pages_take(struct pages *pages, json_t *output, size_t bytes, bool *more, struct error *err)
{
	const struct operation *operation = pages->operation;
	json_t *token = NULL;
	int result = 0;

	*more = false;
	pages->count++;
	pages->bytes += bytes;
	if (!pages_possible(operation)) {
		json_decref(pages->output);
		pages->output = output;
		return 0;
	}
	token = json_incref(json_object_get(output, operation->pages.output_token));
	pages_join(pages, output);
	if (json_is_string(token) && json_string_length(token) > 0) {
		result = pages_check_token(pages, json_string_value(token), err);
		json_object_set(pages->input, operation->pages.input_token, token);
		*more = result == 0;
	}
	json_decref(token);
	return result;
}
