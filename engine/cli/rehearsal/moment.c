/* The plays of which nobody can tell whether they went wrong. AWS takes no condition with a write, and does not say who
 * wrote what it shows: where somebody else writes beside us, some orders leave the same to be seen as others in which
 * all is well (it would take a record that both write). They are counted and printed apart. */
#include "config.h"

#include <string.h>

#include "base/hash.h"
#include "cli/rehearsal/mishaps.h"
#include "cli/rehearsal/rules.h"
#include "text/json.h"

/* ---- in the same moment ---- */

/* What of ours can cross an act, and what then may be anybody's. */
static const char *const of_processes[] = { "SuspendProcesses", "ResumeProcesses", NULL };
static const char *const of_size[] = { "UpdateAutoScalingGroup", "SetDesiredCapacity", NULL };

enum { SUSPENDED = FACT_BIT(FACT_SUSPENDED) };
enum { SIZES = FACT_BIT(FACT_MINIMUM) | FACT_BIT(FACT_DESIRED) | FACT_BIT(FACT_LAUNCHES) };

static const struct crossing {
	const char *const *operations;
	unsigned facts;
} crossings[SIM_ACT_COUNT] = {
	[SIM_ACT_SUSPEND] = { of_processes, SUSPENDED }, [SIM_ACT_RESUME] = { of_processes, SUSPENDED },
	[SIM_ACT_MINIMUM] = { of_size, SIZES },          [SIM_ACT_STANDBY] = { of_size, SIZES },
	[SIM_ACT_RETURN] = { of_size, SIZES },           [SIM_ACT_TERMINATE] = { of_size, SIZES },
};

static bool crosses(const struct crossing *crossing, const struct sim_logged *logged)
{
	const char *const *name = crossing->operations;

	for (; name && *name; name++)
		if (strcmp(*name, logged->operation) == 0)
			return true;
	return false;
}

static bool shows_group(const struct sim_logged *logged)
{
	return strcmp(logged->operation, "DescribeAutoScalingGroups") == 0 && logged->effect;
}

/* It shows the group as it is. */
static bool is_look(const struct sim_logged *logged)
{
	return shows_group(logged) && logged->fault != SIM_FAULT_STALE;
}

/* The first thing of ours that AWS met behind the act. */
static size_t behind_act(const struct stage *stage, unsigned request)
{
	size_t i = 0;

	while (i < sim_log_count(stage->sim) && sim_log_at(stage->sim, i)->number < request)
		i++;
	return i;
}

/* What an act is to us, by the newest look at the group and by what we changed, or may have changed, since the act. */
enum sight {
	SIGHT_NONE,    /* the look is from before it, and nothing was changed since */
	SIGHT_SEEN,    /* the look shows it */
	SIGHT_CROSSED, /* what crosses it was changed, and rests on a look from before it */
	SIGHT_MISSED   /* so was something else */
};

/* A stale answer that shows our own newest change, and not the act: nobody can know it for what it is. One from before
 * that change can be known. */
static bool hides_act(const struct sim_logged *look, int64_t act_ms, int64_t changed_ms)
{
	return look->fault == SIM_FAULT_STALE && look->at_ms < act_ms && look->at_ms >= changed_ms;
}

/* A request that takes effect late was sent when it was. */
static enum sight sight_of(const struct stage *stage, const struct sim_done *done, size_t from)
{
	enum sight sight = SIGHT_NONE;
	int64_t changed_ms = 0;

	for (size_t i = 0; i < sim_log_count(stage->sim); i++) {
		const struct sim_logged *logged = sim_log_at(stage->sim, i);
		const bool changes = !logged->reads && (logged->effect || is_unanswered(logged));

		if (changes && strcmp(logged->service, "autoscaling") == 0)
			changed_ms = logged->at_ms;
		if (i < from)
			continue;
		if (is_look(logged))
			sight = SIGHT_SEEN;
		else if (shows_group(logged) && hides_act(logged, done->at_ms, changed_ms))
			sight = SIGHT_NONE;
		else if (changes && sight == SIGHT_NONE)
			return crosses(&crossings[done->act.kind], logged) ? SIGHT_CROSSED : SIGHT_MISSED;
	}
	return sight;
}

/* Sent before the act, and done behind it. */
static bool was_under_way(const struct stage *stage, size_t from, const struct crossing *crossing)
{
	bool sent = false;

	for (size_t i = 0; i < from; i++) {
		const struct sim_logged *logged = sim_log_at(stage->sim, i);

		sent |= logged->fault == SIM_FAULT_LATE && crosses(crossing, logged);
	}
	for (size_t i = from; sent && i < sim_log_count(stage->sim); i++)
		if (sim_log_at(stage->sim, i)->number == 0 && crosses(crossing, sim_log_at(stage->sim, i)))
			return true;
	return false;
}

