/* Templates are a tree like the node they come from; only texts differ: each is a row of literals and expressions. */
#include "config.h"

#include "model/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "text/json.h"
#include "text/scalar.h"

struct template_piece {
	const char *literal; /* NULL: the expression counts */
	struct located_expression expression;
};

struct template
{
	enum node_kind kind;
	json_t *value; /* a scalar without expressions; else NULL */
	struct template_piece *pieces;
	size_t n_pieces;
	const char **keys;
	const struct template **items;
	size_t count;
};

struct position located_place(const struct located_expression *expression, unsigned column, size_t length)
{
	return scalar_place(expression->scalar, expression->offset + column - 1, length);
}

struct position located_position(const struct located_expression *expression)
{
	return located_place(expression, 1, strlen(expression_text(expression->parsed)));
}

/* `a == 'c #2'` without quotes around it: the rest of the line is a comment. */
static bool is_cut_by_comment(const struct node *scalar)
{
	const struct source *source = scalar->position.source;
	const char *start, *end;

	if (!scalar->plain || !source || scalar->offset >= source->length)
		return false;
	start = source->text + scalar->offset;
	end = memchr(start, '\n', source->length - scalar->offset);
	for (; end && start < end; start++)
		if (start[0] == ' ' && start[1] == '#')
			return strlen(scalar->text) <= (size_t)(start - source->text) - scalar->offset;
	return false;
}

/* Spellings from elsewhere, by how the expression begins. */
static const struct spelling {
	const char *begins;
	const char *hint;
} spellings[] = {
	{ "${", "an expression stands bare here, without ${}" },
	{ "$(", "an expression stands bare here, without $()" },
	{ "{{", "an expression stands bare here, without {{}}" },
	{ "not ", "write ! for not" },
};

static const char *spelling_hint(const struct node *scalar, const char *text)
{
	for (size_t i = 0; i < ARRAY_LENGTH(spellings); i++)
		if (strncmp(text, spellings[i].begins, strlen(spellings[i].begins)) == 0)
			return spellings[i].hint;
	return is_cut_by_comment(scalar) ? "YAML reads ' #' as a comment: quote the whole expression" : NULL;
}

/* The expression is the part of the scalar's text that begins at `offset`. */
static int located_parse(struct reader *reader, const struct node *scalar, const char *text, size_t offset,
			 struct located_expression *into)
{
	struct error err = ERROR_INIT;
	unsigned column;
	size_t length;

	*into = (struct located_expression){
		.scalar = scalar,
		.offset = offset,
		.parsed = expression_parse(reader->arena, text, &err),
	};
	if (into->parsed)
		return 0;
	column = err.position.column ? err.position.column : 1;
	length = strlen(text);
	return diagnostics_error(reader->diagnostics,
				 located_place(into, column, length >= column ? length - column + 1 : 1),
				 spelling_hint(scalar, text), "%s", err.message);
}

/* The '}' that ends the expression begun at `at`: braces nest, and quotes hide them. NULL where there is none. */
static const char *expression_end(const char *at)
{
	unsigned depth = 0;

	for (char quote = 0; *at; at++) {
		if (quote) {
			if (*at == '\\' && at[1])
				at++;
			else if (*at == quote)
				quote = 0;
		} else if (strchr("'\"`", *at)) {
			quote = *at;
		} else if (*at == '{') {
			depth++;
		} else if (*at == '}' && depth-- == 0) {
			return at;
		}
	}
	return NULL;
}

static void piece_add(struct reader *reader, struct template *template, struct template_piece piece)
{
	struct template_piece *grown = ARENA_ARRAY(reader->arena, struct template_piece, template->n_pieces + 1);

	if (template->n_pieces)
		memcpy(grown, template->pieces, template->n_pieces * sizeof(*grown));
	grown[template->n_pieces++] = piece;
	template->pieces = grown;
}

static void piece_add_literal(struct reader *reader, struct template *template, struct buffer *literal)
{
	if (literal->length)
		piece_add(reader, template,
			  (struct template_piece){
				  .literal = arena_copy(reader->arena, literal->bytes, literal->length) });
	buffer_clear(literal);
}

static int piece_add_expression(struct reader *reader, struct template *template, const struct node *node,
				const char *start, const char *end)
{
	struct template_piece piece = { 0 };
	const char *text = arena_copy(reader->arena, start, (size_t)(end - start));

	if (located_parse(reader, node, text, (size_t)(start - node->text), &piece.expression) != 0)
		return -1;
	piece_add(reader, template, piece);
	return 0;
}

