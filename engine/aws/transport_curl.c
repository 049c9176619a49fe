/* struct transport on libcurl's multi interface. An exchange is one request and what has come of its answer; what the
 * bytes mean is left to the caller. */
#include "config.h"

#include "aws/transport_curl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/libcurl.h"
#include "base/buffer.h"
#include "base/memory.h"

enum {
	/* Load balancers and NAT gateways forget silent connections sooner or later without a word; a request on such
	 * a one would be in doubt. Longer than the pause between two polls of a drain. */
	IDLE_SECONDS = 45,
	CONNECTIONS_KEPT = 16,
	HEADER_MOST_BYTES = 64 << 10,
	HEADERS_MOST = 200
};

struct exchange {
	struct transport_curl *transport;
	struct exchange *next;
	CURL *easy;
	struct curl_slist *sent_headers;
	char *request_body;
	size_t request_length, request_sent;
	size_t most_bytes;
	const char *over; /* what is too long; NULL: nothing */
	size_t over_bytes; /* its limit */
	struct buffer head; /* the answer's header lines, each ended by NUL */
	struct buffer body;
	char message[CURL_ERROR_SIZE];
	transfer_done *done;
	void *argument;
};

struct transport_curl {
	struct transport transport;
	CURLM *multi;
	char *ca_bundle;
	const int *other_descriptor;
	struct exchange *exchanges;
};

/* What ends before the first byte of a request could be sent. All else may have been received: see exchange_failure.
 * CURLE_UNSUPPORTED_PROTOCOL is none of these: an answer that is no HTTP is one, too. */
static const CURLcode never_sent[] = {
	CURLE_URL_MALFORMAT,
	CURLE_COULDNT_RESOLVE_PROXY,
	CURLE_COULDNT_RESOLVE_HOST,
	CURLE_COULDNT_CONNECT,
	CURLE_SSL_CONNECT_ERROR,
	CURLE_SSL_CERTPROBLEM,
	CURLE_SSL_CIPHER,
	CURLE_SSL_CACERT_BADFILE,
	CURLE_SSL_CRL_BADFILE,
	CURLE_SSL_ISSUER_ERROR,
	CURLE_SSL_INVALIDCERTSTATUS,
	CURLE_PEER_FAILED_VERIFICATION,
};

static void check_option(CURLcode code)
{
	/* libcurl refuses an option only for want of memory, or where it was built without it. */
	if (code == CURLE_OUT_OF_MEMORY)
		memory_exhausted();
}

#define SET(easy, option, value) check_option(libcurl()->easy_setopt((easy), (option), (value)))

static void exchange_free(struct exchange *exchange)
{
	libcurl()->easy_cleanup(exchange->easy);
	libcurl()->slist_free_all(exchange->sent_headers);
	free(exchange->request_body);
	buffer_release(&exchange->head);
	buffer_release(&exchange->body);
	free(exchange);
}

static void transport_curl_unlink(struct transport_curl *curl, struct exchange *exchange)
{
	struct exchange **at = &curl->exchanges;

	while (*at != exchange)
		at = &(*at)->next;
	*at = exchange->next;
	libcurl()->multi_remove_handle(curl->multi, exchange->easy);
}

static size_t exchange_give_body(char *into, size_t size, size_t count, void *argument)
{
	struct exchange *exchange = argument;
	size_t length = exchange->request_length - exchange->request_sent;

	if (length > size * count)
		length = size * count;
	if (length)
		memcpy(into, exchange->request_body + exchange->request_sent, length);
	exchange->request_sent += length;
	return length;
}

static bool exchange_has_room(struct exchange *exchange, size_t used, size_t more, size_t most, const char *what)
{
	if (exchange->over || (more <= most && used <= most - more))
		return !exchange->over;
	exchange->over = what;
	exchange->over_bytes = most;
	return false;
}

/* Called with one whole line. An answer may be preceded by others (100 Continue): a status line begins anew. */
static size_t exchange_take_header(char *line, size_t size, size_t count, void *argument)
{
	struct exchange *exchange = argument;
	size_t length = size * count;

	if (!exchange_has_room(exchange, exchange->head.length, length, HEADER_MOST_BYTES, "the answer's header"))
		return 0;
	if (length > 5 && strncmp(line, "HTTP/", 5) == 0) {
		buffer_clear(&exchange->head);
		return length;
	}
	for (size_t i = 0; i < length && line[i] != '\r' && line[i] != '\n'; i++)
		if (line[i] != '\0')
			buffer_add_char(&exchange->head, line[i]);
	buffer_add_char(&exchange->head, '\0');
	return length;
}

static size_t exchange_take_body(char *bytes, size_t size, size_t count, void *argument)
{
	struct exchange *exchange = argument;

	if (!exchange_has_room(exchange, exchange->body.length, size * count, exchange->most_bytes, "the answer"))
		return 0;
	buffer_add(&exchange->body, bytes, size * count);
	return size * count;
}

