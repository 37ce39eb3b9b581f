"""Readers that behave badly, for the tests of the child process; each is called by its name inside a child."""

from __future__ import annotations

import os
import time
from typing import Any

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources import Finding, RawFile, RowFault
from corridor_etl.sources._source import raw_frame


def good(data: bytes, sender: Sender | None) -> RawFile:
    """One row a line, and one of everything a RawFile can hold."""
    print("noise on standard output")
    lines = data.decode().splitlines()
    rows = [(i, line, line) for i, line in enumerate(lines, start=1)]
    return RawFile(
        frame=raw_frame(("text",), rows),
        rows_counted=len(rows) + 2,
        findings=(
            Finding("ST-004", "info", "说明", 1, "a", "b"),
            Finding("X", "warning", sender.id if sender else ""),
        ),
        faults=(RowFault(99, "ID-001", "text", "\x1b[0m", "a value"),),
        dialect="plain",
        raw_lines={99: "raw"},
        decimal_mark=",",
        is_day_first=True,
        others={"port_event": raw_frame(("x",), [(1, None, "other")])},
    )


def refusing(data: bytes, sender: Sender | None) -> RawFile:
    raise FileRejected("SCHEMA", "no header", expected="one", fix="Send it.", missing=["a", "b"])


def aborting(data: bytes, sender: Sender | None) -> RawFile:
    os.abort()


def leaving(data: bytes, sender: Sender | None) -> RawFile:
    os._exit(3)


def raising(data: bytes, sender: Sender | None) -> RawFile:
    raise ZeroDivisionError("a defect\nof ours")


def greedy(data: bytes, sender: Sender | None) -> RawFile:
    # At once, so that the limit on memory is met before the one on processor time, however slow the machine.
    hoard = bytearray(50_000_000_000)
    raise AssertionError(len(hoard))


def spinning(data: bytes, sender: Sender | None) -> RawFile:
    while True:
        pass


def hanging(data: bytes, sender: Sender | None) -> RawFile:
    time.sleep(600)
    raise AssertionError


def pid(data: bytes) -> dict[str, Any]:
    return {"pid": os.getpid(), "bytes": len(data)}
