/* Credentials that are written down: in the environment, in the shared credentials file, in the config file; and the
 * two kinds of profile that need a person at a browser, which are refused with what to do instead. */
#include "config.h"

#include "aws/credentials_place.h"

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

static int check_pair(const char *where, const char *id_name, const char *id, const char *secret_name,
		      const char *secret, struct error *err)
{
	if (id && secret)
		return 0;
	return credentials_fault(err, "partial credentials in %s: '%s' is there, '%s' is missing", where,
				 id ? id_name : secret_name, id ? secret_name : id_name);
}

static char *copy_or_null(const char *text)
{
	return text ? memory_copy_text(text) : NULL;
}

static int environment_expiration(const struct environment *environment, int64_t *expires_ms, struct error *err)
{
	const char *text = environment_get(environment, "AWS_CREDENTIAL_EXPIRATION");

	*expires_ms = text ? time_parse(text) : 0;
	if (*expires_ms < 0)
		return credentials_fault(err, "AWS_CREDENTIAL_EXPIRATION is no time such as '2026-11-22T20:07:38Z'");
	return 0;
}

int load_environment(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	const struct environment *environment = &lookup->with->settings->environment;
	const char *id = environment_get(environment, "AWS_ACCESS_KEY_ID");
	const char *secret = environment_get(environment, "AWS_SECRET_ACCESS_KEY");
	const char *token = environment_get(environment, "AWS_SECURITY_TOKEN"); /* botocore takes the old name first */
	int64_t expires_ms;

	if (!id && !secret)
		return PLACE_PASSES;
	if (check_pair("the environment", "AWS_ACCESS_KEY_ID", id, "AWS_SECRET_ACCESS_KEY", secret, err) < 0 ||
	    environment_expiration(environment, &expires_ms, err) < 0)
		return -1;
	if (!token)
		token = environment_get(environment, "AWS_SESSION_TOKEN");
	*made = (struct credentials){
		.access_key_id = memory_copy_text(id), .secret_access_key = memory_copy_text(secret),
		.session_token = copy_or_null(token), .expires_ms = expires_ms,
	};
	return 0;
}

static int load_file(const struct lookup *lookup, enum config_origin origin, struct credentials *made,
		     struct error *err)
{
	const struct config *config = lookup->with->settings->config;
	const char *id = config_get_from(config, origin, lookup->profile, "aws_access_key_id");
	const char *secret = config_get_from(config, origin, lookup->profile, "aws_secret_access_key");
	const char *token = config_get_from(config, origin, lookup->profile, "aws_security_token");

	if (!id && !secret)
		return PLACE_PASSES;
	if (check_pair("the profile", "aws_access_key_id", id, "aws_secret_access_key", secret, err) < 0)
		return error_prefix(err, "profile '%s' in '%s'", lookup->profile, config_path(config, origin));
	if (!token)
		token = config_get_from(config, origin, lookup->profile, "aws_session_token");
	*made = (struct credentials){
		.access_key_id = memory_copy_text(id), .secret_access_key = memory_copy_text(secret),
		.session_token = token && *token ? memory_copy_text(token) : NULL,
	};
	return 0;
}

int load_credentials_file(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	return load_file(lookup, CREDENTIALS_FILE, made, err);
}

int load_config_file(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	return load_file(lookup, CONFIG_FILE, made, err);
}

static int refuse(const struct lookup *lookup, const char *kind, struct error *err)
{
	return credentials_fault(err, "profile '%s' uses %s, which a hook cannot: write a profile with "
				 "'credential_process = aws configure export-credentials --profile %s --format "
				 "process' and name that one", lookup->profile, kind, lookup->profile);
}

int load_sso(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	(void)made;
	if (!lookup_get(lookup, "sso_role_name") && !lookup_get(lookup, "sso_account_id"))
		return PLACE_PASSES;
	return refuse(lookup, "SSO", err);
}

int load_login(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	(void)made;
	return lookup_get(lookup, "login_session") ? refuse(lookup, "a login session", err) : PLACE_PASSES;
}