static int pieces_parse(struct reader *reader, const struct node *node, struct template *template)
{
	struct buffer literal = BUFFER_INIT;
	int result = 0;

	for (const char *at = node->text, *end; *at && result == 0; at = end) {
		end = at + 1;
		if (strncmp(at, "$${", 3) == 0) {
			buffer_add_text(&literal, "${");
			end = at + 3;
		} else if (strncmp(at, "${", 2) != 0) {
			buffer_add_char(&literal, *at);
		} else if (!(end = expression_end(at + 2))) {
			result = diagnostics_error(reader->diagnostics,
						   scalar_place(node, (size_t)(at - node->text), strlen(at)),
						   "write $${ for a literal ${", "'${' without its '}'");
			end = at + strlen(at);
		} else {
			piece_add_literal(reader, template, &literal);
			result = piece_add_expression(reader, template, node, at + 2, end);
			end++;
		}
	}
	piece_add_literal(reader, template, &literal);
	buffer_release(&literal);
	return result;
}

static void release_json(void *value)
{
	json_decref(value);
}

static json_t *keep_json(struct arena *arena, json_t *value)
{
	if (!value)
		memory_exhausted();
	arena_attach(arena, release_json, value);
	return value;
}

static int scalar_parse(struct reader *reader, const struct node *node, struct template *template)
{
	if (strstr(node->text, "${") != NULL)
		return pieces_parse(reader, node, template);
	template->value = keep_json(reader->arena, node_to_json(node));
	return 0;
}

static int container_parse(struct reader *reader, const struct node *node, struct template *template)
{
	int result = 0;

	template->count = node->count;
	template->items = ARENA_ARRAY(reader->arena, const struct template *, node->count);
	template->keys = ARENA_ARRAY(reader->arena, const char *, node->count);
	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == NODE_MAP)
			template->keys[i] = node->keys[i]->text;
		template->items[i] = template_parse(reader, node->items[i]);
		if (!template->items[i])
			result = -1;
	}
	return result;
}

const struct template *template_parse(struct reader *reader, const struct node *node)
{
	struct template *template = ARENA_NEW(reader->arena, struct template);
	int result;

	template->kind = node->kind;
	if (node->kind == NODE_SCALAR)
		result = scalar_parse(reader, node, template);
	else
		result = container_parse(reader, node, template);
	return result == 0 ? template : NULL;
}

json_t *located_search(const struct located_expression *expression, json_t *current, json_t *root, struct error *err)
{
	json_t *found = expression_search(expression->parsed, current, root, err);

	if (!found && err)
		err->position = located_position(expression);
	return found;
}

int located_is_true(const struct located_expression *expression, json_t *document, int missing, struct error *err)
{
	json_t *value;
	int result;

	if (!expression->parsed)
		return missing;
	value = located_search(expression, document, document, err);
	if (!value)
		return -1;
	result = value_is_true(value);
	json_decref(value);
	return result;
}

static void value_add_text(const json_t *value, struct buffer *text)
{
	char *dumped;

	if (json_is_string(value)) {
		buffer_add(text, json_string_value(value), json_string_length(value));
		return;
	}
	dumped = json_text(value, JSON_ENCODE_ANY | JSON_COMPACT);
	if (!dumped)
		memory_exhausted();
	buffer_add_text(text, dumped);
	free(dumped);
}

static int piece_render(const struct template_piece *piece, json_t *document, struct buffer *text, struct error *err)
{
	json_t *value;
	int result = 0;

	if (piece->literal) {
		buffer_add_text(text, piece->literal);
		return 0;
	}
	value = located_search(&piece->expression, document, document, err);
	if (!value)
		return -1;
	if (json_is_null(value))
		result = error_set(err, ERROR_EXPRESSION, located_position(&piece->expression),
				   "'%s' has no value here", expression_text(piece->expression.parsed));
	else
		value_add_text(value, text);
	json_decref(value);
	return result;
}

static json_t *text_render(const struct template *template, json_t *document, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	json_t *rendered = NULL;
	size_t i = 0;

	if (template->n_pieces == 1 && !template->pieces[0].literal)
		return located_search(&template->pieces[0].expression, document, document, err);
	while (i < template->n_pieces && piece_render(&template->pieces[i], document, &text, err) == 0)
		i++;
	if (i == template->n_pieces) {
		rendered = json_stringn(buffer_text(&text), text.length);
		if (!rendered)
			error_set(err, ERROR_EXPRESSION, located_position(&template->pieces[0].expression),
				  "this is no UTF-8 text");
	}
	buffer_release(&text);
	return rendered;
}

