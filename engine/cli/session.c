#include "config.h"

#include "cli/session.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/process.h"
#include "model/machine_file.h"
#include "text/json.h"
#include "text/yaml.h"

static const char system_state_directory[] = "/var/lib/tidegate";
static const char system_configuration_directory[] = "/etc/tidegate";

static double next_random(struct random *random)
{
	struct random_source *source = random_source_system();

	(void)random;
	return source->fraction(source);
}

void session_init(struct session *session, struct environment environment)
{
	*session = (struct session){ .arena = arena_new(), .environment = environment };
	session->reader = (struct reader){ .arena = session->arena, .diagnostics = &session->diagnostics };
	session->random.next = next_random;
	report_init(&session->report, clock_system());
}

void session_release(struct session *session)
{
	trace_free(session->trace);
	connection_free(session->connection);
	storage_close_directory(session->storage);
	diagnostics_release(&session->diagnostics);
	report_release(&session->report);
	arena_free(session->arena);
}

void session_print_diagnostics(struct session *session)
{
	struct buffer text = BUFFER_INIT;

	if (session->diagnostics.errors + session->diagnostics.warnings > 0)
		diagnostics_print(&session->diagnostics, &text);
	report_flush(&session->report);
	report_text(&session->report, stderr, buffer_text(&text));
	buffer_release(&text);
	diagnostics_release(&session->diagnostics);
}

/* Nothing was done yet: what a person wrote is at fault, or what is around us. */
static const struct {
	enum error_kind kind;
	enum exit_status status;
} error_statuses[] = {
	{ ERROR_USAGE, EXIT_USAGE },
	{ ERROR_MACHINE, EXIT_USAGE },
	{ ERROR_EXPRESSION, EXIT_USAGE },
	{ ERROR_BUSY, EXIT_SUBJECT_BUSY },
	{ ERROR_DAMAGE, EXIT_LEFT },
};

int session_fail(struct session *session, const struct error *err)
{
	report_error(&session->report, err);
	for (size_t i = 0; i < ARRAY_LENGTH(error_statuses); i++)
		if (error_statuses[i].kind == err->kind)
			return error_statuses[i].status;
	return EXIT_FAILED;
}

int session_fail_open(struct session *session, const struct error *err)
{
	return (int)exit_held((enum exit_status)session_fail(session, err));
}

/* ---- files ---- */

static const char *configuration_directory(const struct session *session)
{
	const char *named = environment_get(&session->environment, "TIDEGATE_CONFIG_DIR");

	return named ? named : system_configuration_directory;
}

const struct configuration *session_configuration(struct session *session)
{
	struct configuration *made;

	if (session->configuration || session->configuration_is_faulty)
		return session->configuration;
	made = ARENA_NEW(session->arena, struct configuration);
	if (configuration_load(made, &session->reader, configuration_directory(session)) == 0)
		return session->configuration = made;
	session_print_diagnostics(session);
	session->configuration_is_faulty = true;
	return NULL;
}

static void refuse_configuration(const struct session *session, struct error *err)
{
	error_set(err, ERROR_USAGE, NOWHERE, "the configuration in '%s' is faulty, see above",
		  configuration_directory(session));
}

const struct configuration *session_configuration_for(struct session *session, const struct machine *machine,
						      struct error *err)
{
	const struct configuration *configuration = session_configuration(session);

	if (configuration && session->configured != machine) {
		if (configuration_check(configuration, &session->reader, machine) != 0)
			configuration = NULL;
		session_print_diagnostics(session);
		session->configured = machine;
	}
	if (!configuration)
		refuse_configuration(session, err);
	return configuration;
}

static int add_catalogue_file(struct session *session, const char *path)
{
	const struct source *source = source_read_file(&session->reader, path);
	const struct node *node;

	if (source && yaml_is_blank(source))
		return 0;
	node = source ? yaml_parse(session->arena, source, &session->diagnostics) : NULL;
	return node ? catalogue_add(session->catalogue, &session->reader, node) : -1;
}

