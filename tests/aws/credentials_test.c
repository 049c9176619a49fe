#include "config.h"

#include "fixture.h"

#include <string.h>

#include "aws/credentials_chain.h"
#include "aws/endpoint.h"
#include "aws/settings.h"
#include "base/memory.h"
#include "model/services.h"

#define IMDS "http://169.254.169.254/latest/"
#define STS "https://sts.eu-west-1.amazonaws.com/"
#define ROLE "arn:aws:iam::111122223333:role/"

#define TOKEN { "PUT", IMDS "api/token", NULL, NULL, 200, "HIDDENimds" }
#define ROLE_NAME { "GET", IMDS "meta-data/iam/security-credentials/", NULL, NULL, 200, "web" }
#define ROLE_KEYS(status, body) { "GET", IMDS "meta-data/iam/security-credentials/web", NULL, NULL, status, body }
#define IMDS_KEYS(id, expiration) "{\"Code\": \"Success\", \"AccessKeyId\": \"" id "\", \"SecretAccessKey\": " \
	"\"HIDDENkey\", \"Token\": \"HIDDENtoken\", \"Expiration\": \"" expiration "\"}"
#define NO_IMDS { "PUT", IMDS "api/token", NULL, NULL, 403, "" }
#define ASSUMED(operation, id) "<" operation "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" \
	operation "Result><Credentials><AccessKeyId>" id "</AccessKeyId><SecretAccessKey>HIDDENkey</SecretAccessKey>" \
	"<SessionToken>HIDDENtoken</SessionToken><Expiration>2026-11-22T21:07:38Z</Expiration></Credentials></" \
	operation "Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></" operation "Response>"
#define FAULT(code, message) "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender" \
	"</Type><Code>" code "</Code><Message>" message "</Message></Error><RequestId>r</RequestId></ErrorResponse>"
#define KEYS(id) "aws_access_key_id = " id "\naws_secret_access_key = HIDDENkey\n"
#define LATER "2026-11-22T21:07:38Z" /* an hour after the clock's start */

/* Everything that a look-up stands on; `given` is what came of it. */
struct stage {
	struct fixture *fixture;
	struct arena *arena;
	struct settings settings;
	struct imds *imds;
	struct credentials_provider *provider;
	const struct credentials *given;
	struct error err;
};

struct setup {
	const char *environment[6];
	const char *credentials, *config;
	const char *profile;       /* --profile */
	const char *file, *text;   /* another file below home */
	struct exchange_row script[8];
	const char *date;          /* of every answer */
};

static void stage_release(struct stage *stage)
{
	credentials_chain_free(stage->provider);
	imds_free(stage->imds);
	settings_release(&stage->settings);
	arena_free(stage->arena);
}

static void stage_init(struct stage *stage, struct fixture *fixture, const struct setup *setup)
{
	const struct settings_flags flags = { .profile = setup->profile, .region = "eu-west-1" };
	struct credentials_chain_options options = {
		.settings = &stage->settings, .transport = &fixture->transport, .clock = &fixture->clock,
		.user_agent = "tidegate",
	};

	*stage = (struct stage){ .fixture = fixture, .arena = arena_new() };
	fixture->passed_ms = 0;
	fixture_set_environment(fixture, setup->environment);
	fixture_write(fixture, ".aws/credentials", setup->credentials);
	fixture_write(fixture, ".aws/config", setup->config);
	if (setup->file)
		fixture_write(fixture, setup->file, setup->text);
	fixture_play(fixture, setup->script);
	fixture->date = setup->date;
	if (settings_load(&stage->settings, &flags, fixture->environment, &stage->err) < 0)
		fail_msg("%s", stage->err.message);
	options.imds = stage->imds = imds_new(&fixture->transport, &fixture->clock, NULL);
	options.partitions = partitions_embedded(stage->arena, &stage->err);
	options.services = services_new(stage->arena);
	assert_non_null(options.partitions);
	stage->provider = credentials_chain_new(&options);
}

static int64_t stage_now_ms(const struct stage *stage)
{
	return stage->fixture->clock.wall_ms(&stage->fixture->clock);
}

static int stage_get(struct stage *stage, bool force)
{
	return stage->provider->get(stage->provider, stage_now_ms(stage), force, &stage->given, &stage->err);
}

