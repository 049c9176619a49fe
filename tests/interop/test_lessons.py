"""What the bash scripts get wrong, played on a real AWS API, by the row of the list of their faults; those of the main
job itself are in test_main_job.py, L11 in test_kill.py, those that every machine has to meet in test_machines.py."""
import socket

import pytest
from proxy import Fault
from stage import LEAVE, MACHINE, RETURN
from world import GROUP

FAILED, ATTENTION, BUSY, INTERRUPTED = 1, 3, 4, 6
ALL_OURS = ["AZRebalance", "AlarmNotification", "ReplaceUnhealthy", "ScheduledActions"]


def actions(stage):
    return [call.action for call in stage.calls()]


def changes(stage):
    return [call.action for call in stage.mutations()]


def impatient(stage):
    """The machine file with the least time that a leg can have: it stops itself after fifteen seconds."""
    path = stage.folder / "impatient.yaml"
    path.write_text(MACHINE.read_text().replace("at_most: 14m", "at_most: 30s"))
    path.chmod(0o755)
    return path


def set_minimum(stage, minimum):
    stage.world.autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=minimum)


@pytest.mark.parametrize("action", ["DescribeAutoScalingInstances", "DescribeAutoScalingGroups"])
def test_l3_access_denied_is_not_taken_for_not_in_a_group(stage, action):
    before = stage.world.look()
    stage.proxy.fault = Fault(action=action, kind="denied", times=1000)
    ended = stage.hook(LEAVE)
    assert ended.status == FAILED, ended
    assert "access_denied" in ended.output
    assert changes(stage) == []
    assert stage.world.look() == before


def test_l4_what_will_never_succeed_is_asked_once(stage):
    stage.proxy.fault = Fault(action="SuspendProcesses", kind="denied", times=1000)
    ended = stage.hook(LEAVE)
    assert ended.status == FAILED, ended
    assert changes(stage) == ["SuspendProcesses"]
    assert ended.seconds < 5


@pytest.mark.parametrize("state", ["Pending:Wait", "Terminating:Wait", "Terminating:Proceed", "Warmed:Running"])
def test_l5_and_l21_an_instance_without_traffic_is_left_alone(stage, state):
    stage.proxy.rules.shown_states[stage.world.instance] = state
    for event in (LEAVE, RETURN):
        ended = stage.hook(event)
        assert ended.status == 0, ended
    assert changes(stage) == []


@pytest.mark.parametrize("state", ["Pending", "Pending:Proceed", "Terminating", "Detaching", "Quarantined", "Unheard:Of"])
def test_l5_any_other_state_fails_at_once_and_changes_nothing(stage, state):
    stage.proxy.rules.shown_states[stage.world.instance] = state
    ended = stage.hook(LEAVE)
    assert ended.status == FAILED, ended
    assert state in ended.output
    assert changes(stage) == []
    assert ended.seconds < 5


def test_l6_processes_that_were_all_suspended_stay_so(stage):
    stage.world.autoscaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=ALL_OURS)
    before = stage.world.look()
    for event in (LEAVE, RETURN):
        ended = stage.hook(event)
        assert ended.status == 0, ended
    assert {"SuspendProcesses", "ResumeProcesses"}.isdisjoint(changes(stage))
    assert stage.world.look() == before


def test_l7_the_return_waits_for_the_balancers_health(stage):
    assert stage.hook(LEAVE).status == 0
    stage.proxy.rules.initial_polls = 2
    stage.proxy.calls.clear()
    ended = stage.hook(RETURN)
    assert ended.status == 0, ended
    assert actions(stage).count("DescribeTargetHealth") >= 3
    assert changes(stage)[0] == "ExitStandby"


