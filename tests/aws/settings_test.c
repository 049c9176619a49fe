#include "config.h"

#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include "aws/settings.h"
#include "base/memory.h"

/* One way to set things up, and what comes of it: `expected`, or the error's text. */
struct settings_row {
	const char *environment[4];
	const char *config;
	struct settings_flags flags;
	const char *expected;
	const char *message;
};

typedef int ask_settings(struct fixture *fixture, const struct settings *settings, char **answer, struct error *err);

static void expect_row(struct fixture *fixture, const struct settings_row *row, ask_settings *ask)
{
	struct settings settings;
	struct error err = ERROR_INIT;
	char *answer = NULL;
	int result;

	fixture_set_environment(fixture, row->environment);
	fixture_write(fixture, ".aws/config", row->config);
	result = settings_load(&settings, &row->flags, fixture->environment, &err);
	if (result == 0) {
		result = ask(fixture, &settings, &answer, &err);
		settings_release(&settings);
	}
	if (row->message) {
		assert_int_equal(result, -1);
		assert_null(answer);
		fixture_expect_error(fixture, &err, row->message);
		return;
	}
	if (result < 0)
		fail_msg("%s", err.message);
	if (row->expected)
		assert_string_equal(answer, row->expected);
	else
		assert_null(answer);
	free(answer);
}

#define EXPECT_ROWS(state, rows, ask) do { \
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) \
		expect_row(*(state), &(rows)[i], ask); \
} while (0)

static int ask_region(struct fixture *fixture, const struct settings *settings, char **answer, struct error *err)
{
	(void)fixture;
	if (settings_region(settings, NULL, answer, err) == 0)
		return 0;
	assert_int_equal(err->kind, ERROR_USAGE);
	return -1;
}

static void the_region_comes_from_the_first_that_says_it(void **state)
{
	static const struct settings_row rows[] = {
		{ { "AWS_REGION=b", "AWS_DEFAULT_REGION=c" }, "[default]\nregion=d\n", { .region = "a" }, "a", NULL },
		{ { "AWS_REGION=b", "AWS_DEFAULT_REGION=c" }, "[default]\nregion=d\n", { 0 }, "b", NULL },
		{ { "AWS_REGION=", "AWS_DEFAULT_REGION=c" }, "[default]\nregion=d\n", { 0 }, "c", NULL },
		{ { NULL }, "[default]\nregion=d\n", { 0 }, "d", NULL },
		{ { "AWS_PROFILE=p" }, "[default]\nregion=d\n[profile p]\nregion=e\n", { 0 }, "e", NULL },
		{ { "AWS_PROFILE=p", "AWS_DEFAULT_PROFILE=q" }, "[profile q]\nregion=f\n[profile p]\nregion=e\n", { 0 },
		  "f", NULL },
		{ { "AWS_PROFILE=p" }, "[profile q]\nregion=f\n[profile p]\nregion=e\n", { .profile = "q" }, "f",
		  NULL },
		{ { "AWS_PROFILE=p" }, "[default]\nregion=d\n", { 0 }, NULL,
		  "unknown profile 'p': neither '!/.aws/config' nor '!/.aws/credentials' has it" },
		{ { NULL }, NULL, { .profile = "q" }, NULL,
		  "unknown profile 'q': neither '!/.aws/config' nor '!/.aws/credentials' has it" },
		{ { NULL }, "[default]\nregion=\n", { 0 }, NULL,
		  "no region: give --region, set AWS_REGION, or write 'region' into profile 'default'" },
		{ { "AWS_REGION=evil.example/" }, NULL, { 0 }, NULL,
		  "'evil.example/' cannot be a region, which is like 'eu-west-1'" },
		{ { NULL }, NULL, { .region = "-a" }, NULL, "'-a' cannot be a region, which is like 'eu-west-1'" },
		{ { "AWS_REGION=a", "AWS_CONFIG_FILE=!/.aws" }, NULL, { 0 }, NULL, "'!/.aws' is no regular file" },
	};

	EXPECT_ROWS(state, rows, ask_region);
}

static int ask_region_of_instance(struct fixture *fixture, const struct settings *settings, char **answer,
				  struct error *err)
{
	static const struct exchange_row script[] = {
		{ "PUT", "http://169.254.169.254/latest/api/token", NULL, NULL, 200, "HIDDEN" },
		{ "GET", "http://169.254.169.254/latest/meta-data/placement/region", NULL, NULL, 200, "eu-south-2" },
		{ NULL, NULL, NULL, NULL, 0, NULL },
	};
	struct imds *imds = imds_new(&fixture->transport, &fixture->clock, NULL);
	int result;

