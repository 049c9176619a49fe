/* The tables of schemas/partitions.yaml as records, and the two ways to an endpoint: by the rules, or from the URL that
 * takes their place. */
#include "config.h"

#include "aws/endpoint.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "aws/libcurl.h"
#include "base/buffer.h"
#include "model/embedded.h"
#include "text/record.h"
#include "text/yaml.h"

struct partition {
	const struct node *node;
	const char *name;
	const char *pattern;
	const char *suffix;
	const char *dual_stack_suffix;
	struct name_list regions;
	regex_t *regex;
};

struct rule {
	const struct node *node;
	const char *service;
	const char *partition;
	struct name_list regions;
	bool fips;
	bool dual_stack;
	bool global;
	const char *host;
	const char *signing_region;
};

struct partitions {
	struct record_list partitions; /* of struct partition, at least one */
	struct record_list rules;      /* of struct rule */
};

static void partition_release(void *regex)
{
	regfree(regex);
}

static int partition_finish(struct reader *reader, const struct node *node, void *record)
{
	struct partition *partition = record;

	if (!partition->pattern)
		return 0; /* reported as missing */
	partition->regex = ARENA_NEW(reader->arena, regex_t);
	if (regcomp(partition->regex, partition->pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return diagnostics_error(reader->diagnostics, node_get(node, "pattern")->position, NULL,
					 "'%s' is no regular expression", partition->pattern);
	arena_attach(reader->arena, partition_release, partition->regex);
	return 0;
}

static const struct field partition_fields[] = {
	{ .name = "name", .type = &field_name, .offset = FIELD_OF(partition, name), .required = true,
	  .help = "What ARNs say behind `arn:`." },
	{ .name = "pattern", .type = &field_text, .offset = FIELD_OF(partition, pattern), .required = true,
	  .help = "A POSIX extended regular expression that its regions match." },
	{ .name = "suffix", .type = &field_text, .offset = FIELD_OF(partition, suffix), .required = true,
	  .help = "The end of its host names." },
	{ .name = "dual_stack_suffix", .type = &field_text, .offset = FIELD_OF(partition, dual_stack_suffix),
	  .required = true, .help = "The end of those host names that have an IPv6 address too." },
	{ .name = "regions", .type = &field_names, .offset = FIELD_OF(partition, regions), .required = true,
	  .help = "The regions known." },
	{ 0 },
};

static const struct record partition_record = {
	.name = "a partition", .size = sizeof(struct partition), .fields = partition_fields,
	.node_member = MEMBER_OF(partition, node), .finish = partition_finish,
};

static const struct field rule_fields[] = {
	{ .name = "service", .type = &field_name, .offset = FIELD_OF(rule, service),
	  .help = "The endpoint prefix; absent: any." },
	{ .name = "partition", .type = &field_name, .offset = FIELD_OF(rule, partition), .help = "Absent: any." },
	{ .name = "regions", .type = &field_names, .offset = FIELD_OF(rule, regions), .help = "Absent: any." },
	{ .name = "fips", .type = &field_boolean, .offset = FIELD_OF(rule, fips), .required = true,
	  .help = "Whether FIPS 140 endpoints are asked for." },
	{ .name = "dual_stack", .type = &field_boolean, .offset = FIELD_OF(rule, dual_stack), .required = true,
	  .help = "Whether endpoints with an IPv6 address are asked for." },
	{ .name = "global", .type = &field_boolean, .offset = FIELD_OF(rule, global),
	  .help = "It counts only where the legacy global endpoint is asked for." },
	{ .name = "host", .type = &field_text, .offset = FIELD_OF(rule, host), .required = true,
	  .help = "The host name, with {service}, {region} and {suffix}." },
	{ .name = "signing_region", .type = &field_name, .offset = FIELD_OF(rule, signing_region),
	  .help = "The region to sign for, where it is another." },
	{ 0 },
};

static const struct record rule_record = {
	.name = "a rule", .size = sizeof(struct rule), .fields = rule_fields, .node_member = MEMBER_OF(rule, node),
};

static const struct field partitions_fields[] = {
	{ .name = "partitions", .type = &field_record_list, .offset = FIELD_OF(partitions, partitions),
	  .record = &partition_record, .required = true, .help = "The partitions; the first is the one of most." },
	{ .name = "rules", .type = &field_record_list, .offset = FIELD_OF(partitions, rules), .record = &rule_record,
	  .required = true, .help = "How a host is named; the first that matches." },
	{ 0 },
};

static const struct record partitions_record = {
	.name = "the partitions", .size = sizeof(struct partitions), .fields = partitions_fields,
};

static const struct partitions *partitions_read(struct reader *reader, const struct node *node)
{
	struct partitions *partitions = ARENA_NEW(reader->arena, struct partitions);

	if (!node || record_read(reader, node, &partitions_record, partitions) != 0)
		return NULL;
	if (partitions->partitions.count == 0) {
		diagnostics_error(reader->diagnostics, node->position, NULL, "there is no partition");
		return NULL;
	}
	return partitions;
}

const struct partitions *partitions_load(struct arena *arena, const struct source *source,
					 struct diagnostics *diagnostics)
{
	struct reader reader = { .arena = arena, .diagnostics = diagnostics };

	return partitions_read(&reader, yaml_parse(arena, source, diagnostics));
}

const struct partitions *partitions_embedded(struct arena *arena, struct error *err)
{
	static const char path[] = "schemas/partitions.yaml";
	const struct embedded_file *file = embedded_find(path);
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = arena, .diagnostics = &diagnostics };
	const struct partitions *partitions = file ? partitions_read(&reader, embedded_parse(&reader, file)) : NULL;

	if (!partitions)
		error_set(err, ERROR_MACHINE, NOWHERE, "%s: %s", path,
			  diagnostics.count ? diagnostics.rows[0].message : "not compiled in");
	diagnostics_release(&diagnostics);
	return partitions;
}

static bool name_list_has(const struct name_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->names[i], name) == 0)
			return true;
	return false;
}

