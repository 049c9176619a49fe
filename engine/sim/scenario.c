/* Makes a world of a scenario: looks up its names, each unknown one a fault of its own, and puts everything where it
 * stands at the start. */
#include "config.h"

#include "sim/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/embedded.h"
#include "sim/agenda.h"
#include "sim/scenario_file.h"
#include "text/yaml.h"

struct builder {
	struct sim *sim;
	struct reader reader;
	bool failed;
};

/* ---- names */

static const char *world_group_name(const void *world, size_t i)
{
	return i < ((const struct world *)world)->groups.count ? group_at(world, i)->name : NULL;
}

static const char *world_instance_name(const void *world, size_t i)
{
	return i < ((const struct world *)world)->instances.count ? instance_at(world, i)->id : NULL;
}

static const char *world_target_group_name(const void *world, size_t i)
{
	return i < ((const struct world *)world)->target_groups.count ? target_group_at(world, i)->name : NULL;
}

static const char *world_balancer_name(const void *world, size_t i)
{
	return i < ((const struct world *)world)->balancers.count ? balancer_at(world, i)->name : NULL;
}

static const char *process_name(const void *unused, size_t i)
{
	(void)unused;
	return i < PROCESS_COUNT ? process_names[i] : NULL;
}

static const char *lifecycle_name(const void *unused, size_t i)
{
	(void)unused;
	return i < LIFECYCLE_COUNT ? lifecycles[i].name : NULL;
}

static const char *act_name(const void *unused, size_t i)
{
	(void)unused;
	return i < SIM_ACT_COUNT ? sim_act_name((enum sim_act_kind)i) : NULL;
}

static const char *fault_name(const void *unused, size_t i)
{
	(void)unused;
	return i < SIM_FAULT_COUNT ? sim_fault_name((enum sim_fault_kind)i) : NULL;
}

typedef const char *name_at(const void *argument, size_t i);

/* Which of the names it is; ROW_NONE with an error made. `what`: "group". */
static size_t look_up(struct builder *builder, struct position position, const char *what, const char *name,
		      name_at *names)
{
	const void *world = &builder->sim->world;

	for (size_t i = 0; names(world, i); i++)
		if (strcmp(names(world, i), name) == 0)
			return i;
	builder->failed = true;
	diagnostics_unknown(builder->reader.diagnostics, position, name, names, world, "unknown %s '%s'", what, name);
	return ROW_NONE;
}

static size_t look_up_member(struct builder *builder, const struct node *map, const char *key, name_at *names)
{
	const struct node *node = node_get(map, key);

	return node ? look_up(builder, node->position, key, node->text, names) : ROW_NONE;
}

static void fault_at(struct builder *builder, struct position position, const char *subject, const char *fault)
{
	builder->failed = true;
	diagnostics_error(builder->reader.diagnostics, position, NULL, "'%s' %s", subject, fault);
}

/* ---- balancers */

static int64_t or_usual(const struct node *node, const char *key, int64_t given, int64_t usual)
{
	return node_get(node, key) ? given : usual;
}

static size_t put_zones(struct builder *builder, const struct name_list *from, const char *zones[ZONES_MOST])
{
	size_t count = from->count < ZONES_MOST ? from->count : ZONES_MOST;

	if (from->count > ZONES_MOST)
		fault_at(builder, from->nodes[ZONES_MOST]->position, from->names[ZONES_MOST],
			 "is one zone too many");
	for (size_t i = 0; i < count; i++)
		zones[i] = from->names[i];
	return count;
}

static void build_target_group(struct builder *builder, const struct target_group_row *row)
{
	struct world *world = &builder->sim->world;
	struct target_group *group = rows_add(&world->target_groups);

	*group = (struct target_group){
		.name = row->key->text,
		.arn = arena_format(builder->reader.arena,
				    "arn:aws:elasticloadbalancing:%s:%s:targetgroup/%s/%016zx", world->region,
				    world->account, row->key->text, world->target_groups.count),
		.port = or_usual(row->node, "port", row->port, 80),
		.drain_ms = or_usual(row->node, "drain", row->drain_ms, 300 * 1000),
		.interval_ms = or_usual(row->node, "interval", row->interval_ms, 10 * 1000),
		.healthy_after = or_usual(row->node, "healthy_after", row->healthy_after, 2),
		.slow_start_ms = row->slow_start_ms, .network = row->network, .unused = row->unused,
		.unchecked = row->unchecked,
	};
	group->n_zones = put_zones(builder, &row->zones, group->zones);
}

