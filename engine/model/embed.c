/* Writes the C file that holds the text files which are compiled in, to standard output: the program needs no data
 * beside it. The form is that of model/embedded.h, the order that of the paths. The catalogues among them are read
 * here, by the reader that reads all YAML, and go along as documents, too (text/compiled.h): a fault of their YAML is
 * one of the build. The build runs this, nothing installs it.
 *
 * usage: embed DIRECTORY FILE...     FILE is relative to DIRECTORY, and is the name under which it is found */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "text/compiled.h"
#include "text/diagnostics.h"
#include "text/yaml.h"

static int path_order(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Three octal digits: a digit that follows is none of them. */
static void print_byte(unsigned char byte)
{
	if (byte < ' ' || byte > '~' || strchr("\"\\?", byte))
		printf("\\%03o", byte);
	else
		putchar(byte);
}

/* A literal for each line of a text, or each so many bytes. */
static void print_bytes(const char *type, const char *name, const char *where, size_t number,
			const struct buffer *bytes)
{
	enum { MOST_BYTES = 100 };
	size_t in_line = 0;

	printf("static const %s %s_%zu[] %s=\n\"", type, name, number, where);
	for (size_t i = 0; i < bytes->length; i++) {
		print_byte((unsigned char)bytes->bytes[i]);
		if (bytes->bytes[i] != '\n' && ++in_line < MOST_BYTES)
			continue;
		printf("\"\n\"");
		in_line = 0;
	}
	printf("\";\n");
}

static bool is_catalogue(const char *path)
{
	return strncmp(path, "schemas/", strlen("schemas/")) == 0;
}

/* Behind all else that is only read: a hook without a fault touches none of the texts. */
static int print_text(const char *path, size_t number, const struct buffer *text)
{
	(void)path;
	print_bytes("char", "text", "__attribute__((section(\".rodata1\"))) ", number, text);
	return 0;
}

static int print_document(const char *path, size_t number, const struct buffer *text)
{
	const struct source source = { .name = path, .text = text->bytes, .length = text->length };
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct arena *arena = arena_new();
	const struct node *node = is_catalogue(path) ? yaml_parse(arena, &source, &diagnostics) : NULL;
	const int result = diagnostics.errors ? -1 : 0;
	struct buffer bytes = BUFFER_INIT;

	if (node) {
		compiled_write(&bytes, node);
		print_bytes("unsigned char", "document", "", number, &bytes);
	} else {
		diagnostics_print(&diagnostics, &bytes);
		fputs(buffer_text(&bytes), stderr);
	}
	buffer_release(&bytes);
	diagnostics_release(&diagnostics);
	arena_free(arena);
	return result;
}

typedef int print_file(const char *path, size_t number, const struct buffer *text);

static int print_one(const char *directory, const char *path, size_t number, print_file *print)
{
	char *whole = memory_format("%s/%s", directory, path);
	struct error err = ERROR_INIT;
	struct buffer text = BUFFER_INIT;
	int result = file_read(whole, YAML_MAX_BYTES, &text, &err);

	if (result == 0)
		result = print(path, number, &text);
	else
		fprintf(stderr, "embed: %s\n", err.message);
	buffer_release(&text);
	free(whole);
	return result;
}

static int print_all(const char *directory, char *const *paths, size_t count, print_file *print)
{
	for (size_t i = 0; i < count; i++)
		if (print_one(directory, paths[i], i, print) != 0)
			return -1;
	return 0;
}

static void print_table(char *const *paths, size_t count)
{
	printf("\nconst struct embedded_file embedded_files[] = {\n");
	for (size_t i = 0; i < count; i++) {
		printf("\t{ \"%s\", text_%zu, sizeof(text_%zu) - 1, ", paths[i], i, i);
		if (is_catalogue(paths[i]))
			printf("document_%zu },\n", i);
		else
			printf("NULL },\n");
	}
	printf("\t{ 0 }\n};\n");
}

int main(int argc, char **argv)
{
	char **paths = argv + 2;
	size_t count;

	if (argc < 3) {
		fprintf(stderr, "usage: embed DIRECTORY FILE...\n");
		return 2;
	}
	count = (size_t)argc - 2;
	qsort(paths, count, sizeof(*paths), path_order);
	printf("/* Made by engine/model/embed.c; not to be edited. */\n#include \"config.h\"\n\n"
	       "#include \"model/embedded.h\"\n\n");
	if (print_all(argv[1], paths, count, print_text) != 0 || print_all(argv[1], paths, count, print_document) != 0)
		return 1;
	print_table(paths, count);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
