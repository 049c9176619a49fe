/* Two to four instances of one group, deployed to at the same time: every order of their legs, and a death in one of
 * them. When all are back, the group is as it was. Each instance has a disk of its own, and no record is shared. */
#include "config.h"

#include "rig.h"
#include "../plays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP "groups.fleet"

enum { INSTANCES_MOST = 4 };

static const char *const names[INSTANCES_MOST] = { "i-0a1b2c3d4e5f60718", "i-0b1c2d3e4f5061728", "i-0c1d2e3f405162738",
						   "i-0d1e2f30415263748" };

static const char fleet[] = "scenario: fleet\n"
			    "self: i-0a1b2c3d4e5f60718\n"
			    "target_groups: {web: {port: 80, drain: 1s, interval: 5s, healthy_after: 1}}\n"
			    "groups:\n"
			    "  fleet:\n"
			    "    minimum: 4\n"
			    "    desired: 4\n"
			    "    maximum: 8\n"
			    "    suspended: [AZRebalance]\n"
			    "    target_groups: [web]\n"
			    "    instances:\n"
			    "      i-0a1b2c3d4e5f60718: {zone: eu-west-1a}\n"
			    "      i-0b1c2d3e4f5061728: {zone: eu-west-1b}\n"
			    "      i-0c1d2e3f405162738: {zone: eu-west-1c}\n"
			    "      i-0d1e2f30415263748: {zone: eu-west-1a}\n"
			    "takes: {enter_standby: 1s, exit_standby: 1s}\n";

static int load(void **state)
{
	*state = memory_new(1, sizeof(struct stock));
	stock_init(*state, "asg-standby", fleet);
	return 0;
}

static int unload(void **state)
{
	stock_release(*state);
	free(*state);
	return 0;
}

struct overlap {
	struct sim *sim;
	struct disk *disks[INSTANCES_MOST];
	struct rig rigs[INSTANCES_MOST];
	unsigned count;
	unsigned legs[INSTANCES_MOST]; /* gone through: 0 in service, 1 out, 2 back */
	unsigned bare;                 /* legs after which someone was out and not all was suspended */
};

static void overlap_begin(struct overlap *overlap, const struct stock *stock, unsigned count)
{
	*overlap = (struct overlap){ .sim = sim_clone(stock->world, 1), .count = count };
	for (unsigned i = 0; i < count; i++) {
		overlap->disks[i] = disk_new();
		rig_init(&overlap->rigs[i], stock, overlap->sim, overlap->disks[i]);
	}
}

static void overlap_end(struct overlap *overlap)
{
	for (unsigned i = 0; i < overlap->count; i++) {
		rig_release(&overlap->rigs[i]);
		disk_free(overlap->disks[i]);
	}
	sim_free(overlap->sim);
}

static unsigned instances_out(const struct overlap *overlap)
{
	unsigned out = 0;

	for (unsigned i = 0; i < overlap->count; i++)
		out += overlap->legs[i] == 1 ? 1 : 0;
	return out;
}

static bool world_says(const struct overlap *overlap, size_t suspended)
{
	json_t *world = sim_world_json(overlap->sim);
	bool says = json_array_size(json_object_get(json_object_get(json_object_get(world, "groups"), "fleet"),
						    "suspended")) == suspended;

	json_decref(world);
	return says;
}

/* What holds at every moment: as many are out as left, and the minimum is lower by no more than them. */
static void expect_between(struct overlap *overlap, struct rig *rig)
{
	unsigned out = instances_out(overlap);
	char *text = memory_format("length(" GROUP ".instances.*.state | [?@ == 'Standby']) == `%u`"
				   " && " GROUP ".desired == `%u` && " GROUP ".minimum == `%u`"
				   " && launches == `0` && terminations == `0`"
				   " && contains(" GROUP ".suspended, 'AZRebalance')",
				   out, 4 - out, 4 - out);

	rig_expect(rig, text);
	free(text);
	/* Without a shared record the first to return resumes what the others rely on, too. */
	overlap->bare += out > 0 && !world_says(overlap, 4) ? 1 : 0;
}

/* The instance's next leg; once more where its process dies in it. */
static void next_leg(struct overlap *overlap, unsigned i)
{
	struct rig *rig = &overlap->rigs[i];
	const char *event = overlap->legs[i] == 0 ? "BeforeInstall" : "ApplicationStart";
	enum exit_status status;

	assert_true(sim_set_self(overlap->sim, names[i]));
	status = rig_exit(rig, event, "dg-1");
	if (status != EXIT_REACHED)
		status = rig_exit(rig, event, "dg-1");
	if (status != EXIT_REACHED)
		rig_fail(rig, "%s of %s did not come to its goal", event, names[i]);
	overlap->legs[i]++;
	expect_between(overlap, rig);
}

