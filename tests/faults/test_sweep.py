"""A small sweep: faults at a few of the system calls of an ingest and a publication; ``make faults`` takes all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from corridor_etl.settings import checkout
from tests.faults import strace
from tests.faults.planted import BUGS

pytestmark = pytest.mark.timeout(1800)
NO_STRACE = f"strace is not installed; {strace.INSTALL}"


def sweep(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The sweep in a process of its own, which no test before it has let Polars start its threads in."""
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.sweep", *arguments],
        cwd=checkout(), env=os.environ | {"PYTHONPATH": str(checkout())},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def needs_strace(english_only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages in other languages are written by the same calls."""
    monkeypatch.setenv("CORRIDOR_CONFIG", str(english_only))
    if not strace.is_there():
        if os.environ.get("CI") == "true":
            pytest.fail(NO_STRACE)
        pytest.skip(NO_STRACE)


def test_no_fault_leaves_a_half_state() -> None:
    run = sweep("--sample", "1", "--fault", "kill", "enospc")
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"2 points \(1 kill, 1 enospc\), 0 violations, 0 half-states, 0 not reached", run.stdout)


@pytest.mark.long
def test_an_error_of_the_disk_leaves_no_half_state_and_planted_bugs_are_found() -> None:
    run = sweep("--sample", "1", "--fault", "eio", "--teeth")
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"1 points \(1 eio\), 0 violations, 0 half-states, 0 not reached", run.stdout)
    found = dict(re.findall(r"planted bug (\S+): (.*)", run.stdout))
    assert found.keys() == BUGS.keys()
    assert all(re.search(r"[1-9]\d* (violations|half-states)", text) for text in found.values()), found


@pytest.mark.long
def test_files_copied_while_the_program_stands_still_are_whole_states_too() -> None:
    run = sweep("--fault", "copied", "--command", "2", "--every", "100")
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"[1-9]\d* points \([1-9]\d* copied\), 0 violations, 0 half-states", run.stdout)
