#include "config.h"

#include "aws/settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

enum { HOST_LABEL_MOST = 63 };

static const struct {
	const char *variables[2]; /* the first that is set counts */
	const char *key;          /* in the profile; NULL: only the environment can say it */
} rows[] = {
	[SETTING_REGION] = { { "AWS_REGION", "AWS_DEFAULT_REGION" }, "region" },
	[SETTING_CA_BUNDLE] = { { "AWS_CA_BUNDLE" }, "ca_bundle" },
	[SETTING_ENDPOINT_URL] = { { "AWS_ENDPOINT_URL" }, "endpoint_url" },
	[SETTING_IGNORE_ENDPOINT_URLS] = { { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" },
					   "ignore_configured_endpoint_urls" },
	[SETTING_USE_FIPS] = { { "AWS_USE_FIPS_ENDPOINT" }, "use_fips_endpoint" },
	[SETTING_USE_DUALSTACK] = { { "AWS_USE_DUALSTACK_ENDPOINT" }, "use_dualstack_endpoint" },
	[SETTING_IMDS_DISABLED] = { { "AWS_EC2_METADATA_DISABLED" }, NULL },
	[SETTING_IMDS_ENDPOINT] = { { "AWS_EC2_METADATA_SERVICE_ENDPOINT" }, "ec2_metadata_service_endpoint" },
	[SETTING_IMDS_ENDPOINT_MODE] = { { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE" },
					 "ec2_metadata_service_endpoint_mode" },
};
_Static_assert(ARRAY_LENGTH(rows) == SETTING_COUNT, "each setting has a row");

static const char *named_profile(const struct settings *settings)
{
	const char *name = settings->flags.profile;

	if (!name)
		name = environment_get(&settings->environment, "AWS_DEFAULT_PROFILE");
	return name ? name : environment_get(&settings->environment, "AWS_PROFILE");
}

int settings_load(struct settings *settings, const struct settings_flags *flags, struct environment environment,
		  struct error *err)
{
	const char *named;

	*settings = (struct settings){ .environment = environment, .flags = *flags, .profile = "default" };
	settings->config = config_load(&settings->environment, err);
	if (!settings->config)
		return -1;
	named = named_profile(settings);
	if (!named)
		return 0;
	settings->profile = named;
	if (strcmp(named, "default") == 0 || config_has(settings->config, CONFIG_PROFILE, named))
		return 0;
	error_set(err, ERROR_USAGE, NOWHERE, "unknown profile '%s': neither '%s' nor '%s' has it", named,
		  config_path(settings->config, CONFIG_FILE), config_path(settings->config, CREDENTIALS_FILE));
	settings_release(settings);
	return -1;
}

void settings_release(struct settings *settings)
{
	config_free(settings->config);
	*settings = (struct settings){ 0 };
}

static const char *from_environment(const struct settings *settings, enum setting setting)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows[setting].variables) && rows[setting].variables[i]; i++) {
		const char *value = environment_get(&settings->environment, rows[setting].variables[i]);

		if (value)
			return value;
	}
	return NULL;
}

static const char *from_profile(const struct settings *settings, enum setting setting)
{
	const char *key = rows[setting].key;
	const char *value = key ? config_get(settings->config, settings->profile, key) : NULL;

	return value && *value ? value : NULL;
}

const char *settings_get(const struct settings *settings, enum setting setting)
{
	const char *value = from_environment(settings, setting);

	return value ? value : from_profile(settings, setting);
}

bool settings_say_yes(const struct settings *settings, enum setting setting)
{
	const char *value = settings_get(settings, setting);

	return value && strcasecmp(value, "true") == 0;
}

const char *settings_ca_bundle(const struct settings *settings)
{
	return settings->flags.ca_bundle ? settings->flags.ca_bundle : settings_get(settings, SETTING_CA_BUNDLE);
}

