"""Every shipped machine leaves and returns as a hook: boto3 looks at the world before, between and after, and the request
log holds the changes that are due, and no more calls than a careful person would make."""
import dataclasses
import json

import jsonschema
import pytest
from stage import LEAVE, RETURN, SOURCE
from world import GROUP

MACHINES = sorted((SOURCE / "machines").glob("*.yaml"))
STANDBY_PROCESSES = ("AZRebalance", "AlarmNotification", "ReplaceUnhealthy", "ScheduledActions")


# ---- where the instance is registered: the group's own balancers, or by hand after the group has let them go


def attached(stage):
    pass


def by_hand(stage):
    world, name = stage.world, {"AutoScalingGroupName": GROUP}
    world.autoscaling.detach_load_balancers(**name, LoadBalancerNames=["web-classic"])
    world.autoscaling.detach_load_balancer_target_groups(**name, TargetGroupARNs=[world.target_group])
    for instance, _ in world.look().instances:
        world.elb.register_instances_with_load_balancer(
            LoadBalancerName="web-classic", Instances=[{"InstanceId": instance}]
        )
        world.elbv2.register_targets(TargetGroupArn=world.target_group, Targets=[{"Id": instance}])


def attached_but_free_to_go(stage):
    """moto lets nobody take out of a classic balancer what the group itself has put in; AWS does."""
    by_hand(stage)
    name = {"AutoScalingGroupName": GROUP}
    stage.world.autoscaling.attach_load_balancers(**name, LoadBalancerNames=["web-classic"])
    stage.world.autoscaling.attach_load_balancer_target_groups(**name, TargetGroupARNs=[stage.world.target_group])


def without_group(stage):
    """The group is one that this instance has left for good."""
    by_hand(stage)
    stage.world.autoscaling.detach_instances(
        AutoScalingGroupName=GROUP, InstanceIds=[stage.world.instance], ShouldDecrementDesiredCapacity=False
    )


# ---- the world in between, from the one before


def without(members, instance):
    return tuple(member for member in members if member != instance)


def out_of_target_group(before, instance, now):
    return {"targets": without(before.targets, instance)}


def out_of_classic(before, instance, now):
    return {"classic": without(before.classic, instance)}


def in_standby(before, instance, now):
    return {
        **out_of_target_group(before, instance, now),
        **out_of_classic(before, instance, now),
        "minimum": before.minimum - 1,
        "desired": before.desired - 1,
        "suspended": STANDBY_PROCESSES,
        "instances": tuple((i, "Standby" if i == instance else state) for i, state in before.instances),
    }


def newcomers(before, now):
    return tuple(sorted({i for i, _ in now.instances} - {i for i, _ in before.instances}))


def with_a_stand_in(before, instance, now):
    """One more is there, and has the place of the one in Standby in desired size and balancers."""
    new = newcomers(before, now)
    assert len(new) == 1
    out = in_standby(before, instance, now)
    return {
        **out,
        "minimum": before.minimum,
        "desired": before.desired,
        "instances": tuple(sorted((*out["instances"], (new[0], "InService")))),
        "targets": tuple(sorted((*out["targets"], *new))),
        "classic": tuple(sorted((*out["classic"], *new))),
    }


def out_of_both(before, instance, now):
    return {**out_of_target_group(before, instance, now), **out_of_classic(before, instance, now)}


def out_of_both_and_unwatched(before, instance, now):
    return {**out_of_both(before, instance, now), "suspended": tuple(sorted((*STANDBY_PROCESSES, "HealthCheck")))}


@dataclasses.dataclass(frozen=True)
class Row:
    machine: str
    between: object
    leaving: tuple  # what is changed, in this order but for what is done side by side
    returning: tuple
    at_most: tuple  # calls of the leaving leg and of the returning one
    registered: object = attached

    def __str__(self):
        return f"{self.machine}, {self.registered.__name__}"

    def file(self):
        return SOURCE / "machines" / f"{self.machine}.yaml"


