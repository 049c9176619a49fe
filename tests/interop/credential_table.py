"""Lays out a row of credential_rows.py, lets the program and botocore choose, and compares whom they take themselves for."""
import dataclasses
import fnmatch
import json
import os
import re
import shutil
import unittest.mock

import botocore.loaders
import botocore.session
from cloud import Cloud, Signer
from credential_rows import DIFFERENCES, REFUSALS, SECRET, rows
from hook import run
from imds import ROLE, Imds
from stage import BUILD

MACHINE = """
tidegate: 1
machine: who
subject: who
start_at: WHO
states:
  WHO: {action: call, with: {operation: "sts:GetCallerIdentity"}, next: DONE}
  DONE: {end: succeeded}
"""


class Table:
    """Where a row is laid out: its files, its environment, and the services around it."""

    def __init__(self, folder):
        self.folder = folder
        self.machine = folder / "who.yaml"
        self.machine.write_text(MACHINE)
        self.home = folder / "home"
        self.cloud = Cloud()
        self.imds = Imds()
        self.loader = botocore.loaders.create_loader()

    def lay(self, row):
        shutil.rmtree(self.home, ignore_errors=True)
        (self.home / ".aws").mkdir(parents=True)
        files = {".aws/config": row.config, ".aws/credentials": row.credentials, **row.files}
        for name, text in files.items():
            if text:
                (self.home / name).write_text(self.filled(text), newline="")
        self.set_metadata(row.metadata)
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "AWS_ENDPOINT_URL": self.cloud.url,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.cloud.url if row.metadata == "none" else self.imds.url,
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "1",
            **{name: self.filled(value) for name, value in row.environment.items()},
        }

    def filled(self, text):
        return text.replace("{folder}", str(self.home)).replace("{cloud}", self.cloud.url)

    def set_metadata(self, has):
        self.imds.reset("i-0a1b2c3d4e5f60718")
        role = f"/latest/meta-data/iam/security-credentials/{ROLE}"
        if has == "no role":
            del self.imds.documents["/latest/meta-data/iam/security-credentials/"]
        if has == "a failing role":
            self.imds.documents[role] = json.dumps({"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"})

    def ours(self, row):
        flags = [("--profile", row.profile), ("--region", row.region)]
        given = [word for flag in flags if flag[1] for word in flag]
        environment = {**self.environment, "TIDEGATE_STATE_DIR": str(self.folder / "state")}
        ended = run([BUILD / "tidegate", "plan", self.machine, *given], environment)
        return self.taken() or " ".join(ended.output.split())

    def botocores(self, row):
        with unittest.mock.patch.dict(os.environ, self.environment, clear=True):
            try:
                session = botocore.session.Session(profile=row.profile or None)
                session.register_component("data_loader", self.loader)
                session.create_client("sts", region_name=row.region or None).get_caller_identity()
            except Exception as fault:
                return f"{type(fault).__name__}: {fault}"
        return self.taken()

    def taken(self):
        return self.cloud.shown.pop() if self.cloud.shown else None

    def close(self):
        self.cloud.close()
        self.imds.close()


def same(ours, theirs):
    if isinstance(ours, Signer) or isinstance(theirs, Signer):
        return ours == theirs
    return re.search(REFUSALS[theirs.partition(":")[0]], ours) is not None


def explained(group, row, theirs):
    """The differences that allow this one."""
    said = theirs.key if isinstance(theirs, Signer) else theirs
    known = [difference for difference in DIFFERENCES if difference.group == group]
    return {d for d in known if fnmatch.fnmatchcase(row.name, d.row) and said.startswith(d.theirs)}


@dataclasses.dataclass
class Comparison:
    rows: int
    found: list  # what differs and nobody has explained
    unused: list  # explanations of differences that are none


def compare(table, group):
    found, used, count = [], set(), 0
    for count, row in enumerate(rows(group), 1):
        table.lay(row)
        ours, theirs = table.ours(row), table.botocores(row)
        assert SECRET not in str(ours)
        if not same(ours, theirs):
            reasons = explained(group, row, theirs)
            used |= reasons
            found += [] if reasons else [f"{row.name}\n    ours: {ours}\n    botocore's: {theirs}"]
    unused = [f"{d.row}: {d.why}" for d in DIFFERENCES if d.group == group and d not in used]
    return Comparison(count, found, unused)
