"""One delivery, from the file in the inbox to staged rows: archive, recognise, read, stage.

A bad file becomes a rejected :class:`Reading` that says why; it never stops its neighbours. Validation and
everything that needs more than one delivery belongs to ``ingest``.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl

from corridor_etl import settings as configuration
from corridor_etl.clock import now_utc
from corridor_etl.errors import CorridorError, FileRejected, UsageError
from corridor_etl.settings import Sender, Settings, load_settings
from corridor_etl.sources import Finding, RawFile, RowFault, Source, recognise
from corridor_etl.staging import StagingContext, stage
from corridor_etl.warehouse.archive import Archive

log = logging.getLogger(__name__)
UNFINISHED = ("*.part", "*.tmp", "*.crdownload", ".*")
FAULT_SCHEMA = {
    "delivery_id": pl.String,
    "line_no": pl.Int64,
    "rule_id": pl.String,
    "column": pl.String,
    "observed": pl.String,
    "expected": pl.String,
    "raw_text": pl.String,
    "raw_json": pl.String,
}


@dataclass(frozen=True)
class Reading:
    """What became of one file: ``frames`` are its staged rows by record kind, ``faults`` the rows that are no records.

    ``record_kind`` is the kind of the format itself; a file may hold rows of others beside it.
    """

    name: str
    sha256: str
    size_bytes: int
    received_at_utc: datetime
    status: Literal["read", "rejected", "duplicate"]
    sender_id: str | None = None
    source_id: str | None = None
    format: str | None = None
    record_kind: str | None = None
    dialect: str | None = None
    reason: str | None = None
    message: str | None = None
    rows_read: int = 0
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    faults: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def unreadable_rows(self) -> int:
        """How many rows are no records."""
        return sum(faults["line_no"].n_unique() for faults in self.faults.values())

    @property
    def delivery_id(self) -> str:
        """The first 16 hexadecimal digits of the file's hash, which every loaded row carries."""
        return self.sha256[:16]


def inbox() -> Path:
    """The folder that is polled for deliveries."""
    return configuration.home() / "inbox"


def inbox_files(paths: Sequence[Path] | None = None) -> list[Path]:
    """The files to ingest, sorted: those of the inbox, or the given files and folders.

    Names that senders use for files still being written are passed over. ``UsageError`` for a path that is not there.
    """
    roots = list(paths) if paths else [inbox()]
    missing = [p for p in roots if not p.exists()] if paths else []
    if missing:
        raise UsageError(f"there is no file or folder {missing[0]}", fix="Name one that exists.")
    found = {file for root in roots for file in ([root] if root.is_file() else root.rglob("*"))}
    return sorted(file for file in found if file.is_file() and not _is_unfinished(file.name))


def _is_unfinished(name: str) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in UNFINISHED)


def delivery_name(path: Path) -> str:
    """How a delivery is called in the ledger: its path below the inbox.

    A file from elsewhere is called by the shortest end of its path that a sender of corridor.toml claims, so that a
    copy of an inbox is read like the inbox; a file that none claims by its name alone.
    """
    path = _printable(path.resolve())
    if path.is_relative_to(inbox()):
        return path.relative_to(inbox()).as_posix()
    settings = load_settings()
    ends = ("/".join(path.parts[-n:]) for n in range(2, len(path.parts)))
    return next((end for end in ends if sender_of(end, settings)), path.name)


def _printable(path: Path) -> Path:
    """The path with bytes that are no UTF-8 and control characters escaped, so that a ledger can hold it."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return Path("".join(c if c.isprintable() else ascii(c)[1:-1] for c in text))


def sender_of(name: str, settings: Settings) -> Sender | None:
    """The first sender of corridor.toml one of whose patterns matches the delivery's name."""
    for sender in settings.senders:
        if any(fnmatch.fnmatch(name, pattern) for pattern in sender.files):
            return sender
    return None


