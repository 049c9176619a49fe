"""The main job: the machine file, run as the agent runs it, takes an instance out of service and puts everything back;
and what it asked of AWS on the way, call by call."""
import pytest
from proxy import Fault
from stage import LEAVE, RETURN
from world import GROUP

PROCESSES = ["AZRebalance", "AlarmNotification", "ReplaceUnhealthy", "ScheduledActions"]
OURS = [name for name in PROCESSES if name != "AZRebalance"]  # an operator has suspended that one
WAITS = ("elb", "elbv2")  # what is asked of these is asked while waiting for balancers


def out_of_service(before, instance):
    return (
        before.minimum - 1,
        before.desired - 1,
        tuple(PROCESSES),
        tuple((i, "Standby" if i == instance else state) for i, state in before.instances),
        tuple(i for i in before.targets if i != instance),
        tuple(i for i in before.classic if i != instance),
    )


def as_tuple(snapshot):
    return tuple(vars(snapshot).values())


def mutations(stage):
    return [
        (call.action, {k: sorted(v) if isinstance(v, list) else v for k, v in call.parameters.items()})
        for call in stage.mutations()
    ]


def empty_lists(stage):
    return [str(call) for call in stage.calls() if any(value == [] for value in call.parameters.values())]


def group(**more):
    return {"AutoScalingGroupName": GROUP, **more}


def leaving(instance):
    return [
        ("SuspendProcesses", group(ScalingProcesses=OURS)),
        ("UpdateAutoScalingGroup", group(MinSize=2)),
        ("EnterStandby", group(InstanceIds=[instance], ShouldDecrementDesiredCapacity=True)),
    ]


def returning(instance):
    return [
        ("ExitStandby", group(InstanceIds=[instance])),
        ("UpdateAutoScalingGroup", group(MinSize=3)),
        ("ResumeProcesses", group(ScalingProcesses=OURS)),
    ]


def test_an_instance_leaves_and_everything_comes_back(stage):
    before = stage.world.look()

    left = stage.hook(LEAVE)
    assert left.status == 0, left
    assert as_tuple(stage.world.look()) == out_of_service(before, stage.world.instance)
    assert mutations(stage) == leaving(stage.world.instance)
    leave_calls = [call for call in stage.calls() if call.service not in WAITS]
    assert len(leave_calls) <= 8, "\n".join(map(str, leave_calls))

    stage.proxy.reset()
    returned = stage.hook(RETURN)
    assert returned.status == 0, returned
    assert stage.world.look() == before
    assert mutations(stage) == returning(stage.world.instance)
    return_calls = [call for call in stage.calls() if call.service not in WAITS]
    assert len(return_calls) <= 7, "\n".join(map(str, return_calls))
    assert stage.imds.refused == []


def test_the_first_thing_seen_of_a_group_is_asked_by_name(stage):
    stage.hook(LEAVE)
    stage.hook(RETURN)
    assert empty_lists(stage) == []
    everything = [c for c in stage.calls() if c.action == "DescribeAutoScalingGroups" and not c.parameters]
    assert everything == []


def test_waiting_follows_the_balancers(stage):
    stage.proxy.reset(drain_polls=1)
    ended = stage.hook(LEAVE)
    assert ended.status == 0, ended
    assert stage.world.instance not in stage.world.look().targets
    assert stage.hook(RETURN).status == 0


def test_a_hook_works_without_a_standard_input(stage):
    before = stage.world.look()
    for event in (LEAVE, RETURN):
        ended = stage.hook(event, standard_input_open=False)
        assert ended.status == 0, ended
    assert stage.world.look() == before


def test_a_hooks_output_is_one_ascii_stream_with_the_verdict_last(stage):
    ended = stage.hook(LEAVE)
    assert ended.output.isascii()
    assert "OUT_OF_SERVICE" in ended.output.rstrip().splitlines()[-1]
    assert "no-log-may-show" not in ended.output
    for path in stage.state.rglob("*"):
        assert path.is_dir() or b"no-log-may-show" not in path.read_bytes()


def test_a_rollback_with_a_new_deployment_finds_what_the_failed_one_left(stage):
    """L1: the flag file is not found, the minimum stays one lower for good."""
    before = stage.world.look()
    assert stage.hook(LEAVE, deployment="d-failed").status == 0
    for event in (LEAVE, RETURN):
        ended = stage.hook(event, deployment="d-rollback")
        assert ended.status == 0, ended
    assert stage.world.look() == before
    assert mutations(stage) == leaving(stage.world.instance) + returning(stage.world.instance)


def test_a_first_deployment_has_nothing_to_put_back(stage):
    """L21: nothing was taken out, so nothing is to be done, and that is a success."""
    before = stage.world.look()
    ended = stage.hook(RETURN)
    assert ended.status == 0, ended
    assert stage.mutations() == []
    assert stage.world.look() == before


def test_an_operators_standby_is_not_ended(stage):
    """L15: the next deployment puts it back into service."""
    name = {"AutoScalingGroupName": GROUP}
    stage.world.autoscaling.update_auto_scaling_group(**name, MinSize=2)
    stage.world.autoscaling.enter_standby(
        **name, InstanceIds=[stage.world.instance], ShouldDecrementDesiredCapacity=True
    )
    stage.proxy.rules.leave_balancers({**name, "InstanceIds": [stage.world.instance]})
    before = stage.world.look()
    for event in (LEAVE, RETURN):
        ended = stage.hook(event)
        assert ended.status == 0, ended
    assert stage.world.look() == before


@pytest.mark.parametrize("kind", ["unavailable", "throttled"])
def test_a_busy_aws_is_asked_again(stage, kind):
    before = stage.world.look()
    for event, at in ((LEAVE, 2), (RETURN, 2)):
        stage.proxy.reset()
        stage.proxy.fault = Fault(at=at, kind=kind)
        ended = stage.hook(event)
        assert ended.status == 0, ended
    assert stage.world.look() == before