static void build_balancer(struct builder *builder, const struct balancer_row *row)
{
	*(struct balancer *)rows_add(&builder->sim->world.balancers) = (struct balancer){
		.name = row->key->text, .drain_ms = row->drain_ms,
		.interval_ms = or_usual(row->node, "interval", row->interval_ms, 10 * 1000),
		.healthy_after = or_usual(row->node, "healthy_after", row->healthy_after, 2),
	};
}

/* ---- groups */

static void build_suspended(struct builder *builder, struct group *group, const struct name_list *suspended)
{
	for (size_t i = 0; i < suspended->count; i++) {
		size_t process = look_up(builder, suspended->nodes[i]->position, "process", suspended->names[i],
					 process_name);

		if (process != ROW_NONE)
			group->suspended[process] = "User suspended";
	}
}

static size_t build_attached(struct builder *builder, const struct name_list *attached, const char *what,
			     name_at *names, size_t rows[ATTACHED_MOST])
{
	size_t count = 0;

	for (size_t i = 0; i < attached->count; i++) {
		size_t index = look_up(builder, attached->nodes[i]->position, what, attached->names[i], names);

		if (count == ATTACHED_MOST)
			fault_at(builder, attached->nodes[i]->position, attached->names[i],
				 "is one attachment too many");
		else if (index != ROW_NONE)
			rows[count++] = index;
	}
	return count;
}

static void build_hook(struct group *group, enum hook kind, const struct hook_row *row)
{
	if (row)
		group->hooks[kind] = (struct lifecycle_hook){ row->name, row->timeout_ms, row->abandons };
}

static void add_zone(struct group *group, const char *zone)
{
	for (size_t i = 0; i < group->n_zones; i++)
		if (strcmp(group->zones[i], zone) == 0)
			return;
	if (group->n_zones < ZONES_MOST)
		group->zones[group->n_zones++] = zone;
}

static void build_group(struct builder *builder, const struct group_row *row)
{
	struct group *group = rows_add(&builder->sim->world.groups);

	*group = (struct group){
		.name = row->key->text, .minimum = row->minimum, .desired = row->desired, .maximum = row->maximum,
		.cooldown_s = 300, .grace_s = row->grace_ms / 1000, .elb_health = row->elb_health,
	};
	group->n_zones = put_zones(builder, &row->zones, group->zones);
	build_suspended(builder, group, &row->suspended);
	group->n_balancers = build_attached(builder, &row->balancers, "balancer", world_balancer_name,
					    group->balancers);
	group->n_target_groups = build_attached(builder, &row->target_groups, "target group", world_target_group_name,
						group->target_groups);
	build_hook(group, HOOK_LAUNCHING, row->launching);
	build_hook(group, HOOK_TERMINATING, row->terminating);
}

/* ---- instances, and where they are registered */

static bool stays_out(const struct name_list *not_in, const char *name)
{
	for (size_t i = 0; i < not_in->count; i++)
		if (strcmp(not_in->names[i], name) == 0)
			return true;
	return false;
}

static void put_target(struct world *world, size_t group, size_t instance, int64_t port)
{
	struct target target = { .group = group, .instance = instance, .port = port };

	target.state = target_state_registered(world, &target);
	if (target.state == TARGET_CHECKING)
		target.state = instance_at(world, instance)->failing ? TARGET_FAILING : TARGET_HEALTHY;
	*(struct target *)rows_add(&world->targets) = target;
}

static void put_member(struct world *world, size_t balancer, size_t instance)
{
	*(struct member *)rows_add(&world->members) = (struct member){
		.balancer = balancer, .instance = instance,
		.state = instance_at(world, instance)->failing ? MEMBER_FAILING : MEMBER_IN_SERVICE,
	};
}

static void register_attached(struct world *world, size_t instance, const struct name_list *not_in)
{
	const struct group *group = group_at(world, instance_at(world, instance)->group);

	for (size_t i = 0; i < group->n_target_groups; i++) {
		const struct target_group *row = target_group_at(world, group->target_groups[i]);

		if (!stays_out(not_in, row->name))
			put_target(world, group->target_groups[i], instance, row->port);
	}
	for (size_t i = 0; i < group->n_balancers; i++)
		if (!stays_out(not_in, balancer_at(world, group->balancers[i])->name))
			put_member(world, group->balancers[i], instance);
}