static void exchange_add_header(struct exchange *exchange, const char *name, const char *value)
{
	/* A line break would begin a header of its own. libcurl takes "Name:" as "do not send it", "Name;" as "send it
	 * empty". */
	int length = (int)strcspn(value, "\r\n");
	char *line = length ? memory_format("%s: %.*s", name, length, value) : memory_format("%s;", name);
	struct curl_slist *longer = libcurl()->slist_append(exchange->sent_headers, line);

	free(line);
	if (!longer)
		memory_exhausted();
	exchange->sent_headers = longer;
}

static void exchange_set_headers(struct exchange *exchange, const struct http_request *request)
{
	for (size_t i = 0; i < request->n_headers; i++)
		exchange_add_header(exchange, request->headers[i].name, request->headers[i].value);
	/* Waiting for "100 Continue" would cost a round trip. */
	exchange->sent_headers = libcurl()->slist_append(exchange->sent_headers, "Expect:");
	if (!exchange->sent_headers)
		memory_exhausted();
	SET(exchange->easy, CURLOPT_HTTPHEADER, exchange->sent_headers);
}

/* The body is given by a callback and cannot be rewound (there is no seek function): that is what keeps libcurl from
 * sending it a second time when a kept-alive connection breaks. */
static void exchange_set_request(struct exchange *exchange, const struct http_request *request)
{
	CURL *easy = exchange->easy;

	SET(easy, CURLOPT_URL, request->url);
	if (strcmp(request->method, "GET") == 0) {
		SET(easy, CURLOPT_HTTPGET, 1L);
	} else if (strcmp(request->method, "HEAD") == 0) {
		SET(easy, CURLOPT_NOBODY, 1L);
	} else {
		SET(easy, CURLOPT_POST, 1L);
		SET(easy, CURLOPT_CUSTOMREQUEST, request->method);
		SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
		SET(easy, CURLOPT_READFUNCTION, exchange_give_body);
		SET(easy, CURLOPT_READDATA, exchange);
	}
	exchange_set_headers(exchange, request);
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_timeout_ms);
	SET(easy, CURLOPT_TIMEOUT_MS, (long)request->total_timeout_ms);
	if (request->no_proxy)
		SET(easy, CURLOPT_NOPROXY, "*");
	if (request->ca_bundle)
		SET(easy, CURLOPT_CAINFO, request->ca_bundle);
}

