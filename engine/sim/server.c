/* HTTP around sim/http.h. A request is taken in whole, the world is brought to its time, and the answer is made at
 * once: nothing here waits for anything but the network. */
#include "config.h"

#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/library.h"
#include "sim/http.h"

enum { HEADERS_MOST = 64, QUERY_MOST = 1024, POLL_MS = 250, HTTP_TOO_LARGE = 413 };

/* Every function of libmicrohttpd that is called here, without its MHD_. */
#define MICROHTTPD_FUNCTIONS(row)                                                                                 \
	row(add_response_header) row(create_response_from_buffer) row(destroy_response)                           \
	row(get_connection_values) row(get_daemon_info) row(queue_response) row(run_wait)                         \
	row(start_daemon) row(stop_daemon)

struct microhttpd {
#define MEMBER(name) __typeof__(&(MHD_##name)) name;
	MICROHTTPD_FUNCTIONS(MEMBER)
#undef MEMBER
};

static const char *const files[] = { "libmicrohttpd.so.12", NULL };

static const struct library_function functions[] = {
#define ROW(name) { "MHD_" #name, offsetof(struct microhttpd, name) },
	MICROHTTPD_FUNCTIONS(ROW)
#undef ROW
	{ NULL, 0 },
};

struct server {
	struct microhttpd mhd;
	struct sim *sim;
	struct sim_http *http;
	const struct sim_server_options *options;
	int64_t advanced_ms; /* of our clock: the world has been brought so far */
};

/* One request while its body comes in. */
struct incoming {
	struct buffer body;
	bool too_large;
	struct http_header headers[HEADERS_MOST];
	size_t n_headers;
	struct buffer query;
};

static void catch_up(struct server *server)
{
	struct clock *clock = server->options->clock;
	int64_t now_ms = clock->monotonic_ms(clock);
	double speed = server->options->speed > 0 ? server->options->speed : 1;

	sim_advance(server->sim, (int64_t)((double)(now_ms - server->advanced_ms) * speed));
	server->advanced_ms = now_ms;
}

static enum MHD_Result keep_header(void *argument, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct incoming *incoming = argument;

	(void)kind;
	if (incoming->n_headers < HEADERS_MOST)
		incoming->headers[incoming->n_headers++] = (struct http_header){ name, value ? value : "" };
	return MHD_YES;
}

static enum MHD_Result keep_query(void *argument, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct incoming *incoming = argument;

	(void)kind;
	if (incoming->query.length < QUERY_MOST)
		buffer_add_format(&incoming->query, "%s%s%s%s", incoming->query.length ? "&" : "", name,
				  value ? "=" : "", value ? value : "");
	return MHD_YES;
}

static enum MHD_Result send_answer(const struct microhttpd *mhd, struct MHD_Connection *connection,
				   const struct sim_http_answer *answer)
{
	struct MHD_Response *response = mhd->create_response_from_buffer(
		answer->body.length, answer->body.bytes ? answer->body.bytes : "", MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	mhd->add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->content_type);
	mhd->add_response_header(response, MHD_HTTP_HEADER_DATE, answer->date);
	if (answer->request_id[0])
		mhd->add_response_header(response, "x-amzn-RequestId", answer->request_id);
	result = mhd->queue_response(connection, (unsigned)answer->status, response);
	mhd->destroy_response(response);
	return result;
}

static enum MHD_Result answer_request(struct server *server, struct MHD_Connection *connection,
				      struct incoming *incoming, const char *method, const char *path)
{
	struct sim_http_answer answer;
	struct sim_http_request request = { .method = method, .path = path, .headers = incoming->headers };
	enum MHD_Result result;

	server->mhd.get_connection_values(connection, MHD_HEADER_KIND, keep_header, incoming);
	server->mhd.get_connection_values(connection, MHD_GET_ARGUMENT_KIND, keep_query, incoming);
	request.n_headers = incoming->n_headers;
	request.query = buffer_text(&incoming->query);
	request.body = buffer_text(&incoming->body);
	request.body_length = incoming->body.length;
	catch_up(server);
	sim_http_answer(server->http, &request, &answer);
	/* A fault that breaks the connection, or one that kills a client: there is always another one here. */
	result = answer.lost ? MHD_NO : send_answer(&server->mhd, connection, &answer);
	sim_http_answer_release(&answer);
	sim_revive(server->sim);
	sim_log_forget(server->sim);
	return result;
}

