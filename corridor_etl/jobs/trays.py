"""The readings of one batch on their way from whoever reads a delivery to the commit.

Tasks of one process put them into a tray in memory. Tasks of other machines share only the store: they get an order
that names archived bytes, and give back references to files. What is read, and how, belongs to ``intake``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from corridor_etl import settings as configuration
from corridor_etl.clock import now_utc
from corridor_etl.jobs.content import Content
from corridor_etl.jobs.handover import Handed, cleared, handed_over, staging, taken_over
from corridor_etl.jobs.intake import delivery_name, read_archived, read_deliveries
from corridor_etl.jobs.reading import Reading
from corridor_etl.jobs.terms import Terms
from corridor_etl.warehouse.archive import Archive

_TOLD = 20


@dataclass(frozen=True)
class Receipt:
    """What a task gives back for its order: one line, and what it has handed over through the store."""

    line: str
    handed: tuple[Handed, ...] = ()


@dataclass(frozen=True)
class Origins:
    """Source families and record kinds of the deliveries of a batch that could be read, each sorted."""

    sources: tuple[str, ...]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> Origins:
        """Those of some readings, which need not have their rows."""
        read = [reading for reading in readings if reading.status == "read"]
        sources = {reading.source_id or "unknown" for reading in read}
        return cls(
            tuple(sorted(sources)), tuple(sorted({kind for reading in read for kind in reading.frames}))
        )


class Order(Protocol):
    """One delivery to be read, wherever that happens. ``name`` is that of its file."""

    @property
    def name(self) -> str:
        """The name of the file."""

    def filled(self) -> Receipt:
        """Archives, recognises, reads and stages the delivery; a bad file is a rejected reading, not a failure."""


class Tray:
    """The readings of one batch in memory, in a place that can be emptied.

    Prefect holds what tasks take and give until the run ends; frames given that way would pile up over all batches.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files
        self.readings: dict[Path, list[Reading]] = {}

    def order(self, file: Path) -> Order:
        """What a task needs to read one of the files."""
        return _OrderHere(file, self)

    def take(self, file: Path, receipt: Receipt) -> None:
        """What a task gave back; the readings are here already."""

    def in_order(self) -> list[Reading]:
        """What has been read, in the order of the files, whoever was first."""
        return [reading for file in self.files for reading in self.readings.get(file, ())]

    def names(self) -> list[str]:
        """The names of the deliveries that have been read."""
        return [reading.name for reading in self.in_order()]

    def origins(self) -> Origins:
        """Where the deliveries that have been read come from, and what they hold."""
        return Origins.of(self.in_order())

    def empty(self, *, is_committed: bool) -> None:
        """Lets go of the readings."""
        self.readings.clear()


@dataclass(frozen=True)
class _OrderHere:
    file: Path
    tray: Tray

    @property
    def name(self) -> str:
        return self.file.name

    def filled(self) -> Receipt:
        self.tray.readings[self.file] = readings = read_deliveries(self.file)
        return Receipt(_line(readings))


class SharedTray(Tray):
    """The readings of one batch in the store, for tasks on other machines."""

    def __init__(self, files: Sequence[Path]) -> None:
        super().__init__(files)
        self._handed: dict[Path, tuple[Handed, ...]] = {}
        self._archive = Archive.of(configuration.home())

    def order(self, file: Path) -> Order:
        """Archives the file, which only this machine may have; ``TransientError`` where the store does not answer."""
        content = Content.of_file(file)
        content.store(self._archive)
        return ArchivedOrder(file.name, delivery_name(file), content.sha256, now_utc(), Terms.here())

    def take(self, file: Path, receipt: Receipt) -> None:
        """Keeps the references a task gave back."""
        self._handed[file] = receipt.handed

    def in_order(self) -> list[Reading]:
        """What has been read, fetched from the store; errors as in :func:`.handover.taken_over`."""
        return [taken_over(one, staging()) for one in self._in_order()]

    def names(self) -> list[str]:
        """The names of the deliveries that have been read; nothing is fetched."""
        return [one.rest.name for one in self._in_order()]

    def origins(self) -> Origins:
        """Where the deliveries that have been read come from, and what they hold; nothing is fetched."""
        return Origins.of([one.rest for one in self._in_order()])

    def empty(self, *, is_committed: bool) -> None:
        """Removes the files of a batch that is committed; those of another are swept with time."""
        if is_committed:
            cleared(self._in_order(), staging())
        self._handed.clear()

    def _in_order(self) -> list[Handed]:
        return [one for file in self.files for one in self._handed.get(file, ())]


@dataclass(frozen=True)
class ArchivedOrder:
    """One delivery by the SHA-256 of its archived bytes; ``delivery`` is its name in the ledger.

    It may be filled any number of times, by anybody who has the same store: the result is the same.
    """

    name: str
    delivery: str
    sha256: str
    received_at_utc: datetime
    terms: Terms

    def filled(self) -> Receipt:
        """Reads the delivery and puts its rows into the store."""
        self.terms.require_here()
        archive = Archive.of(configuration.home())
        readings = read_archived(self.delivery, self.sha256, self.received_at_utc, archive)
        return Receipt(_line(readings), tuple(handed_over(reading, staging()) for reading in readings))


def _line(readings: Sequence[Reading]) -> str:
    return "; ".join(f"{r.name}: {r.status}, {r.rows_read:,} rows" for r in readings[:_TOLD])
