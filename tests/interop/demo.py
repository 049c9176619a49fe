"""What ./autogen.sh run shows: a deployment on one of three instances, played against moto; the plan, the leaving hook,
the world in between, the returning hook, and what was asked of AWS."""
import sys

from stage import LEAVE, MACHINE, RETURN, Stage


def heading(text):
    print(f"\n--- {text}", flush=True)


def show(ended):
    print("\n".join("    " + line for line in ended.output.rstrip().splitlines()))
    print(f"    (exit {ended.status}, {ended.seconds:.2f} s)")
    return ended.status == 0


def show_world(stage):
    now = stage.world.look()
    print(f"    minimum {now.minimum}, desired {now.desired}, suspended: {', '.join(now.suspended)}")
    for instance, state in now.instances:
        places = [
            name for name, members in (("target group", now.targets), ("classic", now.classic)) if instance in members
        ]
        print(f"    {instance} {state:<10} {' + '.join(places) or 'no traffic'}")


def play(stage):
    before = stage.world.look()
    heading("A group of three instances, an operator has suspended AZRebalance")
    show_world(stage)
    heading(f"tidegate plan {MACHINE.name} -i instance={stage.world.instance}")
    good = show(stage.command("plan", MACHINE, "-i", f"instance={stage.world.instance}"))
    for event, comment in ((LEAVE, "the instance leaves"), (RETURN, "the instance returns")):
        stage.proxy.calls.clear()
        heading(f"CodeDeploy runs {MACHINE.name} at {event}: {comment}")
        good = show(stage.hook(event)) and good
        changes = stage.mutations()
        print(f"    {len(stage.calls())} calls, of which {len(changes)} change something:")
        for call in changes:
            print(f"      {call}")
        show_world(stage)
    same = stage.world.look() == before
    print(f"\nEverything is {'as it was' if same else 'NOT AS IT WAS'}.")
    return good and same


def main():
    stage = Stage()
    try:
        return 0 if play(stage.set_up()) else 1
    finally:
        stage.close()


sys.exit(main())
