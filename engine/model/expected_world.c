#include "config.h"

#include "model/expected_world.h"

#include "base/memory.h"

static const struct shape text = { .kind = SHAPE_STRING };
static const struct shape number = { .kind = SHAPE_INTEGER };
static const struct shape truth = { .kind = SHAPE_BOOLEAN };
static const struct shape texts = { .kind = SHAPE_LIST, .element = &text };
static const struct shape texts_by_name = { .kind = SHAPE_MAP, .element = &text };

#define STRUCTURE(table)                                                                                              \
	{                                                                                                             \
		.kind = SHAPE_STRUCTURE, .members = (table), .n_members = ARRAY_LENGTH(table)                         \
	}

static const struct shape_member instance_members[] = {
	{ .name = "state", .shape = &text },
	{ .name = "health", .shape = &text },
	{ .name = "zone", .shape = &text },
	{ .name = "protected", .shape = &truth },
};
static const struct shape instance = STRUCTURE(instance_members);
static const struct shape instances = { .kind = SHAPE_MAP, .element = &instance };

static const struct shape_member group_members[] = {
	{ .name = "minimum", .shape = &number },      { .name = "desired", .shape = &number },
	{ .name = "maximum", .shape = &number },      { .name = "suspended", .shape = &texts },
	{ .name = "status", .shape = &text },         { .name = "balancers", .shape = &texts },
	{ .name = "target_groups", .shape = &texts }, { .name = "instances", .shape = &instances },
	{ .name = "tags", .shape = &texts_by_name },
};
static const struct shape group = STRUCTURE(group_members);
static const struct shape groups = { .kind = SHAPE_MAP, .element = &group };

static const struct shape_member target_members[] = {
	{ .name = "instance", .shape = &text },
	{ .name = "port", .shape = &number },
	{ .name = "state", .shape = &text },
	{ .name = "reason", .shape = &text },
};
static const struct shape target = STRUCTURE(target_members);
static const struct shape targets = { .kind = SHAPE_LIST, .element = &target };
static const struct shape_member target_group_members[] = { { .name = "targets", .shape = &targets } };
static const struct shape target_group = STRUCTURE(target_group_members);
static const struct shape target_groups = { .kind = SHAPE_MAP, .element = &target_group };

static const struct shape_member registered_members[] = {
	{ .name = "instance", .shape = &text },
	{ .name = "state", .shape = &text },
};
static const struct shape registered = STRUCTURE(registered_members);
static const struct shape all_registered = { .kind = SHAPE_LIST, .element = &registered };
static const struct shape_member balancer_members[] = { { .name = "instances", .shape = &all_registered } };
static const struct shape balancer = STRUCTURE(balancer_members);
static const struct shape balancers = { .kind = SHAPE_MAP, .element = &balancer };

static const struct shape_member world_members[] = {
	{ .name = "time", .shape = &text },           { .name = "region", .shape = &text },
	{ .name = "account", .shape = &text },        { .name = "self", .shape = &text },
	{ .name = "launches", .shape = &number },     { .name = "terminations", .shape = &number },
	{ .name = "groups", .shape = &groups },       { .name = "target_groups", .shape = &target_groups },
	{ .name = "balancers", .shape = &balancers },
};
const struct shape world_shape = STRUCTURE(world_members);
