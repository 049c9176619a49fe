"""Compares with botocore where a container's agent answers at the addresses that ECS and EKS give it: agent_network.py GROUP
FOLDER, run in a network namespace of its own, whose loopback takes them; what was found comes as JSON."""
import dataclasses
import fcntl
import json
import pathlib
import socket
import struct
import sys

from cloud import Cloud
from credential_table import Table, compare

ADDRESSES = ["169.254.170.2", "169.254.170.23"]
IMPOSSIBLE = 77
SET_ADDRESS, SET_FLAGS, UP_AND_RUNNING = 0x8916, 0x8914, 0x41  # linux/sockios.h, linux/if.h


def take_addresses():
    """By hand, for iproute2 is not everywhere; with this one the loopback has its whole network, 169.254.0.0/16."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up = struct.pack("16sH14x", b"lo", UP_AND_RUNNING)
        address = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(ADDRESSES[0]))
        fcntl.ioctl(any_socket, SET_FLAGS, up)
        fcntl.ioctl(any_socket, SET_ADDRESS, address)


def main(group, folder):
    try:
        take_addresses()
    except OSError as fault:
        print(f"the loopback of a network namespace takes no address here: {fault}", file=sys.stderr)
        return IMPOSSIBLE
    agents = [Cloud((address, 80), "ASIAAGENT") for address in ADDRESSES]
    table = Table(pathlib.Path(folder))
    print(json.dumps(dataclasses.asdict(compare(table, group))))
    for server in [table, *agents]:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
