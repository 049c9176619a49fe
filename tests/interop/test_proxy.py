"""The suite's own stand-in for AWS, held against what AWS's user guides say; so that a failing test of the engine is the
engine's fault."""
import boto3
import botocore.exceptions
import pytest
import urllib.error
import urllib.request
from botocore.config import Config
from proxy import Fault
from world import GROUP, REGION


@pytest.fixture
def aws(stage):
    def client(service):
        return boto3.client(
            service,
            endpoint_url=stage.proxy.url,
            region_name=REGION,
            aws_access_key_id="anybody",
            aws_secret_access_key="anybody",
            config=Config(retries={"total_max_attempts": 1}),
        )

    return client


def enter(aws, stage):
    return aws("autoscaling").enter_standby(
        AutoScalingGroupName=GROUP, InstanceIds=[stage.world.instance], ShouldDecrementDesiredCapacity=True
    )


def make_room(stage):
    stage.world.autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=2)


def test_standby_needs_room_under_the_minimum(aws, stage):
    before = stage.world.look()
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        enter(aws, stage)
    assert refused.value.response["Error"] == {
        "Type": "Sender",
        "Code": "ValidationError",
        "Message": f"AutoScalingGroup {GROUP} has min-size=3, max-size=6, and desired-size=3. To place into standby "
        "1 instance, please update the AutoScalingGroup sizes appropriately.",
    }
    assert stage.world.look() == before


def test_standby_takes_the_instance_out_of_its_balancers_and_back(aws, stage):
    make_room(stage)
    before = stage.world.look()
    enter(aws, stage)
    out = stage.world.look()
    assert (out.minimum, out.desired) == (2, 2)
    assert stage.world.instance not in out.targets + out.classic
    assert len(out.targets) == len(out.classic) == 2
    with pytest.raises(botocore.exceptions.ClientError, match="is not in InService"):
        enter(aws, stage)
    aws("autoscaling").exit_standby(AutoScalingGroupName=GROUP, InstanceIds=[stage.world.instance])
    assert stage.world.look() == before


def test_an_instance_that_left_a_classic_balancer_is_out_of_service(aws, stage):
    make_room(stage)
    enter(aws, stage)
    answer = aws("elb").describe_instance_health(
        LoadBalancerName="web-classic", Instances=[{"InstanceId": stage.world.instance}]
    )
    assert [(s["State"], s["ReasonCode"]) for s in answer["InstanceStates"]] == [("OutOfService", "Instance")]


def test_a_target_drains_for_as_many_answers_as_wanted(aws, stage):
    stage.proxy.reset(drain_polls=2)
    make_room(stage)
    enter(aws, stage)

    def states():
        health = aws("elbv2").describe_target_health(TargetGroupArn=stage.world.target_group)
        return sorted(h["TargetHealth"]["State"] for h in health["TargetHealthDescriptions"])

    assert [states(), states(), states()] == [["draining", "healthy", "healthy"]] * 2 + [["healthy", "healthy"]]


def test_a_minimum_above_desired_raises_it(aws, stage):
    aws("autoscaling").update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=4)
    after = stage.world.look()
    assert (after.minimum, after.desired, len(after.instances)) == (4, 4, 4)


def test_an_absent_target_is_deregistered_with_success(aws, stage):
    aws("elbv2").deregister_targets(TargetGroupArn=stage.world.target_group, Targets=[{"Id": "i-0absent"}])
    assert len(stage.world.look().targets) == 3


def test_the_log_holds_each_call_with_its_parameters(aws, stage):
    aws("autoscaling").suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["Launch", "Terminate"])
    make_room(stage)  # past the proxy
    enter(aws, stage)
    assert [str(call) for call in stage.calls()] == [
        'autoscaling:SuspendProcesses {"AutoScalingGroupName": "web prod", "ScalingProcesses": ["Launch", "Terminate"]} 200',
        'autoscaling:EnterStandby {"AutoScalingGroupName": "web prod", "InstanceIds": ["%s"], '
        '"ShouldDecrementDesiredCapacity": true} 200' % stage.world.instance,
    ]


@pytest.mark.parametrize(
    ("kind", "raised", "done"),
    [
        ("lost", botocore.exceptions.ConnectionClosedError, True),
        ("unavailable", botocore.exceptions.ClientError, False),
        ("throttled", botocore.exceptions.ClientError, False),
        ("denied", botocore.exceptions.ClientError, False),
    ],
)
def test_a_fault_hits_the_request_it_is_meant_for(aws, stage, kind, raised, done):
    stage.proxy.fault = Fault(at=2, kind=kind)
    group = aws("autoscaling")
    group.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])
    with pytest.raises(raised):
        group.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["Launch"])
    assert ("Launch" in stage.world.look().suspended) == done
    group.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])


def metadata(stage, path, method="GET", **headers):
    request = urllib.request.Request(
        stage.imds.url + path, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def test_metadata_needs_a_token(stage):
    with pytest.raises(urllib.error.HTTPError, match="401"):
        metadata(stage, "/latest/meta-data/instance-id")
    assert stage.imds.refused == ["GET /latest/meta-data/instance-id"]
    token = metadata(stage, "/latest/api/token", "PUT", x_aws_ec2_metadata_token_ttl_seconds="60")
    found = metadata(stage, "/latest/meta-data/instance-id", x_aws_ec2_metadata_token=token)
    assert found == stage.world.instance


def test_metadata_is_not_given_to_a_proxy(stage):
    with pytest.raises(urllib.error.HTTPError, match="403"):
        metadata(
            stage, "/latest/api/token", "PUT", x_aws_ec2_metadata_token_ttl_seconds="60", x_forwarded_for="10.0.0.1"
        )


def test_an_instance_is_shown_in_any_state(aws, stage):
    stage.proxy.rules.shown_states[stage.world.instance] = "Pending:Wait"
    group = aws("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])["AutoScalingGroups"][0]
    alone = aws("autoscaling").describe_auto_scaling_instances(InstanceIds=[stage.world.instance])
    shown = {i["InstanceId"]: i["LifecycleState"] for i in group["Instances"]}
    assert shown.pop(stage.world.instance) == "Pending:Wait"
    assert list(shown.values()) == ["InService", "InService"]
    assert alone["AutoScalingInstances"][0]["LifecycleState"] == "Pending:Wait"


def test_a_target_that_came_back_is_initial_for_as_many_answers_as_wanted(aws, stage):
    make_room(stage)
    enter(aws, stage)
    stage.proxy.rules.initial_polls = 1
    aws("autoscaling").exit_standby(AutoScalingGroupName=GROUP, InstanceIds=[stage.world.instance])

    def states():
        health = aws("elbv2").describe_target_health(TargetGroupArn=stage.world.target_group)
        return sorted(h["TargetHealth"]["State"] for h in health["TargetHealthDescriptions"])

    assert [states(), states()] == [["healthy", "healthy", "initial"], ["healthy"] * 3]