static void stage_expect(struct stage *stage, const char *id)
{
	if (stage_get(stage, false) < 0)
		fail_msg("%s", stage->err.message);
	assert_string_equal(stage->given->access_key_id, id);
	assert_string_equal(stage->given->secret_access_key, "HIDDENkey");
}

static void credentials_come_from_the_first_place_that_has_some(void **state)
{
	static const struct {
		struct setup setup;
		const char *place, *id, *token;
	} rows[] = {
		{ { .environment = { "AWS_ACCESS_KEY_ID=E", "AWS_SECRET_ACCESS_KEY=HIDDENkey" },
		    .credentials = "[default]\n" KEYS("C") }, "environment", "E", NULL },
		{ { .environment = { "AWS_ACCESS_KEY_ID=E", "AWS_SECRET_ACCESS_KEY=HIDDENkey",
				     "AWS_SESSION_TOKEN=HIDDENtoken" } }, "environment", "E", "HIDDENtoken" },
		{ { .environment = { "AWS_ACCESS_KEY_ID=E", "AWS_SECRET_ACCESS_KEY=HIDDENkey", "AWS_PROFILE=p" },
		    .credentials = "[p]\n" KEYS("C") }, "environment", "E", NULL },
		{ { .environment = { "AWS_ACCESS_KEY_ID=E", "AWS_SECRET_ACCESS_KEY=HIDDENkey" }, .profile = "p",
		    .credentials = "[p]\n" KEYS("C") }, "credentials file", "C", NULL },
		{ { .environment = { "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=" },
		    .credentials = "[default]\n" KEYS("C") "aws_session_token = HIDDENtoken\n" },
		  "credentials file", "C", "HIDDENtoken" },
		{ { .credentials = "[default]\n" KEYS("C"), .config = "[default]\n" KEYS("F") },
		  "credentials file", "C", NULL },
		{ { .config = "[default]\n" KEYS("F") }, "config file", "F", NULL },
		{ { .config = "[default]\ncredential_process = sh -c 'cat \"$HOME/made\"'\n" KEYS("F"), .file = "made",
		    .text = "{\"Version\": 1, \"AccessKeyId\": \"P\", \"SecretAccessKey\": \"HIDDENkey\", "
			    "\"SessionToken\": \"HIDDENtoken\", \"Expiration\": \"2026-11-22T21:07:38+00:00\"}" },
		  "credential process", "P", "HIDDENtoken" },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/x" },
		    .script = { { "GET", "http://169.254.170.2/v2/x", "accept: application/json", NULL, 200,
				  IMDS_KEYS("K", LATER) } } }, "container", "K", "HIDDENtoken" },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://[fd00:ec2::23]/v1",
				     "AWS_CONTAINER_AUTHORIZATION_TOKEN=HIDDENno",
				     "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=!/token" },
		    .file = "token", .text = "HIDDENyes",
		    .script = { { "GET", "http://[fd00:ec2::23]/v1", "authorization: HIDDENyes", NULL, 200,
				  IMDS_KEYS("K", LATER) } } }, "container", "K", "HIDDENtoken" },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.1.2.3:80/v1" },
		    .script = { { "GET", "http://127.1.2.3:80/v1", NULL, NULL, 500, "HIDDEN" },
				{ "GET", "http://127.1.2.3:80/v1", NULL, NULL, 200, IMDS_KEYS("K", LATER) } } },
		  "container", "K", "HIDDENtoken" },
		{ { .script = { TOKEN, ROLE_NAME, ROLE_KEYS(200, IMDS_KEYS("I", LATER)) } },
		  "instance metadata", "I", "HIDDENtoken" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct stage stage;

		stage_init(&stage, *state, &rows[i].setup);
		stage_expect(&stage, rows[i].id);
		assert_string_equal(credentials_chain_place(stage.provider), rows[i].place);
		if (rows[i].token)
			assert_string_equal(stage.given->session_token, rows[i].token);
		else
			assert_null(stage.given->session_token);
		fixture_expect_played(*state);
		stage_release(&stage);
	}
}

#define NOT_YET \
	"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>" \
	"<Code>SignatureDoesNotMatch</Code><Message>Signature expired: 20261122T200738Z is now earlier than " \
	"20261122T205238Z (20261122T210738Z - 15 min.)</Message></Error><RequestId>1</RequestId></ErrorResponse>"