ROWS = [
    Row(
        "asg-balancers",
        out_of_both_and_unwatched,
        ("SuspendProcesses", "DeregisterTargets", "DeregisterInstancesFromLoadBalancer"),
        ("RegisterInstancesWithLoadBalancer", "RegisterTargets", "ResumeProcesses"),
        at_most=(13, 13),
        registered=attached_but_free_to_go,
    ),
    Row(
        "asg-surge",
        with_a_stand_in,
        ("SuspendProcesses", "SetDesiredCapacity", "SetInstanceProtection", "EnterStandby"),
        ("ExitStandby", "TerminateInstanceInAutoScalingGroup", "ResumeProcesses"),
        at_most=(18, 18),
    ),
    Row(
        "out-of-service",
        in_standby,
        ("SuspendProcesses", "UpdateAutoScalingGroup", "EnterStandby"),
        ("ExitStandby", "UpdateAutoScalingGroup", "ResumeProcesses"),
        at_most=(11, 12),
    ),
    Row(
        "out-of-service",
        out_of_both,
        ("DeregisterTargets", "DeregisterInstancesFromLoadBalancer"),
        ("RegisterInstancesWithLoadBalancer", "RegisterTargets"),
        at_most=(11, 12),
        registered=without_group,
    ),
    Row(
        "asg-standby",
        in_standby,
        ("SuspendProcesses", "UpdateAutoScalingGroup", "EnterStandby"),
        ("ExitStandby", "UpdateAutoScalingGroup", "ResumeProcesses"),
        at_most=(11, 12),  # the scripts make 8 + 7, and look at no balancer on the way back
    ),
    Row(
        "classic-elb",
        out_of_classic,
        ("DeregisterInstancesFromLoadBalancer",),
        ("RegisterInstancesWithLoadBalancer",),
        at_most=(5, 5),
        registered=by_hand,
    ),
    Row(
        "target-groups",
        out_of_target_group,
        ("DeregisterTargets",),
        ("RegisterTargets",),
        at_most=(5, 4),
        registered=by_hand,
    ),
]


def leg(stage, row, event):
    """Its calls."""
    stage.proxy.calls.clear()
    ended = stage.hook(event, machine=row.file())
    assert ended.status == 0, ended
    return stage.calls()


def changes(calls):
    return tuple(call.action for call in calls if not call.reads)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_instance_leaves_and_returns(stage, row, record_property):
    row.registered(stage)
    before = stage.world.look()
    left = leg(stage, row, LEAVE)
    between = stage.world.look()
    assert between == dataclasses.replace(before, **row.between(before, stage.world.instance, between))
    returned = leg(stage, row, RETURN)
    assert stage.world.look() == before
    assert (changes(left), changes(returned)) == (row.leaving, row.returning)
    made = len(left), len(returned)
    assert made[0] <= row.at_most[0] and made[1] <= row.at_most[1], "\n".join(map(str, left + returned))
    record_property("measured", f"{row}: {made[0]} + {made[1]} calls")


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_s2_its_record_is_for_its_owner_only(stage, row, tmp_path):
    row.registered(stage)
    ended = stage.hook(LEAVE, machine=row.file(), TMPDIR=str(tmp_path))
    assert ended.status == 0, ended
    modes = {path.stat().st_mode & 0o777 for path in stage.state.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert stage.state.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_l20_and_s3_instance_and_region_come_from_metadata_by_version_2_alone(stage, row):
    row.registered(stage)
    leg(stage, row, LEAVE)
    assert stage.imds.refused == []
    asked = {request.url.partition("/latest/")[2] for request in stage.imds.recorded}
    assert {"api/token", "meta-data/placement/region", "meta-data/instance-id"} <= asked


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_s1_what_metadata_says_is_no_instance_unless_it_looks_like_one(stage, row):
    stage.imds.documents["/latest/meta-data/instance-id"] = "i-0a; touch /tmp/owned"
    ended = stage.hook(LEAVE, machine=row.file())
    assert ended.status in (1, 2), ended
    assert stage.calls() == []


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_its_plan_only_asks_and_keeps_the_schema(stage, row):
    row.registered(stage)
    before = stage.world.look()
    planned = stage.command("plan", "--json", row.file(), "-i", f"instance={stage.world.instance}")
    assert planned.status == 0, planned
    schema = json.loads((SOURCE / "schemas" / "plan.schema.json").read_text())
    jsonschema.validate(json.loads(planned.output), schema, jsonschema.Draft202012Validator)
    assert stage.mutations() == []
    assert stage.world.look() == before


def test_each_shipped_machine_has_its_row():
    assert {row.machine for row in ROWS} == {path.stem for path in MACHINES}
