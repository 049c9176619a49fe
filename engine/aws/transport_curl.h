/* HTTP over the network by libcurl: one multi handle, connections kept alive, TLS 1.2 or newer and always verified,
 * nothing but http and https, no redirect followed, a proxy where the environment names one (HTTPS_PROXY, NO_PROXY).
 *
 * It sends each request once. libcurl on its own would send a request again when a kept-alive connection breaks under
 * it; that is prevented for every request with a body: the caller must know whether one may have been received. */
#ifndef TIDEGATE_AWS_TRANSPORT_CURL_H
#define TIDEGATE_AWS_TRANSPORT_CURL_H

#include "base/error.h"
#include "wire/transport.h"

struct transport_curl_options {
	const char *ca_bundle; /* a PEM file in place of the system's (AWS_CA_BUNDLE); NULL: the system's */
	/* When this descriptor becomes readable, poll returns: what a signal handler wrote into a pipe, without the
	 * race of a signal that comes just before the wait. NULL or -1 in it: none. Never read from here. */
	const int *stop_descriptor;
	const int *other_descriptor; /* the same for another source of events */
};

/* poll also returns early when a signal comes, and when bytes came that complete nothing. The caller frees. */
struct transport *transport_curl_new(const struct transport_curl_options *options, struct error *err);
void transport_curl_free(struct transport *transport); /* with what is in flight; NULL is allowed */

#endif
