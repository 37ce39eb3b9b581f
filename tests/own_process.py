"""Python in a process of its own that need not import everything anew: a copy of one that has, and has done nothing else.

It can be killed and paused like any other. Tests of what a process costs to start, prints of itself, or owes to its
environment (hash seed, threads of Polars) start Python themselves.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.pool import Pool
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

AT_MOST_SECONDS = 600.0
STANDS_STILL = "T"
FORKED = multiprocessing.get_context("forkserver")
"""Its children are copies of a process that has imported the program, and read what it keeps of its own files."""
FORKED.set_forkserver_preload(["tests.warmed_up"])


class OwnProcess:
    """A process at work; the end of the block is its end too."""

    def __init__(self, program: str, *arguments: str, **environment: str) -> None:
        file, name = tempfile.mkstemp(prefix="said")
        os.close(file)
        self._said = Path(name)
        self._process = begun(_be, program, arguments, environment, self._said)

    def __enter__(self) -> OwnProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._process.join()
        self._said.unlink()

    def kill(self) -> None:
        """As the system does when memory is short."""
        self._process.kill()

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def pause(self) -> None:
        """Stops it where it is, and returns when it stands still."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGSTOP)
        status = Path(f"/proc/{self._process.pid}/stat")
        until = time.monotonic() + AT_MOST_SECONDS
        while status.read_text(encoding="utf-8").rpartition(") ")[2][0] != STANDS_STILL:
            assert time.monotonic() < until
            time.sleep(0.001)

    def go_on(self) -> None:
        """Lets a paused one work again."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def said(self) -> str:
        """What it has written until now, on both of its channels."""
        return self._said.read_text(encoding="utf-8")

    def ended(self) -> tuple[int, str]:
        """Waits for its end: the exit code, negative where a signal ended it, and what it said."""
        self._process.join(AT_MOST_SECONDS)
        assert self._process.exitcode is not None, f"no end after {AT_MOST_SECONDS} s: {self.said()}"
        return self._process.exitcode, self.said()


def ran(program: str, *arguments: str, **environment: str) -> tuple[int, str]:
    """Exit code and words of a program from its start to its end."""
    with OwnProcess(program, *arguments, **environment) as process:
        return process.ended()


def begun(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A process that does ``work``, which is a function of a module, in the environment of this moment."""
    process = FORKED.Process(target=_here, args=(dict(os.environ), work, arguments))
    process.start()
    return process


def pool(processes: int) -> Pool:
    """Several, each in the environment of this moment."""
    return FORKED.Pool(processes, _enter, (dict(os.environ),))


def _enter(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


def _here(environment: dict[str, str], work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    _enter(environment)
    work(*arguments)


def _be(program: str, arguments: tuple[str, ...], environment: dict[str, str], said: Path) -> None:
    """What the child does: it takes the place of an interpreter that was started with ``-c``."""
    os.environ.update(environment)
    out = os.open(said, os.O_WRONLY | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.argv = ["-c", *arguments]
    exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
