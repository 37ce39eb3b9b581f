"""What became of one file, and the pile it grows from while its parts are read. Who reads it is ``intake``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import polars as pl

from corridor_etl.jobs.faults import fault_frame
from corridor_etl.sources import Finding, RawFile, no_references
from corridor_etl.staging import Staged


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
    references: pl.DataFrame = field(default_factory=no_references)

    @property
    def unreadable_rows(self) -> int:
        """How many rows are no records."""
        return sum(faults["line_no"].n_unique() for faults in self.faults.values())

    @property
    def delivery_id(self) -> str:
        """The first 16 hexadecimal digits of the file's hash, which every loaded row carries."""
        return self.sha256[:16]


class Pile:
    """What the parts of one file have come to so far."""

    def __init__(self, delivery_id: str) -> None:
        self._delivery_id = delivery_id
        self.frames: dict[str, list[pl.DataFrame]] = {}
        self.faults: dict[str, list[pl.DataFrame]] = {}
        self.findings: list[Finding] = []
        self.references: list[pl.DataFrame] = []
        self.rows_read = 0
        self.dialect = ""

    def add(self, kind: str, raw: RawFile, staged: Staged) -> None:
        """The staged rows of one kind of one part."""
        frame = staged.frame.with_columns(delivery_id=pl.lit(self._delivery_id))
        faults = fault_frame(self._delivery_id, raw, [*raw.faults, *staged.faults])
        self.frames.setdefault(kind, []).append(frame)
        self.faults.setdefault(kind, []).append(faults)
        # parts of one file say the same of it again and again
        self.findings += [f for f in staged.findings if f not in self.findings]

    def take_whole(self, raw: RawFile) -> None:
        """What a part says of the file as a whole."""
        self.findings += raw.findings
        self.references.append(raw.references)
        self.rows_read += raw.rows_counted
        self.dialect = raw.dialect
