"""What one simulated run of a rehearsal costs, in CPU time of one process, as long as it takes or until it has played
enough; and that it grows no faster than the machine's states and the group's instances do, in instructions, which no
cache and no neighbour on the processor has a part in."""
import json
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

from table import Table

ROOT = pathlib.Path(__file__).parents[2]
TIDEGATE = pathlib.Path.cwd() / "tidegate"
SECONDS = 5  # then it is told to end, and says how far it came
BUDGET_PER_SECOND = 2000
STATES = (25, 250, 2500)
INSTANCES = (1, 10, 100, 1000)

HEAD = """#!/usr/bin/env tidegate
tidegate: 1
machine: bench
subject: "${input.instance}"
input: {instance: {type: string, default: "${metadata.instance_id}"}}
"""
SUSPENDS = HEAD + """start_at: LOOK
states:
  LOOK: {action: autoscaling.look, with: {instance: "${input.instance}"}, next: SUSPEND}
  SUSPEND:
    action: autoscaling.suspend_processes
    with: {group: "${states.LOOK.group}", processes: [AZRebalance]}
    next: OUT
  OUT: {pause: {expires: 2h, on_expire: BACK}, next: BACK}
  BACK: {restore: all, next: DONE}
  DONE: {end: succeeded}
"""


def chain(count):
    """A machine of so many states, none of which asks AWS anything."""
    choices = "".join(
        f"  S{i}: {{choose: [{{when: input.instance, next: S{i + 1}}}], otherwise: S{i + 1}}}\n"
        for i in range(count - 2)
    )
    return (
        f"{HEAD}start_at: S0\nstates:\n{choices}"
        f"  S{count - 2}: {{pause: {{}}, next: S{count - 1}}}\n  S{count - 1}: {{end: succeeded}}\n"
    )


def world(count):
    """A group of so many instances."""
    instances = "".join(f"      i-{i:017x}: {{zone: eu-west-1a}}\n" for i in range(count))
    return (
        f"scenario: bench\ncomment: A group of {count}.\nself: i-{0:017x}\ngroups:\n  web:\n    minimum: 0\n"
        f"    desired: {count}\n    maximum: {count}\n    instances:\n{instances}"
    )


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def seconds_a_run(machine, scenario, *more):
    """The cost of a run, and of one that was played: those that are known to go as another one cost next to nothing."""
    command = [TIDEGATE, "rehearse", machine, "--scenario", scenario, "--faults", "1", "--jobs", "1", "--json", *more]
    before = cpu_seconds()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        output, _ = child.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        child.terminate()
        output, _ = child.communicate()
    spent, told = cpu_seconds() - before, json.loads(output)
    return spent / told["runs"], spent / sum(kind["played"] for kind in told["kinds"].values())


def millions(machine, scenario):
    """Of the instructions of one run, from the reading of the machine on."""
    counted = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", TIDEGATE]
    command = [*counted, "rehearse", machine, "--scenario", scenario, "--faults", "1", "--run", "1"]
    told = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(re.search(r"Collected : (\d+)", told.stderr)[1]) / 1e6


def growth(table, what, counts, machine_and_scenario):
    """Each beside the one before. Linear is what costs k times as much where there is k times as much of it."""
    pairs = [machine_and_scenario(count) for count in counts]
    costs = [millions(*pair) for pair in pairs]
    for (few, cheap), (many, dear) in zip(zip(counts, costs), zip(counts[1:], costs[1:])):
        ratio = dear / cheap / (many / few)
        table.row(f"run, {many:,} {what}", f"{dear:.0f} M", f"{few:,}: {cheap:.0f} M instructions", ratio, 1.1, 1.1)
    few, many = (seconds_a_run(*pair)[1] * 1000 for pair in pairs[-2:])
    ratio = many / few / (counts[-1] / counts[-2])
    table.row("  in time", f"{many:.2f} ms", f"{counts[-2]:,}: {few:.2f} ms, caches and all", ratio)


def main():
    table = Table()
    with tempfile.TemporaryDirectory(prefix="tidegate-bench-") as folder:

        def file(name, text):
            path = pathlib.Path(folder) / name
            path.write_text(text)
            return path

        shipped = ROOT / "machines" / "asg-standby.yaml"
        cost, of_played = seconds_a_run(shipped, "group-of-three")
        _, of_wired = seconds_a_run(shipped, "group-of-three", "--wire")
        rate = f"{BUDGET_PER_SECOND:,} a second"
        # CPU time is longer where others use the other half of a core.
        table.row("rehearsal, one core", f"{1 / cost:.0f} a second", rate, cost * BUDGET_PER_SECOND, 1.0, 4.0)
        table.row("of them played", f"{1 / of_played:.0f} a second", "the others go as one of these")
        table.row("of them over the wire", f"{1 / of_wired:.0f} a second", "signed, encoded, answered in XML")
        if not shutil.which("valgrind"):
            print("bench: how it grows is not shown: valgrind, which counts instructions, is missing")
            return table.end()
        growth(table, "states", STATES, lambda count: (file(f"{count}.yaml", chain(count)), "no-balancer"))
        suspends = file("suspends.yaml", SUSPENDS)
        growth(table, "instances", INSTANCES, lambda count: (suspends, file(f"{count}-instances.yaml", world(count))))
    return table.end()


sys.exit(main())