static void a_role_is_assumed_with_the_credentials_it_names(void **state)
{
	static const struct {
		struct setup setup;
		const char *place;
	} rows[] = {
		{ { .config = "[default]\nrole_arn = " ROLE "a\nsource_profile = s\nexternal_id = x y\n"
			      "role_session_name = me\nduration_seconds = 900\n",
		    .credentials = "[s]\n" KEYS("C"),
		    .script = { { "POST", STS, NULL, "&RoleSessionName=me&DurationSeconds=900&ExternalId=x%20y", 200,
				  ASSUMED("AssumeRole", "A") } } }, "role of the profile" },
		{ { .config = "[default]\nrole_arn = " ROLE "a\nsource_profile = default\n" KEYS("F"),
		    .script = { { "POST", STS, NULL, "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A"
				  "%3A111122223333%3Arole%2Fa&RoleSessionName=tidegate-1795378058", 200,
				  ASSUMED("AssumeRole", "A") } } }, "role of the profile" },
		{ { .config = "[default]\nrole_arn = " ROLE "a\nsource_profile = b\n"
			      "[profile b]\nrole_arn = " ROLE "b\nsource_profile = c\n[profile c]\n" KEYS("F"),
		    .script = { { "POST", STS, NULL, "%3Arole%2Fb&", 200, ASSUMED("AssumeRole", "B") },
				{ "POST", STS, "x-amz-security-token: HIDDENtoken", "%3Arole%2Fa&", 200,
				  ASSUMED("AssumeRole", "A") } } }, "role of the profile" },
		{ { .config = "[default]\nrole_arn = " ROLE "a\ncredential_source = Ec2InstanceMetadata\n",
		    .script = { TOKEN, ROLE_NAME, ROLE_KEYS(200, IMDS_KEYS("I", LATER)),
				{ "POST", STS, "x-amz-security-token: HIDDENtoken", "role%2Fa", 200,
				  ASSUMED("AssumeRole", "A") } } }, "role of the profile" },
		{ { .environment = { "AWS_ACCESS_KEY_ID=E", "AWS_SECRET_ACCESS_KEY=HIDDENkey" }, .profile = "p",
		    .config = "[profile p]\nrole_arn = " ROLE "a\ncredential_source = Environment\n",
		    .script = { { "POST", STS, NULL, "role%2Fa", 200, ASSUMED("AssumeRole", "A") } } },
		  "role of the profile" },
		{ { .config = "[default]\nrole_arn = " ROLE "a\nsource_profile = s\n", .credentials = "[s]\n" KEYS("C"),
		    .script = { { "POST", STS, NULL, NULL, 503, "HIDDEN" }, { "POST", STS, NULL, NULL, 0, "reset" },
				{ "POST", STS, NULL, NULL, 200, ASSUMED("AssumeRole", "A") } } },
		  "role of the profile" },
		/* Our clock is an hour behind: what is signed again is signed by AWS's. */
		{ { .config = "[default]\nrole_arn = " ROLE "a\nsource_profile = s\n", .credentials = "[s]\n" KEYS("C"),
		    .script = { { "POST", STS, "x-amz-date: 20261122T200738Z", NULL, 403, NOT_YET },
				{ "POST", STS, "x-amz-date: 20261122T210739Z", NULL, 200,
				  ASSUMED("AssumeRole", "A") } },
		    .date = "Sun, 22 Nov 2026 21:07:38 GMT" },
		  "role of the profile" },
		{ { .environment = { "AWS_WEB_IDENTITY_TOKEN_FILE=!/token", "AWS_ROLE_ARN=" ROLE "w",
				     "AWS_ROLE_SESSION_NAME=pod" },
		    .file = "token", .text = "HIDDENjwt\n",
		    .script = { { "POST", STS, NULL, "role%2Fw&RoleSessionName=pod&WebIdentityToken=HIDDENjwt", 200,
				  ASSUMED("AssumeRoleWithWebIdentity", "A") } } }, "web identity" },
		{ { .environment = { "AWS_WEB_IDENTITY_TOKEN_FILE=!/no", "AWS_ROLE_ARN=no" }, .profile = "p",
		    .config = "[profile p]\nrole_arn = " ROLE "w\nweb_identity_token_file = !/token\n",
		    .file = "token", .text = "HIDDENjwt",
		    .script = { { "POST", STS, NULL, "role%2Fw", 200, ASSUMED("AssumeRoleWithWebIdentity", "A") } } },
		  "web identity" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct stage stage;

		stage_init(&stage, *state, &rows[i].setup);
		stage_expect(&stage, "A");
		assert_int_equal(stage.given->expires_ms, WALL_START_MS + 3600 * 1000);
		assert_string_equal(credentials_chain_place(stage.provider), rows[i].place);
		fixture_expect_played(*state);
		stage_release(&stage);
	}
}

#define LOOKED_AT "no credentials for profile 'default' (looked at: environment, role of the profile, web identity, " \
	"SSO, credentials file, login session, credential process, config file, container): "
#define ONE_ROLE "[default]\nrole_arn = " ROLE "a\nsource_profile = s\n"
#define CONTAINER(variable) "container credentials: what AWS_CONTAINER_CREDENTIALS_" variable "_URI names may not be " \
	"asked: it must be https, a loopback address, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]"

static void what_gives_no_credentials_says_why(void **state)
{
	static const struct {
		struct setup setup;
		const char *message;
	} rows[] = {
		{ { .script = { NO_IMDS } }, LOOKED_AT "instance metadata at 'http://169.254.169.254' is turned off "
		  "for this instance: turn it on with 'aws ec2 modify-instance-metadata-options --http-endpoint "
		  "enabled' (HTTP 403)" },
		{ { .environment = { "AWS_EC2_METADATA_DISABLED=true" } },
		  LOOKED_AT "instance metadata is not asked, by AWS_EC2_METADATA_DISABLED" },
		{ { .script = { TOKEN, { "GET", IMDS "meta-data/iam/security-credentials/", NULL, NULL, 404, "" } } },
		  LOOKED_AT "the instance has no role: give it an instance profile" },
		{ { .script = { TOKEN, { "GET", IMDS "meta-data/iam/security-credentials/", NULL, NULL, 200,
					 "<html>HIDDEN</html>" } } },
		  LOOKED_AT "instance metadata names no role; is a proxy or another service there?" },
		{ { .script = { TOKEN, ROLE_NAME, ROLE_KEYS(200, "{\"Code\": \"AssumeRoleUnauthorizedAccess\", "
								 "\"Message\": \"HIDDEN\"}") } },
		  LOOKED_AT "instance metadata for role 'web': it has none (AssumeRoleUnauthorizedAccess): may EC2 "
		  "assume this role?" },
		{ { .script = { TOKEN, ROLE_NAME, ROLE_KEYS(200, "{\"AccessKeyId\": \"HIDDEN\"}") } },
		  LOOKED_AT "instance metadata for role 'web': its answer has no 'SecretAccessKey'" },
		{ { .environment = { "AWS_ACCESS_KEY_ID=HIDDEN" } },
		  "partial credentials in the environment: 'AWS_ACCESS_KEY_ID' is there, 'AWS_SECRET_ACCESS_KEY' is "
		  "missing" },
		{ { .environment = { "AWS_SECRET_ACCESS_KEY=HIDDEN" } },
		  "partial credentials in the environment: 'AWS_SECRET_ACCESS_KEY' is there, 'AWS_ACCESS_KEY_ID' is "
		  "missing" },
		{ { .environment = { "AWS_ACCESS_KEY_ID=E", "AWS_SECRET_ACCESS_KEY=HIDDEN\r\nX: y" } },
		  "the credentials of the environment have a blank or a control character in them" },
		{ { .environment = { "AWS_ACCESS_KEY_ID=E", "AWS_SECRET_ACCESS_KEY=HIDDEN",
				     "AWS_CREDENTIAL_EXPIRATION=2026-11-22T20:07:38Z" } },
		  "the credentials of the environment have expired; renew them there" },
		{ { .environment = { "AWS_ACCESS_KEY_ID=E", "AWS_SECRET_ACCESS_KEY=HIDDEN",
				     "AWS_CREDENTIAL_EXPIRATION=HIDDEN" } },
		  "AWS_CREDENTIAL_EXPIRATION is no time such as '2026-11-22T20:07:38Z'" },
		{ { .credentials = "[default]\naws_access_key_id = HIDDEN\n" },
		  "profile 'default' in '!/.aws/credentials': partial credentials in the profile: 'aws_access_key_id' "
		  "is there, 'aws_secret_access_key' is missing" },
		{ { .config = "[default]\naws_secret_access_key = HIDDEN\n" },
		  "profile 'default' in '!/.aws/config': partial credentials in the profile: 'aws_secret_access_key' "
		  "is there, 'aws_access_key_id' is missing" },
		{ { .profile = "p", .config = "[profile p]\nsso_session = x\nsso_role_name = r\n" },
		  "profile 'p' uses SSO, which a hook cannot: write a profile with 'credential_process = aws configure "
		  "export-credentials --profile p --format process' and name that one" },
		{ { .config = "[default]\nlogin_session = x\n" },
		  "profile 'default' uses a login session, which a hook cannot: write a profile with "
		  "'credential_process = aws configure export-credentials --profile default --format process' and name "
		  "that one" },
		{ { .config = "[default]\ncredential_process = \n" },
		  "credential_process of profile 'default': it is empty" },
		{ { .config = "[default]\ncredential_process = 'HIDDEN\n" },
		  "credential_process of profile 'default': a quotation or a backslash at its end is not finished" },
		{ { .config = "[default]\ncredential_process = sh -c 'echo HIDDEN >&2; exit 1'\n" },
		  "credential_process of profile 'default': it failed with exit status 1; run it by hand to see why" },
		{ { .config = "[default]\ncredential_process = echo HIDDEN\n" },
		  "credential_process of profile 'default': its answer is no JSON object" },
		{ { .config = "[default]\ncredential_process = echo '{\"Version\": 2}'\n" },
		  "credential_process of profile 'default': the 'Version' in its answer is not 1" },
		{ { .config = "[default]\ncredential_process = echo '{\"Version\": 1, \"SecretAccessKey\": "
			      "\"HIDDEN\"}'\n" },
		  "credential_process of profile 'default': its answer has no 'AccessKeyId'" },
		{ { .config = "[default]\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"a\", "
			      "\"SecretAccessKey\": \"HIDDEN\", \"Expiration\": \"HIDDEN\"}'\n" },
		  "credential_process of profile 'default': the 'Expiration' in its answer is no time" },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://evil.example/HIDDEN" } },
		  CONTAINER("FULL") },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1@evil.example/" } },
		  CONTAINER("FULL") },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_FULL_URI=ftp://127.0.0.1/" } }, CONTAINER("FULL") },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost.evil.example/" } },
		  CONTAINER("FULL") },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=@evil.example/" } },
		  CONTAINER("RELATIVE") },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=.evil.example/" } },
		  CONTAINER("RELATIVE") },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x",
				     "AWS_CONTAINER_AUTHORIZATION_TOKEN=HIDDEN\r\nX: y" } },
		  "container credentials: the container's authorization token has a line feed in it" },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x",
				     "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=!/none" } },
		  "container credentials: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: cannot open '!/none': No such file "
		  "or directory" },
		{ { .environment = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x" },
		    .script = { { "GET", "http://169.254.170.2/x", NULL, NULL, 500, "HIDDEN" },
				{ "GET", "http://169.254.170.2/x", NULL, NULL, 0, "reset" },
				{ "GET", "http://169.254.170.2/x", NULL, NULL, 403, "HIDDEN" } } },
		  "container credentials: it answers HTTP 403" },
		{ { .config = "[default]\nrole_arn = a\n" },
		  "profile 'default' has a role_arn, but neither source_profile nor credential_source" },
		{ { .config = "[default]\nrole_arn = a\nsource_profile = b\ncredential_source = Environment\n" },
		  "profile 'default' has both source_profile and credential_source: leave one" },
		{ { .config = "[default]\nrole_arn = a\nsource_profile = b\n" },
		  "source_profile 'b' of profile 'default' does not exist" },
		{ { .config = "[default]\nrole_arn = a\nsource_profile = b\n[profile b]\nregion = x\n" },
		  "source_profile 'b' of profile 'default' has no credentials" },
		{ { .config = "[default]\nrole_arn = a\nsource_profile = default\n" },
		  "source_profile 'default' of profile 'default' leads back to itself" },
		{ { .config = "[default]\nrole_arn = a\nsource_profile = b\n"
			      "[profile b]\nrole_arn = b\nsource_profile = c\n"
			      "[profile c]\nrole_arn = c\nsource_profile = b\n" },
		  "source_profile 'b' of profile 'c' leads back to itself" },
		{ { .config = "[default]\nrole_arn = a\ncredential_source = Moon\n" },
		  "unknown credential_source 'Moon' in profile 'default': it is 'Environment', 'EcsContainer' or "
		  "'Ec2InstanceMetadata'" },
		{ { .config = "[default]\nrole_arn = a\ncredential_source = Environment\n" },
		  "credential_source 'Environment' of profile 'default' has no credentials" },
		{ { .config = "[default]\nrole_arn = a\ncredential_source = Ec2InstanceMetadata\n",
		    .script = { TOKEN, { "GET", IMDS "meta-data/iam/security-credentials/", NULL, NULL, 404, "" } } },
		  "credential_source 'Ec2InstanceMetadata' of profile 'default': the instance has no role: give it an "
		  "instance profile" },
		{ { .config = ONE_ROLE "mfa_serial = m\n", .credentials = "[s]\n" KEYS("C") },
		  "profile 'default' wants a code of 'm' (mfa_serial), and a hook has nobody to ask: use a role "
		  "without MFA, or export a session's credentials first" },
		{ { .config = ONE_ROLE "duration_seconds = 1h\n", .credentials = "[s]\n" KEYS("C") },
		  "duration_seconds '1h' of profile 'default' is no number of seconds" },
		{ { .config = ONE_ROLE, .credentials = "[s]\n" KEYS("C"),
		    .script = { { "POST", STS, NULL, NULL, 403, FAULT("AccessDenied", "not authorized to perform: "
				  "sts:AssumeRole") } } },
		  "role of profile 'default': sts:AssumeRole: AccessDenied: not authorized to perform: "
		  "sts:AssumeRole" },
		{ { .config = ONE_ROLE, .credentials = "[s]\n" KEYS("C") "aws_session_token = HIDDENtoken\n",
		    .script = { { "POST", STS, NULL, NULL, 403, FAULT("SignatureDoesNotMatch", "The request signature "
				  "we calculated does not match.\n\nThe Canonical String for this request should have "
				  "been\n'POST\n/\n\nx-amz-security-token:HIDDENtoken\n'") } } },
		  "role of profile 'default': sts:AssumeRole: SignatureDoesNotMatch: The request signature we "
		  "calculated does not match." },
		{ { .environment = { "AWS_WEB_IDENTITY_TOKEN_FILE=!/token" }, .file = "token", .text = "HIDDEN" },
		  "a web identity token file is given, but no role: set AWS_ROLE_ARN or role_arn" },
		{ { .environment = { "AWS_WEB_IDENTITY_TOKEN_FILE=!/none", "AWS_ROLE_ARN=" ROLE "w" } },
		  "web identity token: cannot open '!/none': No such file or directory" },
		{ { .environment = { "AWS_WEB_IDENTITY_TOKEN_FILE=!/token", "AWS_ROLE_ARN=" ROLE "w" }, .file = "token",
		    .text = "\n" }, "the web identity token in '!/token' is empty or no text" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct stage stage;

		stage_init(&stage, *state, &rows[i].setup);
		assert_int_equal(stage_get(&stage, false), -1);
		assert_int_equal(stage.err.kind, ERROR_CREDENTIALS);
		fixture_expect_error(*state, &stage.err, rows[i].message);
		fixture_expect_played(*state);
		stage_release(&stage);
	}
}

