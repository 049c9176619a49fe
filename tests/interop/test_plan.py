"""plan on the real world: it only asks, and names what would be changed. What it prints for programs is in
test_machines.py, for every machine."""
from stage import MACHINE


def plan(stage, *options):
    ended = stage.command("plan", *options, MACHINE, "-i", f"instance={stage.world.instance}")
    assert ended.status == 0, ended
    return ended.output


def test_plan_only_describes(stage):
    before = stage.world.look()
    plan(stage)
    assert stage.calls() != []
    assert [str(call) for call in stage.calls() if not call.action.startswith("Describe")] == []
    assert stage.world.look() == before
    assert not list(stage.folder.rglob("*.journal"))


def test_plan_names_every_change_and_what_it_takes(stage):
    printed = plan(stage)
    for words in ("SuspendProcesses", "MinSize=2", "EnterStandby", "AZRebalance", "minimum 3 -> 2", "minimum 2 -> 3"):
        assert words in printed
