/* One place where credentials may be: what the rows of the chain's table share. For credentials_*.c only. */
#ifndef TIDEGATE_AWS_CREDENTIALS_PLACE_H
#define TIDEGATE_AWS_CREDENTIALS_PLACE_H

#include <jansson.h>

#include "aws/credentials.h"
#include "aws/credentials_chain.h"

/* For whom is looked. A role's source_profile is looked up with the role's own look-up as `parent`. */
struct lookup {
	const struct credentials_chain_options *with;
	const char *profile;
	const struct lookup *parent;
	int64_t now_ms;
};

/* A place answers 0: mine, *made is filled; PLACE_PASSES: nothing here; or -1: mine, and it failed. */
enum { PLACE_PASSES = 1 };
typedef int place_load(const struct lookup *lookup, struct credentials *made, struct error *err);

place_load load_environment;
place_load load_role;
place_load load_web_identity;
place_load load_sso;
place_load load_credentials_file;
place_load load_login;
place_load load_process;
place_load load_config_file;
place_load load_container;
place_load load_instance;

/* All places that `lookup` may use, in order; those that one `credential_source` names. As a place answers. */
place_load load_profile;
int load_named_place(const struct lookup *lookup, const char *canonical_name, struct credentials *made,
		      struct error *err);

/* A setting of the look-up's profile, in either file; NULL where there is none. */
const char *lookup_get(const struct lookup *lookup, const char *key);
/* The profile was named by --profile or by a role: what the environment says of credentials does not count. */
bool lookup_without_environment(const struct lookup *lookup);

/* Sets a sentence of kind ERROR_CREDENTIALS, which has no place in a file. Always returns -1. */
int credentials_fault(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fills *made from {AccessKeyId, SecretAccessKey, TOKEN_KEY, Expiration}; an Expiration is text (RFC 3339) or seconds
 * since 1970. -1 (ERROR_PROTOCOL) names what is missing and shows no value. */
int credentials_from_json(const json_t *object, const char *token_key, struct credentials *made, struct error *err);
/* The same from the text of an answer. */
int credentials_from_text(const char *text, size_t length, const char *token_key, struct credentials *made,
			  struct error *err);

#endif
