#include "config.h"

#include "cli/goal.h"

static const char *state_name_at(const void *argument, size_t i)
{
	const struct machine *machine = argument;

	return i < machine->states.count ? state_name(machine_state_at(machine, i)) : NULL;
}

static bool add(struct state_list *goal, const struct machine *machine, const char *name)
{
	const struct state *state = name ? machine_state(machine, name) : NULL;

	if (state)
		goal->rows[goal->count++] = (struct state_reference){ .name = state_name(state), .state = state };
	return state != NULL;
}

int goal_from_names(struct state_list *goal, struct arena *arena, const struct machine *machine,
		    const struct option_values *names, struct error *err)
{
	const char *near;

	*goal = (struct state_list){ .rows = ARENA_ARRAY(arena, struct state_reference, names->count) };
	for (size_t i = 0; i < names->count; i++) {
		if (add(goal, machine, names->rows[i]))
			continue;
		near = nearest_word(names->rows[i], state_name_at, machine);
		if (near)
			return error_set(err, ERROR_USAGE, NOWHERE, "%s has no state '%s': did you mean '%s'?",
					 machine->name, names->rows[i], near);
		return error_set(err, ERROR_USAGE, NOWHERE, "%s has no state '%s'", machine->name, names->rows[i]);
	}
	return 0;
}

void goal_from_record(struct state_list *goal, struct arena *arena, const struct machine *machine,
		      const json_t *names)
{
	size_t i;
	json_t *name;

	*goal = (struct state_list){ .rows = ARENA_ARRAY(arena, struct state_reference, json_array_size(names)) };
	json_array_foreach(names, i, name)
		add(goal, machine, json_string_value(name));
}