def test_l8_what_it_was_registered_with_by_hand_is_drained_and_joined_again(stage):
    world = stage.world
    stranger = world.add_target_group("by-hand")
    world.elbv2.register_targets(TargetGroupArn=stranger, Targets=[{"Id": world.instance, "Port": 9090}])
    inputs = {"TIDEGATE_INPUT_target_groups": "any", "TIDEGATE_INPUT_load_balancers": "any"}
    before = world.look(), world.targets(stranger)
    left = stage.hook(LEAVE, **inputs)
    assert left.status == 0, left
    assert world.targets(stranger) == []
    assert world.state_of(world.instance) == "Standby"
    returned = stage.hook(RETURN, **inputs)
    assert returned.status == 0, returned
    assert (world.look(), world.targets(stranger)) == before


@pytest.mark.parametrize("health", [("unused", "Target.NotInUse"), ("unavailable", "Target.HealthCheckDisabled")])
def test_l10_health_that_never_comes_is_not_waited_for(stage, health):
    before = stage.world.look()
    assert stage.hook(LEAVE).status == 0
    stage.proxy.rules.shown_health[stage.world.instance] = health
    ended = stage.hook(RETURN)
    assert ended.status == 0, ended
    assert ended.seconds < 5
    assert stage.world.look() == before


def test_l10_an_unhealthy_target_drains_too(stage):
    stage.proxy.rules.shown_drain = "unhealthy.draining"
    stage.proxy.rules.drain_polls = 1
    ended = stage.hook(LEAVE)
    assert ended.status == 0, ended
    assert actions(stage).count("DescribeTargetHealth") >= 2
    assert stage.world.instance not in stage.world.look().targets


def test_l12_a_refused_standby_gives_the_minimum_back(stage):
    before = stage.world.look()
    stage.proxy.fault = Fault(action="EnterStandby", kind="denied", times=1000)
    ended = stage.hook(LEAVE)
    assert ended.status == FAILED, ended
    assert changes(stage).count("EnterStandby") == 1
    assert stage.world.look() == before


def test_l13_a_minimum_that_could_not_be_raised_is_not_forgotten(stage):
    before = stage.world.look()
    assert stage.hook(LEAVE).status == 0
    stage.proxy.fault = Fault(action="UpdateAutoScalingGroup", kind="denied", times=1000)
    stage.proxy.calls.clear()
    ended = stage.hook(RETURN)
    assert ended.status == ATTENTION, ended
    assert "minimum" in ended.output
    left = stage.world.look()
    assert (left.minimum, left.suspended, left.instances) == (2, before.suspended, before.instances)
    stage.proxy.fault = None
    ended = stage.hook(RETURN)
    assert ended.status == 0, ended
    assert stage.world.look() == before


def test_l14_an_instance_that_is_back_already_still_gets_its_group_put_right(stage):
    before = stage.world.look()
    assert stage.hook(LEAVE).status == 0
    back = {"AutoScalingGroupName": GROUP, "InstanceIds": [stage.world.instance]}
    stage.world.autoscaling.exit_standby(**back)
    stage.proxy.rules.join_balancers(back)
    stage.let_time_pass()
    ended = stage.hook(RETURN)
    assert ended.status == 0, ended
    assert "ExitStandby" not in changes(stage)
    assert stage.world.look() == before


@pytest.mark.parametrize("name", ["$(touch owned) `touch owned`", "a;touch owned #", "naïve & 100% <b>\"'\\ +/"])
def test_l16_and_s1_a_group_may_have_any_name(stage, name):
    stage.set_up(group=name)
    before = stage.world.look()
    for event in (LEAVE, RETURN):
        ended = stage.hook(event)
        assert ended.status == 0, ended
    assert {call.parameters["AutoScalingGroupName"] for call in stage.mutations()} == {name}
    assert stage.world.look() == before


def test_l17_a_hook_that_is_ended_in_a_wait_goes_on_later(stage):
    before = stage.world.look()
    stage.proxy.rules.drain_polls = 3
    stage.proxy.fault = Fault(action="DescribeTargetHealth", kind="stop")
    ended = stage.hook(LEAVE)
    assert ended.status == INTERRUPTED, ended
    assert ended.seconds < 8
    for event in (LEAVE, RETURN):
        ended = stage.hook(event)
        assert ended.status == 0, ended
    assert stage.world.look() == before
    assert len(changes(stage)) == 6


