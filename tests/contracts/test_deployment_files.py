"""Units, image and compose file: whole by their own tools, every command in them exists, every variable is known."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor_etl.jobs.doctor._settings import KNOWN_VARIABLES
from corridor_etl.settings import checkout
from flows import server
from tests.contracts.command_lines import understood

DEPLOY = checkout() / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OF_COMPOSE = {"CORRIDOR_POSTGRES_PASSWORD"}
"""Named by the compose file itself, which gives it to the containers as part of an address."""


def commands() -> Iterator[list[str]]:
    for unit in UNITS:
        for line in re.findall(r"(?m)^ExecStart=(.*)$", unit.read_text(encoding="utf-8")):
            yield shlex.split(line)
    for service in COMPOSE["services"].values():
        yield from filter(
            None, [service.get("command"), service.get("healthcheck", {}).get("test", [None])[1:]]
        )
    last = re.findall(r"(?m)^CMD \[(.*)\]$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"))[-1]
    yield [word.strip().strip('"') for word in last.split(",")]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_exists_with_its_options(command: list[str]) -> None:
    program = Path(command[0]).name
    if program == "corridor":
        understood(shlex.join(["corridor", *command[1:]]))
    elif command[1:3] == ["-m", "flows.server"]:
        assert command[3] in server._PARTS
    else:
        assert command == ["pg_isready -U corridor -d prefect"] or command[1] == "-c", command


@pytest.mark.parametrize(
    "path", sorted(p for p in DEPLOY.iterdir() if p.suffix != ".sql"), ids=lambda p: p.name
)
def test_every_variable_is_one_of_the_platform(path: Path) -> None:
    named = set(re.findall(r"CORRIDOR_[A-Z]+(?:_[A-Z]+)*", path.read_text(encoding="utf-8")))
    assert named <= set(KNOWN_VARIABLES) | OF_COMPOSE


def test_units_are_whole_for_systemd(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no systemd-analyze")
        pytest.skip("no systemd-analyze; apt-get install systemd")
    for unit in UNITS:  # it looks whether the programs are there, which are elsewhere here
        text = unit.read_text(encoding="utf-8").replace(
            "/opt/corridor/.venv/bin", str(Path(sys.executable).parent)
        )
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    names = [str(tmp_path / unit.name) for unit in UNITS]
    run = subprocess.run([analyze, "verify", "--man=no", *names], capture_output=True, text=True, check=False)
    said = [line for line in (run.stdout + run.stderr).splitlines() if "corridor-" in line]
    assert (run.returncode, said) == (0, [])


def test_every_timer_has_its_service_and_every_service_is_started_by_something() -> None:
    names = {unit.name for unit in UNITS}
    assert {unit.stem + ".service" for unit in UNITS if unit.suffix == ".timer"} <= names
    for unit in UNITS:
        is_wanted = "[Install]" in unit.read_text(encoding="utf-8") or f"{unit.stem}.timer" in names
        assert is_wanted, unit.name


def test_each_service_of_the_compose_file_has_a_health_check_and_its_volumes() -> None:
    declared = set(COMPOSE["volumes"])
    for name, service in COMPOSE["services"].items():
        assert service["healthcheck"]["test"], name
        sources = {volume.split(":")[0] for volume in service["volumes"]}
        assert all(source in declared or (DEPLOY / source).exists() for source in sources), name
