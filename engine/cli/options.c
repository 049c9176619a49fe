/* Reads command lines by the table of options. What a command makes of them is its own affair. */
#include "config.h"

#include "cli/options.h"

#include <string.h>

#include "text/diagnostics.h"

const struct option_row option_rows[OPTION_COUNT] = {
	[OPTION_HELP] = { "help", 'h', NULL, "show this" },
	[OPTION_INPUT] = { "input", 'i', "NAME=VALUE", "an input of the machine; may be given again" },
	[OPTION_UNTIL] = { "until", 0, "STATE", "end there, if it is reached; may be given again" },
	[OPTION_HOOK] = { "hook", 0, "EVENT", "as at this CodeDeploy lifecycle event" },
	[OPTION_DEPLOYMENT_GROUP] = { "deployment-group", 0, "NAME", "choose from the machine's environments by it" },
	[OPTION_ALL] = { "all", 0, NULL, "every run (see above)" },
	[OPTION_FOLLOW] = { "follow", 'f', NULL, "go on with what is journaled from now on" },
	[OPTION_YES] = { "yes", 'y', NULL, "do not ask" },
	[OPTION_FLAG_FILE] = { "flag-file", 0, "FILE", "what the bash scripts wrote down (see above)" },
	[OPTION_JSON] = { "json", 0, NULL, "for programs" },
	[OPTION_EXIT_CODE] = { "exit-code", 0, NULL, "exit 10 where there is something (see above)" },
	[OPTION_REGION] = { "region", 0, "NAME", "the AWS region" },
	[OPTION_PROFILE] = { "profile", 0, "NAME", "the profile of the shared AWS files" },
	[OPTION_ENDPOINT_URL] = { "endpoint-url", 0, "URL", "ask there in place of AWS" },
	[OPTION_CA_BUNDLE] = { "ca-bundle", 0, "FILE", "trust these certificates" },
	[OPTION_STATE_DIR] = { "state-dir", 0, "DIR", "where the journals of the runs are" },
	[OPTION_CATALOGUE] = { "catalogue", 0, "DIR", "add the actions and operations of its files" },
	[OPTION_SCENARIO] = { "scenario", 0, "NAME|FILE", "the world at its start: built in, or a file" },
	[OPTION_LISTEN] = { "listen", 0, "ADDRESS:PORT", "where; 127.0.0.1 and any free port" },
	[OPTION_SPEED] = { "speed", 0, "N", "so many seconds pass in the world in one; 1" },
	[OPTION_FORMAT] = { "format", 0, "NAME", "dot, svg or png; as the file's name ends, or dot" },
	[OPTION_OUTPUT] = { "output", 'o', "FILE", "write there, not to standard output" },
	[OPTION_FAULTS] = { "faults", 0, "N", "so many things go wrong in one run at most; 3" },
	[OPTION_SEED] = { "seed", 0, "N", "what is left to chance follows from it; 1" },
	[OPTION_RUNS] = { "runs", 0, "N", "about so many pairs and sequences each; 2000" },
	[OPTION_JOBS] = { "jobs", 0, "N", "so many processes; one for each processor" },
	[OPTION_RUN] = { "run", 0, "N", "only this run, and what happens in it" },
	[OPTION_WIRE] = { "wire", 0, NULL, "with requests signed and encoded, answers in XML" },
	[OPTION_OFFLINE] = { "offline", 0, NULL, "by the journals alone, without asking AWS" },
	[OPTION_LOG_FORMAT] = { "log-format", 0, "NAME", "text, or json: one object a line" },
	[OPTION_DEBUG] = { "debug", 0, NULL, "tell each call to AWS on standard error" },
	[OPTION_NO_COLOR] = { "no-color", 0, NULL, "plain text on a terminal, too" },
};

struct parser {
	struct options *options;
	option_set allowed;
	const char *const *next;
	size_t size; /* no option can be given more often than there are arguments */
	struct arena *arena;
	struct error *err;
};

