/* An HTTP server on 127.0.0.1 that misbehaves as the path of a request asks: one thread a connection, no more than the
 * transport's test needs. */
#ifndef TIDEGATE_TESTS_AWS_TINY_SERVER_H
#define TIDEGATE_TESTS_AWS_TINY_SERVER_H

struct tiny_server;

/* What a path does, the request once read: */
#define PATH_ECHO "/echo"           /* 200, the request's body */
#define PATH_HEAD "/head"           /* 200, the request's head */
#define PATH_INTERIM "/interim"     /* 100, then 200 "later" */
#define PATH_RESET "/reset"         /* a reset */
#define PATH_TRUNCATE "/truncate"   /* 200, less than it announces, then closed */
#define PATH_DRIP "/drip"           /* 200 "drip", one byte a packet */
#define PATH_LARGE "/large"         /* 200, 100,000 bytes */
#define PATH_LARGE_HEAD "/tall"     /* 200, headers of 100,000 bytes together */
#define PATH_HANG "/hang"           /* nothing, until the client gives up */
#define PATH_STALL "/stall"         /* 200, half of what it announces, then nothing */
#define PATH_RAGGED "/ragged"       /* 200, chunks whose lengths are none */
#define PATH_NO_HTTP "/none"        /* what is no HTTP */
#define PATH_REDIRECT "/redirect"   /* 302 to PATH_ECHO */

struct tiny_server *tiny_server_start(void);
/* After the clients have closed their connections. */
void tiny_server_stop(struct tiny_server *server);
/* From now on every new connection is reset when a request has come, and before anything of it is read. */
void tiny_server_reset_all(struct tiny_server *server);
int tiny_server_port(const struct tiny_server *server);
int tiny_server_connections(struct tiny_server *server);
int tiny_server_requests(struct tiny_server *server);

#endif
