#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/printable.h"
#include "cli/page.h"
#include "text/json.h"

static void start_line(struct buffer *page, size_t indent)
{
	for (size_t i = 0; i < indent; i++)
		buffer_add_char(page, ' ');
}

void page_fold(struct buffer *page, size_t used, size_t indent, const char *text)
{
	bool at_start = true;

	while (*text) {
		size_t length = strcspn(text, " ");

		if (length > 0 && !at_start && used + 1 + length > PAGE_COLUMNS) {
			buffer_add_char(page, '\n');
			start_line(page, indent);
			used = indent;
		} else if (length > 0 && !at_start) {
			buffer_add_char(page, ' ');
			used++;
		}
		buffer_add(page, text, length);
		used += length;
		at_start = at_start && length == 0;
		text += length + (text[length] == ' ');
	}
	buffer_add_char(page, '\n');
}

/* Where the name begins in an ARN, or NULL where this is none. */
static const char *arn_name(const char *arn)
{
	const char *name = strncmp(arn, "arn:", 4) == 0 ? arn : NULL;

	for (int colons = 0; colons < 5 && name; colons++) {
		name += strcspn(name, ": ");
		name = *name == ':' ? name + 1 : NULL;
	}
	return name;
}

/* Adds the name of the ARN that this begins with: what was read of it.
 * arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web-http/0123456789abcdef -> web-http */
static size_t add_arn(struct buffer *page, const char *arn)
{
	static const char group[] = "targetgroup/";
	const char *name = arn_name(arn);
	size_t length;

	if (!name)
		return 0;
	if (strncmp(name, group, sizeof(group) - 1) != 0)
		return (size_t)(name - arn);
	name += sizeof(group) - 1;
	length = strcspn(name, "/ ");
	buffer_add(page, name, length);
	name += length;
	if (*name == '/')
		name += 1 + strspn(name + 1, "0123456789abcdef");
	return (size_t)(name - arn);
}

void page_cut(char *into, size_t size, const char *text)
{
	static const char mark[] = " ...";
	size_t end;

	printable_copy(into, size, text);
	if (strlen(text) < size)
		return;
	printable_copy(into, size - (sizeof(mark) - 1), text);
	end = strlen(into);
	while (end > 0 && into[end - 1] != ' ')
		end--;
	/* A word that fills it all cannot be left out. */
	if (end == 0)
		end = strlen(into);
	while (end > 0 && into[end - 1] == ' ')
		end--;
	memcpy(into + end, mark, sizeof(mark));
}

void page_names(struct buffer *page, const char *text)
{
	bool at_start = true;

	for (size_t read; *text; text += read) {
		read = at_start ? add_arn(page, text) : 0;
		at_start = *text == ' ';
		if (read == 0)
			buffer_add(page, text, read = 1);
	}
}

static bool is_nothing(const json_t *value)
{
	return !value || json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0) ||
	       (json_is_array(value) && json_array_size(value) == 0) ||
	       (json_is_object(value) && json_object_size(value) == 0);
}

