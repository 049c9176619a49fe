#include "config.h"

#include "tiny_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MOST = 64, REQUEST_MOST_BYTES = 65536, LARGE_BYTES = 100000 };

struct tiny_server {
	int listener;
	int port;
	pthread_t acceptor;
	pthread_t threads[CONNECTIONS_MOST];
	atomic_int connections;
	atomic_int requests;
	atomic_bool resets;
};

struct connection {
	struct tiny_server *server;
	int socket;
	char request[REQUEST_MOST_BYTES];
	char *body;
	size_t body_length;
};

static void connection_send(struct connection *connection, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(connection->socket, bytes, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		bytes += sent;
		length -= (size_t)sent;
	}
}

static void connection_answer(struct connection *connection, const char *status, const char *header, const char *body,
			      size_t length)
{
	char head[512];

	snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nX-Amzn-RequestId: r-1\r\n%sContent-Length: %zu\r\n\r\n", status,
		 header, length);
	connection_send(connection, head, strlen(head));
	/* To whom expects none, a body is the beginning of the next answer. */
	if (strncmp(connection->request, "HEAD ", 5) != 0)
		connection_send(connection, body, length);
}

/* Each returns whether the connection stays open. */
static bool do_echo(struct connection *connection)
{
	connection_answer(connection, "200 OK", "", connection->body, connection->body_length);
	return true;
}

static bool do_head(struct connection *connection)
{
	size_t length = (size_t)(connection->body - connection->request);

	connection_answer(connection, "200 OK", "", connection->request, length);
	return true;
}

static bool do_interim(struct connection *connection)
{
	static const char interim[] = "HTTP/1.1 100 Continue\r\nX-Interim: yes\r\n\r\n";

	connection_send(connection, interim, sizeof(interim) - 1);
	connection_answer(connection, "200 OK", "", "later", 5);
	return true;
}

static void reset_when_closed(int socket)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

/* Only when the request is there: a reset that comes sooner can find the client still connecting. */
static void reset_unread(int socket)
{
	struct pollfd request = { .fd = socket, .events = POLLIN };

	poll(&request, 1, -1);
	reset_when_closed(socket);
	close(socket);
}

static bool do_reset(struct connection *connection)
{
	reset_when_closed(connection->socket);
	return false;
}

