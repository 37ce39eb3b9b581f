"""Three hosts on one machine: network namespaces on a bridge, each with an address, a loopback and nothing else.

They have one file system, so a worker is started with the folders of the flow hidden from it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

NO_IP = "no `ip` found; install it (apt-get install iproute2)"
NOT_ALLOWED = "network namespaces may not be made here; run this as root"
NETWORK = "10.77.0"


@dataclass(frozen=True)
class Host:
    """One network namespace and its address."""

    name: str
    address: str

    def inside(self, hidden: Sequence[Path] = ()) -> list[str]:
        """What is put before a command so that it runs on this host, with some folders empty for it."""
        mounts = " && ".join(["true", *(f"mount -t tmpfs hidden '{folder}'" for folder in hidden)])
        return ["ip", "netns", "exec", self.name, "sh", "-c", f'{mounts} && exec "$@"', "sh"]

    def cut_off(self) -> None:
        """Takes the cable out."""
        _ip("-n", self.name, "link", "set", "eth0", "down")


@contextmanager
def hosts(*letters: str) -> Iterator[list[Host]]:
    """Hosts that reach each other and nobody else; the first holds the bridge. Skips where that cannot be made."""
    _require()
    made = [Host(f"corridor-{os.getpid()}-{a}", f"{NETWORK}.{n}") for n, a in enumerate(letters, 1)]
    try:
        for host in made:
            _ip("netns", "add", host.name)
            _ip("-n", host.name, "link", "set", "lo", "up")
        _ip("-n", made[0].name, "link", "add", "bridge", "type", "bridge")
        _ip("-n", made[0].name, "addr", "add", f"{made[0].address}/24", "dev", "bridge")
        _ip("-n", made[0].name, "link", "set", "bridge", "up")
        for number, host in enumerate(made[1:]):
            _plug(host, made[0], f"port{number}")
        yield made
    finally:
        for host in made:
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "del", host.name)


def _plug(host: Host, hub: Host, port: str) -> None:
    _ip("-n", hub.name, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.name)
    _ip("-n", hub.name, "link", "set", port, "master", "bridge", "up")
    _ip("-n", host.name, "addr", "add", f"{host.address}/24", "dev", "eth0")
    _ip("-n", host.name, "link", "set", "eth0", "up")


def _require() -> None:
    why = None if shutil.which("ip") else NO_IP
    if why is None:
        try:
            name = f"corridor-{os.getpid()}-try"
            _ip("netns", "add", name)
            _ip("netns", "del", name)
        except subprocess.CalledProcessError:
            why = NOT_ALLOWED
    if why is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