static int is_catalogue_file(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* In the order of names, so that a later one can replace what an earlier one adds. -1 where there is no such directory
 * although it was named. */
static int add_catalogue_directory(struct session *session, const char *path, bool named)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_catalogue_file, alphasort), result = 0;

	if (count < 0 && !named && errno == ENOENT)
		return 0;
	if (count < 0)
		return diagnostics_error(&session->diagnostics, NOWHERE, NULL, "cannot read the catalogue '%s': %m",
					 path);
	for (int i = 0; i < count; i++) {
		result |= add_catalogue_file(session, arena_format(session->arena, "%s/%s", path, entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
	return result;
}

static int load_catalogue(struct session *session)
{
	const struct option_values *named = &session->options.of[OPTION_CATALOGUE];
	const char *shared = arena_format(session->arena, "%s/catalogue.d", configuration_directory(session));
	int result;

	session->catalogue = catalogue_load(&session->reader);
	result = add_catalogue_directory(session, shared, false);
	for (size_t i = 0; i < named->count; i++)
		result |= add_catalogue_directory(session, named->rows[i], true);
	return result;
}

struct catalogue *session_catalogue(struct session *session)
{
	if (!session->catalogue && load_catalogue(session) != 0) {
		session_print_diagnostics(session);
		session->catalogue = NULL;
	}
	return session->catalogue;
}

const struct machine *session_machine(struct session *session, const char *path)
{
	const struct machine *machine;

	if (!session_catalogue(session))
		return NULL;
	machine = machine_read_file(&session->reader, path, session->catalogue);
	session_print_diagnostics(session);
	return machine;
}

/* A hook and root always look in the same place: whoever runs the next leg must find what this one wrote. */
static const char *state_directory(struct session *session, const struct configuration *configuration)
{
	const char *given = options_get(&session->options, OPTION_STATE_DIR), *base;

	if (!given)
		given = environment_get(&session->environment, "TIDEGATE_STATE_DIR");
	session->report.state_dir = given && strcmp(given, system_state_directory) != 0 ? given : NULL;
	session->report.own = !session->in_hook && geteuid() != 0;
	if (!given)
		given = configuration->state_dir;
	if (given)
		return given;
	if (session->in_hook || geteuid() == 0)
		return system_state_directory;
	base = environment_get(&session->environment, "XDG_STATE_HOME");
	if (base)
		return arena_format(session->arena, "%s/tidegate", base);
	base = environment_get(&session->environment, "HOME");
	return base ? arena_format(session->arena, "%s/.local/state/tidegate", base) : system_state_directory;
}

struct storage *session_storage(struct session *session, struct error *err)
{
	const struct configuration *configuration;

	if (session->storage)
		return session->storage;
	configuration = session_configuration(session);
	if (!configuration) {
		refuse_configuration(session, err);
		return NULL;
	}
	return session->storage = storage_open_directory(state_directory(session, configuration), err);
}

/* ---- AWS ---- */

struct connection *session_connect(struct session *session, const char *region, struct error *err)
{
	const struct options *options = &session->options;
	struct connection_options wanted = {
		.flags = {
			.profile = options_get(options, OPTION_PROFILE),
			.region = region ? region : options_get(options, OPTION_REGION),
			.endpoint_url = options_get(options, OPTION_ENDPOINT_URL),
			.ca_bundle = options_get(options, OPTION_CA_BUNDLE),
		},
		.environment = session->environment,
		.clock = clock_system(),
		.stop_descriptor = process_stop_descriptor(),
	};

	if (!session_catalogue(session)) {
		error_set(err, ERROR_MACHINE, NOWHERE, "the catalogue is faulty");
		return NULL;
	}
	wanted.services = catalogue_services(session->catalogue);
	return connection_new(&wanted, err);
}

struct connection *session_connection(struct session *session, struct error *err)
{
	if (!session->connection)
		session->connection = session_connect(session, NULL, err);
	return session->connection;
}

static json_t *metadata(void *argument, const char *name, struct error *err)
{
	struct session *session = argument;
	struct connection *connection = session_connection(session, err);

	return connection ? connection_metadata(connection, name, err) : NULL;
}

char *session_host(struct session *session)
{
	json_t *id = metadata(session, "instance_id", NULL);
	char *host = json_is_string(id) ? memory_copy_text(json_string_value(id)) : NULL;

	json_decref(id);
	return host;
}

/* ---- a run ---- */

json_t *session_hook(const struct session *session, const char *event)
{
	static const struct {
		const char *key, *variable;
	} rows[] = {
		{ "event", "LIFECYCLE_EVENT" },
		{ "deployment_id", "DEPLOYMENT_ID" },
		{ "application_name", "APPLICATION_NAME" },
		{ "deployment_group_name", "DEPLOYMENT_GROUP_NAME" },
		{ "deployment_group_id", "DEPLOYMENT_GROUP_ID" },
	};
	const char *group = options_get(&session->options, OPTION_DEPLOYMENT_GROUP);
	json_t *hook = json_made(json_object());

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *value = environment_get(&session->environment, rows[i].variable);
		json_t *text = value ? json_string(value) : NULL;

		/* What is no UTF-8 is none that CodeDeploy gave. */
		json_put(hook, rows[i].key, text ? text : json_null());
	}
	if (event)
		json_put(hook, "event", json_string(event));
	if (group)
		json_put(hook, "deployment_group_name", json_string(group));
	return hook;
}

int session_inputs(struct session *session, const struct machine *machine, json_t *hook, struct inputs *inputs,
		   struct error *err)
{
	const struct configuration *configuration = session_configuration_for(session, machine, err);
	const struct inputs_request request = {
		.machine = machine,
		.given = &session->options.of[OPTION_INPUT],
		.environment = session->environment,
		.deployment_group = json_string_value(json_object_get(hook, "deployment_group_name")),
		.configuration = configuration,
		.hook = hook,
		.metadata = metadata,
		.metadata_argument = session,
	};

	return configuration ? inputs_find(inputs, &request, err) : -1;
}

static void put_fact(struct session *session, json_t *about, const char *key, const char *name)
{
	json_t *value = metadata(session, name, NULL);

	json_put(about, key, value ? value : json_null());
}

json_t *session_about(struct session *session, const char *file, const struct inputs *inputs)
{
	const char *region = session->connection ? connection_region(session->connection) : NULL;
	json_t *about = json_made(json_object()), *name = json_string(file);

	put_fact(session, about, "host", "instance_id");
	put_fact(session, about, "account", "account_id");
	json_put(about, "region", region ? json_string(region) : json_null());
	json_put(about, "file", name ? name : json_null());
	json_put(about, "env", json_incref(inputs->env));
	json_put(about, "sources", json_incref(inputs->sources));
	return about;
}

/* The first that says it of option, environment and configuration. */
static int choose_log_format(struct session *session, struct error *err)
{
	const struct configuration *configuration = session_configuration(session);
	const char *name = options_get(&session->options, OPTION_LOG_FORMAT);

	if (!name)
		name = environment_get(&session->environment, "TIDEGATE_LOG_FORMAT");
	if (!name)
		name = configuration ? configuration->log_format : NULL;
	session->report.format = name ? log_format_named(name) : LOG_TEXT;
	if (session->report.format != LOG_FORMAT_COUNT)
		return 0;
	session->report.format = LOG_TEXT;
	return error_set(err, ERROR_USAGE, NOWHERE, "unknown log format '%s': it is text or json", name);
}

static struct executor *watched_executor(struct session *session, struct executor *executor, bool live)
{
	if (options_has(&session->options, OPTION_DEBUG)) {
		if (!session->trace)
			session->trace = trace_new(executor, stderr);
		/* Its lines would stand in the middle of a live view. */
		return trace_executor(session->trace);
	}
	return live ? report_live(&session->report, executor) : executor;
}

int session_run_environment(struct session *session, bool storage, struct run_environment *environment,
			    struct error *err)
{
	struct connection *connection = session_connection(session, err);
	struct executor *executor = connection ? connection_executor(connection, err) : NULL;

	if (!executor ||
	    (storage && (!session_storage(session, err) || choose_log_format(session, err) != 0)))
		return -1;
	process_catch_stops();
	session->report.hurried = storage;
	*environment = (struct run_environment){
		.storage = session->storage,
		.clock = connection_clock(connection),
		.executor = watched_executor(session, executor, storage),
		.random = &session->random,
		.reporter = &session->report.reporter,
		.stop = process_stop(),
		.engine_version = PACKAGE_VERSION,
	};
	return 0;
}
