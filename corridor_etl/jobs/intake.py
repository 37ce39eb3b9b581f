"""One delivery, from the file in the inbox to staged rows: archive, recognise, read, stage.

A bad file becomes a rejected :class:`Reading` that says why; it never stops its neighbours. Validation and
everything that needs more than one delivery belongs to ``ingest``.
"""

from __future__ import annotations

import fnmatch
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from corridor_etl import settings as configuration
from corridor_etl.clock import now_utc
from corridor_etl.errors import CorridorError, FileRejected, UsageError
from corridor_etl.jobs.content import Content
from corridor_etl.jobs.reading import Pile, Reading
from corridor_etl.settings import Sender, Settings, load_settings
from corridor_etl.sources import RawFile, Source, kind_of_archive, members, recognise, tidied
from corridor_etl.staging import StagingContext, stage
from corridor_etl.warehouse import disk
from corridor_etl.warehouse.archive import Archive

log = logging.getLogger(__name__)
UNFINISHED = ("*.part", "*.tmp", "*.crdownload", ".*")


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


def unfinished_files() -> list[Path]:
    """Files of the inbox that their names say are still being written, sorted."""
    return sorted(file for file in inbox().rglob("*") if file.is_file() and _is_unfinished(file.name))


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


def read_deliveries(path: Path, *, keep: bool = True) -> list[Reading]:
    """One file of the inbox: itself, or for an archive the archive and each file in it as a delivery of its own.

    The bytes are archived unless ``keep`` is false. Never raises for bad content.
    """
    return _with_members(*_received(Content.of_file(path), delivery_name(path), keep), keep)


def read_archived(name: str, sha256: str, received_at_utc: datetime, archive: Archive) -> list[Reading]:
    """What :func:`read_deliveries` makes of a file that was archived when it came, on whatever machine that was.

    Files in it are archived too. ``UsageError`` or ``TerminalError`` where the archive does not hold the bytes as
    received.
    """
    with archive.file(sha256) as path:
        reading, content = _received(Content.of_file(path), name, keep=False, at_utc=received_at_utc)
        return _with_members(reading, content, keep=True)


def _with_members(reading: Reading, content: Content, keep: bool) -> list[Reading]:
    kind = kind_of_archive(content.data) if content.data is not None else None
    if kind is None:
        return [_attempt(reading, content)]
    try:
        found = members(content.data or b"", reading.name)
    except FileRejected as error:
        return [_rejected(reading, error)]
    at_utc = reading.received_at_utc
    inside = [_member_reading(f"{reading.name}/{m.name}", m.data, keep, at_utc) for m in found]
    return [replace(reading, format=kind, dialect=f"{len(found)} files"), *inside]


def _member_reading(name: str, data: bytes, keep: bool, at_utc: datetime) -> Reading:
    reading, content = _received(Content.of_bytes(data), str(_printable(Path(name))), keep, at_utc)
    if kind_of_archive(data):
        error = FileRejected("NESTED_ARCHIVE", f"{name} is an archive within an archive", expected="one level",
                             fix="Ask the sender for the files in one archive.")  # fmt: skip
        return _rejected(reading, error)
    return _attempt(reading, content)


def read_delivery(path: Path, *, name: str | None = None, keep: bool = True) -> Reading:
    """One file that is no archive: archives it, recognises, reads and stages; never raises for bad content."""
    return _attempt(*_received(Content.of_file(path), name or delivery_name(path), keep))


def read_again(delivery: Mapping[str, Any], archive: Archive) -> Reading:
    """An archived delivery, read by the present formats, senders and staging as it was when it came.

    ``delivery`` is a row of the ledger: its name says who sent it, its time of receipt dates what has no date.
    ``UsageError`` or ``TerminalError`` where the archive does not hold the bytes as received.
    """
    with archive.file(delivery["sha256"]) as path:
        at_utc = delivery["received_at_utc"]
        return _attempt(*_received(Content.of_file(path), delivery["file_name"], keep=False, at_utc=at_utc))


def raw_again(delivery: Mapping[str, Any], archive: Archive) -> Iterator[tuple[str, RawFile]]:
    """Record kind and raw rows of an archived delivery, cells as its sender wrote them; errors as its format's own."""
    with archive.file(delivery["sha256"]) as path:
        content, sender = Content.of_file(path), sender_of(delivery["file_name"], load_settings())
        source = recognise(content.head, Path(delivery["file_name"]).name, sender)
        for raw in content.parts(source, sender):
            yield from _by_kind(source, raw)


def _received(
    content: Content, name: str, keep: bool, at_utc: datetime | None = None
) -> tuple[Reading, Content]:
    if keep:
        content.store(Archive.of(configuration.home()))
    sender = sender_of(name, load_settings())
    reading = Reading(
        name=name,
        sha256=content.sha256,
        size_bytes=content.size_bytes,
        received_at_utc=at_utc or now_utc(),
        status="read",
        sender_id=sender.id if sender else None,
        source_id=sender.source if sender else None,
    )
    return reading, content


def _attempt(reading: Reading, content: Content) -> Reading:
    settings = load_settings()
    sender = settings.sender(reading.sender_id) if reading.sender_id else None
    try:
        with disk.explained():
            return _read(reading, content, sender, settings)
    except FileRejected as error:
        return _rejected(reading, error)
    except CorridorError:
        raise
    except Exception as error:
        log.exception("%s broke the reader", reading.name)
        return replace(reading, status="rejected", reason="PARSER_CRASH", message=_crash(reading.name, error))


def _rejected(reading: Reading, error: FileRejected) -> Reading:
    return replace(reading, status="rejected", reason=error.reason, message=error.message)


def _crash(name: str, error: Exception) -> str:
    return FileRejected(
        "PARSER_CRASH",
        f"{name} broke the reader ({type(error).__name__}: {' '.join(str(error).split())[:200]})",
        expected="content that is either read or refused for a known reason",
        fix="Report the file as a defect; name it again once that is mended.",
    ).message


def _read(reading: Reading, content: Content, sender: Sender | None, settings: Settings) -> Reading:
    source = recognise(content.head, Path(reading.name).name, sender)
    context = StagingContext(
        settings=settings, sender=sender, delivery_id=reading.delivery_id, now_utc=reading.received_at_utc
    )
    pile = Pile(reading.delivery_id)
    for raw in content.parts(source, sender):
        for kind, part in _by_kind(source, raw):
            pile.add(kind, part, stage(kind, part, context))
        pile.take_whole(raw)
    return replace(
        reading,
        format=source.name,
        record_kind=source.record_kind,
        source_id=reading.source_id or _family(source.record_kind, settings),
        dialect=pile.dialect,
        rows_read=pile.rows_read,
        frames={kind: pl.concat(frames) for kind, frames in pile.frames.items()},
        findings=tuple(pile.findings),
        faults={kind: pl.concat(faults) for kind, faults in pile.faults.items()},
        references=tidied(pl.concat(pile.references)),
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
