"""What a leave and return cost, beside the AWS CLI making the same calls in the same order and beside a bare libcurl
program sending the same requests, all against the same world. Ratios are held against the budget of the design; times
of a machine's own are only shown."""
import json
import pathlib
import shutil
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "interop"))

from botocore import xform_name  # noqa: E402
from hook import run  # noqa: E402
from stage import BUILD, LEAVE, MACHINE, PRELOAD, RETURN, Stage  # noqa: E402
from table import Table  # noqa: E402
from world import REGION  # noqa: E402

LATENCY_SECONDS = 0.020  # of an AWS answer; a nearby region's is about that
ROUNDS = 11
SCRIPTS_CALLS = {LEAVE: 8, RETURN: 7}  # of the bash scripts, with one poll each
WAITS = ("elb", "elbv2")  # what is asked of these is asked while waiting for balancers
EVENTS = (LEAVE, RETURN)
# As `#!/usr/bin/env tidegate` calls it, but without env's own start: what it is measured beside has none either.
ENGINE = (BUILD / "tidegate", MACHINE)
# What a process costs that does no more than send the same requests by libcurl: some forty shared libraries, for one.
ALONE = "  of which libcurl alone"
MEMORY = pathlib.Path("/dev/shm")  # where a sync costs nothing: what of the time is the disk's


class Cost:
    """Of one or more processes one after another; `starts` is how long each took to its first request."""

    def __init__(self, rows, starts=()):
        self.start_seconds = statistics.median(starts) if starts else None
        self.seconds = sum(row["seconds"] for row in rows)
        self.cpu_seconds = sum(row["cpu_seconds"] for row in rows)
        self.megabytes = max(row["peak_kilobytes"] for row in rows) / 1024


class Bench:
    def __init__(self):
        self.stage = Stage()
        self.stage.set_up()
        self.stage.proxy.latency_seconds = LATENCY_SECONDS
        self.usage = self.stage.folder / "usage.json"
        self.memory = tempfile.mkdtemp(prefix="tidegate-bench-", dir=MEMORY if MEMORY.is_dir() else self.stage.folder)
        self.calls = {}
        self.requests = {}

    def measure(self, command, environment):
        ended = run([BUILD / "tests" / "bench" / "measure", self.usage, *command], environment)
        row = json.loads(self.usage.read_text()) if ended.status == 0 else {"status": ended.status}
        if row["status"] != 0:
            sys.exit(f"bench: {command[0]} ended with {row['status']}\n{ended.output}")
        return row

    def engine(self, **more):
        # Behind a return of a moment ago it would wait until AWS surely shows that.
        for journal in pathlib.Path(more.get("TIDEGATE_STATE_DIR", self.stage.state)).glob("*.journal"):
            journal.unlink()
        rows, starts = [], []
        for event in EVENTS:
            recorded = self.record()
            rows.append(self.measure(ENGINE, self.stage.environment(event, **more)))
            self.calls[event] = self.stage.calls()
            self.requests[event] = sorted(recorded[0] + recorded[1], key=lambda request: request.at)
            starts.append(self.requests[event][0].at - rows[-1]["started"])
        return Cost(rows, starts)

    def record(self):
        self.stage.proxy.calls.clear()
        self.stage.proxy.recorded = []
        self.stage.imds.recorded = []
        return self.stage.proxy.recorded, self.stage.imds.recorded

    def syncs(self):
        """How many times a cycle waits for the disk."""
        told = self.stage.folder / "syncs"
        self.engine(**PRELOAD, SYNCS_TOLD_IN=str(told))
        return sum(map(int, told.read_text().split()))

    def engine_in_memory(self):
        return self.engine(TIDEGATE_STATE_DIR=f"{self.memory}/state")

    def bare_loop(self):
        rows, starts = [], []
        for event in EVENTS:
            path = self.stage.folder / f"{event}.requests"
            path.write_bytes(b"".join(request.as_text() for request in self.requests[event]))
            recorded = self.record()
            rows.append(self.measure([BUILD / "tests" / "bench" / "bare_loop", path], {}))
            starts.append(min(request.at for request in recorded[0] + recorded[1]) - rows[-1]["started"])
        return Cost(rows, starts)

    def aws_cli(self):
        environment = {
            "PATH": f"{pathlib.Path(sys.executable).parent}:/usr/bin:/bin",
            "AWS_ENDPOINT_URL": self.stage.proxy.url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "anybody",
            "AWS_SECRET_ACCESS_KEY": "anybody",
        }
        rows = []
        for call in self.calls[LEAVE] + self.calls[RETURN]:
            parameters = json.dumps(call.parameters)
            command = ["aws", call.service, xform_name(call.action, "-"), "--cli-input-json", parameters]
            rows.append(self.measure(command, environment))
        return Cost(rows)

    def counted(self, event):
        return sum(call.service not in WAITS for call in self.calls[event])

    def close(self):
        shutil.rmtree(self.memory, ignore_errors=True)
        self.stage.close()


