#include "config.h"

#include "aws/credentials_chain.h"

#include <stdlib.h>
#include <string.h>

#include "aws/credentials_place.h"
#include "base/memory.h"

enum { ADVISORY_MS = 15 * 60 * 1000, MANDATORY_MS = 10 * 60 * 1000, TRY_AGAIN_MS = 60 * 1000 };

struct place {
	const char *name;
	const char *canonical_name; /* as credential_source writes it; NULL: it cannot be named there */
	bool of_profile;            /* it reads the profile, and so is a source_profile's too */
	bool of_environment;        /* passed over where --profile is given */
	bool last_resort;           /* asked where nothing is configured: its failure means that there is nothing */
	bool keeps_expired;
	place_load *load;
};

/* In the order of botocore.credentials.create_credential_resolver; the places of boto 2 are left out. */
static const struct place places[] = {
	{ .name = "environment", .canonical_name = "Environment", .of_environment = true, .load = load_environment },
	{ .name = "role of the profile", .of_profile = true, .load = load_role },
	{ .name = "web identity", .of_profile = true, .load = load_web_identity },
	{ .name = "SSO", .of_profile = true, .load = load_sso },
	{ .name = "credentials file", .of_profile = true, .load = load_credentials_file },
	{ .name = "login session", .of_profile = true, .load = load_login },
	{ .name = "credential process", .of_profile = true, .load = load_process },
	{ .name = "config file", .of_profile = true, .load = load_config_file },
	{ .name = "container", .canonical_name = "EcsContainer", .load = load_container },
	{ .name = "instance metadata", .canonical_name = "Ec2InstanceMetadata", .last_resort = true,
	  .keeps_expired = true, .load = load_instance },
};

struct chain {
	struct credentials_provider provider;
	struct credentials_chain_options options;
	const struct place *place; /* that gave what is kept; NULL: none yet */
	struct credentials kept;
	int64_t try_again_ms; /* wall: not renewed sooner, lest each request waits for a service that is ill */
};

static bool applies(const struct place *place, const struct lookup *lookup)
{
	if (lookup->parent)
		return place->of_profile;
	return !(place->of_environment && lookup_without_environment(lookup));
}

/* A line feed in a token would be a header of its own. */
static bool is_sendable(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static int check(const struct place *place, const struct credentials *made, int64_t now_ms, struct error *err)
{
	if (!is_sendable(made->access_key_id) || !is_sendable(made->secret_access_key) ||
	    (made->session_token && !is_sendable(made->session_token)))
		return credentials_fault(err, "the credentials of the %s have a blank or a control character in them",
					 place->name);
	if (made->expires_ms && made->expires_ms <= now_ms && !place->keeps_expired)
		return credentials_fault(err, "the credentials of the %s have expired; renew them there", place->name);
	return 0;
}

static int ask(const struct place *place, const struct lookup *lookup, struct credentials *made, struct error *err)
{
	int result = place->load(lookup, made, err);

	return result == 0 ? check(place, made, lookup->now_ms, err) : result;
}

static int nothing_found(const struct lookup *lookup, struct error *err)
{
	struct buffer names = BUFFER_INIT;

	for (size_t i = 0; i < ARRAY_LENGTH(places); i++)
		if (applies(&places[i], lookup) && !places[i].last_resort)
			buffer_add_format(&names, "%s%s", names.length ? ", " : "", places[i].name);
	error_prefix(err, "no credentials for profile '%s' (looked at: %s)", lookup->profile, buffer_text(&names));
	buffer_release(&names);
	return -1;
}

static int load_in_order(const struct lookup *lookup, const struct place **place, struct credentials *made,
			 struct error *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		int result;

		*place = &places[i];
		if (!applies(*place, lookup))
			continue;
		result = ask(*place, lookup, made, err);
		if (result < 0 && (*place)->last_resort)
			return nothing_found(lookup, err);
		if (result != PLACE_PASSES)
			return result;
	}
	return PLACE_PASSES;
}

int load_profile(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	const struct place *place;

	return load_in_order(lookup, &place, made, err);
}

int load_named_place(const struct lookup *lookup, const char *canonical_name, struct credentials *made,
		      struct error *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(places); i++)
		if (places[i].canonical_name && strcmp(places[i].canonical_name, canonical_name) == 0) {
			int result = ask(&places[i], lookup, made, err);

			if (result < 0)
				error_prefix(err, "credential_source '%s' of profile '%s'", canonical_name,
					     lookup->profile);
			return result;
		}
	return credentials_fault(err, "unknown credential_source '%s' in profile '%s': it is 'Environment', "
				 "'EcsContainer' or 'Ec2InstanceMetadata'", canonical_name, lookup->profile);
}

/* From where they came the last time, or else from the first place that has some. */
static int chain_load(const struct chain *chain, int64_t now_ms, const struct place **place,
		      struct credentials *made, struct error *err)
{
	const struct lookup lookup = {
		.with = &chain->options, .profile = chain->options.settings->profile, .now_ms = now_ms
	};
	int result;

	*place = chain->place;
	if (*place)
		result = ask(*place, &lookup, made, err);
	else
		result = load_in_order(&lookup, place, made, err);
	if (result == PLACE_PASSES)
		return credentials_fault(err, "the %s has no credentials any more", (*place)->name);
	return result;
}

static int chain_renew(struct chain *chain, int64_t now_ms, struct error *err)
{
	struct credentials made = { 0 };
	const struct place *place;

	chain->try_again_ms = now_ms + TRY_AGAIN_MS;
	if (chain_load(chain, now_ms, &place, &made, err) < 0) {
		credentials_release(&made);
		if (err)
			err->kind = ERROR_CREDENTIALS;
		return -1;
	}
	credentials_release(&chain->kept);
	chain->kept = made;
	chain->place = place;
	return 0;
}

static bool is_due(const struct chain *chain, int64_t now_ms)
{
	return chain->kept.expires_ms && chain->kept.expires_ms - now_ms < ADVISORY_MS;
}

/* What is kept may still be given although it could not be renewed. */
static bool still_good(const struct chain *chain, int64_t now_ms)
{
	return chain->place &&
	       (chain->place->keeps_expired || chain->kept.expires_ms - now_ms >= MANDATORY_MS);
}

static bool must_renew(const struct chain *chain, int64_t now_ms, bool force_refresh)
{
	if (!chain->place || force_refresh)
		return true;
	if (!is_due(chain, now_ms))
		return false;
	return now_ms >= chain->try_again_ms || (chain->kept.expires_ms <= now_ms && !chain->place->keeps_expired);
}

static int chain_get(struct credentials_provider *provider, int64_t now_ms, bool force_refresh,
		     const struct credentials **credentials, struct error *err)
{
	struct chain *chain = (struct chain *)provider;

	*credentials = &chain->kept;
	if (!must_renew(chain, now_ms, force_refresh) || chain_renew(chain, now_ms, err) == 0)
		return 0;
	if (still_good(chain, now_ms))
		return 0;
	chain->try_again_ms = now_ms;
	return -1;
}

struct credentials_provider *credentials_chain_new(const struct credentials_chain_options *options)
{
	struct chain *chain = memory_new(1, sizeof(*chain));

	chain->provider.get = chain_get;
	chain->options = *options;
	return &chain->provider;
}

void credentials_chain_free(struct credentials_provider *provider)
{
	struct chain *chain = (struct chain *)provider;

	if (!chain)
		return;
	credentials_release(&chain->kept);
	free(chain);
}

const char *credentials_chain_place(const struct credentials_provider *provider)
{
	const struct chain *chain = (const struct chain *)provider;

	return chain->place ? chain->place->name : NULL;
}
