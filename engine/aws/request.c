/* Form, signature and headers of one request, in the order in which each needs the one before. */
#include "config.h"

#include "aws/request.h"

#include <string.h>

#include "wire/query.h"

static const char content_type[] = "application/x-www-form-urlencoded; charset=utf-8";

/* User-Agent is not signed: proxies like to change it. */
static void request_sign(struct request *request, const struct request_parts *parts)
{
	const struct http_header signed_headers[] = {
		{ "host", parts->endpoint->host },
		{ "content-type", content_type },
	};
	const struct sigv4_request plain = {
		.method = "POST",
		.path = parts->endpoint->path,
		.query = "",
		.headers = signed_headers,
		.n_headers = sizeof(signed_headers) / sizeof(signed_headers[0]),
		.body = buffer_text(&request->body),
		.body_length = request->body.length,
	};
	const struct sigv4_scope scope = {
		.region = parts->endpoint->signing_region,
		.service = parts->operation->service->signing_name,
		.time_ms = parts->time_ms,
	};
	const struct sigv4_credentials credentials = {
		.access_key_id = parts->credentials->access_key_id,
		.secret_access_key = parts->credentials->secret_access_key,
		.session_token = parts->credentials->session_token,
	};
	const struct sigv4_options options = { .normalize_path = true, .double_encode_path = true };

	sigv4_sign(&plain, &scope, &credentials, &options, &request->made);
}

int request_init(struct request *request, const struct request_parts *parts, struct error *err)
{
	*request = (struct request){ 0 };
	if (query_encode_request(parts->operation, parts->input, &request->body, err) != 0)
		return -1;
	if (parts->credentials)
		request_sign(request, parts);
	request->headers[0] = (struct http_header){ "Content-Type", content_type };
	request->headers[1] = (struct http_header){ "User-Agent", parts->user_agent };
	if (request->made.count)
		memcpy(request->headers + REQUEST_OWN_HEADERS, request->made.rows,
		       request->made.count * sizeof(request->headers[0]));
	buffer_add_format(&request->url, "%s/", parts->endpoint->url);
	request->http = (struct http_request){
		.method = "POST",
		.url = buffer_text(&request->url),
		.headers = request->headers,
		.n_headers = REQUEST_OWN_HEADERS + request->made.count,
		.body = buffer_text(&request->body),
		.body_length = request->body.length,
	};
	return 0;
}

void request_release(struct request *request)
{
	sigv4_headers_release(&request->made);
	buffer_release(&request->body);
	buffer_release(&request->url);
	*request = (struct request){ 0 };
}
