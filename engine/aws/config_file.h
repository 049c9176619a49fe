/* AWS's shared config and credentials files (docs.aws.amazon.com/sdkref/latest/guide/file-format.html), taken as
 * botocore takes them: INI in the dialect of Python's configparser, with one level of indented settings below a
 * setting. No message shows a line of these files: they hold secrets. */
#ifndef TIDEGATE_AWS_CONFIG_FILE_H
#define TIDEGATE_AWS_CONFIG_FILE_H

#include <stdbool.h>

#include "base/environment.h"
#include "base/error.h"

enum config_origin { CONFIG_FILE, CREDENTIALS_FILE, CONFIG_ORIGINS };

/* In the credentials file every section is a profile. */
enum config_kind { CONFIG_PROFILE, CONFIG_SSO_SESSION, CONFIG_SERVICES, CONFIG_OTHER };

enum { CONFIG_MAX_BYTES = 1 << 20, CONFIG_MAX_SECTIONS = 4096, CONFIG_MAX_SETTINGS = 256 };

struct config;

/* Reads AWS_CONFIG_FILE (else ~/.aws/config) and AWS_SHARED_CREDENTIALS_FILE (else ~/.aws/credentials); a file that is
 * not there is empty. NULL (ERROR_USAGE, ERROR_STORAGE) where one cannot be read, is too large or is not INI. */
struct config *config_load(const struct environment *environment, struct error *err);
void config_free(struct config *config);

/* The path that was read, for messages; "" where HOME is not set either. */
const char *config_path(const struct config *config, enum config_origin origin);

bool config_has(const struct config *config, enum config_kind kind, const char *name);

/* A profile's setting: in both files, the credentials file first; or in one of them. NULL where there is none. */
const char *config_get(const struct config *config, const char *profile, const char *key);
const char *config_get_from(const struct config *config, enum config_origin origin, const char *profile,
			    const char *key);

/* The setting `key` indented below `service` in [services SECTION]: a new string, or NULL. */
char *config_get_service(const struct config *config, const char *section, const char *service, const char *key);

#endif