def read_delivery(path: Path, *, name: str | None = None, keep: bool = True) -> Reading:
    """Archives (unless ``keep`` is false), recognises, reads and stages one file; never raises for bad content."""
    settings = load_settings()
    data = path.read_bytes()
    name = name or delivery_name(path)
    sender = sender_of(name, settings)
    if keep:
        Archive(configuration.home() / "archive").put(data)
    reading = Reading(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        received_at_utc=now_utc(),
        status="read",
        sender_id=sender.id if sender else None,
        source_id=sender.source if sender else None,
    )
    try:
        return _read(reading, data, sender, settings)
    except FileRejected as error:
        return replace(reading, status="rejected", reason=error.reason, message=error.message)
    except CorridorError:
        raise
    except Exception as error:
        log.exception("%s broke the reader", name)
        return replace(reading, status="rejected", reason="PARSER_CRASH", message=_crash(name, error))


def _crash(name: str, error: Exception) -> str:
    return FileRejected(
        "PARSER_CRASH",
        f"{name} broke the reader ({type(error).__name__}: {' '.join(str(error).split())[:200]})",
        expected="content that is either read or refused for a known reason",
        fix="Report the file as a defect; name it again once that is mended.",
    ).message


def _read(reading: Reading, data: bytes, sender: Sender | None, settings: Settings) -> Reading:
    source = recognise(data, Path(reading.name).name, sender)
    raw = source.read(data, sender)
    context = StagingContext(
        settings=settings, sender=sender, delivery_id=reading.delivery_id, now_utc=reading.received_at_utc
    )
    parts = {kind: (part, stage(kind, part, context)) for kind, part in _by_kind(source, raw)}
    return replace(
        reading,
        format=source.name,
        record_kind=source.record_kind,
        source_id=reading.source_id or _family(source.record_kind, settings),
        dialect=raw.dialect,
        rows_read=raw.rows_counted,
        frames={
            k: s.frame.with_columns(delivery_id=pl.lit(reading.delivery_id)) for k, (_, s) in parts.items()
        },
        findings=(*raw.findings, *(f for _, staged in parts.values() for f in staged.findings)),
        faults={
            kind: _fault_frame(reading.delivery_id, part, [*part.faults, *staged.faults])
            for kind, (part, staged) in parts.items()
        },
    )


def _by_kind(source: Source, raw: RawFile) -> Iterator[tuple[str, RawFile]]:
    """The rows of each record kind as a raw file of their own; rows that are no records belong to the format's kind."""
    own = sum(other.height for other in raw.others.values())
    yield source.record_kind, replace(raw, others={}, rows_counted=raw.rows_counted - own)
    for kind, frame in raw.others.items():
        yield (
            kind,
            replace(
                raw, frame=frame, others={}, rows_counted=frame.height, faults=(), findings=(), raw_lines={}
            ),
        )


def _family(record_kind: str, settings: Settings) -> str | None:
    return next((s.id for s in settings.sources if s.record_kind == record_kind), None)


def _fault_frame(delivery_id: str, raw: RawFile, faults: Iterable[RowFault]) -> pl.DataFrame:
    faults = list(faults)
    wanted = {fault.line_no for fault in faults}
    as_read = raw.frame.filter(pl.col("line_no").is_in(wanted)) if wanted else raw.frame.clear()
    by_line = {row["line_no"]: row for row in as_read.iter_rows(named=True)}
    rows = [_fault_row(delivery_id, fault, by_line.get(fault.line_no, {}), raw) for fault in faults]
    return pl.DataFrame(rows, schema=FAULT_SCHEMA, orient="row")


def _fault_row(delivery_id: str, fault: RowFault, row: dict[str, Any], raw: RawFile) -> dict[str, Any]:
    cells = {k: v for k, v in row.items() if k not in ("line_no", "raw_text") and v is not None}
    return {
        "delivery_id": delivery_id,
        "line_no": fault.line_no,
        "rule_id": fault.rule_id,
        "column": fault.column,
        "observed": fault.observed,
        "expected": fault.expected,
        "raw_text": row.get("raw_text") or raw.raw_lines.get(fault.line_no, ""),
        "raw_json": json.dumps(cells, ensure_ascii=False, sort_keys=True),
    }