static enum lifecycle state_of(struct builder *builder, const struct instance_row *row)
{
	size_t state = row->state ? look_up_member(builder, row->node, "state", lifecycle_name) : LIFECYCLE_IN_SERVICE;

	return state == ROW_NONE ? LIFECYCLE_IN_SERVICE : (enum lifecycle)state;
}

static void build_instance(struct builder *builder, const struct instance_row *row, size_t group)
{
	struct world *world = &builder->sim->world;
	size_t index = world->instances.count;
	struct instance *instance;

	if (strlen(row->key->text) >= INSTANCE_ID_BYTES || world_instance(world, row->key->text) != ROW_NONE) {
		fault_at(builder, row->key->position, row->key->text,
			 "is too long for an instance ID, or there twice");
		return;
	}
	instance = rows_add(&world->instances);
	*instance = (struct instance){
		.zone = row->zone ? row->zone : "eu-west-1a", .type = row->type ? row->type : "m5.large",
		.group = group, .state = state_of(builder, row), .healthy = !row->is_unhealthy, .failing = row->failing,
		.is_protected = row->is_protected, .stuck = row->stuck,
	};
	strcpy(instance->id, row->key->text);
	if (group == ROW_NONE)
		return;
	add_zone(group_at(world, group), instance->zone);
	if (instance->state == LIFECYCLE_IN_SERVICE)
		register_attached(world, index, &row->not_in);
}

/* What is on its way at the start goes on from there. */
static void begin_steps(struct sim *sim)
{
	for (size_t i = 0; i < sim->world.instances.count; i++) {
		const struct instance *instance = instance_at(&sim->world, i);

		if (instance->group != ROW_NONE && instance->state != LIFECYCLE_IN_SERVICE)
			instance_enter(sim, i, instance->state);
	}
}

/* ---- what a balancer holds beyond that, and what happens */

static void build_extra(struct builder *builder, const struct scenario_row *scenario)
{
	struct world *world = &builder->sim->world;
	const struct target_group_row *groups = scenario->target_groups.records;
	const struct balancer_row *balancers = scenario->balancers.records;

	for (size_t i = 0; i < scenario->target_groups.count; i++)
		for (size_t j = 0; j < groups[i].targets.count; j++) {
			const struct extra_target_row *row = (struct extra_target_row *)groups[i].targets.records + j;
			size_t instance = look_up_member(builder, row->node, "instance", world_instance_name);

			if (instance != ROW_NONE)
				put_target(world, i, instance, row->port ? row->port : target_group_at(world, i)->port);
		}
	for (size_t i = 0; i < scenario->balancers.count; i++)
		for (size_t j = 0; j < balancers[i].instances.count; j++) {
			size_t instance = look_up(builder, balancers[i].instances.nodes[j]->position, "instance",
						  balancers[i].instances.names[j], world_instance_name);

			if (instance != ROW_NONE)
				put_member(world, i, instance);
		}
}

static void check_act_names(struct builder *builder, const struct act_file_row *row)
{
	look_up_member(builder, row->node, "group", world_group_name);
	look_up_member(builder, row->node, "instance", world_instance_name);
	look_up_member(builder, row->node, "process", process_name);
	look_up_member(builder, row->node, "target_group", world_target_group_name);
	look_up_member(builder, row->node, "balancer", world_balancer_name);
}

static void build_act(struct builder *builder, const struct act_file_row *row)
{
	size_t kind = look_up_member(builder, row->node, "act", act_name);
	struct sim_act act = {
		.kind = (enum sim_act_kind)kind, .group = row->group, .instance = row->instance,
		.process = row->process, .target_group = row->target_group, .balancer = row->balancer,
		.value = row->value,
	};

	check_act_names(builder, row);
	if (!node_get(row->node, "after") == !row->before_request)
		fault_at(builder, row->node->position, row->act, "is done either 'after' a time or 'before_request'");
	else if (kind != ROW_NONE && row->before_request)
		sim_act_before(builder->sim, (unsigned)row->before_request, &act);
	else if (kind != ROW_NONE)
		sim_act_after(builder->sim, row->after_ms, &act);
}

