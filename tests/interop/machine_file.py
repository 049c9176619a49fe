"""Machine files read as the engine reads them, by a YAML parser that others wrote, and variants of them written."""
import re

import yaml

PLACES = ("start_at", "next", "otherwise", "on_expire")  # keys that name a state


class Loader(yaml.SafeLoader):
    """YAML 1.2's idea of a boolean: `on` and `no` stay words."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def load(path):
    return yaml.load(path.read_text(), Loader)


def is_wait(state):
    return state.get("action", "").partition(".")[2].startswith("wait_")


def pass_by(value, waits):
    """The machine with what leads to a wait leading past it."""
    if isinstance(value, list):
        return [pass_by(item, waits) for item in value]
    if not isinstance(value, dict):
        return value
    passed = {key: pass_by(item, waits) for key, item in value.items()}
    for key in PLACES:
        while passed.get(key) in waits:
            passed[key] = waits[passed[key]]
    return passed


def write_without_waits(path, target):
    """The machine as someone would write it who takes AWS's answer for the effect."""
    machine = load(path)
    waits = {name: state["next"] for name, state in machine["states"].items() if is_wait(state)}
    machine["states"] = {name: state for name, state in machine["states"].items() if name not in waits}
    text = yaml.safe_dump(pass_by(machine, waits), sort_keys=False, width=1000)
    target.write_text("#!/usr/bin/env tidegate\n" + text)
    target.chmod(0o755)
    return target