	fixture_play(fixture, script);
	result = settings_region(settings, imds, answer, err);
	imds_free(imds);
	return result;
}

static int ask_region_of_no_instance(struct fixture *fixture, const struct settings *settings, char **answer,
				     struct error *err)
{
	static const struct exchange_row script[] = {
		{ "PUT", "http://169.254.169.254/latest/api/token", NULL, NULL, 403, "" },
		{ NULL, NULL, NULL, NULL, 0, NULL },
	};
	struct imds *imds = imds_new(&fixture->transport, &fixture->clock, NULL);
	int result;

	fixture_play(fixture, script);
	result = settings_region(settings, imds, answer, err);
	assert_int_equal(err->kind, ERROR_USAGE);
	imds_free(imds);
	return result;
}

static void instance_metadata_is_asked_for_the_region_last(void **state)
{
	static const struct settings_row found[] = {
		{ { "AWS_REGION=a" }, NULL, { 0 }, "a", NULL },
		{ { NULL }, NULL, { 0 }, "eu-south-2", NULL },
		{ { "AWS_EC2_METADATA_DISABLED=false" }, NULL, { 0 }, "eu-south-2", NULL },
		{ { "AWS_EC2_METADATA_DISABLED=TRUE" }, NULL, { 0 }, NULL,
		  "no region: give --region, set AWS_REGION, or write 'region' into profile 'default'" },
	};
	static const struct settings_row none[] = {
		{ { NULL }, NULL, { 0 }, NULL,
		  "no region (give --region, set AWS_REGION, or write 'region' into profile 'default'): instance "
		  "metadata at 'http://169.254.169.254' is turned off for this instance: turn it on with 'aws ec2 "
		  "modify-instance-metadata-options --http-endpoint enabled' (HTTP 403)" },
	};

	EXPECT_ROWS(state, found, ask_region_of_instance);
	EXPECT_ROWS(state, none, ask_region_of_no_instance);
}

static int ask_endpoint(struct fixture *fixture, const struct settings *settings, char **answer, struct error *err)
{
	(void)fixture;
	return settings_endpoint(settings, "AUTO_SCALING", answer, err);
}

#define CONFIGURED "[default]\nendpoint_url = http://d\nservices = dev\n" \
		   "[services dev]\nauto_scaling =\n  endpoint_url = http://c\n"

