"""kill -9 at every point that matters, then what the agent does next: the end is always the same, and no change whose
outcome was in the journal is asked for again."""
import json

import pytest
from proxy import Fault
from stage import LEAVE, PRELOAD, RETURN

KILLED = 128 + 9
EVENTS = (LEAVE, RETURN)


def journaled_outcomes(stage):
    """How many changes the journal calls done; a torn last line does not count."""
    count = 0
    for path in stage.state.rglob("*.journal"):
        for line in path.read_bytes().split(b"\n"):
            try:
                count += json.loads(line)["type"] == "outcome"
            except ValueError:
                pass
    return count


def go_on(stage, killed_event, deployment):
    """What comes after the crash: the same event again, or a whole new deployment, each a while later."""
    for event in EVENTS if deployment != "d-1" or killed_event == LEAVE else (RETURN,):
        stage.let_time_pass()
        ended = stage.hook(event, deployment=deployment)
        assert ended.status == 0, ended


def play(stage, killed_event, deployment, **crash):
    """One life and death and life; True where the crash came."""
    stage.set_up()
    beginning = stage.world.look()
    if killed_event == RETURN:
        assert stage.hook(LEAVE).status == 0
    done_before = journaled_outcomes(stage)
    stage.proxy.calls.clear()
    stage.proxy.fault = crash.get("fault")
    ended = stage.hook(killed_event, **crash.get("environment", {}))
    if ended.status != KILLED:
        assert ended.status == 0, ended
        return False
    sent = [str(call) for call in stage.mutations() if call.status == 200]
    done = journaled_outcomes(stage) - done_before
    stage.proxy.fault = None
    stage.proxy.calls.clear()
    go_on(stage, killed_event, deployment)
    again = [str(call) for call in stage.mutations()]
    if (killed_event, deployment) != (RETURN, "d-2"):  # that one leaves and returns once more
        assert set(sent[:done]).isdisjoint(again)
    assert stage.world.look() == beginning
    return True


@pytest.mark.parametrize("deployment", ["d-1", "d-2"])
@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("kind", ["kill_before", "kill_after"])
def test_killed_at_a_request(stage, subtests, kind, event, deployment):
    at = 0
    crashed = True
    while crashed:
        at += 1
        with subtests.test(request=at):
            crashed = False
            crashed = play(stage, event, deployment, fault=Fault(at=at, kind=kind))
    assert at > 4


@pytest.mark.parametrize("deployment", ["d-1", "d-2"])
@pytest.mark.parametrize("event", EVENTS)
def test_killed_after_a_write_or_a_sync(stage, subtests, event, deployment):
    at = 0
    crashed = True
    while crashed:
        at += 1
        with subtests.test(step=at):
            crashed = False
            environment = {**PRELOAD, "KILL_AFTER_STEP": str(at)}
            crashed = play(stage, event, deployment, environment=environment)
    assert at > 4


def test_a_lost_answer_is_looked_for_before_it_is_asked_again(stage, subtests):
    """L11: EnterStandby's answer is lost, the retry is refused, and the run fails although it had worked."""
    calls = count_calls(stage)
    for event in EVENTS:
        for at in range(1, calls[event] + 1):
            with subtests.test(event=event, request=at):
                stage.set_up()
                beginning = stage.world.look()
                for played in EVENTS:
                    stage.let_time_pass()
                    stage.proxy.calls.clear()
                    stage.proxy.fault = Fault(at=at, kind="lost") if played == event else None
                    ended = stage.hook(played)
                    assert ended.status == 0, ended
                assert stage.world.look() == beginning


def count_calls(stage):
    counts = {}
    for event in EVENTS:
        stage.proxy.calls.clear()
        assert stage.hook(event).status == 0
        counts[event] = len(stage.calls())
    return counts
