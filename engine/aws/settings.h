/* Who and where, as the AWS CLI's flags, the environment and the shared files say it, in this order. What needs the
 * network (the region of an instance) is asked for only when it is needed.
 *
 * Region: botocore knows AWS_DEFAULT_REGION only, the newer SDKs AWS_REGION; here both count, AWS_REGION first.
 * AWS_MAX_ATTEMPTS and AWS_RETRY_MODE are not taken: how often a request may be sent again depends on what it changes,
 * and the client knows that. */
#ifndef TIDEGATE_AWS_SETTINGS_H
#define TIDEGATE_AWS_SETTINGS_H

#include <stdbool.h>

#include "aws/config_file.h"
#include "aws/imds.h"
#include "base/environment.h"
#include "base/error.h"

/* --profile, --region, --endpoint-url, --ca-bundle; NULL where not given. */
struct settings_flags {
	const char *profile;
	const char *region;
	const char *endpoint_url;
	const char *ca_bundle;
};

struct settings {
	struct environment environment;
	struct settings_flags flags; /* borrowed */
	struct config *config;
	const char *profile; /* "default" where nobody names one */
};

/* What an environment variable or a setting of the profile says; the variable comes first. */
enum setting {
	SETTING_REGION,
	SETTING_CA_BUNDLE,
	SETTING_ENDPOINT_URL,
	SETTING_IGNORE_ENDPOINT_URLS, /* yes or no, as the next three */
	SETTING_USE_FIPS,
	SETTING_USE_DUALSTACK,
	SETTING_IMDS_DISABLED,
	SETTING_IMDS_ENDPOINT,
	SETTING_IMDS_ENDPOINT_MODE,
	SETTING_COUNT
};

/* -1 where a file is faulty, or a profile was named (--profile, AWS_DEFAULT_PROFILE, AWS_PROFILE) that neither has. */
int settings_load(struct settings *settings, const struct settings_flags *flags, struct environment environment,
		  struct error *err);
void settings_release(struct settings *settings);

/* NULL where nothing says it. Borrowed from the settings. */
const char *settings_get(const struct settings *settings, enum setting setting);
bool settings_say_yes(const struct settings *settings, enum setting setting); /* "true", in any case */

/* A new string in *region. `imds` is asked last, unless AWS_EC2_METADATA_DISABLED; NULL: never. -1 (ERROR_USAGE)
 * where there is none, or one that cannot be part of a host name. */
int settings_region(const struct settings *settings, struct imds *imds, char **region, struct error *err);

/* The URL to use in place of AWS's own: --endpoint-url, AWS_ENDPOINT_URL_<service>, AWS_ENDPOINT_URL, the [services]
 * section of the profile, its endpoint_url. `service` as in the variable: "AUTO_SCALING". A new string in *url, or NULL
 * where nothing says one; -1 (ERROR_USAGE) where it is no http or https URL. */
int settings_endpoint(const struct settings *settings, const char *service, char **url, struct error *err);

/* Where instance metadata is, for imds_new: borrowed; -1 (ERROR_USAGE) where the mode or the URL is none. */
int settings_imds_endpoint(const struct settings *settings, const char **endpoint, struct error *err);

/* The CA bundle, or NULL for the system's own. */
const char *settings_ca_bundle(const struct settings *settings);

#endif