static void the_endpoint_comes_from_the_first_that_says_it(void **state)
{
	static const struct settings_row rows[] = {
		{ { "AWS_ENDPOINT_URL_AUTO_SCALING=http://a", "AWS_ENDPOINT_URL=http://b" }, CONFIGURED,
		  { .endpoint_url = "https://z" }, "https://z", NULL },
		{ { "AWS_ENDPOINT_URL_AUTO_SCALING=http://a", "AWS_ENDPOINT_URL=http://b" }, CONFIGURED, { 0 },
		  "http://a", NULL },
		{ { "AWS_ENDPOINT_URL_STS=http://a", "AWS_ENDPOINT_URL=http://b" }, CONFIGURED, { 0 }, "http://b",
		  NULL },
		{ { NULL }, CONFIGURED, { 0 }, "http://c", NULL },
		{ { NULL }, "[default]\nendpoint_url = http://d\n", { 0 }, "http://d", NULL },
		{ { NULL }, "[default]\nendpoint_url = http://d\nservices = dev\n[services dev]\nsts =\n"
			      "  endpoint_url = x\n",
		  { 0 }, "http://d", NULL },
		{ { NULL }, NULL, { 0 }, NULL, NULL },
		{ { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_ENDPOINT_URL=http://b" }, CONFIGURED, { 0 }, NULL,
		  NULL },
		{ { "AWS_ENDPOINT_URL=http://b" }, "[default]\nignore_configured_endpoint_urls = True\n", { 0 }, NULL,
		  NULL },
		{ { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true" }, CONFIGURED, { .endpoint_url = "http://z" },
		  "http://z", NULL },
		{ { NULL }, "[default]\nservices = live\n", { 0 }, NULL,
		  "profile 'default' names [services live], which '!/.aws/config' does not have" },
		{ { "AWS_ENDPOINT_URL=ftp://user:HIDDEN@b" }, NULL, { 0 }, NULL,
		  "the endpoint URL configured for 'AUTO_SCALING' must begin with 'https://' or 'http://'" },
		{ { "AWS_ENDPOINT_URL=http://" }, NULL, { 0 }, NULL,
		  "the endpoint URL configured for 'AUTO_SCALING' must begin with 'https://' or 'http://'" },
	};

	EXPECT_ROWS(state, rows, ask_endpoint);
}

static int ask_imds_endpoint(struct fixture *fixture, const struct settings *settings, char **answer, struct error *err)
{
	const char *endpoint;

	(void)fixture;
	if (settings_imds_endpoint(settings, &endpoint, err) < 0)
		return -1;
	*answer = memory_copy_text(endpoint);
	return 0;
}

static void instance_metadata_is_where_the_settings_say(void **state)
{
	static const struct settings_row rows[] = {
		{ { NULL }, NULL, { 0 }, "http://169.254.169.254", NULL },
		{ { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6" }, NULL, { 0 }, "http://[fd00:ec2::254]", NULL },
		{ { NULL }, "[default]\nec2_metadata_service_endpoint_mode=ipv6\n", { 0 }, "http://[fd00:ec2::254]",
		  NULL },
		{ { "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1338" },
		  "[default]\nec2_metadata_service_endpoint_mode=ipv6\n", { 0 }, "http://127.0.0.1:1338", NULL },
		{ { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=ipv5" }, NULL, { 0 }, NULL,
		  "unknown instance metadata endpoint mode 'ipv5': it is 'ipv4' or 'ipv6'" },
		{ { "AWS_EC2_METADATA_SERVICE_ENDPOINT=127.0.0.1" }, NULL, { 0 }, NULL,
		  "the instance metadata endpoint must begin with 'http://'" },
	};

	EXPECT_ROWS(state, rows, ask_imds_endpoint);
}

static int ask_ca_bundle(struct fixture *fixture, const struct settings *settings, char **answer, struct error *err)
{
	const char *bundle = settings_ca_bundle(settings);

	(void)fixture;
	(void)err;
	*answer = bundle ? memory_copy_text(bundle) : NULL;
	return 0;
}

static void the_ca_bundle_comes_from_the_first_that_says_it(void **state)
{
	static const struct settings_row rows[] = {
		{ { "AWS_CA_BUNDLE=b" }, "[default]\nca_bundle=c\n", { .ca_bundle = "a" }, "a", NULL },
		{ { "AWS_CA_BUNDLE=b" }, "[default]\nca_bundle=c\n", { 0 }, "b", NULL },
		{ { NULL }, "[default]\nca_bundle=c\n", { 0 }, "c", NULL },
		{ { NULL }, NULL, { 0 }, NULL, NULL },
	};

	EXPECT_ROWS(state, rows, ask_ca_bundle);
}

static int ask_yes(struct fixture *fixture, const struct settings *settings, char **answer, struct error *err)
{
	(void)fixture;
	(void)err;
	*answer = memory_format("%d%d", settings_say_yes(settings, SETTING_USE_FIPS),
				settings_say_yes(settings, SETTING_USE_DUALSTACK));
	return 0;
}

static void only_true_is_yes(void **state)
{
	static const struct settings_row rows[] = {
		{ { "AWS_USE_FIPS_ENDPOINT=true" }, NULL, { 0 }, "10", NULL },
		{ { "AWS_USE_DUALSTACK_ENDPOINT=True" }, NULL, { 0 }, "01", NULL },
		{ { "AWS_USE_FIPS_ENDPOINT=1", "AWS_USE_DUALSTACK_ENDPOINT=yes" }, NULL, { 0 }, "00", NULL },
		{ { "AWS_USE_FIPS_ENDPOINT=false" },
		  "[default]\nuse_fips_endpoint=true\nuse_dualstack_endpoint=TRUE\n", { 0 }, "01", NULL },
	};

	EXPECT_ROWS(state, rows, ask_yes);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(the_region_comes_from_the_first_that_says_it),
		WITH_FIXTURE(instance_metadata_is_asked_for_the_region_last),
		WITH_FIXTURE(the_endpoint_comes_from_the_first_that_says_it),
		WITH_FIXTURE(instance_metadata_is_where_the_settings_say),
		WITH_FIXTURE(the_ca_bundle_comes_from_the_first_that_says_it),
		WITH_FIXTURE(only_true_is_yes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
