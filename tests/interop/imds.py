"""An instance's metadata service that speaks version 2 only: no answer without a token, none through a proxy. Or, where
it is told to, version 1 only, which knows no tokens and answers whoever asks."""
import datetime
import json

from rules import Answer
from server import Server

TTL = "X-aws-ec2-metadata-token-ttl-seconds"
TOKEN = "X-aws-ec2-metadata-token"
ROLE = "web-instance"


class Imds(Server):
    def __init__(self):
        super().__init__()
        self.reset("i-0a1b2c3d4e5f60718")

    def reset(self, instance, region="eu-west-1", account="111122223333"):
        self.recorded.clear()
        self.refused = []  # requests that version 2 does not answer; a good client makes none
        self.only_version_1 = False
        zone = region + "a"
        identity = {
            "accountId": account,
            "availabilityZone": zone,
            "instanceId": instance,
            "instanceType": "m5.large",
            "region": region,
        }
        self.documents = {
            "/latest/meta-data/instance-id": instance,
            "/latest/meta-data/instance-type": "m5.large",
            "/latest/meta-data/placement/region": region,
            "/latest/meta-data/placement/availability-zone": zone,
            "/latest/meta-data/services/partition": "aws",
            "/latest/meta-data/services/domain": "amazonaws.com",
            "/latest/meta-data/autoscaling/target-lifecycle-state": "InService",
            "/latest/meta-data/iam/security-credentials/": ROLE,
            f"/latest/meta-data/iam/security-credentials/{ROLE}": self.credentials,
            "/latest/dynamic/instance-identity/document": json.dumps(identity),
        }

    def credentials(self):
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        later = now + datetime.timedelta(hours=6)
        return json.dumps(
            {
                "Code": "Success",
                "LastUpdated": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "Type": "AWS-HMAC",
                "AccessKeyId": "ASIAEXAMPLEEXAMPLE00",
                "SecretAccessKey": "example-secret-that-no-log-may-show",
                "Token": "example-session-token-that-no-log-may-show",
                "Expiration": later.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )

    def answer(self, request, body):
        if "X-Forwarded-For" in request.headers:
            return self.refuse(request, 403)
        if request.command == "PUT" and self.only_version_1:
            return self.refuse(request, 405)
        if request.command == "PUT" and request.path == "/latest/api/token":
            seconds = request.headers.get(TTL, "")
            if not seconds.isdigit() or not 1 <= int(seconds) <= 21600:
                return self.refuse(request, 400)
            return Answer(200, "example-token", {"Content-Type": "text/plain", TTL: seconds})
        if request.headers.get(TOKEN) != "example-token" and not self.only_version_1:
            return self.refuse(request, 401)
        document = self.documents.get(request.path)
        if document is None:
            return Answer(404, "", {"Content-Type": "text/html"})
        return Answer(200, document() if callable(document) else document, {"Content-Type": "text/plain"})

    def refuse(self, request, status):
        self.refused.append(f"{request.command} {request.path}")
        return Answer(status, "<html>no</html>", {"Content-Type": "text/html"})