static void exchange_set_protocols(struct exchange *exchange)
{
	CURL *easy = exchange->easy;

#if LIBCURL_VERSION_NUM >= 0x075500
	SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	SET(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (exchange->transport->ca_bundle)
		SET(easy, CURLOPT_CAINFO, exchange->transport->ca_bundle);
	SET(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* A name server that does not answer holds its thread for as long as it likes, but nothing else. */
	SET(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	SET(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS);
}

static void exchange_set_answer(struct exchange *exchange)
{
	CURL *easy = exchange->easy;

	SET(easy, CURLOPT_PRIVATE, exchange);
	SET(easy, CURLOPT_ERRORBUFFER, exchange->message);
	SET(easy, CURLOPT_HEADERFUNCTION, exchange_take_header);
	SET(easy, CURLOPT_HEADERDATA, exchange);
	SET(easy, CURLOPT_WRITEFUNCTION, exchange_take_body);
	SET(easy, CURLOPT_WRITEDATA, exchange);
}

static void transport_curl_start(struct transport *transport, const struct http_request *request, transfer_done *done,
				 void *argument)
{
	struct transport_curl *curl = (struct transport_curl *)transport;
	struct exchange *exchange = memory_new(1, sizeof(*exchange));

	exchange->transport = curl;
	exchange->easy = libcurl()->easy_init();
	if (!exchange->easy)
		memory_exhausted();
	exchange->request_length = request->body_length;
	exchange->request_body = memory_new(request->body_length + 1, 1);
	if (request->body_length)
		memcpy(exchange->request_body, request->body, request->body_length);
	exchange->most_bytes = request->max_response_bytes;
	exchange->done = done;
	exchange->argument = argument;
	exchange_set_protocols(exchange);
	exchange_set_request(exchange, request);
	exchange_set_answer(exchange);
	if (libcurl()->multi_add_handle(curl->multi, exchange->easy) != CURLM_OK)
		memory_exhausted();
	exchange->next = curl->exchanges;
	curl->exchanges = exchange;
}

/* Splits the header lines in place; what is no header is passed over. */
static size_t exchange_headers(struct exchange *exchange, struct http_header *headers)
{
	char *line = exchange->head.bytes, *end = line ? line + exchange->head.length : NULL;
	size_t count = 0;

	for (; line < end && count < HEADERS_MOST; line += strlen(line) + 1) {
		char *colon = strchr(line, ':');

		if (!colon || colon == line)
			continue;
		*colon = '\0';
		for (char *at = line; at < colon; at++)
			if (*at >= 'A' && *at <= 'Z')
				*at = (char)(*at + ('a' - 'A'));
		headers[count].name = line;
		line = colon + 1;
		line += strspn(line, " \t");
		headers[count++].value = line;
	}
	return count;
}

static enum transfer_failure exchange_failure(struct exchange *exchange, CURLcode code)
{
	long request_bytes = 0;

	if (code == CURLE_OK)
		return TRANSFER_ANSWERED;
	if (exchange->over)
		return TRANSFER_TOO_LARGE;
	for (size_t i = 0; i < ARRAY_LENGTH(never_sent); i++)
		if (never_sent[i] == code)
			return TRANSFER_NOT_SENT;
	/* A time-out while connecting, say: not one byte of the request's head went out. */
	if (libcurl()->easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &request_bytes) == CURLE_OK &&
	    request_bytes == 0)
		return TRANSFER_NOT_SENT;
	return TRANSFER_NO_ANSWER;
}

/* What libcurl says of a proxy that it cannot use has the whole of its URL in it, and that may have a password. */
static const char *exchange_complaint(const struct exchange *exchange, CURLcode code)
{
	static const char of_proxy[] = "Unsupported proxy";

	if (strncmp(exchange->message, of_proxy, sizeof(of_proxy) - 1) == 0)
		return "the proxy that http_proxy, https_proxy or all_proxy names is no URL of one, such as "
		       "'http://proxy.example:3128'";
	return exchange->message[0] ? exchange->message : libcurl()->easy_strerror(code);
}

static void exchange_explain(const struct exchange *exchange, CURLcode code, struct http_response *response)
{
	if (exchange->over)
		snprintf(response->reason, sizeof(response->reason), "%s is longer than %zu bytes", exchange->over,
			 exchange->over_bytes);
	else if (code != CURLE_OK)
		snprintf(response->reason, sizeof(response->reason), "%.159s", exchange_complaint(exchange, code));
}

static void exchange_finish(struct exchange *exchange, CURLcode code)
{
	struct http_header headers[HEADERS_MOST];
	struct http_response response = { .failure = exchange_failure(exchange, code), .headers = headers };
	long status = 0;

	libcurl()->easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	response.status = (int)status;
	response.timed_out = code == CURLE_OPERATION_TIMEDOUT;
	response.n_headers = exchange_headers(exchange, headers);
	response.body = buffer_text(&exchange->body);
	response.body_length = exchange->body.length;
	exchange_explain(exchange, code, &response);
	exchange->done(exchange->argument, &response);
	exchange_free(exchange);
}

/* How many were done. A `done` may start others, or cancel all. */
static int transport_curl_advance(struct transport_curl *curl)
{
	int running, left, finished = 0;
	CURLMsg *message;

	libcurl()->multi_perform(curl->multi, &running);
	while ((message = libcurl()->multi_info_read(curl->multi, &left))) {
		CURLcode code = message->data.result;
		char *exchange = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		libcurl()->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
		transport_curl_unlink(curl, (struct exchange *)(void *)exchange);
		exchange_finish((struct exchange *)(void *)exchange, code);
		finished++;
	}
	return finished;
}

static void add_wake(struct curl_waitfd *wakes, unsigned *count, const int *descriptor)
{
	if (descriptor && *descriptor >= 0)
		wakes[(*count)++] = (struct curl_waitfd){ .fd = *descriptor, .events = CURL_WAIT_POLLIN };
}

static int transport_curl_poll(struct transport *transport, int timeout_ms, struct error *err)
{
	struct transport_curl *curl = (struct transport_curl *)transport;
	struct curl_waitfd wakes[2];
	unsigned count = 0;
	CURLMcode code;

	if (transport_curl_advance(curl) > 0 || timeout_ms <= 0)
		return 0;
	add_wake(wakes, &count, transport->stop_descriptor);
	add_wake(wakes, &count, curl->other_descriptor);
	code = libcurl()->multi_poll(curl->multi, wakes, count, timeout_ms, NULL);
	if (code != CURLM_OK)
		return error_set(err, ERROR_NETWORK, NOWHERE, "cannot wait for the network: %s",
				 libcurl()->multi_strerror(code));
	transport_curl_advance(curl);
	return 0;
}

static void transport_curl_cancel(struct transport *transport)
{
	struct transport_curl *curl = (struct transport_curl *)transport;

	while (curl->exchanges) {
		struct exchange *exchange = curl->exchanges;

		transport_curl_unlink(curl, exchange);
		exchange_free(exchange);
	}
}

struct transport *transport_curl_new(const struct transport_curl_options *options, struct error *err)
{
	struct transport_curl *curl;

	if (libcurl_load(err) != 0)
		return NULL;
	curl = memory_new(1, sizeof(*curl));
	curl->transport = (struct transport){
		transport_curl_start, transport_curl_poll, transport_curl_cancel, options->stop_descriptor
	};
	curl->multi = libcurl()->multi_init();
	if (!curl->multi)
		memory_exhausted();
	libcurl()->multi_setopt(curl->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
	curl->ca_bundle = options->ca_bundle ? memory_copy_text(options->ca_bundle) : NULL;
	curl->other_descriptor = options->other_descriptor;
	return &curl->transport;
}

void transport_curl_free(struct transport *transport)
{
	struct transport_curl *curl = (struct transport_curl *)transport;

	if (!curl)
		return;
	transport_curl_cancel(transport);
	libcurl()->multi_cleanup(curl->multi);
	free(curl->ca_bundle);
	free(curl);
}
