#include "config.h"

#include "aws/config_file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/words.h"
#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"

#define BLANKS " \t\r\f\v"

struct setting {
	struct setting *older;
	const char *key;   /* in lower case */
	const char *value; /* begins with a line feed where settings are indented below it */
};

struct section {
	struct section *older;
	const char *header; /* as written */
	enum config_kind kind;
	const char *name;
	struct setting *settings;
	unsigned n_settings;
};

struct config_file {
	char *path;
	struct section *sections;
	unsigned n_sections;
};

struct config {
	struct arena *arena;
	struct config_file files[CONFIG_ORIGINS];
};

static const struct {
	const char *variable;
	const char *standard; /* below HOME */
} origins[CONFIG_ORIGINS] = {
	[CONFIG_FILE] = { "AWS_CONFIG_FILE", "/.aws/config" },
	[CREDENTIALS_FILE] = { "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials" },
};

static const char *const kind_words[] = {
	[CONFIG_PROFILE] = "profile",
	[CONFIG_SSO_SESSION] = "sso-session",
	[CONFIG_SERVICES] = "services",
};

/* One file while it is read, line by line. */
struct parser {
	struct arena *arena;
	struct config_file *file;
	enum config_origin origin;
	unsigned line;
	struct section *section;
	struct setting *setting; /* the one that more deeply indented lines go on with */
	size_t indent;           /* of the line that began it */
	struct buffer value;     /* of that setting, so far */
};

static int config_fault(const struct parser *parser, struct error *err, const char *what)
{
	return error_set(err, ERROR_USAGE, NOWHERE, "%s:%u: %s", parser->file->path, parser->line, what);
}

/* Each line below a setting without a value of its own is a setting too, so `key = value`. */
static bool is_nested(const char *value)
{
	for (const char *line = value; line; line = strchr(line, '\n')) {
		line += strspn(line, BLANKS "\n");
		if (*line && !memchr(line, '=', strcspn(line, "\n")))
			return false;
	}
	return true;
}

static int finish_setting(struct parser *parser, struct error *err)
{
	struct buffer *value = &parser->value;
	struct setting *setting = parser->setting;

	if (!setting)
		return 0;
	while (value->length && isspace((unsigned char)value->bytes[value->length - 1]))
		value->length--;
	setting->value = arena_copy(parser->arena, buffer_text(value), value->length);
	parser->setting = NULL;
	if (setting->value[0] == '\n' && !is_nested(setting->value))
		return config_fault(parser, err, "in the lines indented above, one is no 'key = value'");
	return 0;
}

/* "profile NAME", where NAME may be quoted; anything else that begins so is passed over, as botocore does. */
static void classify(struct parser *parser, struct section *section)
{
	struct words words;

	section->kind = CONFIG_PROFILE;
	section->name = section->header;
	if (parser->origin == CREDENTIALS_FILE || strcmp(section->header, "default") == 0)
		return;
	section->kind = CONFIG_OTHER;
	if (words_split(parser->arena, section->header, &words, NULL) < 0 || words.count != 2)
		return;
	for (unsigned kind = 0; kind < ARRAY_LENGTH(kind_words); kind++)
		if (strcmp(words.rows[0], kind_words[kind]) == 0) {
			section->kind = (enum config_kind)kind;
			section->name = words.rows[1];
		}
}

static bool is_repeated(const struct config_file *file, const char *header)
{
	for (const struct section *section = file->sections; section; section = section->older)
		if (strcmp(section->header, header) == 0)
			return true;
	return false;
}

/* [default] and [profile default] are the same profile: the later one counts, whole. */
static const struct section *find_section(const struct config_file *file, enum config_kind kind, const char *name)
{
	for (const struct section *section = file->sections; section; section = section->older)
		if (section->kind == kind && strcmp(section->name, name) == 0)
			return section;
	return NULL;
}

static int begin_section(struct parser *parser, char *line, struct error *err)
{
	struct section *section = ARENA_NEW(parser->arena, struct section);
	char *end = strrchr(line, ']');

	if (finish_setting(parser, err) < 0)
		return -1;
	if (!end || end == line + 1)
		return config_fault(parser, err, "a section such as '[profile name]' is not closed or has no name");
	if (++parser->file->n_sections > CONFIG_MAX_SECTIONS)
		return config_fault(parser, err, "the file has too many sections");
	section->header = arena_copy(parser->arena, line + 1, (size_t)(end - line - 1));
	classify(parser, section);
	if (is_repeated(parser->file, section->header))
		return config_fault(parser, err, "this section is there twice");
	section->older = parser->file->sections;
	parser->file->sections = parser->section = section;
	return 0;
}

static const struct setting *find_setting(const struct section *section, const char *key)
{
	for (const struct setting *setting = section->settings; setting; setting = setting->older)
		if (strcmp(setting->key, key) == 0)
			return setting;
	return NULL;
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, BLANKS);
	for (end = text + strlen(text); end > text && isspace((unsigned char)end[-1]); end--)
		;
	*end = '\0';
	return text;
}

