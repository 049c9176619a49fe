"""Real traffic through a real balancer: HAProxy before two small servers, which gets to know of their state what the
simulated AWS says of their instances, as a balancer of AWS's would; and clients that never stop asking."""
import asyncio
import collections
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

import boto3
import pytest

QUICK_CLIENTS, SLOW_CLIENTS = 4, 6
LOOK_SECONDS = 0.03
PATIENCE_SECONDS = 30

CONFIGURATION = """
global
    stats socket fd@{control} level admin
defaults
    mode http
    # Nothing is tried again and no server is looked at: what is lost shall be seen.
    retries 0
    option http-server-close
    timeout connect 30s
    timeout client 60s
    timeout server 60s
frontend clients
    bind fd@{port}
    default_backend web
backend web
    balance roundrobin
{servers}
"""


def find_haproxy():
    found = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("haproxy is not installed")
    return found


class SmallServer:
    """One instance's application; a deployment stops one and starts another in its place."""

    def __init__(self, path, seconds):
        self.path = path
        self.seconds = seconds
        self.process = None

    def start(self, name):
        program = pathlib.Path(__file__).with_name("small_server.py")
        command = [sys.executable, "-I", program, self.path, name, str(self.seconds)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b"listens\n"

    def stop(self):
        if self.process.stdout.closed:
            return
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class HAProxy:
    """Its sockets listen before it is there: what is said to them until then waits for it."""

    def __init__(self, folder, paths):
        self.control = f"{folder}/control"
        with socket.create_server(("127.0.0.1", 0)) as port, socket.socket(socket.AF_UNIX) as control:
            self.address = port.getsockname()
            control.bind(self.control)
            control.listen()
            fds = {"port": port.fileno(), "control": control.fileno()}
            servers = "\n".join(f"    server {name} unix@{path} disabled" for name, path in paths.items())
            configuration = folder / "haproxy.cfg"
            configuration.write_text(CONFIGURATION.format(servers=servers, **fds))
            command = [find_haproxy(), "-db", "-q", "-f", configuration]
            self.process = subprocess.Popen(command, pass_fds=fds.values())

    def say(self, line):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(self.control)
            control.sendall(line.encode() + b"\n")
            answer = control.makefile().read().strip()
        assert answer == "", f"{line}: {answer}"

    def set(self, name, state):
        self.say(f"set server web/{name} state {state}")
        if state == "maint":  # when the delay is over, a balancer of AWS's closes what is still open
            self.say(f"shutdown sessions server web/{name}")

    def close(self):
        self.process.terminate()
        self.process.wait()


def target_health(url):
    api = boto3.client("elbv2", endpoint_url=url)
    arn = api.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    states = {"healthy": "ready", "draining": "drain"}

    def look(instances):
        health = api.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        found = {row["Target"]["Id"]: states.get(row["TargetHealth"]["State"], "maint") for row in health}
        return {instance: found.get(instance, "maint") for instance in instances}

    return look


def instance_health(url):
    api = boto3.client("elb", endpoint_url=url)
    name = api.describe_load_balancers()["LoadBalancerDescriptions"][0]["LoadBalancerName"]

    def state_of(row):
        if row["State"] != "InService":
            return "maint"
        return "drain" if "deregistration" in row["Description"] else "ready"

    def look(instances):
        asked = [{"InstanceId": instance} for instance in instances]
        rows = api.describe_instance_health(LoadBalancerName=name, Instances=asked)["InstanceStates"]
        return {row["InstanceId"]: state_of(row) for row in rows}

    return look


class Bridge:
    """Tells HAProxy what AWS says, again and again."""

    def __init__(self, look, instances, haproxy, changed):
        self.look, self.instances, self.haproxy, self.changed = look, instances, haproxy, changed
        self.states = {}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.follow)
        self.thread.start()

    def follow(self):
        while not self.ended.wait(LOOK_SECONDS):
            for instance, state in self.look(self.instances).items():
                if self.states.get(instance) != state:
                    self.haproxy.set(instance, state)
                    with self.changed:
                        self.states[instance] = state
                        self.changed.notify_all()

    def close(self):
        self.ended.set()
        self.thread.join()


class Load:
    """Clients that ask one request after the other until they are stopped; what was asked is always waited for."""

    def __init__(self, address, changed):
        self.address, self.changed = address, changed
        self.answers = collections.Counter()  # (path, who answered)
        self.dropped = []
        self.ended = False
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()))
        self.thread.start()

    async def run(self):
        paths = ["/quick"] * QUICK_CLIENTS + ["/slow"] * SLOW_CLIENTS
        await asyncio.gather(*(self.client(path) for path in paths))

    async def client(self, path):
        while not self.ended:
            try:
                status, name = await asyncio.wait_for(self.ask(path), PATIENCE_SECONDS)
            except (OSError, ValueError, asyncio.TimeoutError) as fault:
                status, name = repr(fault), ""
            with self.changed:
                if status == "200" and name:
                    self.answers[path, name] += 1
                else:
                    self.dropped.append(f"{path} {status}")
                self.changed.notify_all()

    async def ask(self, path):
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n".encode())
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        writer.close()
        return head.split(" ", 2)[1] if " " in head else "no answer", body

    def total(self):
        return sum(self.answers.values()) + len(self.dropped)

    def close(self):
        self.ended = True
        self.thread.join()


class Stand:
    """All of it, with version 1 on each instance; `look` as the two functions above."""

    def __init__(self, look, instances, slow_seconds):
        self.changed = threading.Condition()
        with contextlib.ExitStack() as made:
            # A socket's path is short.
            folder = pathlib.Path(made.enter_context(tempfile.TemporaryDirectory(prefix="tidegate-")))
            self.servers = {instance: SmallServer(f"{folder}/{instance}", slow_seconds) for instance in instances}
            for instance, server in self.servers.items():
                server.start(f"{instance} version 1")
                made.callback(server.stop)
            self.haproxy = HAProxy(folder, {instance: server.path for instance, server in self.servers.items()})
            made.callback(self.haproxy.close)
            self.bridge = Bridge(look, instances, self.haproxy, self.changed)
            made.callback(self.bridge.close)
            self.wait_for(lambda: set(self.bridge.states.values()) == {"ready"}, "both servers' readiness")
            self.load = Load(self.haproxy.address, self.changed)
            made.callback(self.load.close)
            self.close = made.pop_all().close

    def wait_for(self, condition, what):
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE_SECONDS), f"{what} has not come in {PATIENCE_SECONDS} s"

    def wait_for_answers_of(self, name):
        self.wait_for(lambda: self.load.answers["/slow", name] > 2, f"an answer of {name}")
