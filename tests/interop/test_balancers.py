"""machines/classic-elb.yaml and machines/target-groups.yaml as hooks against moto: an instance that was registered by hand
leaves and comes back, boto3 looks at the world before, between and after, and the request log is counted."""
import dataclasses

import pytest
from stage import LEAVE, MACHINE, RETURN
from world import GROUP

NAMES = ("hand-1", "hand-2")


class Classic:
    machine = MACHINE.with_name("classic-elb.yaml")
    input = "TIDEGATE_INPUT_balancers"
    leaves, returns = "DeregisterInstancesFromLoadBalancer", "RegisterInstancesWithLoadBalancer"
    at_most = (7, 7)  # calls, one more than it takes where answers come late; the scripts make 11 + 11

    def __init__(self, stage):
        self.api = stage.world.elb
        self.instances = [{"InstanceId": stage.world.instance}]
        listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 8080}
        for name in (*NAMES, "others"):
            self.api.create_load_balancer(LoadBalancerName=name, Listeners=[listener], AvailabilityZones=["eu-west-1a"])
        self.names = NAMES

    def join(self, name):
        self.api.register_instances_with_load_balancer(LoadBalancerName=name, Instances=self.instances)

    def look(self):
        balancers = self.api.describe_load_balancers()["LoadBalancerDescriptions"]
        return {b["LoadBalancerName"]: sorted(i["InstanceId"] for i in b["Instances"]) for b in balancers}

    def key(self, name):
        return name


class TargetGroups:
    machine = MACHINE.with_name("target-groups.yaml")
    input = "TIDEGATE_INPUT_target_groups"
    leaves, returns = "DeregisterTargets", "RegisterTargets"
    at_most = (8, 7)  # calls, likewise; the scripts make 13 + 11

    def __init__(self, stage):
        self.world = stage.world
        self.arns = {name: self.world.add_target_group(name) for name in (*NAMES, "others")}
        self.names = (NAMES[0], self.arns[NAMES[1]])  # one by name, one by ARN

    def join(self, name):
        # Not the group's own port: moto keeps one registration a target.
        target = {"Id": self.world.instance, "Port": 9090}
        self.world.elbv2.register_targets(TargetGroupArn=self.arns[name], Targets=[target])

    def look(self):
        groups = self.world.elbv2.describe_target_groups()["TargetGroups"]
        return {arn: self.world.targets(arn) for arn in (group["TargetGroupArn"] for group in groups)}

    def key(self, name):
        return self.arns[name]


@dataclasses.dataclass
class Bench:
    stage: object
    kind: object

    def hook(self, event, names=None, **more):
        self.stage.proxy.calls.clear()
        given = ",".join(self.kind.names if names is None else names)
        return self.stage.hook(event, machine=self.kind.machine, **{self.kind.input: given}, **more)

    def changes(self):
        return [call.action for call in self.stage.mutations()]

    def counted(self):
        return "\n".join(map(str, self.stage.calls()))


@pytest.fixture(params=[Classic, TargetGroups], ids=lambda kind: kind.__name__)
def bench(stage, request):
    # moto would register the group's instances again with what is attached to it.
    name = {"AutoScalingGroupName": GROUP}
    stage.world.autoscaling.detach_load_balancers(**name, LoadBalancerNames=["web-classic"])
    stage.world.autoscaling.detach_load_balancer_target_groups(**name, TargetGroupARNs=[stage.world.target_group])
    kind = request.param(stage)
    for name in NAMES:
        kind.join(name)
    return Bench(stage, kind)


def test_an_instance_leaves_what_is_named_and_comes_back(bench):
    before = bench.kind.look()

    left = bench.hook(LEAVE)
    assert left.status == 0, left
    assert bench.kind.look() == {**before, **{bench.kind.key(name): [] for name in NAMES}}
    assert bench.changes() == [bench.kind.leaves] * 2
    assert len(bench.stage.calls()) <= bench.kind.at_most[0], bench.counted()

    returned = bench.hook(RETURN)
    assert returned.status == 0, returned
    assert bench.kind.look() == before
    assert bench.changes() == [bench.kind.returns] * 2
    assert len(bench.stage.calls()) <= bench.kind.at_most[1], bench.counted()


def test_all_are_those_where_it_is_registered(bench):
    before = bench.kind.look()
    members = [name for name, registered in before.items() if any(bench.stage.world.instance in r for r in registered)]
    assert bench.hook(LEAVE, ["all"]).status == 0
    assert bench.changes() == [bench.kind.leaves] * len(members)
    ended = bench.hook(RETURN, ["all"])
    assert ended.status == 0, ended
    assert bench.kind.look() == before


@pytest.mark.parametrize("which", ["all", "any"])
def test_l2_a_rollback_puts_back_what_the_failed_deployment_took_out(bench, which):
    before = bench.kind.look()
    assert bench.hook(LEAVE, [which], deployment="d-failed").status == 0
    for event in (LEAVE, RETURN):
        ended = bench.hook(event, [which], deployment="d-rollback")
        assert ended.status == 0, ended
    assert bench.kind.look() == before


@pytest.mark.parametrize("bench", [TargetGroups], indirect=True)
def test_l9_a_port_of_its_own_is_left_and_joined_again(bench):
    for event in (LEAVE, RETURN):
        assert bench.hook(event).status == 0
        assert {target["Port"] for call in bench.stage.mutations() for target in call.parameters["Targets"]} == {9090}


def test_l19_a_name_that_does_not_exist_is_named_and_nothing_is_changed(bench):
    before = bench.kind.look()
    ended = bench.hook(LEAVE, [NAMES[0], "misspelt"])
    assert ended.status == 1, ended
    assert "misspelt" in ended.output
    assert bench.changes() == []
    assert bench.kind.look() == before


def test_l21_where_it_was_in_none_it_is_in_none_afterwards(bench):
    before = bench.kind.look()
    for event in (LEAVE, RETURN):
        ended = bench.hook(event, ["others"])
        assert ended.status == 0, ended
        assert bench.changes() == []
    assert bench.kind.look() == before
