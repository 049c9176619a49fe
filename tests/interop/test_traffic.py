"""No request is dropped while an instance leaves, is deployed to and returns; and without the waits, some are."""
import contextlib
import dataclasses

import pytest
from hook import hook_environment, run
from machine_file import write_without_waits
from simulator import Simulator
from stage import LEAVE, RETURN, SOURCE
from traffic import Stand, instance_health, target_health

SELF, OTHER = "i-0a1b2c3d4e5f60718", "i-0b1c2d3e4f5061728"
SPEED = 10  # of the simulated AWS; the slow request's five seconds, too, are of its time
SLOW_SECONDS = 5 / SPEED
SCENARIO = f"""
scenario: traffic
comment: Two instances that answer, one of which is deployed to.
self: {SELF}
"""
TARGETS = f"{{port: 8080, drain: 40s, interval: 5s, healthy_after: 2, targets: [{{instance: {SELF}}}, {{instance: {OTHER}}}]}}"
GROUP = f"""
target_groups: {{web-http: {{port: 8080, drain: 40s, interval: 5s, healthy_after: 2}}}}
groups:
  web-prod: {{minimum: 2, desired: 2, maximum: 4, target_groups: [web-http], instances: {{{SELF}: {{}}, {OTHER}: {{}}}}}}
"""


@dataclasses.dataclass(frozen=True)
class Row:
    machine: str
    world: str
    look: object
    drops_without_waits: bool = True

ROWS = [
    Row(
        "target-groups",
        f"target_groups: {{web-http: {TARGETS}}}\ninstances: {{{SELF}: {{}}, {OTHER}: {{}}}}\n",
        target_health,
    ),
    Row(
        "classic-elb",
        f"balancers: {{web: {{drain: 40s, interval: 5s, healthy_after: 2, instances: [{SELF}, {OTHER}]}}}}\n"
        f"instances: {{{SELF}: {{}}, {OTHER}: {{}}}}\n",
        instance_health,
    ),
    # AWS itself keeps an instance in EnteringStandby until it has drained.
    Row("asg-standby", GROUP, target_health, drops_without_waits=False),
    Row("asg-balancers", GROUP, target_health),
    # The one that stands in has no server here: the other of the two answers alone meanwhile.
    Row("asg-surge", GROUP, target_health, drops_without_waits=False),
]


def deploy(stand, machine, environment):
    """A deployment as the agent does it; what it does to the application is as rude as can be."""
    stand.wait_for_answers_of(f"{SELF} version 1")
    left = run([machine], {**environment, "LIFECYCLE_EVENT": LEAVE})
    assert left.status == 0, left
    stand.servers[SELF].stop()
    asked = stand.load.total()
    stand.wait_for(lambda: stand.load.total() > asked + 100, "a hundred requests without it")
    stand.servers[SELF].start(f"{SELF} version 2")
    returned = run([machine], {**environment, "LIFECYCLE_EVENT": RETURN})
    assert returned.status == 0, returned
    stand.wait_for_answers_of(f"{SELF} version 2")


def play(row, machine, folder, monkeypatch):
    """(requests dropped, requests made) in one deployment."""
    folder.mkdir()
    with contextlib.closing(Simulator(folder, SCENARIO + row.world, SPEED)) as simulator:
        for name, value in simulator.exports.items():
            monkeypatch.setenv(name, value)
        environment = hook_environment(LEAVE, **simulator.exports, TIDEGATE_STATE_DIR=str(folder / "state"))
        look = row.look(simulator.exports["AWS_ENDPOINT_URL"])
        with contextlib.closing(Stand(look, [SELF, OTHER], SLOW_SECONDS)) as stand:
            deploy(stand, machine, environment)
    return stand.load.dropped, stand.load.total()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.machine)
def test_no_request_is_dropped(row, tmp_path, monkeypatch, record_property):
    machine = SOURCE / "machines" / f"{row.machine}.yaml"
    dropped, total = play(row, machine, tmp_path / "with", monkeypatch)
    said = f"{row.machine}: {len(dropped)} of {total} requests dropped"
    assert dropped == [], said
    if row.drops_without_waits:
        careless = write_without_waits(machine, tmp_path / "careless.yaml")
        dropped, total = play(row, careless, tmp_path / "without", monkeypatch)
        said += f"; without its waits {len(dropped)} of {total}"
        assert dropped != [], said
    record_property("measured", said)
