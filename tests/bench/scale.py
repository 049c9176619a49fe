"""How the wall time grows with what there is to leave: 1, 10 and 100 target groups, and one instance of a thousand in a
region of many pages, over HTTP against the simulated AWS, each answer of which comes 50 ms late, however many others
are under way. (moto answers one after the other: with it, it is moto that grows.)"""
import asyncio
import pathlib
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "interop"))

from hook import hook_environment, run  # noqa: E402
from simulator import Simulator  # noqa: E402
from stage import LEAVE, RETURN, SOURCE  # noqa: E402
from table import Table  # noqa: E402

SELF = "i-0a1b2c3d4e5f60718"
LATENCY_SECONDS = 0.050
COUNTS = (10, 100)
ONES = 5  # how far its looks are apart is left to chance, so the median of so many is what others stand beside
INSTANCES = 1000
PAGES_OF = 450  # more target groups than AWS lists at once
# What is waited for ends between two looks, however these are spread: else chance alone would cost some a look more.
CHECKS = "drain: 20s, interval: 4s, healthy_after: 2"
TAKES = "takes: {register: 1s}\n"


class Latency:
    """A way to a server on which answers, and nothing else, take their time."""

    def __init__(self, port):
        self.port = port
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self.connect, "127.0.0.1", 0, backlog=256))
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        self.requests = 0
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    async def connect(self, reader, writer):
        back, forth = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(self.copy(reader, forth, 0), self.copy(back, writer, LATENCY_SECONDS))

    async def copy(self, reader, writer, seconds):
        while data := await reader.read(1 << 16):
            self.requests += data.count(b" HTTP/1.1\r\n")
            # Only before an answer's beginning: its other parts come right behind it.
            if seconds and data.startswith(b"HTTP/1.1 "):
                await asyncio.sleep(seconds)
            writer.write(data)
            await writer.drain()
        writer.close()


def of_target_groups(count):
    rows = "".join(f"  web-{i}: {{{CHECKS}, targets: [{{instance: {SELF}}}]}}\n" for i in range(count))
    return f"scenario: many\nself: {SELF}\n{TAKES}instances: {{{SELF}: {{}}}}\ntarget_groups:\n{rows}"


def of_a_group(instances, target_groups):
    """Registered by hand in two of the target groups, which are pages apart."""
    rows = "".join(
        f"  web-{i}: {{{CHECKS}{f', targets: [{{instance: {SELF}}}]' if i in (1, target_groups - 1) else ''}}}\n"
        for i in range(target_groups)
    )
    others = "".join(f"      i-{i:017x}: {{}}\n" for i in range(1, instances))
    return (
        f"scenario: crowd\nself: {SELF}\n{TAKES}target_groups:\n{rows}groups:\n  web-prod:\n    minimum: {instances}\n"
        f"    desired: {instances}\n    maximum: {instances}\n    target_groups: [web-0]\n    instances:\n"
        f"      {SELF}: {{}}\n{others}"
    )


class Cycle(threading.Thread):
    """A leave and a return in a world of their own, beside others."""

    def __init__(self, machine, scenario, **inputs):
        super().__init__()
        self.machine = SOURCE / "machines" / f"{machine}.yaml"
        self.scenario, self.inputs = scenario, inputs
        self.seconds = self.ended = None
        self.start()

    def run(self):
        with tempfile.TemporaryDirectory(prefix="tidegate-bench-") as folder:
            simulator = Simulator(pathlib.Path(folder), self.scenario, 1)
            self.latency = Latency(int(simulator.exports["AWS_ENDPOINT_URL"].rpartition(":")[2]))
            more = {**simulator.exports, "AWS_ENDPOINT_URL": self.latency.url, "TIDEGATE_STATE_DIR": f"{folder}/state"}
            begun = time.monotonic()
            for event in (LEAVE, RETURN):
                self.ended = run([self.machine], hook_environment(event, **more, **self.inputs))
                if self.ended.status != 0:
                    break
            self.seconds = time.monotonic() - begun
            simulator.close()

    def result(self):
        self.join()
        if self.ended is None or self.ended.status != 0:
            sys.exit(f"bench: {self.machine.name} failed\n{self.ended and self.ended.output}")
        return self


def shown(cycle):
    return f"{cycle.seconds:.1f} s, {cycle.latency.requests}"


def beside(cycle, other, what):
    return shown(cycle), f"{what} {shown(other)} calls", cycle.seconds / other.seconds


def main():
    table = Table()
    ones = [Cycle("target-groups", of_target_groups(1)) for _ in range(ONES)]
    cycles = [Cycle("target-groups", of_target_groups(count)) for count in COUNTS]
    few = Cycle("asg-standby", of_a_group(3, 3), TIDEGATE_INPUT_target_groups="any")
    crowd = Cycle("asg-standby", of_a_group(INSTANCES, PAGES_OF), TIDEGATE_INPUT_target_groups="any")
    one = sorted((cycle.result() for cycle in ones), key=lambda cycle: cycle.seconds)[ONES // 2]
    print(f"bench: leave + return, each answer after {LATENCY_SECONDS * 1000:.0f} ms, all of these side by side")
    for count, cycle in zip(COUNTS, cycles):
        table.row(f"wall, {count} target groups", *beside(cycle.result(), one, "with one"), 1.2, 1.6)
    beside_few = beside(crowd.result(), few.result(), "of 3 in 3")
    table.row(f"of {INSTANCES} in {PAGES_OF} of them", *beside_few, 1.5, 3.0)
    return table.end()


sys.exit(main())
