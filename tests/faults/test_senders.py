"""A few of the points at which a sender can be killed; ``python -m tests.faults.senders`` takes all."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from corridor_etl.settings import checkout
from tests.faults import strace

pytestmark = pytest.mark.timeout(1800)
NO_STRACE = f"strace is not installed; {strace.INSTALL}"


@pytest.fixture(autouse=True)
def needs_strace() -> None:
    if not strace.is_there():
        if os.environ.get("CI") == "true":
            pytest.fail(NO_STRACE)
        pytest.skip(NO_STRACE)


def sweep(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.senders", *arguments],
        cwd=checkout(), env=os.environ | {"PYTHONPATH": str(checkout())},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("only", "points"),
    [("sendto", ("--first", "2", "--every", "6")), ("pwrite64 .*-wal", ("--first", "6", "--every", "12"))],
    ids=["at the relay", "at the ledger"],
)
def test_a_sender_that_is_killed_loses_no_mail_and_sends_none_twice(
    only: str, points: tuple[str, ...]
) -> None:
    assert_kept(sweep("--only", only, *points))


def assert_kept(run: subprocess.CompletedProcess[str]) -> None:
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(
        r"^[1-9]\d* points .*: 0 losses, 0 duplicates .*, \d+ unknown, .* 0 not reached$",
        run.stdout,
        re.M,
    )


def test_a_sender_with_its_ledger_on_postgresql_keeps_the_same_promise(postgresql: str) -> None:
    assert_kept(sweep("--database", postgresql, "--first", "37", "--every", "24"))


@pytest.mark.long
def test_a_sender_on_postgresql_keeps_it_wherever_it_is_killed(postgresql: str) -> None:
    assert_kept(sweep("--database", postgresql))
    wrong = sweep("--database", postgresql, "--work", "without-claims", "--every", "4")
    assert re.search(r"[1-9]\d* duplicates not recorded as unknown first", wrong.stdout), wrong.stdout


@pytest.mark.long
def test_a_sender_that_claims_only_afterwards_is_found_out() -> None:
    run = sweep("--work", "without-claims", "--only", "pwrite64 .*-wal", "--first", "1", "--every", "8")
    assert run.returncode == 1, run.stdout + run.stderr
    assert re.search(r"[1-9]\d* duplicates not recorded as unknown first", run.stdout)