static void a_long_chain_of_profiles_is_refused(void **state)
{
	struct buffer config = BUFFER_INIT;
	struct setup setup = { .profile = "p0" };
	struct stage stage;

	for (int i = 0; i < 1000; i++)
		buffer_add_format(&config, "[profile p%d]\nrole_arn = a\nsource_profile = p%d\n", i, i + 1);
	setup.config = buffer_text(&config);
	stage_init(&stage, *state, &setup);
	assert_int_equal(stage_get(&stage, false), -1);
	fixture_expect_error(*state, &stage.err,
			     "source_profile 'p16' of profile 'p15' is the 16th in a row: too many");
	stage_release(&stage);
	buffer_release(&config);
}

enum { MINUTE_MS = 60 * 1000 };

static void what_is_kept_is_not_asked_for_again(void **state)
{
	static const struct setup setup = { .script = { TOKEN, ROLE_NAME, ROLE_KEYS(200, IMDS_KEYS("I", LATER)) } };
	struct stage stage;

	stage_init(&stage, *state, &setup);
	stage_expect(&stage, "I");
	stage.fixture->passed_ms = 45 * MINUTE_MS;
	stage_expect(&stage, "I");
	fixture_expect_played(*state);
	stage_release(&stage);
}

static void what_soon_expires_is_renewed(void **state)
{
	static const struct setup setup = {
		.script = { TOKEN, ROLE_NAME, ROLE_KEYS(200, IMDS_KEYS("I", LATER)),
			    ROLE_NAME, ROLE_KEYS(200, IMDS_KEYS("J", "2026-11-22T23:07:38Z")) }
	};
	struct stage stage;

	stage_init(&stage, *state, &setup);
	stage_expect(&stage, "I");
	stage.fixture->passed_ms = 45 * MINUTE_MS + 1;
	stage_expect(&stage, "J");
	fixture_expect_played(*state);
	stage_release(&stage);
}

