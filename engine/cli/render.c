#include "config.h"

#include "cli/render.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/process.h"
#include "base/memory.h"

enum { RENDER_MS = 60 * 1000, PICTURE_BYTES = 64 * 1024 * 1024 };

const struct render_row render_formats[RENDER_FORMAT_COUNT] = {
	[RENDER_DOT] = { "dot", false },
	[RENDER_SVG] = { "svg", false },
	[RENDER_PNG] = { "png", true },
};

enum render_format render_format_named(const char *name)
{
	size_t i = 0;

	while (i < RENDER_FORMAT_COUNT && strcmp(render_formats[i].name, name) != 0)
		i++;
	return (enum render_format)i;
}

/* As execvp looks for it. */
static bool is_installed(const struct environment *environment, const char *program)
{
	const char *path = environment_get(environment, "PATH");

	while (path && *path) {
		size_t length = strcspn(path, ":");
		char *file = memory_format("%.*s/%s", (int)length, path, program);
		bool found = length > 0 && access(file, X_OK) == 0;

		free(file);
		if (found)
			return true;
		path += length + (path[length] == ':' ? 1 : 0);
	}
	return false;
}

static int write_whole(int file, const struct buffer *text)
{
	for (size_t done = 0; done < text->length;) {
		ssize_t count = write(file, text->bytes + done, text->length - done);

		if (count < 0 && errno != EINTR)
			return -1;
		done += count > 0 ? (size_t)count : 0;
	}
	return 0;
}

static int run_dot(const char *path, enum render_format format, const struct environment *environment,
		   struct buffer *output, struct error *err)
{
	char wanted[8], *named = memory_copy_text(path);
	const struct process process = {
		.arguments = (char *const[]){ "dot", wanted, named, NULL },
		.environment = environment,
		.clock = clock_system(),
		.timeout_ms = RENDER_MS,
		.max_output_bytes = PICTURE_BYTES,
	};
	int result;

	snprintf(wanted, sizeof(wanted), "-T%s", render_formats[format].name);
	result = process_run(&process, output, err);
	free(named);
	return result == 0 ? 0 : error_prefix(err, "dot -T%s", render_formats[format].name);
}

/* A process of ours has no input to read from: what it reads is a file, whose name nobody else can have taken. */
int render(const struct buffer *dot, enum render_format format, const struct environment *environment,
	   struct buffer *output, struct error *err)
{
	const char *directory = environment_get(environment, "TMPDIR");
	char *path;
	int file, result;

	if (format == RENDER_DOT) {
		buffer_add(output, dot->bytes, dot->length);
		return 0;
	}
	if (!is_installed(environment, "dot"))
		return error_set(err, ERROR_USAGE, NOWHERE,
				 "'dot' is not installed: install graphviz, or take --format dot");
	path = memory_format("%s/tidegate.XXXXXX", directory ? directory : "/tmp");
	file = mkstemp(path);
	if (file < 0 || write_whole(file, dot) != 0)
		result = error_set(err, ERROR_STORAGE, NOWHERE, "cannot write '%s': %s", path, strerror(errno));
	else
		result = run_dot(path, format, environment, output, err);
	if (file >= 0) {
		unlink(path);
		close(file);
	}
	free(path);
	return result;
}
