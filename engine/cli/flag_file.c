#include "config.h"

#include "cli/flag_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/printable.h"
#include "text/json.h"

enum { FLAG_FILE_MOST_BYTES = 64 * 1024, SHOWN_BYTES = 48 };

/* While it is read. A later line of the same name takes the place of an earlier one, as in their get_flag. */
struct flags {
	const char *path;
	json_t *told;
	size_t line;
	struct error *err;
};

static int refuse_line(const struct flags *flags, const char *what, const char *text)
{
	char shown[SHOWN_BYTES];

	printable_copy(shown, sizeof(shown), text);
	return error_set(flags->err, ERROR_USAGE, NOWHERE, "%s:%zu: %s '%s': not a file that the scripts write",
			 flags->path, flags->line, what, shown);
}

static int read_truth(const struct flags *flags, const char *value, bool *truth)
{
	*truth = strcmp(value, "true") == 0;
	if (*truth || strcmp(value, "false") == 0)
		return 0;
	return refuse_line(flags, "neither true nor false but", value);
}

static int take_lowered(const struct flags *flags, const char *name, const char *value)
{
	bool lowered;

	(void)name;
	if (read_truth(flags, value, &lowered) != 0)
		return -1;
	json_put(flags->told, "lowered", json_boolean(lowered));
	return 0;
}

/* That they began to leave classic load balancers; which ones is told by ELBs. */
static int take_left(const struct flags *flags, const char *name, const char *value)
{
	bool left;

	(void)name;
	return read_truth(flags, value, &left);
}

static int take_process(const struct flags *flags, const char *name, const char *value)
{
	bool suspended;

	if (read_truth(flags, value, &suspended) != 0)
		return -1;
	if (suspended)
		json_append(json_object_get(flags->told, "suspended"), json_string(name));
	return 0;
}

/* Names with blanks between them; a classic load balancer's name is of letters, digits and hyphens. */
static int take_balancers(const struct flags *flags, const char *name, const char *value)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	json_t *balancers = json_made(json_array());
	size_t length;

	(void)name;
	json_put(flags->told, "balancers", balancers);
	for (value += strspn(value, " "); *value; value += length, value += strspn(value, " ")) {
		length = strspn(value, letters);
		if (length == 0 || (value[length] && value[length] != ' '))
			return refuse_line(flags, "no name of a load balancer", value);
		json_append(balancers, json_stringn(value, length));
	}
	return 0;
}

static const struct {
	const char *name;
	int (*take)(const struct flags *flags, const char *name, const char *value);
} rows[] = {
	{ "asgmindecremented", take_lowered },
	{ "dereg", take_left },
	{ "ELBs", take_balancers },
	/* The processes of a group (Amazon EC2 Auto Scaling, "Types of processes"). */
	{ "Launch", take_process },
	{ "Terminate", take_process },
	{ "AddToLoadBalancer", take_process },
	{ "AlarmNotification", take_process },
	{ "AZRebalance", take_process },
	{ "HealthCheck", take_process },
	{ "InstanceRefresh", take_process },
	{ "ReplaceUnhealthy", take_process },
	{ "ScheduledActions", take_process },
};

static int take_line(const struct flags *flags, char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return refuse_line(flags, "no value in", line);
	*value++ = '\0';
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rows[i].name, line) == 0)
			return rows[i].take(flags, line, value);
	return refuse_line(flags, "unknown flag", line);
}

static int take_lines(struct flags *flags, char *text, size_t length)
{
	if (memchr(text, '\0', length))
		return refuse_line(flags, "bytes of no text behind", text);
	for (char *next; *text; text = next) {
		size_t end = strcspn(text, "\n");

		next = text + end + (text[end] == '\n');
		text[end] = '\0';
		flags->line++;
		if (*text && take_line(flags, text) != 0)
			return -1;
	}
	return 0;
}

/* What is in it may still be right: who looked at it can have it taken over. */
static int refuse_file(struct error *err)
{
	char *fault = err ? memory_copy_text(err->message) : NULL;

	if (err)
		error_set(err, ERROR_USAGE, NOWHERE, "%s: look at what is in it, copy what is right into a file of "
			  "your own, and name that", fault);
	free(fault);
	return -1;
}

json_t *flag_file_read(const char *path, struct error *err)
{
	struct flags flags = { .path = path, .err = err };
	struct buffer bytes = BUFFER_INIT;
	int result = file_read_guarded(path, FLAG_FILE_MOST_BYTES, &bytes, err);
	size_t length = bytes.length;
	char *text = buffer_take(&bytes);

	flags.told = json_made(json_pack("{s:s, s:b, s:b, s:[], s:[]}", "file", path, "missing",
					 result == FILE_MISSING, "lowered", 0, "suspended", "balancers"));
	if (result == 0)
		result = take_lines(&flags, text, length);
	else if (result < 0)
		refuse_file(err);
	free(text);
	if (result >= 0)
		return flags.told;
	json_decref(flags.told);
	return NULL;
}
