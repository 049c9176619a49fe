"""Stands between an AWS client and moto: keeps AWS's rules (rules.py), keeps the request log, and makes things go wrong
at the request it is told to: the client dies before or after it, the answer is lost, AWS is busy."""
import collections.abc
import dataclasses
import http.client
import json
import os
import signal
import threading
import time
import urllib.parse

from query import decode
from rules import Answer, Rules, error_answer
from server import Server

REPLIES = {
    "unavailable": (500, "InternalFailure", "We encountered an internal error."),
    "throttled": (400, "Throttling", "Rate exceeded"),
    "denied": (403, "AccessDenied", "User is not authorized to perform this operation"),
}


@dataclasses.dataclass
class Fault:
    """What happens at the request `at` (from 1, of those for `action` where one is named) and the ones that follow, as
    many as `times`: `kill_before` and `kill_after` end the victim before or after AWS has seen it, `stop` asks it to
    end, `lost` drops AWS's answer, a key of REPLIES is answered without asking AWS; `act` is called before AWS is."""

    at: int = 1
    kind: str = ""
    times: int = 1
    action: str = ""
    act: collections.abc.Callable = lambda: None

    def hits(self, call, calls):
        if self.action not in ("", call.action):
            return False
        number = sum(self.action in ("", other.action) for other in calls)
        return self.at <= number < self.at + self.times


@dataclasses.dataclass
class Call:
    service: str
    action: str
    parameters: dict
    status: int = 0

    @property
    def reads(self):
        return self.action.startswith(("Describe", "Get"))

    def __str__(self):
        return f"{self.service}:{self.action} {json.dumps(self.parameters, sort_keys=True)} {self.status or 'unanswered'}"


class Proxy(Server):
    def __init__(self, moto_url, aws, log_path=None):
        super().__init__()
        self.moto = urllib.parse.urlsplit(moto_url).netloc
        self.aws = aws
        self.log_path = log_path
        self.lock = threading.Lock()
        self.reset()

    def reset(self, drain_polls=0):
        self.rules = Rules(self.aws, drain_polls)
        self.calls = []
        self.recorded.clear()
        self.connections = 0
        self.ahead_seconds = 0
        self.latency_seconds = 0.0
        self.fault = None
        self.victim = None  # the process that a fault kills; known before the first request is answered
        self.victim_known = threading.Event()

    def watch(self, pid):
        self.victim = pid
        self.victim_known.set()

    def answer(self, request, body):
        call, fault = self.enter(request, body)
        if self.latency_seconds:
            time.sleep(self.latency_seconds)
        if fault == "kill_before":
            return self.end_victim(signal.SIGKILL)
        if fault == "stop":
            self.end_victim(signal.SIGTERM)
        if fault in REPLIES:
            answer = error_answer(call.service, *REPLIES[fault])
        else:
            answer = self.ask(request, call, body)
        call.status = answer.status
        self.write_log(call)
        if fault == "kill_after":
            return self.end_victim(signal.SIGKILL)
        return None if fault == "lost" else answer

    def enter(self, request, body):
        """The call as the log keeps it, and what is to go wrong with it."""
        call = Call(*decode(body))
        with self.lock:
            self.calls.append(call)
            hit = self.fault and self.fault.hits(call, self.calls)
        if "Authorization" not in request.headers:
            return call, "denied"
        if not hit:
            return call, None
        self.fault.act()
        return call, self.fault.kind

    def ask(self, request, call, body):
        key = call.service, call.action, call.parameters
        if call.reads:
            return self.rules.mend(*key, self.forward(request, body))
        with self.lock:
            answer = self.rules.refuse(*key)
            if answer is None:
                answer = self.forward(request, body)
                if answer.status == 200:
                    self.rules.follow(*key)
        return answer

    def forward(self, request, body):
        connection = http.client.HTTPConnection(self.moto)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "connection"}
        connection.request(request.command, request.path, body, headers)
        response = connection.getresponse()
        kept = {n: v for n, v in response.getheaders() if n.lower() in ("content-type", "x-amzn-requestid")}
        answer = Answer(response.status, response.read(), kept)
        connection.close()
        return answer

    def end_victim(self, number):
        self.victim_known.wait(10)
        os.kill(self.victim, number)

    def write_log(self, call):
        if self.log_path:
            with self.lock, open(self.log_path, "a") as log:
                log.write(json.dumps(dataclasses.asdict(call)) + "\n")
