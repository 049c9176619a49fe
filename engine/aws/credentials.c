#include "config.h"

#include "aws/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "aws/credentials_place.h"
#include "base/clock.h"
#include "base/memory.h"

void credentials_release(struct credentials *credentials)
{
	free(credentials->access_key_id);
	free(credentials->secret_access_key);
	free(credentials->session_token);
	*credentials = (struct credentials){ 0 };
}

int credentials_fault(struct error *err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_vset(err, ERROR_CREDENTIALS, NOWHERE, format, arguments);
	va_end(arguments);
	return -1;
}

const char *lookup_get(const struct lookup *lookup, const char *key)
{
	return config_get(lookup->with->settings->config, lookup->profile, key);
}

bool lookup_without_environment(const struct lookup *lookup)
{
	return lookup->parent || lookup->with->settings->flags.profile;
}

/* -1 where it is no time. Those who print credentials write an offset as well as 'Z'. */
static int expiration_read(const json_t *value, int64_t *expires_ms)
{
	if (!value || json_is_null(value) || (json_is_string(value) && !json_string_length(value)))
		return 0;
	if (json_is_number(value)) {
		double seconds = json_number_value(value);

		if (!(seconds > 0 && seconds < 1e11))
			return -1;
		*expires_ms = (int64_t)(seconds * 1000);
		return 0;
	}
	*expires_ms = json_is_string(value) ? time_parse(json_string_value(value)) : -1;
	return *expires_ms > 0 ? 0 : -1;
}

static char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && *text ? memory_copy_text(text) : NULL;
}

int credentials_from_json(const json_t *object, const char *token_key, struct credentials *made, struct error *err)
{
	if (!json_is_object(object))
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "its answer is no JSON object");
	*made = (struct credentials){
		.access_key_id = text_of(object, "AccessKeyId"),
		.secret_access_key = text_of(object, "SecretAccessKey"),
		.session_token = text_of(object, token_key),
	};
	if (!made->access_key_id)
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "its answer has no 'AccessKeyId'");
	if (!made->secret_access_key)
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "its answer has no 'SecretAccessKey'");
	if (expiration_read(json_object_get(object, "Expiration"), &made->expires_ms) < 0)
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "the 'Expiration' in its answer is no time");
	return 0;
}

int credentials_from_text(const char *text, size_t length, const char *token_key, struct credentials *made,
			  struct error *err)
{
	json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	int result = credentials_from_json(object, token_key, made, err);

	json_decref(object);
	return result;
}