static json_t *container_render(const struct template *template, json_t *document, struct error *err)
{
	json_t *made = template->kind == NODE_MAP ? json_object() : json_array();

	for (size_t i = 0; i < template->count; i++) {
		json_t *item = template_render(template->items[i], document, err);

		if (!item) {
			json_decref(made);
			return NULL;
		}
		if (template->kind == NODE_MAP)
			json_put(made, template->keys[i], item);
		else
			json_array_append_new(made, item);
	}
	return made;
}

json_t *template_render(const struct template *template, json_t *document, struct error *err)
{
	if (template->kind != NODE_SCALAR)
		return container_render(template, document, err);
	if (template->value)
		return json_incref(template->value);
	return text_render(template, document, err);
}

char *template_sentence(const struct template *template, json_t *document)
{
	struct buffer text = BUFFER_INIT;

	if (template->value)
		value_add_text(template->value, &text);
	for (size_t i = 0; i < template->n_pieces; i++)
		if (piece_render(&template->pieces[i], document, &text, NULL) != 0)
			buffer_add_char(&text, '?');
	return buffer_take(&text);
}

const struct template *template_item(const struct template *template, size_t i)
{
	return i < template->count ? template->items[i] : NULL;
}

const struct located_expression *template_alone(const struct template *template)
{
	return template->n_pieces == 1 && !template->pieces[0].literal ? &template->pieces[0].expression : NULL;
}

bool template_has_key(const struct template *template, const char *key)
{
	for (size_t i = 0; template->kind == NODE_MAP && i < template->count; i++)
		if (strcmp(template->keys[i], key) == 0)
			return true;
	return false;
}

struct reference_visit {
	located_reference *visit;
	void *argument;
	const struct located_expression *expression;
};

static void visit_reference(void *argument, const char *const *names, const unsigned *columns, size_t count)
{
	struct reference_visit *visit = argument;
	struct reference_place place = { .expression = visit->expression };

	if (count > 0) {
		place.column = columns[0];
		place.length = columns[count - 1] - columns[0] + strlen(names[count - 1]);
	}
	visit->visit(visit->argument, names, count, &place);
}

struct position reference_position(const struct reference_place *place)
{
	return place->column ? located_place(place->expression, place->column, place->length)
			     : located_position(place->expression);
}

void located_references(const struct located_expression *expression, located_reference *visit, void *argument)
{
	struct reference_visit state = { .visit = visit, .argument = argument, .expression = expression };

	if (expression->parsed)
		expression_references(expression->parsed, visit_reference, &state);
}

void template_expressions(const struct template *template, located_visit *visit, void *argument)
{
	if (!template)
		return;
	for (size_t i = 0; i < template->n_pieces; i++)
		if (!template->pieces[i].literal)
			visit(argument, &template->pieces[i].expression);
	for (size_t i = 0; i < template->count; i++)
		template_expressions(template->items[i], visit, argument);
}

void template_references(const struct template *template, located_reference *visit, void *argument)
{
	if (!template)
		return;
	for (size_t i = 0; i < template->n_pieces; i++)
		located_references(&template->pieces[i].expression, visit, argument);
	for (size_t i = 0; i < template->count; i++)
		template_references(template->items[i], visit, argument);
}

static int read_expression(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	if (node->kind != NODE_SCALAR)
		return diagnostics_error(reader->diagnostics, node->position,
					 "an expression that begins with [ or { wants quotes",
					 "'%s' must be an expression, not %s", field->name, node_kind_name(node));
	return located_parse(reader, node, node->text, 0, into);
}

static json_t *expression_schema(const struct field *field)
{
	(void)field;
	return json_made(json_pack("{s:[s, s, s]}", "type", "string", "number", "boolean"));
}

const struct field_type field_expression = {
	.name = "an expression",
	.read = read_expression,
	.schema = expression_schema,
};

static int read_template(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	const struct template *template = template_parse(reader, node);

	(void)field;
	if (!template)
		return -1;
	*(const struct template **)into = template;
	return 0;
}

static json_t *template_schema(const struct field *field)
{
	(void)field;
	return json_made(json_object());
}

const struct field_type field_template = {
	.name = "anything, with ${...} in it",
	.read = read_template,
	.schema = template_schema,
};

static int read_template_text(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	if (node->kind != NODE_SCALAR)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be text, not %s",
					 field->name, node_kind_name(node));
	return read_template(reader, node, field, into);
}

const struct field_type field_template_text = {
	.name = "text, with ${...} in it",
	.read = read_template_text,
	.schema = expression_schema,
};