/* A request without an answer may yet be done, as whoever sent it counts: by whole seconds, and with a last look. */
enum { MAY_COME_MS = SIGN_WITHIN_MS + LATE_EFFECT_MS + 2000 };

/* Our change had no answer, and what was to tell whether it was done shows the act's doing with it: a minimum of one
 * less, with a neighbour out that was not, is ours given back and lowered by the neighbour, or not given back. A look
 * that shows it done tells; one that does not tells nothing, as long as it may yet be done. */
static bool hid_whether_done(const struct stage *stage, const struct sim_done *done, size_t from)
{
	bool looked = false;

	while (from-- > 0) {
		const struct sim_logged *logged = sim_log_at(stage->sim, from);

		looked |= is_look(logged);
		if (crosses(&crossings[done->act.kind], logged))
			return is_unanswered(logged) &&
			       (!looked || (!logged->effect && done->at_ms < logged->at_ms + MAY_COME_MS));
	}
	return false;
}

static bool in_one_moment(const struct stage *stage, enum fact fact)
{
	struct sim_done done;

	for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++) {
		const struct crossing *crossing = &crossings[done.act.kind];
		size_t from;

		if (!done.request || !(crossing->facts & FACT_BIT(fact)))
			continue;
		from = behind_act(stage, done.request);
		if (sight_of(stage, &done, from) == SIGHT_CROSSED || was_under_way(stage, from, crossing) ||
		    hid_whether_done(stage, &done, from))
			return true;
	}
	return false;
}

static bool was_late(const struct stage *stage, size_t from)
{
	for (size_t i = 0; i < from; i++)
		if (sim_log_at(stage->sim, i)->fault == SIM_FAULT_LATE)
			return true;
	return false;
}

uint64_t moments_so_far(uint64_t hash, const struct stage *stage)
{
	struct sim_done done;

	for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++) {
		const struct crossing *crossing = &crossings[done.act.kind];
		size_t from;

		hash = hash_number(hash, (uint64_t)(done.request != 0) | (uint64_t)(done.at_ms != 0) << 1);
		if (!done.request)
			continue;
		from = behind_act(stage, done.request);
		hash = hash_number(act_hash(hash, &done.act),
				   (uint64_t)was_under_way(stage, from, crossing) |
					   (uint64_t)hid_whether_done(stage, &done, from) << 1 |
					   (uint64_t)was_late(stage, from) << 2 |
					   (uint64_t)sight_of(stage, &done, from) << 3);
	}
	return hash;
}

/* ---- as a neighbour does ---- */

/* How many others were sent into Standby. */
static int64_t count_left(const struct stage *stage)
{
	const char *self = sim_self(stage->sim);
	struct sim_done done;
	int64_t count = 0;

	for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++)
		count += done.at_ms && done.act.kind == SIM_ACT_STANDBY &&
			 (!self || strcmp(done.act.instance, self) != 0);
	return count;
}

static bool lowered_by(const struct stage *stage, int64_t value, int64_t most)
{
	for (size_t i = 0; i < sim_log_count(stage->sim); i++) {
		const json_t *written = json_object_get(sim_log_at(stage->sim, i)->input, "MinSize");
		int64_t less = written ? json_integer_value(written) - value : 0;

		if (less > 0 && less <= most)
			return true;
	}
	return false;
}

/* Somebody lowers the minimum below what we left it at, and instances go into Standby, no more than it was lowered by:
 * two acts of two people, or what each neighbour does that leaves for a deployment of its own, and that gives back its
 * part as we do ours. Who keeps to what was written is wrong whenever neighbours overlap, which they do daily; the
 * minimum is therefore given back within what neighbours explain. */
static bool as_a_neighbour_does(const struct stage *stage, enum fact fact)
{
	const int64_t left = count_left(stage);
	struct sim_done done;

	if (fact != FACT_MINIMUM || left == 0)
		return false;
	for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++)
		if (done.request && done.act.kind == SIM_ACT_MINIMUM && lowered_by(stage, done.act.value, left))
			return true;
	return false;
}

bool nobody_can_tell(const struct stage *stage, enum fact fact)
{
	return in_one_moment(stage, fact) || as_a_neighbour_does(stage, fact);
}
