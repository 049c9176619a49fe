/* libcurl, whose functions are called through here: libcurl()->easy_init() is curl_easy_init(). It is loaded when the
 * first of them is asked for (base/library.h says why).
 *
 * A process has one libcurl; what is kept here is the only state of the client that is not in an object. */
#ifndef TIDEGATE_AWS_LIBCURL_H
#define TIDEGATE_AWS_LIBCURL_H

#include <curl/curl.h>

#include "base/error.h"

/* Every function that the engine calls, without its curl_. */
#define LIBCURL_FUNCTIONS(row)                                                                                    \
	row(easy_cleanup) row(easy_getinfo) row(easy_init) row(easy_setopt) row(easy_strerror)                    \
	row(free) row(getdate) row(global_init)                                                                   \
	row(multi_add_handle) row(multi_cleanup) row(multi_info_read) row(multi_init) row(multi_perform)          \
	row(multi_poll) row(multi_remove_handle) row(multi_setopt) row(multi_strerror)                            \
	row(slist_append) row(slist_free_all) row(url) row(url_cleanup) row(url_get) row(url_set)

struct libcurl {
#define LIBCURL_MEMBER(name) __typeof__(&(curl_##name)) name;
	LIBCURL_FUNCTIONS(LIBCURL_MEMBER)
#undef LIBCURL_MEMBER
};

/* Loads it and sets it up, until the process ends. -1: it is not here, lacks a function or cannot be set up; may be
 * asked again, and answers the same. */
int libcurl_load(struct error *err);
/* Loads it where that was not done. As the system's own loader does, it ends a program that cannot have it: ask
 * libcurl_load first. */
const struct libcurl *libcurl(void);

#endif
