"""Where credentials and a region may come from, as choices that are multiplied into rows; and where botocore and we mean
to differ, with the reason. In a text, {folder} and {cloud} stand for the place of the row's files and cloud.py's URL."""
import dataclasses
import itertools
import json

CONTAINER = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
SECRET = "never/shown"
EARLIER, LATER = "2001-01-01T00:00:00Z", "2100-01-01T00:00:00Z"


@dataclasses.dataclass(frozen=True)
class Choice:
    """`config` and `credentials` are added to the two shared files; `files` are others, by their name."""

    name: str
    environment: dict = dataclasses.field(default_factory=dict)
    config: str = ""
    credentials: str = ""
    files: dict = dataclasses.field(default_factory=dict)
    profile: str = ""  # as a flag
    region: str = ""  # as a flag
    metadata: str = "none"  # what instance metadata has: a role, no role, none: nobody is there

    def __or__(self, other):
        return Choice(
            f"{self.name}, {other.name}",
            {**self.environment, **other.environment},
            self.config + other.config,
            self.credentials + other.credentials,
            {**self.files, **other.files},
            self.profile or other.profile,
            self.region or other.region,
            other.metadata if self.metadata == "none" else self.metadata,
        )


def keys(name, **more):
    """The environment's own credentials."""
    pair = {"AWS_ACCESS_KEY_ID": f"AKIA{name}", "AWS_SECRET_ACCESS_KEY": SECRET}
    return {**pair, **more}


def section(header, **settings):
    return f"[{header}]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items())


def pair(name, **more):
    return {"aws_access_key_id": f"AKIA{name}", "aws_secret_access_key": SECRET, **more}


def role(name="web", **more):
    return {"role_arn": f"arn:aws:iam::111122223333:role/{name}", **more}