#define CONTAINER_ROW(status, body) { "GET", "http://169.254.170.2/x", NULL, NULL, status, body }

/* Advisory: kept, and not asked for again within the minute. Mandatory: an error, each time. */
static void what_cannot_be_renewed_is_kept_until_it_must_be(void **state)
{
	static const struct setup setup = {
		.environment = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x" },
		.script = { CONTAINER_ROW(200, IMDS_KEYS("K", LATER)),
			    CONTAINER_ROW(500, ""), CONTAINER_ROW(500, ""), CONTAINER_ROW(500, ""),
			    CONTAINER_ROW(500, ""), CONTAINER_ROW(500, ""), CONTAINER_ROW(500, "") }
	};
	struct stage stage;

	stage_init(&stage, *state, &setup);
	stage_expect(&stage, "K");
	stage.fixture->passed_ms = 46 * MINUTE_MS;
	stage_expect(&stage, "K");
	stage_expect(&stage, "K");
	assert_int_equal(stage.fixture->exchanges, 4);
	stage.fixture->passed_ms = 51 * MINUTE_MS;
	assert_int_equal(stage_get(&stage, false), -1);
	fixture_expect_error(*state, &stage.err, "container credentials: it answers HTTP 500");
	assert_int_equal(stage.fixture->exchanges, 7);
	fixture_play(*state, (const struct exchange_row[]){ CONTAINER_ROW(200, IMDS_KEYS("L", "2026-11-22T22:07:38Z")),
							     { NULL, NULL, NULL, NULL, 0, NULL } });
	stage_expect(&stage, "L");
	stage_release(&stage);
}

