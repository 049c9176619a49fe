/* The simulated AWS as it is met over HTTP, without a socket: a signed form body comes in, XML goes out; and instance
 * metadata in its version 2. sim/transport.h and sim/server.h bring the bytes here. */
#ifndef TIDEGATE_SIM_HTTP_H
#define TIDEGATE_SIM_HTTP_H

#include "base/buffer.h"
#include "model/services.h"
#include "sim/sim.h"
#include "wire/transport.h"

/* The keys that the world knows: lasting ones for whoever is outside, and those of its instances' role, which come with
 * a session token. They open nothing but a simulation. */
#define SIM_ACCESS_KEY "AKIASIMULATED0000001"
#define SIM_SECRET_KEY "simulated/secret/of/nobody/0000000000001"
#define SIM_ROLE_ACCESS_KEY "ASIASIMULATED0000002"
#define SIM_ROLE_SECRET_KEY "simulated/secret/of/nobody/0000000000002"
#define SIM_ROLE_TOKEN "simulated-session-token"

struct sim_http;

/* All are borrowed. Signatures, Date and the credentials' end go by `clock`; NULL: by the world's own time. A server
 * whose world lives faster than its clients needs theirs. */
struct sim_http *sim_http_new(struct sim *sim, struct services *services, struct clock *clock);
void sim_http_free(struct sim_http *http);

struct sim_http_request {
	const char *method;
	const char *path;  /* as it came, still encoded */
	const char *query; /* without '?' */
	const struct http_header *headers; /* Host among them; names in any case */
	size_t n_headers;
	const char *body;
	size_t body_length;
};

struct sim_http_answer {
	bool lost; /* a fault: the connection breaks in place of an answer */
	int status;
	const char *content_type;
	struct buffer body;
	char date[40]; /* AWS's own time, as HTTP writes it */
	char request_id[40];
};

/* Everything happens now. Release the answer. */
void sim_http_answer(struct sim_http *http, const struct sim_http_request *request, struct sim_http_answer *answer);
void sim_http_answer_release(struct sim_http_answer *answer);

/* For sim/http.c: a GET or PUT below /latest/. */
void metadata_answer(struct sim *sim, int64_t now_ms, const struct sim_http_request *request,
		     struct sim_http_answer *answer);
const char *sim_http_header(const struct sim_http_request *request, const char *name); /* NULL: absent */

#endif
