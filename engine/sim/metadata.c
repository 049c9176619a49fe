/* Instance metadata, version 2 only: a session token first, then facts of the instance on which the client runs, and
 * the credentials of its role. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/agenda.h"
#include "sim/http.h"

#define METADATA_TOKEN "simulated-metadata-token"
#define ROLE "web-instance"

enum { TOKEN_SECONDS_MOST = 21600, ROLE_HOURS = 6 };

static void add_id(struct buffer *body, const struct world *world, int64_t now_ms)
{
	(void)now_ms;
	buffer_add_text(body, instance_at(world, world->self)->id);
}

static void add_type(struct buffer *body, const struct world *world, int64_t now_ms)
{
	(void)now_ms;
	buffer_add_text(body, instance_at(world, world->self)->type);
}

static void add_zone(struct buffer *body, const struct world *world, int64_t now_ms)
{
	(void)now_ms;
	buffer_add_text(body, instance_at(world, world->self)->zone);
}

static void add_region(struct buffer *body, const struct world *world, int64_t now_ms)
{
	(void)now_ms;
	buffer_add_text(body, world->region);
}

static void add_state(struct buffer *body, const struct world *world, int64_t now_ms)
{
	(void)now_ms;
	buffer_add_text(body, lifecycles[instance_at(world, world->self)->state].name);
}

static void add_role(struct buffer *body, const struct world *world, int64_t now_ms)
{
	(void)world;
	(void)now_ms;
	buffer_add_text(body, ROLE);
}

static void add_credentials(struct buffer *body, const struct world *world, int64_t now_ms)
{
	char now[TIME_TEXT_BYTES], then[TIME_TEXT_BYTES];

	(void)world;
	buffer_add_format(body,
			  "{\"Code\": \"Success\", \"Type\": \"AWS-HMAC\", \"LastUpdated\": \"%s\", \"AccessKeyId\": \""
			  SIM_ROLE_ACCESS_KEY "\", \"SecretAccessKey\": \"" SIM_ROLE_SECRET_KEY "\", \"Token\": \""
			  SIM_ROLE_TOKEN "\", \"Expiration\": \"%s\"}",
			  time_format(now_ms, now),
			  time_format(now_ms + INT64_C(3600000) * ROLE_HOURS, then));
}

static void add_document(struct buffer *body, const struct world *world, int64_t now_ms)
{
	const struct instance *self = instance_at(world, world->self);

	(void)now_ms;
	buffer_add_format(body,
			  "{\"accountId\": \"%s\", \"region\": \"%s\", \"instanceId\": \"%s\", "
			  "\"instanceType\": \"%s\", \"availabilityZone\": \"%s\"}",
			  world->account, world->region, self->id, self->type, self->zone);
}

static const struct metadata_row {
	const char *path;
	void (*add)(struct buffer *body, const struct world *world, int64_t now_ms);
} metadata_rows[] = {
	{ "meta-data/instance-id", add_id },
	{ "meta-data/instance-type", add_type },
	{ "meta-data/placement/region", add_region },
	{ "meta-data/placement/availability-zone", add_zone },
	{ "meta-data/autoscaling/target-lifecycle-state", add_state },
	{ "meta-data/iam/security-credentials/", add_role },
	{ "meta-data/iam/security-credentials/" ROLE, add_credentials },
	{ "dynamic/instance-identity/document", add_document },
};

static void give_token(const struct sim_http_request *request, struct sim_http_answer *answer)
{
	const char *text = sim_http_header(request, "x-aws-ec2-metadata-token-ttl-seconds");
	long seconds = text ? strtol(text, NULL, 10) : 0;

	if (strcmp(request->method, "PUT") != 0) {
		answer->status = 405;
	} else if (seconds < 1 || seconds > TOKEN_SECONDS_MOST) {
		answer->status = 400;
	} else {
		answer->status = 200;
		buffer_add_text(&answer->body, METADATA_TOKEN);
	}
}

void metadata_answer(struct sim *sim, int64_t now_ms, const struct sim_http_request *request,
		     struct sim_http_answer *answer)
{
	const char *path = request->path + strlen("/latest/");
	const char *token = sim_http_header(request, "x-aws-ec2-metadata-token");

	answer->content_type = "text/plain";
	if (strcmp(path, "api/token") == 0) {
		give_token(request, answer);
		return;
	}
	answer->status = 401;
	if (!token || strcmp(token, METADATA_TOKEN) != 0)
		return;
	answer->status = 404;
	for (size_t i = 0; sim->world.self != ROW_NONE && i < ARRAY_LENGTH(metadata_rows); i++)
		if (strcmp(metadata_rows[i].path, path) == 0) {
			answer->status = 200;
			metadata_rows[i].add(&answer->body, &sim->world, now_ms);
		}
}
