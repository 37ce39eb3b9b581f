"""Runs a reader in a child process with limits, because a parser written in C or Rust can abort its whole process.

``guarded(read)`` is the seam: a format whose parser may crash wraps its module-level ``read`` with it and gets the
same ``RawFile`` or ``FileRejected``; a crash, an exceeded limit or a hang becomes a rejection with its reason, and
the next file is read by a fresh child. A child stays alive for many files, so a small one costs milliseconds.
What runs inside the child is in ``_child_worker``, how answers travel in ``_child_wire``.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import IO, Any

import polars as pl

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources import _child_wire as wire
from corridor_etl.sources._source import RawFile

_SETTINGS = {"MALLOC_ARENA_MAX": "2", "POLARS_MAX_THREADS": "1", "RUST_BACKTRACE": "0"}
_START = "from corridor_etl.sources._child_worker import serve; serve()"
_MOST_FILES, _MOST_RESIDENT_BYTES = 500, 512 * 1024 * 1024
"""A child that has read so many files, or has grown so big, is let go."""


@dataclass(frozen=True)
class Limits:
    """What one file may cost: memory beyond what the idle child has, seconds of processor, seconds by the clock."""

    memory_bytes: int = 2 * 1024**3
    cpu_seconds: int = 120
    wall_seconds: int = 300


@dataclass(frozen=True)
class Answer:
    """What a child said: the caller's own JSON, frames by name, and what the file cost."""

    body: Mapping[str, Any]
    frames: Mapping[str, pl.DataFrame]
    cpu_seconds: float
    peak_bytes: int


Reader = Callable[[bytes, Sender | None], RawFile]


def guarded(read: Reader, limits: Limits | None = None) -> Reader:
    """``read`` as a function that runs in a child; ``read`` must be a function at the top of its module."""

    @wraps(read)
    def in_child(data: bytes, sender: Sender | None) -> RawFile:
        stated = sender.model_dump(mode="json") if sender else None
        return wire.raw_file(ask(read, data, {"sender": stated}, limits))

    return in_child


def ask(
    function: Callable[..., Any], data: bytes, arguments: Mapping[str, Any], limits: Limits | None = None
) -> Answer:
    """Calls ``function(data, **arguments)`` in a child; it gives a ``RawFile`` or a dict that JSON can hold.

    ``FileRejected`` as the function raised it; TOO_BIG where it ran out of memory or time; PARSER_CRASH where it died.
    """
    worker = _taken()
    job = {"module": function.__module__, "function": function.__qualname__, "arguments": dict(arguments)}
    try:
        head, frames = worker.run(job, data, limits or Limits())
    except BaseException:
        worker.kill()  # whatever happened, an interrupt too: half an answer may be in its pipe
        raise
    _given_back(worker)
    if (refusal := head.get("refused")) is not None:
        raise wire.refused(refusal)
    named = dict(zip(head["frames"], map(wire.frame, frames), strict=True))
    return Answer(head["body"], named, head["cpu_seconds"], head["peak_bytes"])


class _Worker:
    """One child process and the pipes to it."""

    def __init__(self) -> None:
        self.said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        known = {**os.environ, "PYTHONPATH": os.pathsep.join(p or os.getcwd() for p in sys.path)}  # noqa: PTH109
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
            env={**known, **_SETTINGS}, start_new_session=True,
        )  # fmt: skip
        self.files = 0
        self.is_late = False
        self.resident_bytes = 0

    def run(
        self, job: Mapping[str, Any], data: bytes, limits: Limits
    ) -> tuple[Mapping[str, Any], list[bytes]]:
        """Head and frames of one job's answer; a worker that did not answer is of no further use."""
        self.files += 1
        self.said.seek(0)
        self.said.truncate()
        self.is_late = False
        timer = threading.Timer(limits.wall_seconds, self._stop_late)
        timer.start()
        try:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            wire.send(
                self.process.stdin, {**job, "limits": [limits.memory_bytes, limits.cpu_seconds]}, [data]
            )
            head, frames = wire.receive(self.process.stdout)
        except (EOFError, OSError):
            raise self._dead(limits) from None
        finally:
            timer.cancel()
        self.resident_bytes = head["resident_bytes"]
        return head, frames

    def _stop_late(self) -> None:
        self.is_late = True
        self.process.kill()

    def _dead(self, limits: Limits) -> FileRejected:
        code = self.process.wait()
        if self.is_late:
            return too_big(f"reading took more than {limits.wall_seconds} s by the clock")
        if -code == signal.SIGXCPU:
            return too_big(f"reading took more than {limits.cpu_seconds} s of processor time")
        self.said.seek(0)
        words = " ".join(self.said.read().decode("utf-8", "backslashreplace").split())[:200]
        if "memory allocation" in words or "MemoryError" in words:
            return too_big(f"reading needs more than {limits.memory_bytes} bytes of memory")
        return FileRejected(
            "PARSER_CRASH", f"its reader ended with {_ending(code)}{f' ({words})' if words else ''}",
            expected="content that is either read or refused for a known reason",
            fix="Ask the sender to save the file again; report it as a defect if that does not help.",
        )  # fmt: skip

    @property
    def is_worn(self) -> bool:
        """Whether it has read enough."""
        return self.files >= _MOST_FILES or self.resident_bytes > _MOST_RESIDENT_BYTES

    def kill(self) -> None:
        """Ends the process whatever it does."""
        self.process.kill()
        self.close()

    def close(self) -> None:
        """Ends the process by closing its input."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self.process.wait()
        self.said.close()


def too_big(fact: str) -> FileRejected:
    """The rejection of a file that asked for more than its limits."""
    return FileRejected(
        "TOO_BIG", fact, expected="a file that is read within its limits", fix="Ask the sender for smaller files.",
    )  # fmt: skip


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


_idle: list[_Worker] = []
_lock = threading.Lock()


def _forget() -> None:
    # A forked process shares the pipes with its parent and must not write to them.
    global _lock
    _idle.clear()
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget)


def _taken() -> _Worker:
    with _lock:
        return _idle.pop() if _idle else _Worker()


def _given_back(worker: _Worker) -> None:
    if worker.is_worn:
        worker.close()
        return
    with _lock:
        _idle.append(worker)


@atexit.register
def close_children() -> None:
    """Ends the idle children; the next file starts a new one."""
    with _lock:
        workers = [_idle.pop() for _ in range(len(_idle))]
    for worker in workers:
        worker.close()
