"""The simulated AWS of `tidegate simulate`, held against moto by clients that others wrote: boto3 and the AWS CLI make
the calls of aws_calls.py in both worlds, and the parsed results agree but for the differences written there."""
import contextlib
import datetime
import fnmatch
import io
import json
import os
import re
import time

import awscli.clidriver
import boto3
import botocore.exceptions
import botocore.parsers
import pytest
from aws_calls import CALLS, DIFFERENCES
from simulator import Simulator
from world import GROUP, REGION, World

# moto's world again (world.py), and its usual numbers.
SCENARIO = f"""
scenario: beside-moto
comment: Three instances behind a classic load balancer and a target group.
target_groups: {{web-http: {{port: 8080, drain: 5m, interval: 30s, healthy_after: 5}}}}
balancers: {{web-classic: {{drain: 0s, interval: 30s, healthy_after: 5}}}}
groups:
  {GROUP}:
    minimum: 3
    desired: 3
    maximum: 6
    suspended: [AZRebalance]
    target_groups: [web-http]
    balancers: [web-classic]
    zones: [{REGION}a, {REGION}b]
    instances: {{i-0a1b2c3d4e5f60718: {{}}, i-0b1c2d3e4f5061728: {{}}, i-0c1d2e3f405162738: {{}}}}
"""
# An hour in less than a tenth of a second: a look is repeated until what was begun has ended.
SPEED = 100000
PATIENCE_SECONDS = 30
CLI_ERROR = re.compile(r"An error occurred \((.*?)\) when calling the \w+ operation(?: \(reached.*?\))?: (.*)")


def add_balancer(moto):
    """The load balancer that the simulator has in front of each target group."""
    subnets = moto.aws("ec2").describe_subnets(Filters=[{"Name": "defaultForAz", "Values": ["true"]}])["Subnets"][:2]
    elbv2 = moto.aws("elbv2")
    made = elbv2.create_load_balancer(Name="web", Subnets=[subnet["SubnetId"] for subnet in subnets])
    forward = {
        "Type": "forward",
        "TargetGroupArn": elbv2.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"],
    }
    elbv2.create_listener(
        LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[forward]
    )


# ---- the clients: each gives the parsed result, or {"Code", "Message"} of AWS's error


class Boto3:
    def __init__(self, url):
        self.clients = {
            service: boto3.client(service, endpoint_url=url)
            for service in ("autoscaling", "elb", "elbv2", "ec2", "sts")
        }

    def call(self, service, operation, parameters):
        try:
            result = getattr(self.clients[service], botocore.xform_name(operation))(**parameters)
        except botocore.exceptions.ClientError as error:
            return {name: error.response["Error"][name] for name in ("Code", "Message")}
        except botocore.parsers.ResponseParserError:
            return {"Code": "", "Message": "no answer of AWS"}
        del result["ResponseMetadata"]
        return result


class Cli:
    """The AWS CLI in this process: its start takes longer than its call."""

    def __init__(self, url):
        self.driver = awscli.clidriver.create_clidriver()
        self.url = url

    def call(self, service, operation, parameters):
        out, err = io.StringIO(), io.StringIO()
        words = [service, botocore.xform_name(operation, "-"), "--cli-input-json", json.dumps(parameters)]
        words += ["--endpoint-url", self.url, "--output", "json", "--no-paginate"]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = self.driver.main(words)
        if status == 0:
            return json.loads(out.getvalue() or "{}")
        error = CLI_ERROR.search(err.getvalue())
        return {"Code": error[1], "Message": error[2]} if error else {"Code": "", "Message": "no answer of AWS"}


# ---- two results beside each other


def filled(value, names):
    """A call with the world's own names in place of the table's."""
    if isinstance(value, dict):
        return {key: filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    return names.get(value, value)


def keyed(items):
    """A list as a dictionary, by what tells its items apart, as AWS promises no order."""
    if items and all(isinstance(item, dict) and item.keys() == {"Key", "Value"} for item in items):
        return {item["Key"]: item["Value"] for item in items}
    keys = ("InstanceId", "ProcessName", "Target", "Id")
    named = {}
    for number, item in enumerate(items):
        name = next((item[key] for key in keys if isinstance(item, dict) and key in item), number)
        named[name["Id"] if isinstance(name, dict) else name] = item
    return named


def plain(value, names):
    """A result with the table's names in place of the world's, and nothing in it that is another one each time."""
    if isinstance(value, dict):
        return {key: plain(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return keyed([plain(item, names) for item in value])
    if not isinstance(value, (str, datetime.datetime)):
        return value
    text = str(value)
    for name, own in names.items():
        text = re.sub(rf"(?<!\w){re.escape(own)}", name, text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", "TIME", text)
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)


def compare(path, ours, theirs):
    """(path, how) of each difference; an empty list and none at all are the same to a client."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}, key=str):
            yield from compare(f"{path}.{key}".lstrip("."), ours.get(key), theirs.get(key))
    elif ours != theirs and not (ours in (None, {}) and theirs in (None, {})):
        yield path, "moto only" if ours is None else "simulator only" if theirs is None else "differs"


class Side:
    def __init__(self, client):
        self.client = client
        group = client.call("autoscaling", "DescribeAutoScalingGroups", {})["AutoScalingGroups"][0]
        instances = sorted(instance["InstanceId"] for instance in group["Instances"])
        self.names = dict(zip(("$one", "$two", "$three"), instances))
        self.names |= {"$targets": group["TargetGroupARNs"][0], "$stranger": "i-0123456789abcdef0"}

    def call(self, service, operation, parameters):
        return plain(self.client.call(service, operation, filled(parameters, self.names)), self.names)


# ---- the tests


@pytest.fixture(params=[Boto3, Cli])
def sides(request, shared_stage, monkeypatch, tmp_path):
    """A client of each kind, in the two worlds at their beginning."""
    simulator = Simulator(tmp_path, SCENARIO, SPEED)
    World(shared_stage.moto).build()
    add_balancer(shared_stage.moto)
    for name, value in simulator.exports.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    yield Side(request.param(simulator.exports["AWS_ENDPOINT_URL"])), Side(request.param(shared_stage.moto.url))
    simulator.close()


def rows_for(operation, path, how):
    return [
        row
        for row in DIFFERENCES
        if row.how == how and fnmatch.fnmatchcase(operation, row.operation) and fnmatch.fnmatchcase(path, row.path)
    ]


def unexpected(ours, theirs, call, used):
    """What no row of the list allows; the rows that allow something are added to `used`."""
    answers = ours.call(*call), theirs.call(*call)
    found = []
    for path, how in compare("", *answers):
        rows = rows_for(call[1], path, how)
        used.update(rows)
        if not rows:
            found.append(f"{call[1]} {path}: {how}; {answers}")
    return found


def settled(ours, theirs, call, used):
    """The same, of a look when what was begun has ended: in the simulator it takes its time."""
    end = time.monotonic() + PATIENCE_SECONDS
    found = unexpected(ours, theirs, call, used)
    while found and call[1].startswith("Describe") and time.monotonic() < end:
        found = unexpected(ours, theirs, call, used)
    return found


def test_the_simulator_answers_as_moto_does_but_for_what_is_written(sides):
    used = set()
    found = [line for call in CALLS for line in settled(*sides, call, used)]
    assert not found, "\n".join(found)
    assert [row for row in DIFFERENCES if row not in used] == []


def test_at_least_sixty_calls_are_made_and_each_difference_is_decided():
    assert len(CALLS) >= 60
    for row in DIFFERENCES:
        assert row.right in ("simulator", "moto", "both") and row.why and row.page
