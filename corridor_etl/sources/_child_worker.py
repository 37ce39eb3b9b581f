"""What runs inside the child of ``_child``: one job after another from standard input, each under its own limits.

A reader may print, leak or die here; only its answer goes back.
"""

from __future__ import annotations

import gc
import importlib
import os
import resource
import sys
from typing import Any

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources import _child_wire as wire
from corridor_etl.sources._child import too_big
from corridor_etl.sources._source import RawFile

_PAGE = resource.getpagesize()


def serve() -> None:
    """Answers jobs until standard input ends; standard output is kept for answers alone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            job, (data,) = wire.receive(sys.stdin.buffer)
        except EOFError:
            return
        gc.disable()  # millions of cells that all live until the end are only slowed down by it
        before = _cpu_seconds()
        _set_limits(*job["limits"])
        head, parts = _answered(job, data)
        _lift_limits()
        wire.send(answers, {**head, **_costs(before)}, parts)
        del data, head, parts
        gc.enable()
        gc.collect()


def _answered(job: dict[str, Any], data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    try:
        result = _called(job, data)
    except FileRejected as error:
        return {"refused": wire.refusal(error)}, []
    except MemoryError:
        return {"refused": wire.refusal(too_big("reading needs more memory than a file may take"))}, []
    except Exception as error:
        return {"refused": wire.refusal(_broken(error))}, []
    body, frames = wire.packed(result) if isinstance(result, RawFile) else (result, {})
    return {"body": body, "frames": list(frames)}, list(frames.values())


def _called(job: dict[str, Any], data: bytes) -> Any:
    function = getattr(importlib.import_module(job["module"]), job["function"])
    arguments = job["arguments"]
    if arguments.get("sender") is not None:
        arguments["sender"] = Sender.model_validate(arguments["sender"])
    # What `guarded` replaced is reachable by its own name only through the wrapper.
    return getattr(function, "__wrapped__", function)(data, **arguments)


def _broken(error: Exception) -> FileRejected:
    words = " ".join(str(error).split())[:200]
    return FileRejected(
        "PARSER_CRASH", f"its reader broke ({type(error).__name__}: {words})",
        expected="content that is either read or refused for a known reason",
        fix="Report the file as a defect; name it again once that is mended.",
    )  # fmt: skip


def _set_limits(memory_bytes: int, cpu_seconds: int) -> None:
    _soft(resource.RLIMIT_AS, _statm(0) + memory_bytes)
    _soft(resource.RLIMIT_CPU, int(_cpu_seconds()) + 1 + cpu_seconds)


def _lift_limits() -> None:
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU):
        _soft(kind, resource.getrlimit(kind)[1])


def _soft(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _costs(cpu_seconds_before: float) -> dict[str, Any]:
    return {
        "cpu_seconds": _cpu_seconds() - cpu_seconds_before,
        "peak_bytes": _peak_bytes(),
        "resident_bytes": _statm(1),
    }


def _peak_bytes() -> int:
    """The most memory this process has had; what the kernel counts otherwise includes its parent before the start."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _statm(field: int) -> int:
    """Pages of this process from the kernel: 0 all of its address space, 1 resident."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            return int(file.read().split()[field]) * _PAGE
    except OSError:  # not Linux: the address space counts from nothing
        return 0
