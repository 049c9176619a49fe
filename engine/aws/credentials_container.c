/* Credentials from the agent beside a container: Amazon ECS and EKS Pod Identity
 * (docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html). Only over TLS, or from an address that
 * cannot be somebody else's host: the request carries a token. */
#include "config.h"

#include "aws/credentials_place.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/exchange.h"
#include "aws/libcurl.h"
#include "base/file.h"
#include "base/memory.h"

enum {
	CONTAINER_TIMEOUT_MS = 2000,
	CONTAINER_ATTEMPTS = 3,
	CONTAINER_PAUSE_MS = 1000,
	CONTAINER_MAX_BYTES = 64 * 1024,
	TOKEN_MAX_BYTES = 64 * 1024,
	LOOPBACK_NETWORK = 127
};

#define RELATIVE_HOST "http://169.254.170.2"

static const char *const allowed_hosts[] = { "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost" };

static bool is_allowed_host(char *host)
{
	size_t length = strlen(host);
	struct in_addr ipv4;
	struct in6_addr ipv6;

	if (host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		host++;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(allowed_hosts); i++)
		if (strcasecmp(host, allowed_hosts[i]) == 0)
			return true;
	if (inet_pton(AF_INET, host, &ipv4) == 1)
		return ntohl(ipv4.s_addr) >> 24 == LOOPBACK_NETWORK;
	return inet_pton(AF_INET6, host, &ipv6) == 1 && IN6_IS_ADDR_LOOPBACK(&ipv6);
}

/* Taken apart by the library that will also connect, so that both see the same host in it. */
static bool is_allowed_url(const char *url)
{
	CURLU *parts = libcurl()->url();
	char *scheme = NULL, *host = NULL;
	bool allowed = false;

	if (!parts)
		memory_exhausted();
	if (libcurl()->url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
	    libcurl()->url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    libcurl()->url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		allowed = strcasecmp(scheme, "https") == 0 ||
			  (strcasecmp(scheme, "http") == 0 && is_allowed_host(host));
	libcurl()->free(scheme);
	libcurl()->free(host);
	libcurl()->url_cleanup(parts);
	return allowed;
}

/* *token is NULL where none is configured. */
static int find_token(const struct environment *environment, char **token, struct error *err)
{
	const char *path = environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *text = environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
	struct buffer read = BUFFER_INIT;

	if (path && file_read(path, TOKEN_MAX_BYTES, &read, err) != 0) {
		buffer_release(&read);
		return error_prefix(err, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	}
	*token = NULL;
	if (path)
		*token = buffer_take(&read);
	else if (text)
		*token = memory_copy_text(text);
	if (!*token || !(*token)[strcspn(*token, "\r\n")])
		return 0;
	free(*token);
	*token = NULL;
	return credentials_fault(err, "the container's authorization token has a line feed in it");
}

static int read_answer(const struct answer *answer, struct credentials *made, struct error *err)
{
	if (answer->failure != TRANSFER_ANSWERED)
		return error_set(err, ERROR_NETWORK, NOWHERE, "no answer (%s)", answer->reason);
	if (answer->status != 200)
		return error_set(err, ERROR_NETWORK, NOWHERE, "it answers HTTP %d", answer->status);
	return credentials_from_text(buffer_text(&answer->body), answer->body.length, "Token", made, err);
}

static int ask(const struct lookup *lookup, const char *url, const char *token, struct credentials *made,
	       struct error *err)
{
	const struct http_header headers[] = { { "accept", "application/json" }, { "authorization", token } };
	const struct http_request request = {
		.method = "GET", .url = url, .headers = headers, .n_headers = token ? 2 : 1, .body = "",
		.connect_timeout_ms = CONTAINER_TIMEOUT_MS, .total_timeout_ms = CONTAINER_TIMEOUT_MS,
		.max_response_bytes = CONTAINER_MAX_BYTES, .no_proxy = true,
	};
	struct transport *transport = lookup->with->transport;
	struct clock *clock = lookup->with->clock;
	struct answer answer = ANSWER_INIT;
	int result = -1;

	for (int attempt = 0; attempt < CONTAINER_ATTEMPTS && result < 0; attempt++) {
		if (attempt && exchange_pause(transport, clock, CONTAINER_PAUSE_MS, err) < 0)
			break;
		if (exchange(transport, clock, &request, &answer, err) < 0)
			break;
		credentials_release(made);
		result = read_answer(&answer, made, err);
	}
	answer_release(&answer);
	return result;
}

int load_container(const struct lookup *lookup, struct credentials *made, struct error *err)
{
	const struct environment *environment = &lookup->with->settings->environment;
	const char *relative = environment_get(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = environment_get(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	char *url, *token = NULL;
	int result = -1;

	if (!relative && !full)
		return PLACE_PASSES;
	url = relative ? memory_format(RELATIVE_HOST "%s", relative) : memory_copy_text(full);
	if (!is_allowed_url(url))
		credentials_fault(err, "what AWS_CONTAINER_CREDENTIALS_%s_URI names may not be asked: it must be "
				  "https, a loopback address, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]",
				  relative ? "RELATIVE" : "FULL");
	else if (find_token(environment, &token, err) == 0)
		result = ask(lookup, url, token, made, err);
	if (result < 0)
		error_prefix(err, "container credentials");
	free(token);
	free(url);
	return result;
}
