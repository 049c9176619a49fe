#include "config.h"

#include "cli/rehearsal/stage.h"

#include <string.h>

#include "cli/rehearsal/rules.h"
#include "run/journal_shelf.h"
#include "text/json.h"

enum {
	DEPLOYMENTS_MOST = 5, /* that fail by themselves */
	DOWNLOADS_MS = 2 * 60 * 1000, /* between ApplicationStop and BeforeInstall */
	INSTALLS_MS = 10 * 60 * 1000,
	BETWEEN_MS = 5 * 1000,          /* until CodeDeploy rolls back */
	AFTERWARDS_MS = 45 * 60 * 1000, /* what is late has come, who was launched is in service, no hook times out */
	HOOK_MS = 60 * 60 * 1000,       /* CodeDeploy's own bound */
	AT_LAST_MS = 40 * 60 * 1000     /* how long only the timer comes in the end */
};

static const char deployment_group[] = "rehearsal";

/* ---- who listens ---- */

static struct stage *stage_of_reporter(struct reporter *reporter)
{
	return (struct stage *)(void *)((char *)reporter - offsetof(struct stage, reporter));
}

struct progress_mark stage_progress(const struct stage *stage)
{
	return (struct progress_mark){ sim_requests(stage->sim), storage_memory_steps(stage->memory) };
}

unsigned stage_requests(const struct stage *stage)
{
	return sim_requests(stage->sim) + stage->rest.requests;
}

size_t stage_records(const struct stage *stage)
{
	return json_array_size(stage->records) + stage->rest.records;
}

static void mark_progress(struct stage *stage)
{
	struct profile *profile = stage->profile;

	if ((profile->n_marks & (profile->n_marks - 1)) == 0)
		profile->marks = memory_resize(profile->marks, 2 * profile->n_marks + 1, sizeof(*profile->marks));
	profile->marks[profile->n_marks++] = stage_progress(stage);
}