static void build_fault(struct builder *builder, const struct fault_file_row *row)
{
	size_t kind = look_up_member(builder, row->node, "fault", fault_name);

	if (kind != ROW_NONE)
		sim_fault(builder->sim, (unsigned)row->request, (enum sim_fault_kind)kind, row->ms);
}

/* ---- all of it */

static void build_settings(struct builder *builder, const struct scenario_row *scenario)
{
	struct world *world = &builder->sim->world;

	if (scenario->region)
		world->region = scenario->region;
	if (scenario->account)
		world->account = scenario->account;
	if (scenario->application) {
		world->application.up_after_ms = scenario->application->up_after_ms;
		world->application.never_up = scenario->application->never_up;
	}
	for (int i = 0; scenario->takes && i < TIMING_COUNT; i++)
		if (scenario->takes->given[i])
			world->spans[i] = scenario->takes->spans[i];
}

#define EACH(list, type, row) \
	(const type *row = (list).records; row && row < (const type *)(list).records + (list).count; row++)

static void build_things(struct builder *builder, const struct scenario_row *scenario)
{
	size_t group = 0;

	for EACH(scenario->target_groups, struct target_group_row, row)
		build_target_group(builder, row);
	for EACH(scenario->balancers, struct balancer_row, row)
		build_balancer(builder, row);
	for EACH(scenario->groups, struct group_row, row) {
		build_group(builder, row);
		for EACH(row->instances, struct instance_row, instance)
			build_instance(builder, instance, group);
		group++;
	}
	for EACH(scenario->instances, struct instance_row, row)
		build_instance(builder, row, ROW_NONE);
}

static void build(struct builder *builder, const struct scenario_row *scenario)
{
	build_settings(builder, scenario);
	build_things(builder, scenario);
	build_extra(builder, scenario);
	if (scenario->self)
		builder->sim->world.self = look_up_member(builder, scenario->node, "self", world_instance_name);
	for EACH(scenario->others, struct act_file_row, row)
		build_act(builder, row);
	for EACH(scenario->faults, struct fault_file_row, row)
		build_fault(builder, row);
	if (!builder->failed)
		begin_steps(builder->sim);
}

struct sim *scenario_sim(const struct source *source, uint64_t seed, struct diagnostics *diagnostics)
{
	struct builder builder = { .sim = sim_new(seed), .reader = { arena_new(), diagnostics } };
	const struct node *node = yaml_parse(builder.reader.arena, source, diagnostics);
	struct scenario_row scenario;

	builder.sim->origin = builder.reader.arena;
	if (!node || record_read(&builder.reader, node, &scenario_record, &scenario) != 0)
		builder.failed = true;
	else
		build(&builder, &scenario);
	if (!builder.failed)
		return builder.sim;
	sim_free(builder.sim);
	return NULL;
}

/* ---- those compiled in */

static const char builtin_folder[] = "machines/scenarios/";

const char *scenario_builtin_name(const void *unused, size_t i)
{
	const struct embedded_file *file = embedded_files;

	(void)unused;
	for (; file->path; file++)
		if (strncmp(file->path, builtin_folder, strlen(builtin_folder)) == 0 && i-- == 0)
			return file->path + strlen(builtin_folder);
	return NULL;
}

/* The names are those of files. */
static int refuse_name(const char *name, struct error *err)
{
	char *path = memory_format("%s.yaml", name);
	const char *near = nearest_word(path, scenario_builtin_name, NULL);
	const int length = near ? (int)(strlen(near) - strlen(".yaml")) : 0;

	free(path);
	return error_set(err, ERROR_USAGE, NOWHERE, "there is no scenario '%s'%s%.*s%s", name,
			 near ? ": did you mean '" : "", length, near ? near : "", near ? "'?" : "");
}

struct sim *scenario_builtin(const char *name, uint64_t seed, struct error *err)
{
	char *path = memory_format("%s%s.yaml", builtin_folder, name);
	const struct embedded_file *file = embedded_find(path);
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct sim *sim = NULL;

	if (file) {
		struct source source = { path, file->text, file->length };

		sim = scenario_sim(&source, seed, &diagnostics);
		if (!sim)
			error_set(err, ERROR_MACHINE, NOWHERE, "scenario '%s': %s", name, diagnostics.rows[0].message);
	} else {
		refuse_name(name, err);
	}
	diagnostics_release(&diagnostics);
	free(path);
	return sim;
}
