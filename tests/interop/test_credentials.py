"""Which credentials and which region are chosen: the same as botocore chooses, or the same refusal, for every row of
credential_rows.py, but for the differences written there. Both show whom they take themselves for by GetCallerIdentity.
"""
import json
import subprocess
import sys

import pytest
from agent_network import IMPOSSIBLE
from credential_rows import AGENT_GROUPS, GROUPS, rows
from credential_table import Comparison, Table, compare

# As any user, and as root where users may not; without a user's own network the agent's addresses cannot be served.
OWN_NETWORK = [["unshare", "--map-root-user", "--net"], ["unshare", "--net"]]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    table = Table(tmp_path_factory.mktemp("credentials"))
    yield table
    table.close()


def expect_the_same(group, compared, record_property):
    assert not compared.found, "\n".join(compared.found)
    assert not compared.unused
    record_property("measured", f"credentials, {group}: {compared.rows} rows beside botocore")


@pytest.mark.parametrize("group", GROUPS)
def test_the_same_is_chosen_as_by_botocore_or_refused(table, group, record_property):
    expect_the_same(group, compare(table, group), record_property)


def in_a_network_of_its_own(*words):
    """What became of agent_network.py; None where this machine gives no program a network of its own."""
    script = [sys.executable, __file__.replace("test_credentials", "agent_network"), *words]
    for way in OWN_NETWORK:
        try:
            subprocess.run([*way, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return subprocess.run([*way, *script], capture_output=True, text=True, check=False)
    return None


@pytest.mark.parametrize("group", AGENT_GROUPS)
def test_a_containers_agent_is_asked_at_its_own_address_as_by_botocore(group, tmp_path, record_property):
    ended = in_a_network_of_its_own(group, tmp_path)
    if ended is None:
        pytest.skip(f"{group}: this machine allows no network namespace (sysctl, seccomp or no unshare)")
    if ended.returncode == IMPOSSIBLE:
        pytest.skip(f"{group}: {ended.stderr.strip()}")
    assert ended.returncode == 0, ended.stderr
    expect_the_same(group, Comparison(**json.loads(ended.stdout)), record_property)


def test_there_are_at_least_a_hundred_rows():
    assert sum(1 for group in GROUPS for _ in rows(group)) >= 100