static bool is_noted(const char *type)
{
	static const char *const types[] = { "run", "definition", "leg", "intent", "outcome" };

	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static void append(json_t *records, const json_t *record)
{
	if (json_array_append(records, (json_t *)(uintptr_t)record))
		memory_exhausted();
}

static void hear_record(struct reporter *reporter, const struct history *history, const json_t *record)
{
	struct stage *stage = stage_of_reporter(reporter);
	const char *type = record_string(record, "type");

	stage->recorded = sim_requests(stage->sim);
	/* What is only planned is journaled nowhere. */
	if (!json_object_get(record, "sha256"))
		return;
	append(stage->records, record);
	if (is_noted(type))
		append(stage->noted, record);
	if (strcmp(type, "restored") == 0)
		stage->drifted |= strcmp(json_string_value(json_object_get(record, "how")), "drifted") == 0;
	if (stage->profile)
		mark_progress(stage);
	if (stage_looks_out(stage))
		outlook_record(stage, history, record);
}

static void hear_waiting(struct reporter *reporter, const struct history *history, const struct waiting *waiting)
{
	(void)history;
	if (!*waiting->state || !waiting->shown || waiting->waited_ms < 0 || waiting->left_ms < 0)
		violate(stage_of_reporter(reporter), RULE_TOLD, "'%s' waits for %lld ms, and %lld ms are left",
			waiting->state, (long long)waiting->waited_ms, (long long)waiting->left_ms);
}

static void hear_note(struct reporter *reporter, const char *sentence)
{
	stage_of_reporter(reporter)->ignored |= strstr(sentence, " is ignored: ") != NULL;
}

static double half(struct random *random)
{
	(void)random;
	return 0.5;
}

/* ---- what goes wrong ---- */

static bool process_is_dead(const void *process)
{
	return sim_dead(process);
}

static struct progress_mark mark_before(const struct scene *scene, unsigned requests)
{
	struct progress_mark found = { 0 };

	for (size_t i = 0; i < scene->calm.n_marks && scene->calm.marks[i].requests < requests; i++)
		found = scene->calm.marks[i];
	return found;
}

/* Others act before their request, which may yet meet something itself; how far the disk is then is known from the
 * undisturbed play. */
struct progress_mark stage_behind(const struct scene *scene, const struct mishap *mishap, struct progress_mark from)
{
	unsigned request = from.requests + mishap->at;

	if (mishap->at == 0)
		return from;
	return (struct progress_mark){ mishap->kind == MISHAP_ACT ? request - 1 : request,
				       mark_before(scene, request).steps };
}

/* The next ones, up to one at which the process dies: what follows it is counted from the new process on. */
static void arm_next(struct stage *stage, struct progress_mark from)
{
	while (stage->n_armed < stage->n_mishaps) {
		const struct mishap *mishap = &stage->mishaps[stage->n_armed++];

		mishap_arm(stage, mishap, from);
		stage->doomed = mishap_dies(mishap);
		if (stage->doomed)
			return;
		from = stage_behind(stage->scene, mishap, from);
		if (stage->n_armed == 1)
			stage->struck = from;
	}
}

static void restart(struct stage *stage)
{
	size_t struck = stage->n_armed;

	if (struck > 0 && stage->mishaps[struck - 1].kind == MISHAP_GIVEN_UP)
		stage->given_up = true;
	sim_revive(stage->sim);
	storage_memory_restart(stage->memory);
	stage_keep_torn(stage);
	invariants_check_crash(stage);
	if (struck == 1)
		stage->struck = stage_progress(stage);
	stage->doomed = false;
	arm_next(stage, stage_progress(stage));
}

static const struct mishap *find_mishap(const struct stage *stage, enum mishap_kind kind)
{
	for (size_t i = 0; i < stage->n_mishaps; i++)
		if (stage->mishaps[i].kind == kind)
			return &stage->mishaps[i];
	return NULL;
}

/* ---- one hook ---- */

struct run_environment stage_environment(struct stage *stage)
{
	return (struct run_environment){
		.storage = &stage->disk.storage,
		.clock = stage->wire ? stage_wire_clock(stage->wire) : sim_clock(stage->sim),
		.executor = &stage->gate,
		.stop = &stage->stop,
		.random = &stage->random,
		.reporter = &stage->reporter,
		.engine_version = PACKAGE_VERSION,
		.known = find_mishap(stage, MISHAP_REVISED) ? NULL : stage->machine,
		.made = &stage->runs,
	};
}

struct leg_played *stage_leg_new(struct stage *stage, const char *hook, bool opens)
{
	struct leg_played *leg = &stage->legs[stage->n_legs < STAGE_LEGS_MOST ? stage->n_legs++ : STAGE_LEGS_MOST - 1];

	*leg = (struct leg_played){ .hook = hook, .opens = opens, .requests = sim_requests(stage->sim) };
	return leg;
}

static void close_wire(struct stage *stage)
{
	stage_wire_free(stage->wire);
	stage->wire = NULL;
}

static void open_wire(struct stage *stage)
{
	if (stage->services)
		stage->wire = stage_wire_new(stage->sim, stage->services, stage->arena);
}

void stage_process_over(struct stage *stage)
{
	close_wire(stage);
	if (sim_dead(stage->sim))
		restart(stage);
	stage_disk_mend(stage);
	open_wire(stage);
	outlook_process(stage);
}

/* The last thing that a leg does is to write down how it ended: who dies then has said it. */
static bool is_left_on_disk(struct stage *stage)
{
	struct history history = { 0 };
	bool left = stage_open_run(stage, &history) &&
		    json_integer_value(json_object_get(history.leg_end, "exit")) == EXIT_LEFT;

	history_release(&history);
	return left;
}

void stage_leg_over(struct stage *stage, struct leg_played *leg)
{
	leg->died = sim_dead(stage->sim);
	stage->cut_off += leg->died || stage->stopped_at;
	leg->records = json_array_size(stage->records);
	/* Who dies says nothing; where nobody comes behind it, what the hook before it said is the last word. */
	stage->left = leg->died ? stage->left : leg->result.status == EXIT_LEFT;
	stage->stop = 0;
	if (!leg->died)
		invariants_check_leg(stage, leg);
	stage_process_over(stage);
	if (leg->died)
		stage->left = is_left_on_disk(stage);
	/* The next process got no signal. */
	stage->stopped_at = 0;
	stage_moment(stage, MOMENT_LEG_OVER);
}

/* A revision may bring a file that cannot be read. */
static const struct machine *machine_of(const struct stage *stage, bool opens)
{
	const struct mishap *revised = find_mishap(stage, MISHAP_REVISED);

	if (revised && (opens ? revised->row == REVISION_OPENS_FAULTY && stage->n_legs == 0
			      : revised->row == REVISION_CLOSES_FAULTY))
		return NULL;
	return stage->machine;
}

struct start stage_start(struct stage *stage, const struct hook *hook, bool opens)
{
	const char *event = hook ? hook->key->text : opens ? "run" : "resume";
	struct start start = {
		.machine = machine_of(stage, opens),
		.subject = stage->scene->inputs.subject,
		.input = stage->scene->inputs.values,
		.about = stage->scene->about,
		.group = stage->group,
		.opens = opens,
		.leg = hook ? leg_of_hook(stage->machine, hook, HOOK_MS)
			    : (struct leg){ .name = event, .at_most_ms = HOOK_MS },
	};

	start.leg.hook = json_made(json_pack("{s:s, s:s, s:s}", "event", event, "deployment_group_id",
					     stage->group, "deployment_group_name", stage->group));
	return start;
}

bool stage_hook(struct stage *stage, const struct hook *hook, bool opens)
{
	struct run_environment environment = stage_environment(stage);
	struct start start = stage_start(stage, hook, opens);
	struct leg_played *leg = stage_leg_new(stage, start.leg.name, opens);

	outlook_leg(stage, start.leg.name, opens);
	if (stage->n_legs == stage->busy_leg)
		stage->disk.busy_until_ms = sim_wall_ms(stage->sim) + stage->busy_ms;
	start_leg(&environment, &start, &leg->result);
	json_decref(start.leg.hook);
	stage_leg_over(stage, leg);
	return !leg->died && leg->result.status == EXIT_REACHED;
}

/* ---- one play ---- */

static struct course next_deployment(const struct stage *stage, const struct course *course)
{
	return (struct course){
		.deployments = course->deployments + 1, .hook = stage->opening, .opens = true, .begins = true
	};
}

/* One hook, and what comes until the next one: one event follows the other as long as each goes on later. */
static void go_on(struct stage *stage, struct course *course)
{
	const bool reached = stage_hook(stage, course->hook, course->opens);

	if (reached && course->opens) {
		course->begins = false;
		course->opens = stage->legs[stage->n_legs - 1].result.later;
		course->hook = course->opens ? machine_hook_later(stage->machine, course->hook) : stage->closing;
		sim_advance(stage->sim, course->opens ? DOWNLOADS_MS : INSTALLS_MS);
		if (!course->opens)
			stage_moment(stage, MOMENT_PAUSED);
		return;
	}
	if (!reached)
		stage_moment(stage, MOMENT_CUT_OFF);
	*course = next_deployment(stage, course);
	course->over = reached || stage->given_up;
}

bool stage_deployment(struct stage *stage)
{
	struct course course = next_deployment(stage, &(struct course){ 0 });

	do
		go_on(stage, &course);
	while (!course.begins);
	return course.over;
}

static void stage_clear(struct stage *stage)
{
	json_decref(stage->records);
	stage->records = json_made(json_array());
	json_decref(stage->noted);
	stage->noted = json_made(json_array());
	stage->n_legs = stage->n_armed = stage->n_mishaps = stage->runs = stage->cut_off = 0;
	stage->given_up = stage->same_moment = stage->drifted = stage->left = stage->doomed = false;
	stage->violation = (struct violation){ 0 };
	stage->torn_bytes = 0;
	stage->struck = stage->due = (struct progress_mark){ 0 };
	stage->n_passed = 0;
	stage->rest = (struct ending){ 0 };
	stage->recorded = stage->looked = 0;
	stage->stop = 0;
	stage->stop_at = stage->stopped_at = stage->jumps_at = 0;
	stage->busy_leg = 0;
	stage->ignored = false;
	stage->group = deployment_group;
	stage->disk = stage_disk(stage->shelf);
	stage_damage_clear(stage);
	arena_free(stage->arena);
	stage->arena = arena_new();
	storage_memory_reset(stage->memory);
}

static void reset_world(struct sim **sim, const struct sim *model, uint64_t seed)
{
	if (!*sim)
		*sim = sim_clone(model, seed);
	else
		sim_reset(*sim, model, seed);
}

static bool ends(const struct stage *stage, const struct course *course)
{
	return course->begins && (course->over || stage->violation.invariant ||
				  course->deployments > DEPLOYMENTS_MOST + stage->cut_off);
}

/* Again and again until the instance is back. What the world lets fail each time ends some time; but behind one that
 * was cut off another comes, as everywhere else in a rehearsal: that nobody comes is a mishap of its own, and its
 * pause ends when it expires. */
static bool play_deployments(struct stage *stage, struct course course)
{
	while (!ends(stage, &course)) {
		stage_come_to_hook(stage);
		checkpoint_take(stage, &course);
		if (ending_is_known(stage, &course))
			return false;
		go_on(stage, &course);
		if (course.begins && !course.over)
			sim_advance(stage->sim, BETWEEN_MS);
	}
	if (!course.over && !stage->violation.invariant)
		stage_only_the_timer(stage, AT_LAST_MS);
	return true;
}

static void stage_mishaps(struct stage *stage, const struct mishap *mishaps, size_t count)
{
	stage->n_mishaps = count < MISHAPS_MOST ? count : MISHAPS_MOST;
	if (count > 0)
		memcpy(stage->mishaps, mishaps, stage->n_mishaps * sizeof(*mishaps));
	/* One that comes behind a death is armed only then, and shows what was before it. */
	for (size_t i = 0; i < stage->n_mishaps; i++)
		if (mishaps[i].kind == MISHAP_FAULT && mishaps[i].fault == SIM_FAULT_STALE)
			sim_keep_past(stage->sim);
}

static void finish(struct stage *stage)
{
	stage_moment(stage, MOMENT_ENDS);
	sim_advance(stage->sim, AFTERWARDS_MS);
	invariants_check_end(stage);
}

static void play_out(struct stage *stage, struct course course)
{
	if (play_deployments(stage, course))
		finish(stage);
	ending_keep(stage);
}

void stage_play(struct stage *stage, struct scene *scene, const struct mishap *mishaps, size_t count, uint64_t seed)
{
	close_wire(stage);
	stage_clear(stage);
	stage->scene = scene;
	stage->seed = seed;
	reset_world(&stage->sim, scene->model, seed);
	reset_world(&stage->alone, scene->model, seed);
	storage_memory_watch(stage->memory, process_is_dead, stage->sim);
	open_wire(stage);
	stage_mishaps(stage, mishaps, count);
	arm_next(stage, (struct progress_mark){ 0 });
	outlook_process(stage);
	stage_moment(stage, MOMENT_BEGINS);
	if (find_mishap(stage, MISHAP_ADOPTED)) {
		stage_adopt(stage);
		finish(stage);
	} else {
		play_out(stage, next_deployment(stage, &(struct course){ 0 }));
	}
}

void stage_play_on(struct stage *stage, const struct checkpoint *point, const struct mishap *mishaps, size_t count)
{
	struct course course;

	close_wire(stage);
	stage_clear(stage);
	course = checkpoint_restore(stage, point);
	open_wire(stage);
	stage_mishaps(stage, mishaps, count);
	if (!stage->doomed)
		arm_next(stage, stage->struck);
	play_out(stage, course);
}

void stage_play_from(struct stage *stage, struct scene *scene, const struct checkpoint *point,
		     const struct mishap *mishaps, size_t count, uint64_t seed)
{
	if (point)
		stage_play_on(stage, point, mishaps, count);
	else
		stage_play(stage, scene, mishaps, count, seed);
}

bool stage_open_run(struct stage *stage, struct history *history)
{
	char id[JOURNAL_RUN_BYTES];

	return start_find_open(storage_memory_storage(stage->memory), stage->scene->inputs.subject, id, history,
			       NULL) == 1;
}

/* ---- making ---- */

static void find_hooks(struct stage *stage)
{
	const struct machine *machine = stage->machine;
	const struct hook *hooks = machine->hooks.records;

	/* The last of each kind: ApplicationStop is of the revision before, and BeforeInstall does the same; unless an
	 * earlier one goes on later. */
	for (size_t i = 0; i < machine->hooks.count; i++)
		if (!machine_goal_opens(machine, &hooks[i].until))
			stage->closing = &hooks[i];
		else if (!stage->opening || stage->opening->then == HOOK_STOPS)
			stage->opening = &hooks[i];
}

void stage_init(struct stage *stage, const struct machine *machine)
{
	*stage = (struct stage){
		.machine = machine,
		.memory = storage_memory_new(),
		.reporter = { .record = hear_record, .waiting = hear_waiting, .note = hear_note },
		.gate = stage_gate(),
		.random = { .next = half },
		.shelf = journal_shelf_new(),
	};
	storage_memory_storage(stage->memory)->shelf = stage->shelf;
	find_hooks(stage);
}

void stage_release(struct stage *stage)
{
	close_wire(stage);
	sim_free(stage->sim);
	sim_free(stage->alone);
	storage_memory_free(stage->memory);
	stage_damage_clear(stage);
	journal_shelf_free(stage->shelf);
	json_decref(stage->records);
	json_decref(stage->noted);
	arena_free(stage->arena);
}