static const char *allowed_name_at(const void *argument, size_t i)
{
	const struct parser *parser = argument;

	for (size_t option = 0; option < OPTION_COUNT; option++)
		if ((parser->allowed & OPTION_BIT(option)) && i-- == 0)
			return option_rows[option].name;
	return NULL;
}

static int unknown(const struct parser *parser, const char *name, size_t length)
{
	char *word = arena_copy(parser->arena, name, length);
	const char *near = nearest_word(word, allowed_name_at, parser);

	if (near)
		return error_set(parser->err, ERROR_USAGE, NOWHERE, "unknown option '--%s': did you mean '--%s'?", word,
				 near);
	return error_set(parser->err, ERROR_USAGE, NOWHERE, "unknown option '--%s'", word);
}

static void keep(const struct parser *parser, enum option option, const char *value)
{
	struct option_values *values = &parser->options->of[option];

	if (!values->rows)
		values->rows = ARENA_ARRAY(parser->arena, const char *, parser->size);
	values->rows[values->count++] = value;
}

/* `given` is what stood in the same argument, NULL where nothing did. */
static int take(struct parser *parser, enum option option, const char *given)
{
	const struct option_row *row = &option_rows[option];

	if (!row->value && given)
		return error_set(parser->err, ERROR_USAGE, NOWHERE, "option '--%s' takes no value", row->name);
	if (row->value && !given && !*parser->next)
		return error_set(parser->err, ERROR_USAGE, NOWHERE, "option '--%s' lacks its value: %s", row->name,
				 row->value);
	if (row->value && !given)
		given = *parser->next++;
	keep(parser, option, given ? given : "");
	return 0;
}

static int take_long(struct parser *parser, const char *name)
{
	size_t length = strcspn(name, "=");

	for (size_t option = 0; option < OPTION_COUNT; option++)
		if ((parser->allowed & OPTION_BIT(option)) && strlen(option_rows[option].name) == length &&
		    strncmp(option_rows[option].name, name, length) == 0)
			return take(parser, (enum option)option, name[length] ? name + length + 1 : NULL);
	return unknown(parser, name, length);
}

static int take_letter(struct parser *parser, const char *letter)
{
	for (size_t option = 0; option < OPTION_COUNT; option++)
		if ((parser->allowed & OPTION_BIT(option)) && option_rows[option].letter == letter[0])
			return take(parser, (enum option)option, letter[1] ? letter + 1 : NULL);
	return error_set(parser->err, ERROR_USAGE, NOWHERE, "unknown option '-%c'", letter[0]);
}

static void take_operand(struct parser *parser, const char *operand)
{
	struct options *options = parser->options;

	if (!options->operands)
		options->operands = ARENA_ARRAY(parser->arena, const char *, parser->size);
	options->operands[options->n_operands++] = operand;
}

static int take_argument(struct parser *parser, const char *argument, bool *only_operands)
{
	if (!*only_operands && strcmp(argument, "--") == 0) {
		*only_operands = true;
		return 0;
	}
	if (!*only_operands && strncmp(argument, "--", 2) == 0)
		return take_long(parser, argument + 2);
	if (!*only_operands && argument[0] == '-' && argument[1])
		return take_letter(parser, argument + 1);
	take_operand(parser, argument);
	return 0;
}

int options_parse(struct options *options, struct arena *arena, option_set allowed, const char *const *arguments,
		  struct error *err)
{
	struct parser parser = {
		.options = options, .allowed = allowed, .next = arguments, .arena = arena, .err = err
	};
	bool only_operands = false;

	*options = (struct options){ 0 };
	while (arguments[parser.size])
		parser.size++;
	while (*parser.next)
		if (take_argument(&parser, *parser.next++, &only_operands) != 0)
			return -1;
	return 0;
}

const char *options_get(const struct options *options, enum option option)
{
	const struct option_values *values = &options->of[option];

	return values->count > 0 ? values->rows[values->count - 1] : NULL;
}
