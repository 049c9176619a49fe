"""What credentials come from and are shown to, all in one: STS, a container's agent, and the log of who asked. The keys that
its STS gives tell how they were asked for, so that two clients with the same keys have asked in the same way."""
import dataclasses
import hashlib
import json
import re
import urllib.parse

from rules import Answer, error_answer
from server import Server

LATER = "2100-01-01T00:00:00Z"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
SIGNED = re.compile(r"Credential=([^/]+)/\d{8}/([^/]*)/")


@dataclasses.dataclass(frozen=True)
class Signer:
    """Who has signed a request, as AWS sees it."""

    key: str
    token: str
    region: str


def signer_of(request):
    signed = SIGNED.search(request.headers.get("Authorization", ""))
    key, region = signed.groups() if signed else ("", "")
    return Signer(key, request.headers.get("X-Amz-Security-Token", ""), region)


def sts_answer(action, result):
    body = f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{result}</{action}Result></{action}Response>'
    return Answer(200, body, {"Content-Type": "text/xml"})


class Cloud(Server):
    def __init__(self, address=("127.0.0.1", 0), agents_key="ASIACONTAINER"):
        super().__init__(address)
        self.agents_key = agents_key
        self.shown = []  # by whom GetCallerIdentity was signed

    def answer(self, request, body):
        if request.path.startswith("/container"):
            return self.container(request)
        form = dict(urllib.parse.parse_qsl(body.decode()))
        action = form.get("Action", "")
        if action in ("AssumeRole", "AssumeRoleWithWebIdentity"):
            return self.assume(action, form, signer_of(request))
        if action != "GetCallerIdentity":
            return Answer(404, "", {"Content-Type": "text/html"})
        self.shown.append(signer_of(request))
        who = "<Arn>arn:aws:iam::111122223333:user/who</Arn><UserId>U</UserId><Account>111122223333</Account>"
        return sts_answer(action, who)

    def assume(self, action, form, signer):
        if form["RoleArn"].endswith("/denied"):
            return error_answer("sts", 403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole")
        if re.match("(botocore-session|tidegate)-", form["RoleSessionName"]):
            form["RoleSessionName"] = "made up"
        asked = json.dumps([dataclasses.astuple(signer), form], sort_keys=True)
        key = "ASIA" + hashlib.sha256(asked.encode()).hexdigest()[:16].upper()
        given = f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>assumed</SecretAccessKey>"
        given += f"<SessionToken>token-of-{key}</SessionToken><Expiration>{LATER}</Expiration>"
        return sts_answer(action, f"<Credentials>{given}</Credentials>")

    def container(self, request):
        token = request.headers.get("Authorization", "none")
        keys = {
            "AccessKeyId": self.agents_key,
            "SecretAccessKey": "container",
            "Token": "asked-with-" + token,
            "Expiration": LATER,
        }
        if request.path != "/container":
            return Answer(404, "{}", {"Content-Type": "application/json"})
        return Answer(200, json.dumps(keys), {"Content-Type": "application/json"})