static void expired_credentials_of_instance_metadata_are_kept_while_it_fails(void **state)
{
	static const struct setup setup = {
		.script = { TOKEN, ROLE_NAME, ROLE_KEYS(200, IMDS_KEYS("I", LATER)),
			    { "GET", IMDS "meta-data/iam/security-credentials/", NULL, NULL, 403, "" },
			    ROLE_NAME, ROLE_KEYS(200, IMDS_KEYS("I", LATER)),
			    ROLE_NAME }
	};
	struct stage stage;

	stage_init(&stage, *state, &setup);
	stage_expect(&stage, "I");
	stage.fixture->passed_ms = 70 * MINUTE_MS;
	stage_expect(&stage, "I"); /* it refuses */
	stage_expect(&stage, "I");
	assert_int_equal(stage.fixture->exchanges, 4);
	stage.fixture->passed_ms = 72 * MINUTE_MS;
	stage_expect(&stage, "I"); /* it gives the expired ones again */
	assert_int_equal(stage.fixture->exchanges, 6);
	stage_release(&stage);
}

static void what_aws_no_longer_takes_is_renewed_at_once(void **state)
{
	static const struct setup setup = {
		.environment = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x" },
		.script = { CONTAINER_ROW(200, IMDS_KEYS("K", LATER)), CONTAINER_ROW(200, IMDS_KEYS("L", LATER)) }
	};
	struct stage stage;

	stage_init(&stage, *state, &setup);
	stage_expect(&stage, "K");
	assert_int_equal(stage_get(&stage, true), 0);
	assert_string_equal(stage.given->access_key_id, "L");
	fixture_expect_played(*state);
	stage_release(&stage);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(credentials_come_from_the_first_place_that_has_some),
		WITH_FIXTURE(a_role_is_assumed_with_the_credentials_it_names),
		WITH_FIXTURE(what_gives_no_credentials_says_why),
		WITH_FIXTURE(a_long_chain_of_profiles_is_refused),
		WITH_FIXTURE(what_is_kept_is_not_asked_for_again),
		WITH_FIXTURE(what_soon_expires_is_renewed),
		WITH_FIXTURE(what_cannot_be_renewed_is_kept_until_it_must_be),
		WITH_FIXTURE(expired_credentials_of_instance_metadata_are_kept_while_it_fails),
		WITH_FIXTURE(what_aws_no_longer_takes_is_renewed_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
