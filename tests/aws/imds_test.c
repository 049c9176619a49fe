#include "config.h"

#include "fixture.h"

#include <string.h>
#include <unistd.h>

#include "aws/imds.h"
#include "base/memory.h"

#define BASE "http://169.254.169.254/latest/"
#define PUT_TOKEN { "PUT", BASE "api/token", "x-aws-ec2-metadata-token-ttl-seconds: 21600", NULL, 200, "HIDDENtoken==" }
#define WITH_TOKEN "x-aws-ec2-metadata-token: HIDDENtoken=="
#define GET(path, status, body) { "GET", BASE path, WITH_TOKEN, NULL, status, body }
#define END { NULL, NULL, NULL, NULL, 0, NULL }
#define HTML "<!DOCTYPE html><html><body>404 - Not Found i-0abc</body></html>"

static struct imds *new_imds(struct fixture *fixture, const struct exchange_row *script)
{
	fixture_play(fixture, script);
	return imds_new(&fixture->transport, &fixture->clock, NULL);
}

static void expect_fact(struct imds *imds, const char *name, const char *expected)
{
	struct error err = ERROR_INIT;
	json_t *value = imds_metadata(imds, name, &err);

	if (!value)
		fail_msg("%s", err.message);
	assert_string_equal(json_string_value(value), expected);
	json_decref(value);
}

static void expect_no_fact(struct fixture *fixture, struct imds *imds, const char *name, const char *message)
{
	struct error err = ERROR_INIT;

	assert_null(imds_metadata(imds, name, &err));
	fixture_expect_error(fixture, &err, message);
}

static void facts_are_asked_with_one_token_and_once(void **state)
{
	static const struct exchange_row script[] = {
		PUT_TOKEN,
		GET("meta-data/instance-id", 200, "i-0123456789abcdef0"),
		GET("meta-data/placement/region", 200, "eu-west-1"),
		GET("meta-data/placement/availability-zone", 200, "us-west-2-lax-1a"),
		GET("dynamic/instance-identity/document", 200, "{\"accountId\" : \"111122223333\", \"version\": 1}"),
		GET("meta-data/instance-type", 200, "u-6tb1.metal"),
		GET("meta-data/autoscaling/target-lifecycle-state", 200, "Warmed:Stopped"),
		GET("meta-data/autoscaling/target-lifecycle-state", 200, "InService"),
		END,
	};
	static const char *const rows[][2] = {
		{ "instance_id", "i-0123456789abcdef0" }, { "instance_id", "i-0123456789abcdef0" },
		{ "region", "eu-west-1" }, { "availability_zone", "us-west-2-lax-1a" },
		{ "account_id", "111122223333" }, { "account_id", "111122223333" },
		{ "instance_type", "u-6tb1.metal" },
		{ "lifecycle_state", "Warmed:Stopped" }, { "lifecycle_state", "InService" },
	};
	struct imds *imds = new_imds(*state, script);

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_fact(imds, rows[i][0], rows[i][1]);
	fixture_expect_played(*state);
	imds_free(imds);
}

