"""How jobs and answers travel between a process and the child that reads for it: JSON heads and Arrow frames.

Nothing is unpickled: what comes back from a process that parsed a hostile file is data and never code.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any

import polars as pl

from corridor_etl.errors import FileRejected
from corridor_etl.sources._source import Finding, RawFile, RowFault

if TYPE_CHECKING:
    from corridor_etl.sources._child import Answer

_LENGTH = struct.Struct(">Q")
_MAIN = "frame"


def send(pipe: IO[bytes], head: Mapping[str, Any], parts: Sequence[bytes] = ()) -> None:
    """One message: a JSON head and any number of byte strings."""
    text = json.dumps({**head, "parts": len(parts)}, ensure_ascii=False).encode()
    for part in (text, *parts):
        pipe.write(_LENGTH.pack(len(part)))
        pipe.write(part)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """The next message; ``EOFError`` where the other side has gone."""
    head: dict[str, Any] = json.loads(_part(pipe))
    return head, [_part(pipe) for _ in range(head.pop("parts"))]


def _part(pipe: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


def packed(raw: RawFile) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A RawFile as JSON and its frames as Arrow IPC."""
    body = {
        "rows_counted": raw.rows_counted,
        "findings": [asdict(f) for f in raw.findings],
        "faults": [asdict(f) for f in raw.faults],
        "dialect": raw.dialect,
        "raw_lines": list(raw.raw_lines.items()),
        "decimal_mark": raw.decimal_mark,
        "is_day_first": raw.is_day_first,
        "is_trimmed": raw.is_trimmed,
    }
    return body, {name: _ipc(f) for name, f in {_MAIN: raw.frame, **raw.others}.items()}


def raw_file(answer: Answer) -> RawFile:
    """The RawFile of :func:`packed`; its balance is checked once more here."""
    body = dict(answer.body)
    others = {name: f for name, f in answer.frames.items() if name != _MAIN}
    return RawFile(
        frame=answer.frames[_MAIN],
        findings=tuple(Finding(**f) for f in body.pop("findings")),
        faults=tuple(RowFault(**f) for f in body.pop("faults")),
        raw_lines=dict(body.pop("raw_lines")),
        others=others,
        **body,
    )


def _ipc(data: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    data.write_ipc(out, compat_level=pl.CompatLevel.newest())
    return out.getvalue()


def frame(data: bytes) -> pl.DataFrame:
    """A frame from Arrow IPC."""
    return pl.read_ipc(io.BytesIO(data))


def refusal(error: FileRejected) -> dict[str, Any]:
    """A FileRejected as JSON."""
    return {"reason": error.reason, "fact": error.fact, "expected": error.expected, "fix": error.fix,
            "facts": error.facts}  # fmt: skip


def refused(body: Mapping[str, Any]) -> FileRejected:
    """The FileRejected of :func:`refusal`."""
    return FileRejected(
        body["reason"], body["fact"], expected=body["expected"], fix=body["fix"], **body["facts"]
    )