static const struct partition *partition_of(const struct partitions *partitions, const char *region)
{
	const struct partition *rows = partitions->partitions.records;

	for (size_t i = 0; i < partitions->partitions.count; i++)
		if (name_list_has(&rows[i].regions, region))
			return &rows[i];
	for (size_t i = 0; i < partitions->partitions.count; i++)
		if (regexec(rows[i].regex, region, 0, NULL, 0) == 0)
			return &rows[i];
	return &rows[0];
}

const char *partitions_name_of(const struct partitions *partitions, const char *region)
{
	return partition_of(partitions, region)->name;
}

static bool rule_matches(const struct rule *rule, const struct endpoint_query *query, const struct partition *partition)
{
	return rule->fips == query->use_fips && rule->dual_stack == query->use_dual_stack &&
	       (!rule->global || query->use_global) && (!rule->service || strcmp(rule->service, query->service) == 0) &&
	       (!rule->partition || strcmp(rule->partition, partition->name) == 0) &&
	       (rule->regions.count == 0 || name_list_has(&rule->regions, query->region));
}

static const struct rule *rule_find(const struct partitions *partitions, const struct endpoint_query *query,
				    const struct partition *partition)
{
	const struct rule *rows = partitions->rules.records;

	for (size_t i = 0; i < partitions->rules.count; i++)
		if (rule_matches(&rows[i], query, partition))
			return &rows[i];
	return NULL;
}

/* Puts the values in place of {NAME}; a name that is none stays as it is, and is then no host name. */
static void host_expand(const struct rule *rule, const struct endpoint_query *query, const struct partition *partition,
			struct buffer *host)
{
	const struct {
		const char *name, *value;
	} values[] = {
		{ "{service}", query->service },
		{ "{region}", query->region },
		{ "{suffix}", rule->dual_stack ? partition->dual_stack_suffix : partition->suffix },
	};
	const char *at = rule->host;

	while (*at) {
		size_t i = 0, length = 0;

		while (i < ARRAY_LENGTH(values) && strncmp(at, values[i].name, strlen(values[i].name)) != 0)
			i++;
		length = i < ARRAY_LENGTH(values) ? strlen(values[i].name) : 1;
		buffer_add_text(host, i < ARRAY_LENGTH(values) ? values[i].value : "");
		if (i == ARRAY_LENGTH(values))
			buffer_add_char(host, *at);
		at += length;
	}
}