static void what_does_not_look_like_the_fact_is_refused(void **state)
{
	static const struct {
		const char *name, *message;
		struct exchange_row script[3];
	} rows[] = {
		{ "instance_id", "what 'http://169.254.169.254' answers for 'instance_id' does not look like one "
				 "(^i-[0-9a-f]+$); is a proxy or another service there?",
		  { PUT_TOKEN, GET("meta-data/instance-id", 200, HTML) } },
		{ "instance_id", "what 'http://169.254.169.254' answers for 'instance_id' does not look like one "
				 "(^i-[0-9a-f]+$); is a proxy or another service there?",
		  { PUT_TOKEN, GET("meta-data/instance-id", 200, "i-0abc\nHIDDEN") } },
		{ "region", "what 'http://169.254.169.254' answers for 'region' does not look like one "
			    "(^[a-z]+(-[a-z0-9]+)+$); is a proxy or another service there?",
		  { PUT_TOKEN, GET("meta-data/placement/region", 200, "evil.example/") } },
		{ "account_id", "what 'http://169.254.169.254' answers for 'account_id' does not look like one "
				"(^[0-9]{12}$); is a proxy or another service there?",
		  { PUT_TOKEN, GET("dynamic/instance-identity/document", 200, HTML) } },
		{ "account_id", "what 'http://169.254.169.254' answers for 'account_id' does not look like one "
				"(^[0-9]{12}$); is a proxy or another service there?",
		  { PUT_TOKEN, GET("dynamic/instance-identity/document", 200, "{\"accountId\": 111122223333}") } },
		{ "lifecycle_state", "instance metadata at 'http://169.254.169.254' has no "
				     "'meta-data/autoscaling/target-lifecycle-state'",
		  { PUT_TOKEN, GET("meta-data/autoscaling/target-lifecycle-state", 404, HTML) } },
		{ "instance_id", "instance metadata at 'http://169.254.169.254' answers HTTP 301 for "
				 "'meta-data/instance-id'",
		  { PUT_TOKEN, GET("meta-data/instance-id", 301, HTML) } },
		{ "instance_id", "instance metadata's answer for 'meta-data/instance-id' is no text",
		  { PUT_TOKEN, GET("meta-data/instance-id", 200, "") } },
		{ "instance_id", "what answers at 'http://169.254.169.254' is not instance metadata: its token is "
				 "none; is a proxy or another service there?",
		  { { "PUT", BASE "api/token", NULL, NULL, 200, HTML } } },
		{ "host", "instance metadata has no fact 'host'", { END } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct imds *imds = new_imds(*state, rows[i].script);

		expect_no_fact(*state, imds, rows[i].name, rows[i].message);
		imds_free(imds);
	}
}

static void a_token_that_is_refused_is_explained(void **state)
{
	static const struct {
		int status;
		const char *body, *message;
		int asked;
	} rows[] = {
		{ 400, HTML, "instance metadata at 'http://169.254.169.254' does not understand the request for a "
			     "token: is another service there (HTTP 400)", 1 },
		{ 403, HTML, "instance metadata at 'http://169.254.169.254' is turned off for this instance: turn it "
			     "on with 'aws ec2 modify-instance-metadata-options --http-endpoint enabled' (HTTP "
			     "403)", 1 },
		{ 404, HTML, "instance metadata at 'http://169.254.169.254' has no version 2: is another service there "
			     "(HTTP 404)", 1 },
		{ 418, HTML, "instance metadata at 'http://169.254.169.254' gives no token (HTTP 418)", 1 },
		{ 503, HTML, "instance metadata at 'http://169.254.169.254' gives no token (HTTP 503)", 3 },
		{ 0, "connection refused", "instance metadata does not answer at 'http://169.254.169.254' (connection "
					   "refused); in a container the hop limit must be 2; elsewhere, is this an "
					   "EC2 instance?", 3 },
		{ -1, NULL, "instance metadata does not answer at 'http://169.254.169.254' (no answer within 1000 ms); "
			    "in a container the hop limit must be 2; elsewhere, is this an EC2 instance?", 3 },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct exchange_row row = { "PUT", BASE "api/token", NULL, NULL, rows[i].status, rows[i].body };
		const struct exchange_row script[] = { row, row, row, END };
		struct imds *imds = new_imds(fixture, script);

		fixture->passed_ms = 0;
		expect_no_fact(fixture, imds, "instance_id", rows[i].message);
		assert_int_equal(fixture->exchanges, rows[i].asked);
		assert_true(fixture->passed_ms <= 5000);
		imds_free(imds);
	}
}

static void a_token_that_is_no_longer_taken_is_asked_anew(void **state)
{
	static const struct exchange_row script[] = {
		PUT_TOKEN, GET("meta-data/instance-id", 401, HTML), PUT_TOKEN,
		GET("meta-data/instance-id", 200, "i-0abc"), END,
	};
	struct imds *imds = new_imds(*state, script);

	expect_fact(imds, "instance_id", "i-0abc");
	fixture_expect_played(*state);
	imds_free(imds);
}

static void a_second_refusal_of_the_token_ends_it(void **state)
{
	static const struct exchange_row script[] = {
		PUT_TOKEN, GET("meta-data/instance-id", 401, HTML),
		PUT_TOKEN, GET("meta-data/instance-id", 401, HTML), END,
	};
	struct imds *imds = new_imds(*state, script);

	expect_no_fact(*state, imds, "instance_id", "instance metadata at 'http://169.254.169.254' answers HTTP 401 "
		       "for 'meta-data/instance-id'");
	fixture_expect_played(*state);
	imds_free(imds);
}

static void a_token_is_renewed_before_its_time_is_over(void **state)
{
	static const struct exchange_row script[] = {
		PUT_TOKEN, GET("meta-data/instance-id", 200, "i-0abc"), PUT_TOKEN,
		GET("meta-data/placement/region", 200, "eu-west-1"), END,
	};
	struct fixture *fixture = *state;
	struct imds *imds = new_imds(fixture, script);

	expect_fact(imds, "instance_id", "i-0abc");
	fixture->passed_ms += INT64_C(21540) * 1000;
	expect_fact(imds, "region", "eu-west-1");
	fixture_expect_played(fixture);
	imds_free(imds);
}

static void a_passing_fault_is_asked_again(void **state)
{
	static const struct exchange_row script[] = {
		PUT_TOKEN, GET("meta-data/instance-id", 500, HTML), GET("meta-data/instance-id", 0, "reset"),
		GET("meta-data/instance-id", 200, "i-0abc"), END,
	};
	struct imds *imds = new_imds(*state, script);

	expect_fact(imds, "instance_id", "i-0abc");
	fixture_expect_played(*state);
	imds_free(imds);
}

static void a_silent_service_is_not_waited_for_where_a_stop_is_asked_for(void **state)
{
	static const struct exchange_row hangs = { "PUT", BASE "api/token", NULL, NULL, -1, NULL };
	const struct exchange_row script[] = { hangs, hangs, hangs, END };
	struct fixture *fixture = *state;
	struct imds *imds = new_imds(fixture, script);
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "!", 1), 1);
	fixture->transport.stop_descriptor = &ends[0];
	expect_no_fact(fixture, imds, "instance_id",
		       "instance metadata does not answer at 'http://169.254.169.254' (stopped by a signal); in a "
		       "container the hop limit must be 2; elsewhere, is this an EC2 instance?");
	assert_int_equal(fixture->passed_ms, 0);
	imds_free(imds);
	close(ends[0]);
	close(ends[1]);
}

