"""The port at its own scale: a stream of gate, vessel and rail moves, written by the same writers.

Boxes come in parts of a fixed number, and each part becomes one CODECO, one COARRI and one terminal file, so that
memory does not grow with the number of events. The story of trains is not told here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from corridor_etl.errors import UsageError
from corridor_etl.reference.calendar import monday, week_of
from corridor_etl.settings import Settings
from corridor_etl.simulator.containers import OWNERS, TEU_X100, numbered
from corridor_etl.simulator.dice import dice
from corridor_etl.simulator.files import render, write_all
from corridor_etl.simulator.movements import PORT, vessel
from corridor_etl.simulator.records import Document, Event, Row
from corridor_etl.simulator.run import SimulationResult
from corridor_etl.simulator.story import STORY_STARTS

EVENTS_PER_PART = 40_000  # over three files; memory holds one part
MOVES_PER_WEEK = 400_000


@dataclass(frozen=True)
class Stream:
    """How dense the moves of the port are, and how many rows a file has at most."""

    moves_per_week: int = field(default_factory=lambda: MOVES_PER_WEEK)
    rows_per_file: int = field(default_factory=lambda: EVENTS_PER_PART)

    def start(self, event_no: int) -> datetime:
        """When the nth move happens: weeks fill evenly, from Monday noon UTC to Sunday noon."""
        week, place = divmod(event_no, self.moves_per_week)
        day = datetime.combine(monday(STORY_STARTS) + timedelta(weeks=week), time(12), UTC)
        return day + timedelta(minutes=place * 6 * 24 * 60 // self.moves_per_week)

    def files(self, rows: list[Event], part: int) -> Iterator[tuple[int, list[Event]]]:
        """Number and rows of each file of a part."""
        per_part = -(-EVENTS_PER_PART // self.rows_per_file)
        for i in range(0, len(rows), self.rows_per_file):
            yield part * per_part + i // self.rows_per_file, rows[i : i + self.rows_per_file]


SIZES = ("22G1", "45G1", "45G1", "42G1")
# what a box does (two moves), and how many in ten boxes do it
LIVES = ((("DISC", "GTOT"), 4), (("GTIN", "LOAD"), 5), (("DISC", "RAIL_LOAD"), 1))
FILES = {
    "codeco": ("ningbo_port/CODECO_{week}_{part:05d}.edi", ("GTIN", "GTOT")),
    "coarri": ("ningbo_port/COARRI_{week}_{part:05d}.edi", ("DISC", "LOAD")),
    "terminal_csv": ("rail_terminals/terminal_{week}_{part:05d}.csv", ("RAIL_LOAD",)),
}
_PORTS = ("JPOSA", "KRPUS")


@dataclass
class _Tally:
    """The truth about the stream, in constant space: sums by week, move and load, and a line for each file."""

    events: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    teu_x100: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    deliveries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def count(self, document: Document) -> None:
        """Adds a file that loads as a whole."""
        for row in document.rows:
            assert isinstance(row.record, Event)
            key = (week_of(row.record.on_local), row.record.code, row.record.full_empty)
            self.events[key] += 1
            self.teu_x100[key] += TEU_X100[row.record.size_type]
        counts = {"rows_read": len(document.rows), "rows_loaded": len(document.rows)}
        self.deliveries[document.path] = {
            "status": "loaded", "reason": "", **counts, "rows_quarantined": 0, "rows_duplicate": 0,
        }  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """Moves and length per week, move and load."""
        names = ("iso_week", "event_code", "full_empty")
        return [
            dict(zip(names, key, strict=True)) | {"events": self.events[key], "teu_x100": self.teu_x100[key]}
            for key in sorted(self.events)
        ]


def simulate_port(
    out: Path, events: int, *, seed: int = 1, settings: Settings, stream: Stream | None = None
) -> SimulationResult:
    """Writes ``events`` moves below ``out/inbox`` and their sums to ``out/truth.json``; ``UsageError`` below 1.

    The weeks fill one after the other from 2025-W09, as ``stream`` says.
    """
    if events < 1:
        raise UsageError(f"{events} port events cannot be written", expected="1 or more")
    for sender in ("ningbo_port", "rail_terminals"):
        settings.sender(sender)
    tally, paths = _Tally(), []
    for part, first in enumerate(range(0, events, EVENTS_PER_PART)):
        files = _part(seed, part, first, min(EVENTS_PER_PART, events - first), stream or Stream())
        render(files)
        for document in files:
            tally.count(document)
        paths += write_all(files, out / "inbox")
    truth_path = out / "truth.json"
    told = {
        "seed": seed,
        "events": events,
        "port": tally.rows(),
        "deliveries": tally.deliveries,
        "faults": [],
    }
    truth_path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return SimulationResult(paths, truth_path)


def _part(seed: int, part: int, first: int, size: int, stream: Stream) -> list[Document]:
    moves = list(_moves(dice(seed, "port", part), first, size, stream))
    documents = []
    for layout, (path, codes) in FILES.items():
        for number, some in stream.files([m for m in moves if m.code in codes], part):
            chosen = sorted(some, key=lambda m: (m.code, m.vessel, m.at_utc, m.container_no))
            week = week_of(min(m.at_utc for m in some).date())
            habits = {"newline": "\n", "place": "CNNBG"} if layout != "terminal_csv" else {}
            rows = [Row(m) for m in chosen]
            documents.append(Document(path.format(week=week, part=number), week, layout, rows, habits))
    return documents


def _moves(source: Random, first: int, size: int, stream: Stream) -> Iterator[Event]:
    """``size`` moves; both moves of a box are neighbours, half a minute to some hours apart."""
    lives = [codes for codes, weight in LIVES for _ in range(weight)]
    for number in range(first, first + size, 2):
        box = number // 2
        name = numbered(OWNERS[box % len(OWNERS)], box // len(OWNERS) % 1_000_000)
        size_type, is_full = SIZES[box % 4], source.random() < 0.8
        at = stream.start(number)
        for i, code in enumerate(lives[source.randrange(len(lives))][: first + size - number]):
            moved = at + timedelta(minutes=i * source.randrange(20, 600))
            yield _move(source, code, name, size_type, "F" if is_full else "E", moved)


def _move(source: Random, code: str, name: str, size_type: str, full_empty: str, at: datetime) -> Event:
    far_port = _PORTS[source.randrange(2)] if code in ("DISC", "LOAD") else ""
    return Event(
        code=code,
        container_no=name,
        size_type=size_type,
        full_empty=full_empty,
        node=PORT,
        at_utc=at,
        channel="port",
        gross_gross_g=(source.randrange(6_000, 29_000) if full_empty == "F" else 3_800) * 1000,
        seal_no=f"NB{source.randrange(1_000_000, 9_999_999)}" if full_empty == "F" else "",
        vessel=vessel(far_port, at) if far_port else ("", "", ""),
        far_port=far_port,
    )
