/* What all transports share: finding a header. Moving bytes is left to aws/ and sim/. */
#include "config.h"

#include "wire/transport.h"

#include <string.h>

const char *http_response_header(const struct http_response *response, const char *name)
{
	for (size_t i = 0; i < response->n_headers; i++)
		if (strcmp(response->headers[i].name, name) == 0)
			return response->headers[i].value;
	return NULL;
}