static enum MHD_Result refuse_body(const struct server *server, struct MHD_Connection *connection)
{
	struct sim_http_answer answer = { .status = HTTP_TOO_LARGE, .content_type = "text/plain" };

	return send_answer(&server->mhd, connection, &answer);
}

static enum MHD_Result on_request(void *argument, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *data, size_t *size,
				  void **state)
{
	struct incoming *incoming = *state;

	(void)version;
	if (!incoming) {
		*state = memory_new(1, sizeof(*incoming));
		return MHD_YES;
	}
	if (*size) {
		incoming->too_large |= incoming->body.length + *size > SIM_SERVER_BODY_MOST;
		if (!incoming->too_large)
			buffer_add(&incoming->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	return incoming->too_large ? refuse_body(argument, connection)
				   : answer_request(argument, connection, incoming, method, path);
}

static void on_completed(void *argument, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode code)
{
	struct incoming *incoming = *state;

	(void)argument;
	(void)connection;
	(void)code;
	if (!incoming)
		return;
	buffer_release(&incoming->body);
	buffer_release(&incoming->query);
	free(incoming);
	*state = NULL;
}

/* ---- listening */

union socket_address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

static const char *address_of(const struct sim_server_options *options)
{
	return options->address ? options->address : "127.0.0.1";
}

static int read_address(union socket_address *address, const struct sim_server_options *options, struct error *err)
{
	const char *text = address_of(options);

	*address = (union socket_address){ .four = { .sin_family = AF_INET, .sin_port = htons(options->port) } };
	if (inet_pton(AF_INET, text, &address->four.sin_addr) == 1)
		return 0;
	*address = (union socket_address){ .six = { .sin6_family = AF_INET6, .sin6_port = htons(options->port) } };
	if (inet_pton(AF_INET6, text, &address->six.sin6_addr) == 1)
		return 0;
	return error_set(err, ERROR_USAGE, NOWHERE, "'%s' is no address to listen on", text);
}

static void tell_ready(const struct microhttpd *mhd, struct MHD_Daemon *daemon, const union socket_address *address,
		       const struct sim_server_options *options)
{
	const union MHD_DaemonInfo *info = mhd->get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
	bool six = address->any.sa_family == AF_INET6;
	char url[80];

	snprintf(url, sizeof(url), "http://%s%s%s:%u", six ? "[" : "", address_of(options), six ? "]" : "",
		 info ? info->port : options->port);
	options->ready(options->argument, url);
}

int sim_serve(struct sim *sim, struct services *services, const struct sim_server_options *options, struct error *err)
{
	struct server server = { .sim = sim, .options = options };
	union socket_address address;
	unsigned flags = MHD_USE_AUTO;
	const struct library library = { "libmicrohttpd", files, functions };
	struct MHD_Daemon *daemon;

	if (read_address(&address, options, err) != 0 || library_load(&library, &server.mhd, err) != 0)
		return -1;
	if (address.any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	server.http = sim_http_new(sim, services, options->clock);
	server.advanced_ms = options->clock->monotonic_ms(options->clock);
	daemon = server.mhd.start_daemon(flags, options->port, NULL, NULL, on_request, &server, MHD_OPTION_SOCK_ADDR,
					 &address.any, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
					 MHD_OPTION_CONNECTION_LIMIT, (unsigned)SIM_SERVER_CONNECTIONS_MOST,
					 MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SIM_SERVER_IDLE_SECONDS,
					 MHD_OPTION_END);
	if (!daemon) {
		sim_http_free(server.http);
		return error_set(err, ERROR_NETWORK, NOWHERE, "cannot listen on %s, port %u: %s", address_of(options),
				 options->port, strerror(errno));
	}
	tell_ready(&server.mhd, daemon, &address, options);
	while (!*options->stop && server.mhd.run_wait(daemon, POLL_MS) == MHD_YES)
		;
	server.mhd.stop_daemon(daemon);
	sim_http_free(server.http);
	return 0;
}