/* A region becomes part of a host name: one label (RFC 1123), so that none can lead the request elsewhere. */
static bool region_is_label(const char *region)
{
	size_t length = strspn(region, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return length > 0 && length < REGION_BYTES && region[length] == '\0' && region[0] != '-';
}

static int endpoint_from_rules(const struct partitions *partitions, const struct endpoint_query *query,
			       struct endpoint *endpoint, struct error *err)
{
	const struct partition *partition = partition_of(partitions, query->region);
	const struct rule *rule = rule_find(partitions, query, partition);
	struct buffer host = BUFFER_INIT;

	if (!rule)
		return error_set(err, ERROR_USAGE, NOWHERE, "no endpoint of '%s' is known in '%s'", query->service,
				 query->region);
	host_expand(rule, query, partition, &host);
	if (host.length >= HOST_BYTES) {
		buffer_release(&host);
		return error_set(err, ERROR_USAGE, NOWHERE, "the host name of '%s' in '%s' is too long",
				 query->service, query->region);
	}
	snprintf(endpoint->host, sizeof(endpoint->host), "%s", buffer_text(&host));
	snprintf(endpoint->url, sizeof(endpoint->url), "https://%s", endpoint->host);
	snprintf(endpoint->path, sizeof(endpoint->path), "/");
	if (rule->signing_region)
		snprintf(endpoint->signing_region, sizeof(endpoint->signing_region), "%s", rule->signing_region);
	buffer_release(&host);
	return 0;
}

/* One part of a URL; "" where it has none. The caller frees it with curl_free. */
static char *url_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;

	if (libcurl()->url_get(url, part, &text, CURLU_NO_DEFAULT_PORT) == CURLUE_OUT_OF_MEMORY)
		memory_exhausted();
	return text;
}

/* Built anew from its parts, so that what is signed is what libcurl will send. */
static int endpoint_from_parts(CURLU *url, struct endpoint *endpoint)
{
	char *scheme = url_part(url, CURLUPART_SCHEME), *host = url_part(url, CURLUPART_HOST);
	char *port = url_part(url, CURLUPART_PORT), *path = url_part(url, CURLUPART_PATH);
	size_t length = path ? strlen(path) : 0;
	int result = -1, written = -1;

	while (length > 0 && path[length - 1] == '/')
		length--;
	if (scheme && host && (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0))
		written = snprintf(endpoint->host, sizeof(endpoint->host), "%s%s%s", host, port ? ":" : "",
				   port ? port : "");
	if (written > 0 && (size_t)written < sizeof(endpoint->host) && length < sizeof(endpoint->path) / 2) {
		snprintf(endpoint->url, sizeof(endpoint->url), "%s://%s%.*s", scheme, endpoint->host, (int)length,
			 path ? path : "");
		snprintf(endpoint->path, sizeof(endpoint->path), "%.*s/", (int)length, path ? path : "");
		result = 0;
	}
	libcurl()->free(scheme);
	libcurl()->free(host);
	libcurl()->free(port);
	libcurl()->free(path);
	return result;
}

static int endpoint_from_override(const char *override, struct endpoint *endpoint, struct error *err)
{
	CURLU *url = libcurl()->url();
	int result = -1;

	if (!url)
		memory_exhausted();
	/* No names and passwords, nor what only a browser would understand: a question mark or a number sign. */
	if (!strpbrk(override, "?#") &&
	    libcurl()->url_set(url, CURLUPART_URL, override, CURLU_DISALLOW_USER) == CURLUE_OK)
		result = endpoint_from_parts(url, endpoint);
	libcurl()->url_cleanup(url);
	if (result != 0)
		return error_set(err, ERROR_USAGE, NOWHERE, "the endpoint URL is no http or https URL of a host, "
				 "a port and a path only");
	return 0;
}

int endpoint_resolve(const struct partitions *partitions, const struct endpoint_query *query,
		     struct endpoint *endpoint, struct error *err)
{
	const char *region = query->region ? query->region : "";

	*endpoint = (struct endpoint){ 0 };
	if (query->override && query->use_fips)
		return error_set(err, ERROR_USAGE, NOWHERE, "an endpoint URL and FIPS endpoints exclude each other");
	if (query->override && query->use_dual_stack)
		return error_set(err, ERROR_USAGE, NOWHERE,
				 "an endpoint URL and dual-stack endpoints exclude each other");
	if (!query->override && !*region)
		return error_set(err, ERROR_CREDENTIALS, NOWHERE, "no region is known: name one with --region");
	if (*region && !region_is_label(region))
		return error_set(err, ERROR_USAGE, NOWHERE, "'%.64s' is no region", region);
	snprintf(endpoint->signing_region, sizeof(endpoint->signing_region), "%s", region);
	if (query->override)
		return endpoint_from_override(query->override, endpoint, err);
	return endpoint_from_rules(partitions, query, endpoint, err);
}
