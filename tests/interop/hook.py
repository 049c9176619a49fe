"""Runs a program as the CodeDeploy agent runs a hook: nothing in its environment but what the agent sets, no arguments,
nothing to read on standard input, both outputs in one stream."""
import dataclasses
import os
import pathlib
import subprocess
import threading
import time


@dataclasses.dataclass
class Ended:
    status: int  # as the shell counts: 128 + signal where one ended it
    output: str
    seconds: float

    def __str__(self):
        return f"exit {self.status} after {self.seconds:.2f} s\n{self.output}"


def hook_environment(event, deployment="d-1", deployment_group="dg-1", **more):
    tidegate = pathlib.Path(os.environ.get("TIDEGATE_BUILD_DIR", "."))
    return {
        "PATH": f"{tidegate}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LIFECYCLE_EVENT": event,
        "DEPLOYMENT_ID": deployment,
        "DEPLOYMENT_GROUP_ID": deployment_group,
        "DEPLOYMENT_GROUP_NAME": "production",
        "APPLICATION_NAME": "web",
        **more,
    }


def run(command, environment, started=lambda pid: None, at_most=120, standard_input_open=True):
    """`started` is told the process's id; after `at_most` seconds it is killed."""
    before = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=None if standard_input_open else lambda: os.close(0),
    )
    started(process.pid)
    killer = threading.Timer(at_most, process.kill)
    killer.start()
    output = process.stdout.read().decode(errors="replace")
    status = process.wait()
    killer.cancel()
    process.stdout.close()
    return Ended(status if status >= 0 else 128 - status, output, time.monotonic() - before)