static void expect_as_before(struct overlap *overlap)
{
	struct rig *rig = &overlap->rigs[0];

	sim_advance(overlap->sim, 600000);
	rig_expect(rig, GROUP ".[minimum, desired, suspended] == [`4`, `4`, ['AZRebalance']]");
	rig_expect(rig, "length(" GROUP ".instances.*.state | [?@ == 'InService']) == `4`");
	rig_expect(rig, "length(target_groups.web.targets[?state == 'healthy']) == `4`");
	for (unsigned i = 0; i < overlap->count; i++)
		assert_int_equal(rig_open_runs(&overlap->rigs[i]), 0);
}

/* ---- orders ---- */

/* All words of the instances' numbers in which each stands twice. Instances are alike: an instance may only leave first
 * once those with lower numbers have, where `alike` says that one order is to stand for its mirror images. */
struct orders {
	void (*visit)(struct orders *orders, const unsigned *order);
	const struct stock *stock;
	unsigned count;
	bool alike;
	unsigned order[2 * INSTANCES_MOST];
	unsigned used[INSTANCES_MOST];
	unsigned runs, bare, bare_legs;
};

static bool may_go_next(const struct orders *orders, unsigned i)
{
	return orders->used[i] < 2 && (!orders->alike || i == 0 || orders->used[i] > 0 || orders->used[i - 1] > 0);
}

static void orders_from(struct orders *orders, unsigned at)
{
	if (at == 2 * orders->count) {
		orders->visit(orders, orders->order);
		return;
	}
	for (unsigned i = 0; i < orders->count; i++) {
		if (!may_go_next(orders, i))
			continue;
		orders->order[at] = i;
		orders->used[i]++;
		orders_from(orders, at + 1);
		orders->used[i]--;
	}
}

static void play(struct orders *orders, const unsigned *order)
{
	struct overlap overlap;

	if (orders->runs++ % play_stride() != 0)
		return;
	overlap_begin(&overlap, orders->stock, orders->count);
	for (unsigned at = 0; at < 2 * orders->count; at++)
		next_leg(&overlap, order[at]);
	expect_as_before(&overlap);
	orders->bare += overlap.bare > 0 ? 1 : 0;
	orders->bare_legs += overlap.bare;
	overlap_end(&overlap);
}

static struct orders all_orders(const struct stock *stock, unsigned count, bool alike)
{
	struct orders orders = { .visit = play, .stock = stock, .count = count, .alike = alike };

	orders_from(&orders, 0);
	print_message("%u instances: %u orders, none ends wrong; in %u of them processes run while one is out "
		      "(the first to return resumes them: this needs the shared record)\n",
		      count, orders.runs, orders.bare);
	return orders;
}

static void two_instances_in_every_order_end_as_they_began(void **state)
{
	assert_int_equal(all_orders(*state, 2, false).runs, 6);
}

static void three_instances_in_every_order_end_as_they_began(void **state)
{
	assert_int_equal(all_orders(*state, 3, false).runs, 90);
}

static void four_instances_in_every_order_end_as_they_began(void **state)
{
	/* Of 2520; the others are these with other names. */
	assert_int_equal(all_orders(*state, 4, true).runs, 105);
}

/* ---- one of them dies ---- */

/* Dies at that record of the leg at `unlucky`; false where the leg has fewer. */
static bool play_with_death(struct orders *orders, const unsigned *order, unsigned unlucky, unsigned record)
{
	struct overlap overlap;
	bool died = false;

	overlap_begin(&overlap, orders->stock, orders->count);
	for (unsigned at = 0; at < 2 * orders->count; at++) {
		struct rig *rig = &overlap.rigs[order[at]];

		rig->die_at_record = at == unlucky ? rig->records + record : 0;
		next_leg(&overlap, order[at]);
		died |= at == unlucky && strstr(buffer_text(&rig->told), "is dead") != NULL;
	}
	expect_as_before(&overlap);
	orders->runs++;
	overlap_end(&overlap);
	return died;
}

static void play_with_deaths(struct orders *orders, const unsigned *order)
{
	for (unsigned unlucky = 0; unlucky < 2 * orders->count; unlucky++)
		for (unsigned record = 1; play_with_death(orders, order, unlucky, record);
		     record += 3 * play_stride())
			;
}

static void a_death_at_any_moment_of_two_that_overlap_ends_as_they_began(void **state)
{
	struct orders orders = { .visit = play_with_deaths, .stock = *state, .count = 2, .alike = true };

	orders_from(&orders, 0);
	print_message("%u runs\n", orders.runs);
	assert_true(orders.runs * play_stride() > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_instances_in_every_order_end_as_they_began),
		cmocka_unit_test(three_instances_in_every_order_end_as_they_began),
		cmocka_unit_test(four_instances_in_every_order_end_as_they_began),
		cmocka_unit_test(a_death_at_any_moment_of_two_that_overlap_ends_as_they_began),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
