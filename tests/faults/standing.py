"""The program stopped after each call that changes its files, so that what a kill there would leave can be copied.

A kill leaves exactly what the process has handed to the system, and so does a stop; one run therefore shows every place
to be killed at, where killing takes a run each. Stopping is strace's, which lets SIGSTOP arrive with each call; the
program is not modified. What is made of the copies belongs to ``trials``.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.faults import strace
from tests.faults.children import Child
from tests.faults.strace import Call

_STOPPED = re.compile(r"(\d+) +--- stopped by SIGSTOP ---")
_CALL = re.compile(r"(\d+) +(\w+)\(")
_LOOK_EVERY_S = 0.001


def moments(child: Child, log: Path, place: str) -> Iterator[Call]:
    """Lets the waiting ``child`` run; it stands still while the caller has each call below ``place`` in hand."""
    tracer = strace.stopping(log, child.pid)
    tracer.wait_until_attached()
    child.start()
    reader = _Reader(log, child.pid, place)
    while not child.has_ended():
        reader.read()
        if reader.stands():
            if (call := reader.take()) is not None:
                yield call
            os.kill(child.pid, signal.SIGCONT)
        else:
            time.sleep(_LOOK_EVERY_S)
    tracer.finish()


class _Reader:
    """Follows strace's log: which threads stand still, and what the last calls were."""

    def __init__(self, log: Path, pid: int, place: str) -> None:
        self._file = log.open("rb")
        self._tasks, self._place = Path(f"/proc/{pid}/task"), place
        self._rest, self._stopped = b"", set[int]()
        self._calls: list[Call] = []
        self._counted: Counter[tuple[int, str]] = Counter()

    def read(self) -> None:
        """Takes in what was logged since."""
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        for raw in lines:
            line = raw.decode("utf-8", "replace")
            if stopped := _STOPPED.match(line):
                self._stopped.add(int(stopped[1]))
            elif called := _CALL.match(line):
                thread, name = int(called[1]), called[2]
                self._counted[thread, name] += 1
                found = strace.calls(line, (self._place,))
                self._calls += [Call(thread, name, self._counted[thread, name], c.path) for c in found]

    def stands(self) -> bool:
        """Whether every thread has stopped."""
        try:
            return bool(self._stopped) and {int(t.name) for t in self._tasks.iterdir()} <= self._stopped
        except FileNotFoundError:
            return False

    def take(self) -> Call | None:
        """The last call below the place since the program went on; the next stop is awaited from here."""
        last = self._calls[-1] if self._calls else None
        self._calls, self._stopped = [], set()
        return last
