"""Weeks of the simulated corridor as they would come to a platform, and its parts that can be killed: for one test."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from corridor_etl.jobs.weeks import scheduled_instant
from corridor_etl.reference.calendar import shifted, week_of
from corridor_etl.settings import Settings, checkout


@dataclass
class Weeks:
    """The files of weeks in a row, below ``told``; ``late`` ones come with the week after theirs."""

    told: Path
    weeks: Sequence[str]
    late: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Of every fourth week, the list of the live service's first train is late."""
        self.files = sorted(p for p in self.told.rglob("*") if p.is_file())
        for week in self.weeks[2:-1:4]:
            lists = [p for p in self.files if _week(p) == week and p.name.startswith("manifest_X9")]
            if lists:
                self.late[lists[0].name] = week

    def come(self, week: str, inbox: Path) -> int:
        """Puts into the inbox what comes with a week; how many files."""
        came = [p for p in self.files if self._comes_with(p) == week]
        for path in came:
            target = inbox / path.relative_to(self.told)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target.with_name(f"{target.name}.part"))
            target.with_name(f"{target.name}.part").rename(target)
        return len(came)

    def _comes_with(self, path: Path) -> str:
        week = max(_week(path), self.weeks[0])
        return shifted(week, 1) if path.name in self.late else week


def _week(path: Path) -> str:
    named = re.search(r"\d{4}-W\d\d", path.name)
    return named[0] if named else week_of(date.fromisoformat(path.stem[-10:]))


@dataclass(frozen=True)
class Hours:
    """When the runs of a week are scheduled; all of them on the Monday after it, but for the night's."""

    week: str
    settings: Settings

    @property
    def publish(self) -> datetime:
        return scheduled_instant(self.week, self.settings)

    @property
    def ingest(self) -> datetime:
        return self.publish - timedelta(minutes=15)

    @property
    def deliver(self) -> datetime:
        return self.publish + timedelta(minutes=30)

    @property
    def maintain(self) -> datetime:
        return self.publish + timedelta(hours=20)


class Part:
    """A part of the platform in a process of its own, that can die with all it has started."""

    def __init__(self, part: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.command, self.environment, self.log = [sys.executable, "-m", *part], environment, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command, cwd=checkout(), env=self.environment, stdout=out, stderr=subprocess.STDOUT
            )

    def ensure(self) -> None:
        """Starts it anew where it has ended by itself, as whoever supervises it does."""
        if self.process is not None and self.process.poll() is not None:
            self.start()

    def kill(self) -> None:
        """SIGKILL to it and to everything it has started, as when its machine fails."""
        assert self.process is not None
        dying = [self.process.pid, *_descendants(self.process.pid)]
        for pid in dying:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(90)
        except subprocess.TimeoutExpired:
            self.kill()

    def says(self, words: str, times: int, seconds: float = 400) -> bool:
        """Whether it has said this so often, waiting for it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.log.exists() and self.log.read_text(errors="replace").count(words) >= times:
                return True
            time.sleep(0.5)
        return False


def _descendants(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, check=True, text=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found, new = [], [pid]
    while new:
        new = [child for child, parent in pairs if parent in new]
        found += new
    return found