static void add_scalar(struct buffer *page, const json_t *value)
{
	const char *text = json_string_value(value);

	if (text)
		page_names(page, text);
	else if (json_is_integer(value))
		buffer_add_format(page, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		buffer_add_format(page, "%g", json_real_value(value));
	else
		buffer_add_text(page, json_is_true(value) ? "yes" : "no");
}

static void add_nested(struct buffer *page, const json_t *value, bool names, const char *between);

static void add_items(struct buffer *page, const json_t *list)
{
	size_t i;
	json_t *item;
	bool first = true;

	json_array_foreach(list, i, item) {
		if (is_nothing(item))
			continue;
		if (!first)
			buffer_add_text(page, ", ");
		add_nested(page, item, false, " ");
		first = false;
	}
}

static void add_members(struct buffer *page, const json_t *map, bool names, const char *between)
{
	const char *name;
	json_t *value;
	bool first = true;

	json_object_foreach((json_t *)(uintptr_t)map, name, value) {
		if (is_nothing(value))
			continue;
		if (!first)
			buffer_add_text(page, between);
		if (names)
			buffer_add_format(page, "%s ", name);
		add_nested(page, value, false, " ");
		first = false;
	}
}

static void add_nested(struct buffer *page, const json_t *value, bool names, const char *between)
{
	if (json_is_array(value))
		add_items(page, value);
	else if (json_is_object(value))
		add_members(page, value, names, between);
	else if (!is_nothing(value))
		add_scalar(page, value);
}

void page_value(struct buffer *page, const json_t *value)
{
	add_nested(page, value, true, ", ");
}

void page_words(struct buffer *page, const json_t *value)
{
	add_nested(page, value, false, " ");
}

void page_element(struct buffer *label, struct buffer *text, const json_t *element)
{
	const char *name;
	json_t *value, *rest = json_made(json_object()), *number = NULL;

	json_object_foreach((json_t *)(uintptr_t)element, name, value) {
		if (json_is_string(value) && label->length == 0)
			page_words(label, value);
		else if (json_is_integer(value) && !number)
			number = value;
		else
			json_object_set(rest, name, value);
	}
	if (number)
		buffer_add_format(label, ":%" JSON_INTEGER_FORMAT, json_integer_value(number));
	page_words(text, rest);
	json_decref(rest);
}

void page_elapsed(struct buffer *page, int64_t elapsed_ms)
{
	if (elapsed_ms < 60000)
		buffer_add_format(page, "%.1fs", (double)elapsed_ms / 1000);
	else
		buffer_add_format(page, "%dm%02ds", (int)(elapsed_ms / 60000), (int)(elapsed_ms / 1000 % 60));
}

void page_watch(struct buffer *page, int64_t elapsed_ms)
{
	if (elapsed_ms < 0)
		elapsed_ms = 0;
	buffer_add_format(page, "%d:%02d", (int)(elapsed_ms / 60000), (int)(elapsed_ms / 1000 % 60));
}

void page_time(char text[PAGE_TIME_BYTES], int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm day;

	if (!localtime_r(&seconds, &day) || strftime(text, PAGE_TIME_BYTES, "%H:%M:%S", &day) == 0)
		snprintf(text, PAGE_TIME_BYTES, "--:--:--");
}

/* ---- commands ---- */

static bool is_printable_ascii(const char *word)
{
	for (; *word; word++)
		if (*word < ' ' || *word > '~')
			return false;
	return true;
}

/* $'...' of POSIX.1-2024, which bash and zsh have always had: what is pasted is plain ASCII whatever the name. */
static void quote_bytes(struct buffer *page, const char *word)
{
	buffer_add_text(page, "$'");
	for (; *word; word++)
		if (*word < ' ' || *word > '~')
			buffer_add_format(page, "\\%03o", (unsigned)(unsigned char)*word);
		else if (*word == '\'' || *word == '\\')
			buffer_add_format(page, "\\%c", *word);
		else
			buffer_add_char(page, *word);
	buffer_add_char(page, '\'');
}

void page_quote(struct buffer *page, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,";

	if (*word && strspn(word, plain) == strlen(word)) {
		buffer_add_text(page, word);
		return;
	}
	if (!is_printable_ascii(word)) {
		quote_bytes(page, word);
		return;
	}
	buffer_add_char(page, '\'');
	for (; *word; word++)
		if (*word == '\'')
			buffer_add_text(page, "'\\''");
		else
			buffer_add_char(page, *word);
	buffer_add_char(page, '\'');
}

/* UpdateAutoScalingGroup -> update-auto-scaling-group, TargetGroupARNs -> target-group-arns, as the AWS CLI does. */
static void add_kebab(struct buffer *page, const char *name)
{
	for (size_t i = 0; name[i]; i++) {
		bool upper = isupper((unsigned char)name[i]);
		bool after_lower = i > 0 && !isupper((unsigned char)name[i - 1]);
		bool begins_word = i > 0 && islower((unsigned char)name[i + 1]) && strcmp(name + i + 1, "s") != 0;

		if (upper && (after_lower || begins_word))
			buffer_add_char(page, '-');
		buffer_add_char(page, (char)tolower((unsigned char)name[i]));
	}
}

static bool is_text_list(const json_t *value)
{
	size_t i;
	json_t *item;

	json_array_foreach(value, i, item)
		if (!json_is_string(item))
			return false;
	return json_is_array(value) && json_array_size(value) > 0;
}

static void add_json_word(struct buffer *page, const json_t *value)
{
	char *dumped = json_text(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);

	page_quote(page, dumped ? dumped : "");
	free(dumped);
}

static void add_argument(struct buffer *page, const char *name, const json_t *value)
{
	size_t i;
	json_t *item;

	buffer_add_text(page, json_is_false(value) ? "--no-" : "--");
	add_kebab(page, name);
	if (json_is_boolean(value))
		return;
	if (is_text_list(value)) {
		json_array_foreach(value, i, item) {
			buffer_add_char(page, ' ');
			page_quote(page, json_string_value(item));
		}
		return;
	}
	/* Behind a blank a value that begins with a dash would be an option of its own. */
	buffer_add_char(page, json_is_string(value) && json_string_value(value)[0] == '-' ? '=' : ' ');
	if (json_is_string(value))
		page_quote(page, json_string_value(value));
	else
		add_json_word(page, value);
}

static void go_on(struct buffer *page, size_t indent)
{
	buffer_add_text(page, " \\\n");
	start_line(page, indent + 2);
}

void page_aws_command(struct buffer *page, size_t indent, const json_t *call, const char *region)
{
	const char *operation = json_string_value(json_object_get(call, "operation")), *colon, *name;
	json_t *with = json_object_get(call, "with"), *value;

	colon = operation ? strchr(operation, ':') : NULL;
	if (!colon)
		return;
	buffer_add_format(page, "aws %.*s ", (int)(colon - operation), operation);
	add_kebab(page, colon + 1);
	if (region) {
		buffer_add_text(page, " --region ");
		page_quote(page, region);
	}
	json_object_foreach(with, name, value) {
		go_on(page, indent);
		add_argument(page, name, value);
	}
	buffer_add_char(page, '\n');
}

const char *page_color(const char *name)
{
	static const struct {
		const char *name, *sequence;
	} rows[] = { { "red", "\033[1;31m" }, { "green", "\033[1;32m" }, { "yellow", "\033[1;33m" } };

	for (size_t i = 0; name && i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].sequence;
	return "\033[0m";
}

void page_clean(char *text, bool ascii)
{
	for (unsigned char *at = (unsigned char *)text; *at; at++) {
		if ((*at < 0x20 && *at != '\n') || *at == 0x7f)
			*at = ' ';
		else if (ascii && *at >= 0x80)
			*at = '?';
	}
}
