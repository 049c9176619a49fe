#include "config.h"

#include "cli/connection.h"

#include <stdlib.h>
#include <string.h>

#include "aws/endpoint.h"
#include "aws/transport_curl.h"
#include "local/executor.h"
#include "text/json.h"

static const char user_agent[] = PACKAGE_NAME "/" PACKAGE_VERSION;

struct connection {
	struct connection_options options;
	struct settings settings;
	struct arena *arena;
	const struct partitions *partitions;
	struct transport *transport;       /* the client's own: a cancel drops all that is in flight on it */
	struct transport *quiet_transport; /* for metadata and credentials, which are awaited one by one */
	struct imds *imds;
	struct credentials_provider *credentials;
	struct aws_client *client;
	struct local_executor *local; /* before the client */
	int children;                 /* readable when a child of it has something to tell; -1: none yet */
	char *region;
	json_t *failed_facts; /* name -> why */
};

static int open_transports(struct connection *connection, struct error *err)
{
	struct transport_curl_options options = {
		.ca_bundle = settings_ca_bundle(&connection->settings),
		.stop_descriptor = connection->options.stop_descriptor,
	};

	connection->quiet_transport = transport_curl_new(&options, err);
	options.other_descriptor = &connection->children;
	connection->transport = transport_curl_new(&options, err);
	return connection->quiet_transport && connection->transport ? 0 : -1;
}

static int open_metadata(struct connection *connection, struct error *err)
{
	const char *endpoint;

	if (settings_imds_endpoint(&connection->settings, &endpoint, err) != 0)
		return -1;
	connection->imds = imds_new(connection->quiet_transport, connection->options.clock, endpoint);
	return 0;
}

static void find_credentials(struct connection *connection)
{
	const struct credentials_chain_options options = {
		.settings = &connection->settings,
		.transport = connection->quiet_transport,
		.clock = connection->options.clock,
		.imds = connection->imds,
		.partitions = connection->partitions,
		.services = connection->options.services,
		.user_agent = user_agent,
	};

	connection->credentials = credentials_chain_new(&options);
}

struct connection *connection_new(const struct connection_options *options, struct error *err)
{
	struct connection *connection = memory_new(1, sizeof(*connection));

	connection->options = *options;
	connection->children = -1;
	connection->arena = arena_new();
	connection->failed_facts = json_made(json_object());
	connection->partitions = partitions_embedded(connection->arena, err);
	if (connection->partitions &&
	    settings_load(&connection->settings, &connection->options.flags, options->environment, err) == 0 &&
	    open_transports(connection, err) == 0 && open_metadata(connection, err) == 0)
		return connection;
	connection_free(connection);
	return NULL;
}

void connection_free(struct connection *connection)
{
	if (!connection)
		return;
	local_executor_free(connection->local);
	aws_client_free(connection->client);
	if (connection->credentials)
		credentials_chain_free(connection->credentials);
	if (connection->imds)
		imds_free(connection->imds);
	transport_curl_free(connection->transport);
	transport_curl_free(connection->quiet_transport);
	if (connection->settings.config)
		settings_release(&connection->settings);
	json_decref(connection->failed_facts);
	free(connection->region);
	arena_free(connection->arena);
	free(connection);
}

void connection_prefer_region(struct connection *connection, const char *region)
{
	struct settings_flags *flags = &connection->settings.flags;

	if (!flags->region)
		flags->region = arena_copy_text(connection->arena, region);
}

static int endpoint_of(void *argument, const char *service, char **url, struct error *err)
{
	return settings_endpoint(argument, service, url, err);
}

static json_t *ask_metadata(struct connection *connection, const char *name, struct error *err)
{
	if (connection->region && strcmp(name, "region") == 0)
		return json_string(connection->region);
	if (!settings_say_yes(&connection->settings, SETTING_IMDS_DISABLED))
		return imds_metadata(connection->imds, name, err);
	error_set(err, ERROR_NETWORK, NOWHERE, "AWS_EC2_METADATA_DISABLED forbids to ask instance metadata");
	return NULL;
}

json_t *connection_metadata(struct connection *connection, const char *name, struct error *err)
{
	const char *reason = json_string_value(json_object_get(connection->failed_facts, name));
	struct error failed = ERROR_INIT;
	json_t *value;

	if (reason) {
		error_set(err, ERROR_NETWORK, NOWHERE, "%s", reason);
		return NULL;
	}
	value = ask_metadata(connection, name, &failed);
	if (value)
		return value;
	json_put(connection->failed_facts, name, json_string(failed.message));
	if (err)
		*err = failed;
	return NULL;
}

static json_t *metadata_for_client(void *argument, const char *name, struct error *err)
{
	return connection_metadata(argument, name, err);
}

static void open_client(struct connection *connection)
{
	const struct settings *settings = &connection->settings;
	const struct aws_client_options options = {
		.transport = connection->transport,
		.clock = connection->options.clock,
		.random = random_source_system(),
		.credentials = connection->credentials,
		.partitions = connection->partitions,
		.region = connection->region,
		.use_fips = settings_say_yes(settings, SETTING_USE_FIPS),
		.use_dual_stack = settings_say_yes(settings, SETTING_USE_DUALSTACK),
		.endpoint_url = endpoint_of,
		.endpoint_argument = &connection->settings,
		.metadata = metadata_for_client,
		.metadata_argument = connection,
		.user_agent = user_agent,
		.retry_rules = retry_rules_by_environment(
			environment_get(&settings->environment, "AWS_NEW_RETRIES_2026")),
	};

	connection->client = aws_client_new(&options);
}

static void open_local(struct connection *connection)
{
	const struct local_executor_options options = {
		.others = aws_client_executor(connection->client),
		.transport = connection->transport,
		.clock = connection->options.clock,
		.environment = connection->settings.environment,
		.wake_descriptor = &connection->children,
	};

	connection->local = local_executor_new(&options);
}

struct executor *connection_executor(struct connection *connection, struct error *err)
{
	if (!connection->client) {
		if (settings_region(&connection->settings, connection->imds, &connection->region, err) != 0)
			return NULL;
		find_credentials(connection);
		open_client(connection);
		open_local(connection);
	}
	return local_executor_executor(connection->local);
}

struct clock *connection_clock(struct connection *connection)
{
	return connection->client ? aws_client_clock(connection->client) : connection->options.clock;
}

const char *connection_region(const struct connection *connection)
{
	return connection->region;
}
