/* The world with its future: what will happen at which time, what is in flight, what was asked. For the files of this
 * layer only. */
#ifndef TIDEGATE_SIM_AGENDA_H
#define TIDEGATE_SIM_AGENDA_H

#include "sim/world.h"

enum event_kind { EVENT_INSTANCE, EVENT_TARGET, EVENT_MEMBER, EVENT_ACT, EVENT_REQUEST, EVENT_LATE, EVENT_COUNT };

struct event {
	int64_t at_ms;
	uint64_t order; /* of those at the same time */
	enum event_kind kind;
	size_t index;
	unsigned generation;
};

struct planned_fault {
	unsigned request;
	enum sim_fault_kind kind;
	int64_t ms;
};

struct planned_act {
	unsigned request; /* 0: by an event */
	struct sim_act act;
	int64_t done_ms; /* world time at which its request arrived; 0: not yet */
};

struct past {
	int64_t until_ms; /* the world was so until then */
	struct world world;
};

/* A request between its beginning and its answer; slots are used again. */
struct flight {
	bool busy;
	const struct sim_operation *row;
	const struct operation *operation; /* NULL once the caller has gone */
	json_t *input;
	call_done *done; /* NULL: nobody waits for it */
	void *argument;
	unsigned number;
	int64_t started_ms;
	struct planned_fault fault;
	bool too_late; /* the time until which it may be signed was over: never sent */
};

/* What a read was answered with: the same question has the same answer until the world changes. */
struct kept_answer {
	const struct sim_operation *row;
	json_t *input, *output;
};

/* An instance as it was last told of; most have not changed since. */
struct told_instance {
	struct instance instance;
	json_t *json;
};

/* A group as it was last told of, but for its instances and tags. */
struct told_group {
	struct group group;
	json_t *json;
};

struct told_target {
	enum target_state state;
	size_t instance;
	int64_t port;
	json_t *json;
};

/* Which row an operation of the catalogue was last found to be. */
struct known_operation {
	const struct operation *operation;
	const struct sim_operation *row;
};

enum { KNOWN_OPERATIONS = 64 };

struct sim {
	struct clock clock;
	struct executor executor;
	struct world world;
	struct rows events;  /* struct event, the next one last */
	struct rows faults;  /* struct planned_fault */
	struct rows acts;    /* struct planned_act */
	struct rows flights; /* struct flight */
	struct rows log;     /* struct sim_logged */
	struct rows pasts;   /* struct past, oldest first */
	struct rows kept;    /* struct kept_answer */
	struct rows told;    /* struct told_instance, each at its instance's place */
	struct rows told_groups;  /* struct told_group, likewise */
	struct rows told_targets; /* struct told_target, likewise */
	struct known_operation known_operations[KNOWN_OPERATIONS];
	json_t *told_world;       /* as it was when last it was told of, but for the time */
	uint64_t told_likeness;   /* of it */
	const struct sim *model;  /* whose names it has, since it was last reset; NULL: its own */
	struct arena *origin; /* of the scenario whose names it has; NULL in a clone */
	struct arena *names; /* made by requests: tags; NULL until there is one */
	size_t names_bytes;
	uint64_t event_order;
	unsigned requests;
	unsigned delivered; /* answers so far: poll sees by it that one came */
	bool dead;
	bool keeps_past; /* a read will answer with an old world */
	int64_t skew_ms, booted_ms;
	int64_t changed_ms; /* world time of the newest change, or of a fault */
	unsigned boots;
	char boot_id[40];
};

void agenda_add(struct sim *sim, int64_t at_ms, enum event_kind kind, size_t index, unsigned generation);
/* Lets the next event happen, if it is due by `until_ms` (of world.now_ms); false where there is none. */
bool agenda_step(struct sim *sim, int64_t until_ms);
/* The world is not what it was: to be called whenever something of it changes, or may. */
void sim_changed(struct sim *sim);
const char *sim_keep_text(struct sim *sim, const char *text); /* NULL: it has kept enough */

/* For EVENT_ACT, EVENT_REQUEST and EVENT_LATE. */
void act_event(struct sim *sim, size_t index, unsigned unused);
void flight_event(struct sim *sim, size_t index, unsigned unused);
void flight_late_event(struct sim *sim, size_t index, unsigned unused);

#endif