ENVIRONMENTS = [
    Choice("no keys in the environment"),
    Choice("keys", keys("ENV")),
    Choice("keys and a token", keys("ENV", AWS_SESSION_TOKEN="token")),
    Choice("keys and a token of the old name", keys("ENV", AWS_SECURITY_TOKEN="old")),
    Choice("keys and both tokens", keys("ENV", AWS_SECURITY_TOKEN="old", AWS_SESSION_TOKEN="token")),
    Choice("an ID alone", {"AWS_ACCESS_KEY_ID": "AKIAENV"}),
    Choice("a secret alone", {"AWS_SECRET_ACCESS_KEY": SECRET}),
    Choice("empty keys", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}),
    Choice("keys that expire later", keys("ENV", AWS_CREDENTIAL_EXPIRATION=LATER)),
    Choice("keys that have expired", keys("ENV", AWS_CREDENTIAL_EXPIRATION=EARLIER)),
]
SELECTIONS = [
    Choice("no profile named"),
    Choice("AWS_PROFILE", {"AWS_PROFILE": "work"}),
    Choice("AWS_DEFAULT_PROFILE", {"AWS_DEFAULT_PROFILE": "work"}),
    Choice("both profile variables", {"AWS_DEFAULT_PROFILE": "work", "AWS_PROFILE": "default"}),
    Choice("--profile", profile="work"),
    Choice("AWS_PROFILE of none", {"AWS_PROFILE": "nobody"}),
    Choice("--profile of none", profile="nobody"),
    Choice("AWS_PROFILE empty", {"AWS_PROFILE": ""}),
]
WORK = section("default", **pair("DEFAULT")) + section("work", **pair("WORK", aws_session_token="work-token"))
FILES = [
    Choice("no files"),
    Choice("a credentials file", credentials=WORK),
    Choice("a config file", config=WORK.replace("[work]", "[profile work]")),
    Choice(
        "both files",
        credentials=WORK,
        config=section("default", **pair("CONFIGDEFAULT")) + section("profile work", **pair("CONFIGWORK")),
    ),
    Choice(
        "files elsewhere",
        {"AWS_CONFIG_FILE": "{folder}/c", "AWS_SHARED_CREDENTIALS_FILE": "{folder}/k"},
        credentials=section("work", **pair("NOTREAD")),
        files={"c": section("profile work", **pair("CONFIGWORK")), "k": WORK},
    ),
    Choice("half a profile", credentials=section("default", aws_access_key_id="AKIAHALF") + "[work]\n"),
]
REGION_VARIABLES = [
    Choice("no region in the environment"),
    Choice("AWS_REGION", {"AWS_REGION": "eu-central-1"}),
    Choice("AWS_DEFAULT_REGION", {"AWS_DEFAULT_REGION": "eu-north-1"}),
    Choice("both region variables", {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-north-1"}),
    Choice("AWS_DEFAULT_REGION empty", {"AWS_DEFAULT_REGION": ""}),
]
REGION_FILES = [
    Choice("no region in the profile"),
    Choice("a region in the profile", config=section("default", region="ap-south-1")),
    Choice("a region in the credentials file", credentials=section("default", region="sa-east-1")),
]
REGION_FLAGS = [
    Choice("no --region"),
    Choice("--region", region="us-west-2"),
    Choice("--region of another host", region="evil.example/"),
]
METADATA = [Choice("no metadata"), Choice("metadata", metadata="a role")]
IN_IRELAND = Choice("a region", {"AWS_DEFAULT_REGION": "eu-west-1"})

# Profiles that lead elsewhere; each is the profile `work`.
SOURCE = section("profile source", **pair("SOURCE", region="us-east-2"))


def work(name, *more, files=(), **settings):
    return Choice(name, config=section("profile work", **settings) + "".join(more), files=dict(files))


def said(version=1, **more):
    """What a credential process prints."""
    return json.dumps({"Version": version, "AccessKeyId": "AKIAPROCESS", **more})


PROCESSES = {
    "good": said(SecretAccessKey=SECRET, SessionToken="process-token"),
    "later": said(SecretAccessKey=SECRET, Expiration=LATER),
    "earlier": said(SecretAccessKey=SECRET, Expiration=EARLIER),
    "another version": said(version=2, SecretAccessKey=SECRET),
    "half": said(),
    "prose": "Please log in.",
}
GOOD = {"said": PROCESSES["good"]}
IDENTITY = {"identity": "identity-token"}
PROFILES = [
    work("a role by source_profile", SOURCE, **role(source_profile="source")),
    work("a role that is denied", SOURCE, **role("denied", source_profile="source")),
    work(
        "a role with all its settings",
        SOURCE,
        **role(source_profile="source", external_id="outside", role_session_name="named", duration_seconds="1800"),
    ),
    work(
        "a role of a role",
        section("profile middle", **role("middle", source_profile="source")),
        SOURCE,
        **role(source_profile="middle"),
    ),
    work("a role with keys of its own", **role(source_profile="work"), **pair("OWN")),
    work("a role that is its own source", **role(source_profile="work")),
    work(
        "roles in a circle",
        section("profile other", **role("other", source_profile="work")),
        **role(source_profile="other"),
    ),
    work("a source that is not there", **role(source_profile="nobody")),
    work("a source without keys", section("profile source", region="us-east-2"), **role(source_profile="source")),
    work("a role without a source", **role()),
    work("a role with two sources", SOURCE, **role(source_profile="source", credential_source="Environment")),
    work("a role of the environment", **role(credential_source="Environment")),
    work("a role of the container", **role(credential_source="EcsContainer")),
    work("a role of the instance", **role(credential_source="Ec2InstanceMetadata")),
    work("a role of nothing known", **role(credential_source="Nowhere")),
    work("a role and keys", SOURCE, **role(source_profile="source"), **pair("BESIDE")),
    work("a web identity", files=IDENTITY, **role(web_identity_token_file="{folder}/identity")),
    work("a web identity without a file", **role(web_identity_token_file="{folder}/identity")),
    work("a web identity without a role", files=IDENTITY, web_identity_token_file="{folder}/identity"),
    work(
        "a web identity as a source",
        section("profile source", **role("first", web_identity_token_file="{folder}/identity")),
        files=IDENTITY,
        **role(source_profile="source"),
    ),
    *(
        work(f"a process that says {name}", files={"said": text}, credential_process="cat {folder}/said")
        for name, text in PROCESSES.items()
    ),
    work("a process that fails", credential_process="false"),
    work("a process that is not there", credential_process="{folder}/nobody"),
    work("a process with quotes", files={"sa id": PROCESSES["good"]}, credential_process='cat "{folder}/sa id"'),
    work("a process and keys", files=GOOD, credential_process="cat {folder}/said", **pair("BESIDE")),
    work(
        "a process as a source",
        section("profile source", credential_process="cat {folder}/said"),
        files=GOOD,
        **role(source_profile="source"),
    ),
    work(
        "single sign-on",
        sso_start_url="https://example.awsapps.com/start",
        sso_region="eu-west-1",
        sso_account_id="111122223333",
        sso_role_name="web",
    ),
    work(
        "single sign-on by a session",
        section("sso-session s", sso_start_url="https://example.awsapps.com/start", sso_region="eu-west-1"),
        sso_session="s",
        sso_account_id="111122223333",
        sso_role_name="web",
    ),
    work("nothing but a region", region="us-east-2"),
]
CHOSEN = [
    Choice("AWS_PROFILE", {"AWS_PROFILE": "work"}),
    Choice("--profile beside keys in the environment", keys("ENV"), profile="work"),
    Choice("AWS_PROFILE on an instance", {"AWS_PROFILE": "work"}, metadata="a role"),
]
WEB_IDENTITIES = [
    Choice("no web identity"),
    Choice(
        "a web identity",
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/identity", "AWS_ROLE_ARN": role()["role_arn"]},
        files=IDENTITY,
    ),
    Choice(
        "a named web identity",
        {
            "AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/identity",
            "AWS_ROLE_ARN": role()["role_arn"],
            "AWS_ROLE_SESSION_NAME": "named",
        },
        files=IDENTITY,
    ),
    Choice("a web identity without a role", {"AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/identity"}, files=IDENTITY),
]
CONTAINERS = [
    Choice("no container"),
    Choice("a container", {CONTAINER: "{cloud}/container"}),
    Choice("a container with a token", {CONTAINER: "{cloud}/container", TOKEN: "t"}),
    Choice(
        "a container with a token's file",
        {CONTAINER: "{cloud}/container", TOKEN: "t", TOKEN + "_FILE": "{folder}/token"},
        files={"token": "of-the-file"},
    ),
    Choice("a container with half a header", {CONTAINER: "{cloud}/container", TOKEN: "a\r\nb: c"}),
    Choice("a container elsewhere", {CONTAINER: "http://192.0.2.1/container"}),
]
INSTANCES = [
    Choice("no metadata"),
    Choice("a role of the instance", metadata="a role"),
    Choice("an instance without a role", metadata="no role"),
    Choice("an instance whose role fails", metadata="a failing role"),
    Choice("metadata that is turned off", {"AWS_EC2_METADATA_DISABLED": "true"}, metadata="a role"),
]
# A container's agent at its own address, which can be served in a network namespace only (agent_network.py).
AGENTS = [
    Choice("its path", {RELATIVE: "/container"}),
    Choice("its path and a whole URI", {RELATIVE: "/container", CONTAINER: "{cloud}/container"}),
    Choice("a whole URI of ECS", {CONTAINER: "http://169.254.170.2/container"}),
    Choice("a whole URI of EKS", {CONTAINER: "http://169.254.170.23/container"}),
    work("a role of the container", **role(credential_source="EcsContainer"))
    | Choice("by its path", {RELATIVE: "/container", "AWS_PROFILE": "work"}),
]
AGENTS_TOKENS = [
    Choice("no token"),
    Choice("a token", {TOKEN: "t"}),
    Choice("a token's file", {TOKEN: "t", TOKEN + "_FILE": "{folder}/token"}, files={"token": "of-the-file"}),
    Choice("half a header", {TOKEN: "a\r\nb: c"}),
]
FAILING_AGENTS = [
    Choice("a path that it does not know", {RELATIVE: "/nobody"}),
    Choice("a path that would be another host", {RELATIVE: ".example/container"}),
    Choice("a path that would be a password", {RELATIVE: ":80@127.0.0.1/container"}),
    Choice("a path that is empty", {RELATIVE: ""}),
]

# How the shared files may be written; each gives the profile that `work` is.
GRAMMAR = [
    Choice(
        "blanks around",
        config="[profile work]\n  aws_access_key_id  =  AKIAWORK  \naws_secret_access_key=never/shown\n",
    ),
    Choice(
        "capital keys", config="[profile work]\nAWS_ACCESS_KEY_ID = AKIAWORK\nAws_Secret_Access_Key = never/shown\n"
    ),
    Choice(
        "comments",
        config="# one\n; two\n[profile work]\n# three\naws_access_key_id = AKIAWORK\naws_secret_access_key = never/shown\n",
    ),
    Choice(
        "a comment behind",
        config="[profile work]\naws_access_key_id = AKIAWORK # mine\naws_secret_access_key = never/shown\n",
    ),
    Choice(
        "a quoted name", config='[profile "work"]\naws_access_key_id = AKIAWORK\naws_secret_access_key = never/shown\n'
    ),
    Choice(
        "tabs in a header",
        config="[profile\twork]\naws_access_key_id = AKIAWORK\naws_secret_access_key = never/shown\n",
    ),
    Choice("no word profile", config=section("work", **pair("WORK"))),
    Choice("the word profile in the credentials file", credentials=section("profile work", **pair("WORK"))),
    Choice(
        "a key twice",
        config="[profile work]\naws_access_key_id = AKIAONE\naws_access_key_id = AKIATWO\naws_secret_access_key = never/shown\n",
    ),
    Choice("a section twice", config=section("profile work", **pair("ONE")) + section("profile work", **pair("TWO"))),
    Choice("a setting before any section", config="region = eu-west-1\n" + section("profile work", **pair("WORK"))),
    Choice("a line that is none", config="[profile work]\naws_access_key_id\naws_secret_access_key = never/shown\n"),
    Choice("a colon", config="[profile work]\naws_access_key_id: AKIAWORK\naws_secret_access_key: never/shown\n"),
    Choice(
        "an equals sign in a value",
        config="[profile work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = s==\naws_session_token = a=b\n",
    ),
    Choice(
        "an empty token",
        config="[profile work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = never/shown\naws_session_token =\n",
    ),
    Choice("an empty key", config="[profile work]\naws_access_key_id =\naws_secret_access_key = never/shown\n"),
    Choice(
        "nested settings",
        config="[profile work]\ns3 =\n  aws_access_key_id = AKIANESTED\naws_access_key_id = AKIAWORK\naws_secret_access_key = never/shown\n",
    ),
    Choice(
        "a line that goes on",
        config="[profile work]\naws_access_key_id = AKIAWORK\n  MORE\naws_secret_access_key = never/shown\n",
    ),
    Choice(
        "line feeds of Windows",
        config="[profile work]\r\naws_access_key_id = AKIAWORK\r\naws_secret_access_key = never/shown\r\n",
    ),
    Choice(
        "half in each file",
        config=section("profile work", aws_access_key_id="AKIAWORK"),
        credentials=section("work", aws_secret_access_key=SECRET),
    ),
    Choice("a percent sign", config="[profile work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = %(s)s\n"),
]

GROUPS = {
    "environment and profile": [ENVIRONMENTS, SELECTIONS, [FILES[3]], [IN_IRELAND]],
    "profile and files": [[ENVIRONMENTS[0], ENVIRONMENTS[1]], SELECTIONS, FILES, [IN_IRELAND]],
    "region": [REGION_VARIABLES, REGION_FILES, REGION_FLAGS, METADATA, [ENVIRONMENTS[1]]],
    "profiles that lead elsewhere": [PROFILES, CHOSEN, [IN_IRELAND]],
    "last resorts": [WEB_IDENTITIES, CONTAINERS, INSTANCES, [IN_IRELAND]],
    "grammar": [GRAMMAR, CHOSEN[:1], [IN_IRELAND]],
}
AGENT_GROUPS = {
    "a container's agent": [AGENTS, AGENTS_TOKENS, [IN_IRELAND]],
    "a container's agent that fails": [FAILING_AGENTS, INSTANCES[:2], [IN_IRELAND]],
}


def rows(group):
    for choices in itertools.product(*{**GROUPS, **AGENT_GROUPS}[group]):
        row = choices[0]
        for choice in choices[1:]:
            row = row | choice
        yield row


# botocore's refusal, and ours for the same reason.
REFUSALS = {
    "ClientError": "AccessDenied",
    "ConfigParseError": r"/\.aws/config:\d+: ",
    "CredentialRetrievalError": "credential_source '.*' of profile 'work' has no credentials|credential_process of profile|metadata at '.*' has no"
    "|container credentials: (it answers HTTP 404|what .* may not be asked)",
    "FileNotFoundError": "No such file or directory",
    "HTTPClientError": "a blank or a control character",
    "InfiniteLoopConfigError": "leads back to itself",
    "InvalidConfigError": "source_profile '.*' (does not exist|has no credentials)|leave one|unknown credential_source|but no role",
    "InvalidRegionError": "cannot be a region",
    "JSONDecodeError": "no JSON object",
    "NoCredentialsError": "no credentials for profile",
    "NoRegionError": "no region",
    "PartialCredentialsError": "partial credentials|neither source_profile nor credential_source",
    "ProfileNotFound": "unknown profile",
    "RuntimeError": "have expired",
    "SSOTokenLoadError": "uses SSO, which a hook cannot",
    "ValueError": "has a line feed in it|names may not be asked",
}


@dataclasses.dataclass(frozen=True)
class Difference:
    """`row` as the shell matches names; `theirs` is how botocore's refusal begins, or what it chose."""

    group: str
    row: str
    theirs: str
    why: str


EMPTY = "An empty variable is as good as none, as for the AWS CLI v2 and the SDKs for Go, Java and Rust."
PARTIAL = "Half a pair is a mistake that whoever made it wants to hear of; other keys in its place would be a surprise."
NAME = "AWS_REGION is the variable of the SDKs and Tools Reference Guide; botocore alone reads only AWS_DEFAULT_REGION."
DIFFERENCES = [
    Difference("environment and profile", "*AWS_PROFILE empty*", "ProfileNotFound", EMPTY),
    Difference("environment and profile", "a secret alone, *", "AKIA", PARTIAL),
    Difference("profile and files", "*AWS_PROFILE empty*", "ProfileNotFound", EMPTY),
    Difference("a container's agent that fails", "a path that is empty, *", "CredentialRetrievalError", EMPTY),
    Difference("region", "AWS_REGION, *", "", NAME),
    Difference("region", "both region variables, *", "AKIAENV", NAME),
    Difference("region", "AWS_DEFAULT_REGION empty, *", "AKIAENV", EMPTY),
    Difference(
        "region",
        "no region in the environment, no region in the profile, no --region, metadata, *",
        "NoRegionError",
        "An instance knows its region; the reference guide has it as the last place, which botocore does not look at.",
    ),
    Difference(
        "grammar",
        "a comment behind, *",
        "AKIAWORK # mine",
        "No key has a blank in it: it is refused, where botocore signs with it and AWS refuses.",
    ),
]
