"""Work that is killed at one point after another, each time in a process of its own.

The processes are forked from one that has only imported what the work needs, which costs more than the work. What is
killed at each system call of the whole program belongs to ``tests/faults``.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from corridor_etl.settings import checkout

_FORKED = """
import os, sys, traceback

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(line.strip())
            code = 0
        except BaseException:
            traceback.print_exc(file=sys.stdout)
        sys.stdout.flush()
        os._exit(code)
    print(ENDED, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
_ENDED = "the work ended with"


@dataclass(frozen=True)
class Ended:
    """How a process ended (negative: the signal), and what it said."""

    code: int
    said: str


class Forks:
    """The process that forks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def at(self, point: object) -> Ended:
        """Does the work in a new process, which is told the point."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(point, file=self._process.stdin, flush=True)
        said = ""
        for line in self._process.stdout:
            if line.startswith(_ENDED):
                return Ended(int(line.removeprefix(_ENDED)), said)
            said += line
        raise AssertionError(f"no process was forked: {said}")


@contextmanager
def forks(program: str, *arguments: object) -> Iterator[Forks]:
    """``program`` imports and defines ``work(point)``; it may open nothing, and let Polars start no thread, before."""
    code = f"ENDED = {_ENDED!r}\n{program}\n{_FORKED}"
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=checkout(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield Forks(process)
        finally:
            process.kill()