def middle(costs, name):
    return statistics.median(getattr(cost, name) for cost in costs)


def middle_ratio(pairs, name):
    """Of what was measured right after each other, so that a machine that is busy for a while does not decide."""
    return statistics.median(getattr(one, name) / getattr(other, name) for one, other in pairs)


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def many_states(bench, count):
    """The wall time of checking a machine of so many states."""
    path = bench.stage.folder / f"{count}.yaml"
    states = "".join(f"  S{i}: {{wait: 1s, next: S{i + 1}}}\n" for i in range(count - 1))
    path.write_text(
        f"#!/usr/bin/env tidegate\ntidegate: 1\nmachine: long\nsubject: one\nstart_at: S0\nstates:\n{states}"
        f"  S{count - 1}: {{end: succeeded}}\n"
    )
    check = [BUILD / "tidegate", "check", path]
    return min(bench.measure(check, {})["seconds"] for _ in range(3))


def main():
    bench = Bench()
    table = Table()
    try:
        bench.engine(), bench.bare_loop()  # not counted: moto makes its caches
        rounds = [(bench.engine(), bench.bare_loop(), bench.engine_in_memory()) for _ in range(ROUNDS)]
        ours, bare, in_memory = zip(*rounds)
        syncs = bench.syncs()
        cli = bench.aws_cli()
        ten, twenty = many_states(bench, 10000), many_states(bench, 20000)
    finally:
        bench.close()

    print(f"bench: leave + return, AWS answers in {LATENCY_SECONDS * 1000:.0f} ms, the median of {ROUNDS} rounds")
    for event in EVENTS:
        ratio = bench.counted(event) / SCRIPTS_CALLS[event]
        theirs = f"the scripts' {SCRIPTS_CALLS[event]}"
        table.row(f"calls, {event}", str(bench.counted(event)), theirs, ratio, 1.0)
    cpu, wall = middle(ours, "cpu_seconds"), middle(ours, "seconds")
    table.row("CPU", milliseconds(cpu), f"AWS CLI {cli.cpu_seconds:.1f} s", cpu / cli.cpu_seconds, 1 / 200, 1 / 120)
    table.row(ALONE, milliseconds(middle(bare, "cpu_seconds")), "")
    table.row("wall", f"{wall:.3f} s", f"AWS CLI {cli.seconds:.1f} s", wall / cli.seconds)
    loop = f"bare libcurl {middle(bare, 'seconds'):.3f} s"
    table.row("wall", f"{wall:.3f} s", loop, middle_ratio(zip(ours, bare), "seconds"), 1.05, 1.5)
    unsynced = f"{middle(in_memory, 'seconds'):.3f} s"
    table.row("  with syncs", str(syncs), "")
    table.row("  but for the disk", unsynced, loop, middle_ratio(zip(in_memory, bare), "seconds"))
    memory = middle(ours, "megabytes")
    table.row("peak memory", f"{memory:.1f} MB", f"AWS CLI {cli.megabytes:.0f} MB", memory / cli.megabytes)
    table.row("peak memory", f"{memory:.1f} MB", "12 MB", memory / 12, 1.0, 1.6)
    table.row(ALONE, f"{middle(bare, 'megabytes'):.1f} MB", "")
    start = middle(ours, "start_seconds")
    table.row("first request after", milliseconds(start), "10 ms", start / 0.010, 1.0, 100.0)
    table.row(ALONE, milliseconds(middle(bare, "start_seconds")), "")
    table.row("check, 10,000 states", f"{ten:.2f} s", "0.5 s", ten / 0.5, 1.0, 3.0)
    # Linear is twice as long; a quarter more is left to the machine's caches.
    table.row("check, 20,000 states", f"{twenty:.2f} s", f"10,000: {ten:.2f} s", twenty / ten / 2, 1.25, 1.5)
    return table.end()


sys.exit(main())
