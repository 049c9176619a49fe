/* The least that a program can do to send some requests: reads them from a file, as bench.py has written them, and
 * sends each with libcurl on connections that are kept alive. It is what the engine is measured beside. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINE = 16384 };

static size_t discard(char *data, size_t size, size_t count, void *argument)
{
	(void)data;
	(void)argument;
	return size * count;
}

static int read_line(FILE *file, char line[MAX_LINE])
{
	if (fgets(line, MAX_LINE, file) == NULL)
		return -1;
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

static struct curl_slist *read_headers(FILE *file, unsigned count)
{
	struct curl_slist *headers = NULL;
	char line[MAX_LINE];

	while (count-- > 0 && read_line(file, line) == 0)
		headers = curl_slist_append(headers, line);
	return headers;
}

static char *read_body(FILE *file, size_t length)
{
	char *body = calloc(1, length + 1);

	if (body == NULL || fread(body, 1, length, file) != length) {
		free(body);
		return NULL;
	}
	return body;
}

static int send_request(CURL *curl, const char *method, const char *url, struct curl_slist *headers, const char *body)
{
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, discard);
	if (strcmp(method, "POST") == 0)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	return curl_easy_perform(curl) == CURLE_OK ? 0 : -1;
}

/* One request: a line "METHOD HEADERS BYTES", a line with the URL, the header lines, the body. 1 at the end. */
static int replay_one(CURL *curl, FILE *file)
{
	char line[MAX_LINE], url[MAX_LINE], method[8];
	struct curl_slist *headers;
	unsigned header_count;
	size_t length;
	char *body;
	int result = -1;

	if (read_line(file, line) != 0)
		return 1;
	if (sscanf(line, "%7s %u %zu", method, &header_count, &length) != 3 || read_line(file, url) != 0)
		return -1;
	headers = read_headers(file, header_count);
	body = read_body(file, length);
	if (body != NULL)
		result = send_request(curl, method, url, headers, body);
	free(body);
	curl_slist_free_all(headers);
	return result;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	int result = 0;
	CURL *curl;

	if (file == NULL) {
		fprintf(stderr, "usage: bare_loop FILE\n");
		return 2;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	curl = curl_easy_init();
	while (result == 0)
		result = replay_one(curl, file);
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	fclose(file);
	return result == 1 ? 0 : 1;
}