static void a_silent_service_is_waited_for_once(void **state)
{
	static const struct exchange_row silent = { "PUT", BASE "api/token", NULL, NULL, 0, "no route" };
	static const char message[] = "instance metadata does not answer at 'http://169.254.169.254' (no route); in a "
		"container the hop limit must be 2; elsewhere, is this an EC2 instance?";
	const struct exchange_row script[] = {
		silent, silent, silent, PUT_TOKEN, GET("meta-data/placement/region", 200, "eu-west-1"), END,
	};
	struct fixture *fixture = *state;
	struct imds *imds = new_imds(fixture, script);

	expect_no_fact(fixture, imds, "region", message);
	expect_no_fact(fixture, imds, "instance_id", message);
	assert_int_equal(fixture->exchanges, 3);
	fixture->passed_ms += 10000;
	expect_fact(imds, "region", "eu-west-1");
	fixture_expect_played(fixture);
	imds_free(imds);
}

static void another_endpoint_is_asked_as_it_is_written(void **state)
{
	static const struct exchange_row script[] = {
		{ "PUT", "http://[fd00:ec2::254]/latest/api/token", NULL, NULL, 200, "HIDDEN" },
		{ "GET", "http://[fd00:ec2::254]/latest/meta-data/instance-id", NULL, NULL, 200, "i-0abc" }, END,
	};
	struct fixture *fixture = *state;
	struct imds *imds = imds_new(&fixture->transport, &fixture->clock, "http://[fd00:ec2::254]/");

	fixture_play(fixture, script);
	expect_fact(imds, "instance_id", "i-0abc");
	imds_free(imds);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(facts_are_asked_with_one_token_and_once),
		WITH_FIXTURE(what_does_not_look_like_the_fact_is_refused),
		WITH_FIXTURE(a_token_that_is_refused_is_explained),
		WITH_FIXTURE(a_token_that_is_no_longer_taken_is_asked_anew),
		WITH_FIXTURE(a_second_refusal_of_the_token_ends_it),
		WITH_FIXTURE(a_token_is_renewed_before_its_time_is_over),
		WITH_FIXTURE(a_passing_fault_is_asked_again),
		WITH_FIXTURE(a_silent_service_is_not_waited_for_where_a_stop_is_asked_for),
		WITH_FIXTURE(a_silent_service_is_waited_for_once),
		WITH_FIXTURE(another_endpoint_is_asked_as_it_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
