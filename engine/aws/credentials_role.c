/* Roles that a profile says to assume: with the credentials of another profile or of a named place (AssumeRole), or
 * with a token in a file (AssumeRoleWithWebIdentity), as botocore does it. */
#include "config.h"

#include "aws/credentials_place.h"

#include <stdlib.h>
#include <string.h>

#include "aws/sts.h"
#include "base/file.h"
#include "base/memory.h"

enum { PROFILES_MOST = 16, TOKEN_MAX_BYTES = 64 * 1024, DURATION_MOST = 7 * 24 * 3600 };

static bool has_static_keys(const struct lookup *lookup)
{
	return lookup_get(lookup, "aws_access_key_id") || lookup_get(lookup, "aws_secret_access_key");
}

/* A source_profile that holds keys is taken for these, whatever role it names besides. */
static bool is_role(const struct lookup *lookup)
{
	return lookup_get(lookup, "role_arn") && !lookup_get(lookup, "web_identity_token_file") &&
	       !(lookup->parent && has_static_keys(lookup));
}

static int check_not_in_circle(const struct lookup *lookup, const struct lookup *source, struct error *err)
{
	unsigned depth = 0;

	/* A profile may name itself where it holds both the role and the keys. */
	if (strcmp(source->profile, lookup->profile) == 0 && has_static_keys(source))
		return 0;
	for (const struct lookup *at = lookup; at; at = at->parent) {
		if (strcmp(at->profile, source->profile) == 0)
			return credentials_fault(err, "source_profile '%s' of profile '%s' leads back to itself",
						 source->profile, lookup->profile);
		if (++depth == PROFILES_MOST)
			return credentials_fault(err, "source_profile '%s' of profile '%s' is the %dth in a row: too "
						 "many", source->profile, lookup->profile, PROFILES_MOST);
	}
	return 0;
}

static int load_source_profile(const struct lookup *lookup, const char *name, struct credentials *made,
			       struct error *err)
{
	const struct lookup source = {
		.with = lookup->with, .profile = name, .parent = lookup, .now_ms = lookup->now_ms
	};
	int result;

	if (!config_has(lookup->with->settings->config, CONFIG_PROFILE, name))
		return credentials_fault(err, "source_profile '%s' of profile '%s' does not exist", name,
					 lookup->profile);
	if (check_not_in_circle(lookup, &source, err) < 0)
		return -1;
	result = load_profile(&source, made, err);
	if (result == PLACE_PASSES)
		return credentials_fault(err, "source_profile '%s' of profile '%s' has no credentials", name,
					 lookup->profile);
	return result;
}

static int load_signer(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	const char *profile = lookup_get(lookup, "source_profile");
	const char *place = lookup_get(lookup, "credential_source");
	int result;

	if (profile && place)
		return credentials_fault(err, "profile '%s' has both source_profile and credential_source: leave one",
					 lookup->profile);
	if (profile)
		return load_source_profile(lookup, profile, made, err);
	if (!place)
		return credentials_fault(err, "profile '%s' has a role_arn, but neither source_profile nor "
					 "credential_source", lookup->profile);
	result = load_named_place(lookup, place, made, err);
	if (result == PLACE_PASSES)
		return credentials_fault(err, "credential_source '%s' of profile '%s' has no credentials", place,
					 lookup->profile);
	return result;
}

static void set_text(json_t *input, const char *key, const char *text)
{
	json_t *value = text ? json_string(text) : NULL;

	if (value && json_object_set_new(input, key, value) < 0)
		memory_exhausted();
}

static json_t *new_input(const char *role_arn, const char *session_name, int64_t now_ms)
{
	char *made = memory_format("tidegate-%lld", (long long)(now_ms / 1000));
	json_t *input = json_object();

	if (!input)
		memory_exhausted();
	set_text(input, "RoleArn", role_arn);
	set_text(input, "RoleSessionName", session_name ? session_name : made);
	free(made);
	return input;
}

static int set_duration(const struct lookup *lookup, json_t *input, struct error *err)
{
	const char *text = lookup_get(lookup, "duration_seconds");
	char *end;
	long seconds;

	if (!text)
		return 0;
	seconds = strtol(text, &end, 10);
	if (*end || end == text || seconds <= 0 || seconds > DURATION_MOST)
		return credentials_fault(err, "duration_seconds '%s' of profile '%s' is no number of seconds", text,
					 lookup->profile);
	if (json_object_set_new(input, "DurationSeconds", json_integer(seconds)) < 0)
		memory_exhausted();
	return 0;
}

static int assume_role(const struct lookup *lookup, const struct credentials *signer, struct credentials *made,
		       struct error *err)
{
	json_t *input = new_input(lookup_get(lookup, "role_arn"), lookup_get(lookup, "role_session_name"),
				  lookup->now_ms);

	set_text(input, "ExternalId", lookup_get(lookup, "external_id"));
	if (set_duration(lookup, input, err) < 0) {
		json_decref(input);
		return -1;
	}
	if (sts_assume(lookup->with, "sts:AssumeRole", input, signer, made, err) < 0)
		return error_prefix(err, "role of profile '%s'", lookup->profile);
	return 0;
}

int load_role(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	struct credentials signer = { 0 };
	int result;

	if (!is_role(lookup))
		return PLACE_PASSES;
	if (lookup_get(lookup, "mfa_serial"))
		return credentials_fault(err, "profile '%s' wants a code of '%s' (mfa_serial), and a hook has nobody "
					 "to ask: use a role without MFA, or export a session's credentials first",
					 lookup->profile, lookup_get(lookup, "mfa_serial"));
	result = load_signer(lookup, &signer, err);
	if (result == 0)
		result = assume_role(lookup, &signer, made, err);
	credentials_release(&signer);
	return result;
}

/* The environment first, unless the profile was named on purpose. */
static const char *web_identity_get(const struct lookup *lookup, const char *variable, const char *key)
{
	const char *value = NULL;

	if (!lookup_without_environment(lookup))
		value = environment_get(&lookup->with->settings->environment, variable);
	return value ? value : lookup_get(lookup, key);
}

static int read_token(const char *path, struct buffer *token, struct error *err)
{
	if (file_read(path, TOKEN_MAX_BYTES, token, err) != 0)
		return error_prefix(err, "web identity token");
	while (token->length && strchr(" \t\r\n", token->bytes[token->length - 1]))
		token->bytes[--token->length] = '\0';
	if (!token->length || strlen(token->bytes) != token->length)
		return credentials_fault(err, "the web identity token in '%s' is empty or no text", path);
	return 0;
}

static int assume_with_token(const struct lookup *lookup, const char *role_arn, const char *token,
			     struct credentials *made, struct error *err)
{
	json_t *input = new_input(role_arn, web_identity_get(lookup, "AWS_ROLE_SESSION_NAME", "role_session_name"),
				  lookup->now_ms);

	set_text(input, "WebIdentityToken", token);
	return sts_assume(lookup->with, "sts:AssumeRoleWithWebIdentity", input, NULL, made, err);
}

int load_web_identity(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	const char *path = web_identity_get(lookup, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
	const char *role_arn = web_identity_get(lookup, "AWS_ROLE_ARN", "role_arn");
	struct buffer token = BUFFER_INIT;
	int result;

	if (!path)
		return PLACE_PASSES;
	if (!role_arn)
		return credentials_fault(err, "a web identity token file is given, but no role: set AWS_ROLE_ARN or "
					 "role_arn");
	result = read_token(path, &token, err);
	if (result == 0)
		result = assume_with_token(lookup, role_arn, token.bytes, made, err);
	buffer_release(&token);
	return result;
}