def test_the_opposite_of_a_doubtful_request_waits_until_that_is_out_of_doubt(stage):
    before = stage.world.look()
    machine = impatient(stage)
    stage.proxy.fault = Fault(action="SuspendProcesses", kind="kill_before")
    stage.hook(LEAVE, machine=machine)
    stage.proxy.fault = None
    assert stage.hook(LEAVE, machine=machine).status == 0
    ended = stage.hook(RETURN, machine=machine)
    assert ended.status == INTERRUPTED, ended
    assert "ResumeProcesses" not in changes(stage)
    stage.let_time_pass()
    ended = stage.hook(RETURN)
    assert ended.status == 0, ended
    assert stage.world.look() == before


def test_r1_a_neighbour_that_takes_the_room_is_made_room_for_again(stage):
    before = stage.world.look()
    stage.proxy.fault = Fault(action="EnterStandby", act=lambda: set_minimum(stage, 3))
    ended = stage.hook(LEAVE)
    assert ended.status == 0, ended
    assert changes(stage).count("EnterStandby") == 2
    assert stage.hook(RETURN).status == 0
    assert stage.world.look() == before


def test_r6_another_deployment_group_waits_its_turn(stage):
    before = stage.world.look()
    assert stage.hook(LEAVE).status == 0
    out = stage.world.look()
    ended = stage.hook(LEAVE, machine=impatient(stage), deployment_group="dg-2")
    assert ended.status == BUSY, ended
    assert stage.world.look() == out
    assert stage.hook(RETURN).status == 0
    assert stage.world.look() == before


def test_l18_target_groups_drain_side_by_side(stage):
    stage.set_up(target_groups=3)
    stage.proxy.rules.drain_polls = 2
    ended = stage.hook(LEAVE)
    assert ended.status == 0, ended
    asked = [call.parameters["TargetGroupArn"] for call in stage.calls() if call.action == "DescribeTargetHealth"]
    rounds = [set(asked[at : at + 3]) for at in range(0, len(asked), 3)]
    assert len(rounds) >= 3 and all(round == set(asked) for round in rounds), asked


def test_r5_a_wait_asks_less_and_less_often_and_not_in_step(stage):
    stage.proxy.rules.drain_polls = 3
    assert stage.hook(LEAVE).status == 0
    asked = [request.at for request in stage.proxy.recorded if b"DescribeTargetHealth" in request.body]
    gaps = [later - earlier for earlier, later in zip(asked, asked[1:])]
    assert all(later > 1.2 * earlier for earlier, later in zip(gaps[1:], gaps[2:])), gaps
    # One of them may be a whole second by chance.
    assert any(abs(gap - round(gap)) > 0.01 for gap in gaps), gaps


def test_l20_an_error_page_is_no_instance(stage):
    stage.imds.documents["/latest/meta-data/instance-id"] = "<html><title>401 - Unauthorized</title></html>"
    ended = stage.hook(LEAVE)
    assert ended.status in (FAILED, 2), ended
    assert stage.calls() == []


def test_a_third_partys_minimum_is_reported_and_left_alone(stage):
    assert stage.hook(LEAVE).status == 0
    set_minimum(stage, 1)
    stage.let_time_pass()
    ended = stage.hook(RETURN)
    assert "minimum is 1" in ended.output
    after = stage.world.look()
    assert (after.minimum, after.suspended) == (1, ("AZRebalance",))


def test_s3_metadata_is_not_read_without_a_token(stage):
    stage.imds.only_version_1 = True
    ended = stage.hook(LEAVE)
    assert ended.status in (FAILED, 2) and "has no version 2" in " ".join(ended.output.split()), ended
    assert {request.method for request in stage.imds.recorded} == {"PUT"}
    assert stage.calls() == []


def test_s3_a_silent_metadata_service_is_not_waited_for(stage):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ended = stage.hook(LEAVE, AWS_EC2_METADATA_SERVICE_ENDPOINT=endpoint)
    assert ended.status in (FAILED, 2) and "does not answer" in " ".join(ended.output.split()), ended
    assert ended.seconds < 10, ended
    assert stage.calls() == []