static int begin_setting(struct parser *parser, char *line, struct error *err)
{
	struct setting *setting = ARENA_NEW(parser->arena, struct setting);
	char *delimiter = strpbrk(line, "=:");
	char *key;

	if (finish_setting(parser, err) < 0)
		return -1;
	if (!parser->section)
		return config_fault(parser, err, "a section such as '[default]' must stand before this line");
	if (!delimiter || delimiter == line)
		return config_fault(parser, err, "this line is neither '[section]' nor 'key = value'");
	*delimiter = '\0';
	key = arena_copy_text(parser->arena, trim(line));
	for (char *at = key; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	if (find_setting(parser->section, key))
		return config_fault(parser, err, "this setting is there twice in its section");
	if (++parser->section->n_settings > CONFIG_MAX_SETTINGS)
		return config_fault(parser, err, "the section has too many settings");
	*setting = (struct setting){ .older = parser->section->settings, .key = key, .value = "" };
	parser->section->settings = parser->setting = setting;
	buffer_clear(&parser->value);
	buffer_add_text(&parser->value, trim(delimiter + 1));
	return 0;
}

static int parse_line(struct parser *parser, char *line, struct error *err)
{
	size_t indent = strspn(line, BLANKS);
	char *text = trim(line);

	if (*text == '#' || *text == ';')
		return 0;
	if (!*text) {
		buffer_add_char(&parser->value, '\n'); /* counts where the value goes on below */
		return 0;
	}
	if (parser->setting && indent > parser->indent) {
		buffer_add_char(&parser->value, '\n');
		buffer_add_text(&parser->value, text);
		return 0;
	}
	parser->indent = indent;
	return *text == '[' ? begin_section(parser, text, err) : begin_setting(parser, text, err);
}

static int parse_lines(struct parser *parser, char *text, struct error *err)
{
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		parser->line++;
		if (parse_line(parser, line, err) < 0)
			return -1;
	}
	return finish_setting(parser, err);
}

static int parse_file(struct config *config, enum config_origin origin, struct buffer *text, struct error *err)
{
	struct parser parser = { .arena = config->arena, .file = &config->files[origin], .origin = origin };
	int result;

	if (memchr(buffer_text(text), '\0', text->length))
		return error_set(err, ERROR_USAGE, NOWHERE, "'%s' is no text: it has a NUL byte", parser.file->path);
	buffer_add_char(text, '\n');
	result = parse_lines(&parser, text->bytes, err);
	buffer_release(&parser.value);
	return result;
}

static char *find_path(struct arena *arena, const struct environment *environment, enum config_origin origin)
{
	const char *home = environment_get(environment, "HOME");
	const char *path = environment_get(environment, origins[origin].variable);

	if (path && path[0] == '~' && (path[1] == '/' || !path[1]))
		return arena_format(arena, "%s%s", home ? home : "", path + 1);
	if (path)
		return arena_copy_text(arena, path);
	return home ? arena_format(arena, "%s%s", home, origins[origin].standard) : arena_copy_text(arena, "");
}

static int load_file(struct config *config, const struct environment *environment, enum config_origin origin,
		     struct error *err)
{
	struct config_file *file = &config->files[origin];
	struct buffer text = BUFFER_INIT;
	int result;

	file->path = find_path(config->arena, environment, origin);
	if (!file->path[0])
		return 0;
	result = file_read(file->path, CONFIG_MAX_BYTES, &text, err);
	if (result == 0)
		result = parse_file(config, origin, &text, err);
	buffer_release(&text);
	return result < 0 ? -1 : 0;
}

struct config *config_load(const struct environment *environment, struct error *err)
{
	struct config *config = memory_new(1, sizeof(*config));

	config->arena = arena_new();
	for (int origin = 0; origin < CONFIG_ORIGINS; origin++)
		if (load_file(config, environment, (enum config_origin)origin, err) < 0) {
			config_free(config);
			return NULL;
		}
	return config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	arena_free(config->arena);
	free(config);
}

const char *config_path(const struct config *config, enum config_origin origin)
{
	return config->files[origin].path;
}

bool config_has(const struct config *config, enum config_kind kind, const char *name)
{
	for (int origin = 0; origin < CONFIG_ORIGINS; origin++)
		if (find_section(&config->files[origin], kind, name))
			return true;
	return false;
}

const char *config_get_from(const struct config *config, enum config_origin origin, const char *profile,
			    const char *key)
{
	const struct section *section = find_section(&config->files[origin], CONFIG_PROFILE, profile);
	const struct setting *setting = section ? find_setting(section, key) : NULL;

	return setting ? setting->value : NULL;
}

const char *config_get(const struct config *config, const char *profile, const char *key)
{
	const char *value = config_get_from(config, CREDENTIALS_FILE, profile, key);

	return value ? value : config_get_from(config, CONFIG_FILE, profile, key);
}

/* The value of `key` in lines of `key = value`. */
static char *nested_get(const char *lines, const char *key)
{
	char *copy = memory_copy_text(lines), *found = NULL, *state = NULL;

	for (char *line = strtok_r(copy, "\n", &state); line && !found; line = strtok_r(NULL, "\n", &state)) {
		char *delimiter = strchr(line, '=');

		if (!delimiter)
			continue;
		*delimiter = '\0';
		if (strcmp(trim(line), key) == 0)
			found = memory_copy_text(trim(delimiter + 1));
	}
	free(copy);
	return found;
}

char *config_get_service(const struct config *config, const char *section, const char *service, const char *key)
{
	const struct section *found = find_section(&config->files[CONFIG_FILE], CONFIG_SERVICES, section);
	const struct setting *setting = found ? find_setting(found, service) : NULL;

	return setting && setting->value[0] == '\n' ? nested_get(setting->value, key) : NULL;
}
