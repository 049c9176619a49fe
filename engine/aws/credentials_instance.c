/* The credentials of the role in the instance's profile, from instance metadata. */
#include "config.h"

#include "aws/credentials_place.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ROLES_PATH "meta-data/iam/security-credentials/"
#define ROLE_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=,.@-"

static int ask_role(struct imds *imds, char **role, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int result = imds_get(imds, ROLES_PATH, &text, err);
	size_t length = strspn(buffer_text(&text), ROLE_CHARACTERS);

	if (result == IMDS_NOTHING)
		result = credentials_fault(err, "the instance has no role: give it an instance profile");
	else if (result == 0 && (length == 0 || text.bytes[length + strspn(text.bytes + length, "\r\n")]))
		result = credentials_fault(err, "instance metadata names no role; is a proxy or another service "
					   "there?");
	if (result == 0) {
		text.bytes[length] = '\0';
		*role = buffer_take(&text);
	}
	buffer_release(&text);
	return result < 0 ? -1 : 0;
}

/* While it has none, the service answers with a code and a text in place of credentials. */
static int read_answer(const char *role, const struct buffer *text, struct credentials *made, struct error *err)
{
	json_t *object = json_loadb(buffer_text(text), text->length, JSON_REJECT_DUPLICATES, NULL);
	const char *code = json_string_value(json_object_get(object, "Code"));
	int result;

	if (code && strcmp(code, "Success") != 0)
		result = credentials_fault(err, "it has none (%.*s): may EC2 assume this role?",
					   (int)strspn(code, ROLE_CHARACTERS), code);
	else
		result = credentials_from_json(object, "Token", made, err);
	if (result < 0)
		error_prefix(err, "instance metadata for role '%s'", role);
	json_decref(object);
	return result;
}

int load_instance(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	char *role = NULL, *path;
	int result;

	if (settings_say_yes(lookup->with->settings, SETTING_IMDS_DISABLED))
		return credentials_fault(err, "instance metadata is not asked, by AWS_EC2_METADATA_DISABLED");
	if (ask_role(lookup->with->imds, &role, err) < 0)
		return -1;
	path = memory_format(ROLES_PATH "%s", role);
	result = imds_get(lookup->with->imds, path, &text, err);
	if (result == 0)
		result = read_answer(role, &text, made, err);
	free(path);
	free(role);
	buffer_release(&text);
	return result == 0 ? 0 : -1;
}
