"""The schemas that editors and programs use, held against the files they describe by a validator that others wrote."""
import json

import jsonschema
import pytest
from machine_file import load
from stage import SOURCE

MACHINES = sorted((SOURCE / "machines").glob("*.yaml"))
FAULTY = sorted((SOURCE / "tests" / "model" / "faulty" / "structure").glob("*.yaml"))


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((SOURCE / "schemas" / "machine.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)
def test_a_shipped_machine_is_valid(validator, path):
    faults = validator.iter_errors(load(path))
    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == []


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_what_the_loader_refuses_for_its_structure_is_not_valid(validator, path):
    assert not validator.is_valid(load(path))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda machine: machine.update(unknown=1),
        lambda machine: machine.pop("start_at"),
        lambda machine: machine["states"].update(ODD={"action": "autoscaling.look", "wait": "3s"}),
        lambda machine: machine["states"].update(ODD={"nothing": "known"}),
    ],
    ids=["an unknown key", "no start_at", "a state of two kinds", "a state of no kind"],
)
def test_a_faulty_machine_is_not(validator, spoil):
    machine = load(SOURCE / "machines" / "asg-standby.yaml")
    spoil(machine)
    assert not validator.is_valid(machine)


USING = {
    "tidegate": 1,
    "use": "asg-standby@1",
    "with": {"group": "web-prod", "processes": []},
    "environments": {"*-test": {"group": "web-test"}},
    "hooks": {"ApplicationStart": {"at_most": "20m"}},
}


def test_a_file_that_uses_a_machine_is_valid(validator):
    assert [fault.message for fault in validator.iter_errors(USING)] == []


@pytest.mark.parametrize(
    "spoil",
    [{"use": "asg-standby"}, {"states": {}}, {"start_at": "LOOK"}, {"with": []}, {"hooks": {"ApplicationStart": {"til": "X"}}}],
    ids=["no version", "states", "start_at", "with is no map", "an unknown key of a hook"],
)
def test_a_faulty_file_that_uses_one_is_not(validator, spoil):
    assert not validator.is_valid({**USING, **spoil})


def test_a_hook_of_ones_own_needs_its_goal(validator):
    machine = load(SOURCE / "machines" / "asg-standby.yaml")
    del machine["hooks"]["ApplicationStart"]["until"]
    assert not validator.is_valid(machine)


@pytest.fixture(scope="module")
def scenario_validator():
    schema = json.loads((SOURCE / "schemas" / "scenario.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", sorted((SOURCE / "machines" / "scenarios").glob("*.yaml")), ids=lambda path: path.name)
def test_a_shipped_scenario_is_valid(scenario_validator, path):
    assert [f"{fault.json_path}: {fault.message}" for fault in scenario_validator.iter_errors(load(path))] == []


@pytest.mark.parametrize(
    "spoil",
    [
        {"others": [{"act": "sleep", "group": "web-prod"}]},
        {"faults": [{"request": 3, "fault": "none"}]},
        {"groups": {"web-prod": {"minimum": 1, "desired": 2}}},
        {"unknown": 1},
    ],
    ids=["an unknown act", "a fault that is none", "a group without maximum", "an unknown key"],
)
def test_a_faulty_scenario_is_not(scenario_validator, spoil):
    scenario = load(SOURCE / "machines" / "scenarios" / "group-of-three.yaml")
    assert not scenario_validator.is_valid({**scenario, **spoil})