static bool do_truncate(struct connection *connection)
{
	static const char some[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome";

	connection_send(connection, some, sizeof(some) - 1);
	return false;
}

static bool do_drip(struct connection *connection)
{
	static const char all[] = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndrip";
	int on = 1;

	setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	for (size_t i = 0; i < sizeof(all) - 1; i++)
		connection_send(connection, all + i, 1);
	return true;
}

static bool do_large(struct connection *connection)
{
	char *bytes = calloc(LARGE_BYTES, 1);

	connection_answer(connection, "200 OK", "", bytes, LARGE_BYTES);
	free(bytes);
	return true;
}

static bool do_large_head(struct connection *connection)
{
	char line[1024];

	memset(line, 'x', sizeof(line));
	memcpy(line, "X-Long: ", 8);
	memcpy(line + sizeof(line) - 2, "\r\n", 2);
	connection_send(connection, "HTTP/1.1 200 OK\r\n", 17);
	for (int i = 0; i < LARGE_BYTES / (int)sizeof(line); i++)
		connection_send(connection, line, sizeof(line));
	connection_send(connection, "Content-Length: 0\r\n\r\n", 21);
	return true;
}

static bool do_hang(struct connection *connection)
{
	char byte;

	while (recv(connection->socket, &byte, 1, 0) > 0)
		;
	return false;
}

static bool do_stall(struct connection *connection)
{
	static const char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf";

	connection_send(connection, half, sizeof(half) - 1);
	return do_hang(connection);
}

static bool do_ragged(struct connection *connection)
{
	static const char all[] =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\nmore\r\n0\r\n\r\n";

	connection_send(connection, all, sizeof(all) - 1);
	return false;
}

static bool do_no_http(struct connection *connection)
{
	static const char all[] = "220 mail.example.com ready\r\n";

	connection_send(connection, all, sizeof(all) - 1);
	return false;
}

static bool do_redirect(struct connection *connection)
{
	connection_answer(connection, "302 Found", "Location: " PATH_ECHO "\r\n", "", 0);
	return true;
}

static const struct {
	const char *path;
	bool (*act)(struct connection *connection);
} paths[] = {
	{ PATH_ECHO, do_echo },         { PATH_HEAD, do_head },   { PATH_INTERIM, do_interim },
	{ PATH_RESET, do_reset },       { PATH_DRIP, do_drip },   { PATH_TRUNCATE, do_truncate },
	{ PATH_LARGE, do_large },       { PATH_HANG, do_hang },   { PATH_LARGE_HEAD, do_large_head },
	{ PATH_REDIRECT, do_redirect }, { PATH_STALL, do_stall }, { PATH_RAGGED, do_ragged },
	{ PATH_NO_HTTP, do_no_http },
};

/* One whole request, head and body; false at the end of the connection. */
static bool connection_read(struct connection *connection)
{
	size_t have = 0, needed = SIZE_MAX;

	connection->body = NULL;
	while (have < needed) {
		ssize_t got = recv(connection->socket, connection->request + have, REQUEST_MOST_BYTES - 1 - have, 0);
		char *end, *length;

		if (got <= 0)
			return false;
		have += (size_t)got;
		connection->request[have] = '\0';
		end = strstr(connection->request, "\r\n\r\n");
		if (!end)
			continue;
		length = strstr(connection->request, "Content-Length: ");
		connection->body = end + 4;
		connection->body_length = length ? strtoul(length + 16, NULL, 10) : 0;
		needed = (size_t)(connection->body - connection->request) + connection->body_length;
	}
	return true;
}

static bool connection_serve(struct connection *connection)
{
	const char *target = strchr(connection->request, ' ');

	for (size_t i = 0; target && i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *found = strstr(target, paths[i].path);

		if (found && found[strlen(paths[i].path)] == ' ' && found < strstr(target, " HTTP/1.1"))
			return paths[i].act(connection);
	}
	connection_answer(connection, "404 Not Found", "", "", 0);
	return true;
}

static void *connection_run(void *argument)
{
	struct connection *connection = argument;

	while (connection_read(connection)) {
		atomic_fetch_add(&connection->server->requests, 1);
		if (!connection_serve(connection))
			break;
	}
	close(connection->socket);
	free(connection);
	return NULL;
}

static void *tiny_server_accept(void *argument)
{
	struct tiny_server *server = argument;

	while (atomic_load(&server->connections) < CONNECTIONS_MOST) {
		int socket = accept(server->listener, NULL, NULL);
		struct connection *connection;

		if (socket < 0)
			break;
		if (atomic_load(&server->resets)) {
			reset_unread(socket);
			continue;
		}
		connection = calloc(1, sizeof(*connection));
		*connection = (struct connection){ .server = server, .socket = socket };
		pthread_create(&server->threads[atomic_load(&server->connections)], NULL, connection_run, connection);
		atomic_fetch_add(&server->connections, 1);
	}
	return NULL;
}

struct tiny_server *tiny_server_start(void)
{
	struct tiny_server *server = calloc(1, sizeof(*server));
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);

	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(server->listener, 16) != 0 ||
	    getsockname(server->listener, (struct sockaddr *)&address, &length) != 0)
		abort();
	server->port = ntohs(address.sin_port);
	pthread_create(&server->acceptor, NULL, tiny_server_accept, server);
	return server;
}

void tiny_server_stop(struct tiny_server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->acceptor, NULL);
	close(server->listener);
	for (int i = 0; i < atomic_load(&server->connections); i++)
		pthread_join(server->threads[i], NULL);
	free(server);
}

void tiny_server_reset_all(struct tiny_server *server)
{
	atomic_store(&server->resets, true);
}

int tiny_server_port(const struct tiny_server *server)
{
	return server->port;
}

int tiny_server_connections(struct tiny_server *server)
{
	return atomic_load(&server->connections);
}

int tiny_server_requests(struct tiny_server *server)
{
	return atomic_load(&server->requests);
}