/* A region becomes part of a host name that gets signed requests: `evil.example/` must not. */
static bool is_host_label(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > HOST_LABEL_MOST || text[0] == '-' || text[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-')
			return false;
	return true;
}

static char *region_of_instance(const struct settings *settings, struct imds *imds, struct error *err)
{
	json_t *value;
	char *region;

	if (!imds || settings_say_yes(settings, SETTING_IMDS_DISABLED)) {
		error_set(err, ERROR_USAGE, NOWHERE, "no region: give --region, set AWS_REGION, or write "
			  "'region' into profile '%s'", settings->profile);
		return NULL;
	}
	value = imds_metadata(imds, "region", err);
	if (!value) {
		error_prefix(err, "no region (give --region, set AWS_REGION, or write 'region' into profile '%s')",
			     settings->profile);
		if (err)
			err->kind = ERROR_USAGE;
		return NULL;
	}
	region = memory_copy_text(json_string_value(value));
	json_decref(value);
	return region;
}

int settings_region(const struct settings *settings, struct imds *imds, char **region, struct error *err)
{
	const char *said = settings->flags.region ? settings->flags.region : settings_get(settings, SETTING_REGION);

	*region = said ? memory_copy_text(said) : region_of_instance(settings, imds, err);
	if (!*region)
		return -1;
	if (is_host_label(*region))
		return 0;
	error_set(err, ERROR_USAGE, NOWHERE, "'%s' cannot be a region, which is like 'eu-west-1'", *region);
	free(*region);
	*region = NULL;
	return -1;
}

static int services_endpoint(const struct settings *settings, const char *service, char **url, struct error *err)
{
	const char *section = config_get(settings->config, settings->profile, "services");
	char *key;

	if (!section)
		return 0;
	if (!config_has(settings->config, CONFIG_SERVICES, section))
		return error_set(err, ERROR_USAGE, NOWHERE, "profile '%s' names [services %s], which '%s' does not "
				 "have", settings->profile, section, config_path(settings->config, CONFIG_FILE));
	key = memory_copy_text(service);
	for (char *at = key; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	*url = config_get_service(settings->config, section, key, "endpoint_url");
	free(key);
	return 0;
}

static const char *service_variable(const struct settings *settings, const char *service)
{
	char *name = memory_format("AWS_ENDPOINT_URL_%s", service);
	const char *value = environment_get(&settings->environment, name);

	free(name);
	return value;
}

static int configured_endpoint(const struct settings *settings, const char *service, char **url, struct error *err)
{
	const char *said = service_variable(settings, service);

	if (!said)
		said = from_environment(settings, SETTING_ENDPOINT_URL);
	if (!said && services_endpoint(settings, service, url, err) < 0)
		return -1;
	if (!said && !*url)
		said = from_profile(settings, SETTING_ENDPOINT_URL);
	if (said)
		*url = memory_copy_text(said);
	return 0;
}

static bool is_http_url(const char *url)
{
	return (strncasecmp(url, "https://", 8) == 0 && url[8]) || (strncasecmp(url, "http://", 7) == 0 && url[7]);
}

int settings_endpoint(const struct settings *settings, const char *service, char **url, struct error *err)
{
	*url = NULL;
	if (settings->flags.endpoint_url)
		*url = memory_copy_text(settings->flags.endpoint_url);
	else if (!settings_say_yes(settings, SETTING_IGNORE_ENDPOINT_URLS) &&
		 configured_endpoint(settings, service, url, err) < 0)
		return -1;
	if (!*url || is_http_url(*url))
		return 0;
	free(*url);
	*url = NULL;
	return error_set(err, ERROR_USAGE, NOWHERE, "the endpoint URL configured for '%s' must begin with 'https://' "
			 "or 'http://'", service);
}

int settings_imds_endpoint(const struct settings *settings, const char **endpoint, struct error *err)
{
	const char *mode = settings_get(settings, SETTING_IMDS_ENDPOINT_MODE);
	const char *url = settings_get(settings, SETTING_IMDS_ENDPOINT);

	if (mode && strcasecmp(mode, "ipv4") != 0 && strcasecmp(mode, "ipv6") != 0)
		return error_set(err, ERROR_USAGE, NOWHERE, "unknown instance metadata endpoint mode '%s': it is "
				 "'ipv4' or 'ipv6'", mode);
	if (url && !is_http_url(url))
		return error_set(err, ERROR_USAGE, NOWHERE, "the instance metadata endpoint must begin with 'http://'");
	*endpoint = mode && strcasecmp(mode, "ipv6") == 0 ? IMDS_ENDPOINT_IPV6 : IMDS_ENDPOINT_IPV4;
	if (url)
		*endpoint = url;
	return 0;
}
