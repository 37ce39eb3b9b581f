"""The truth file: the figures a perfect pipeline reports, what becomes of each file, and of each fault.

How the figures come about is in ``truth_marts``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from corridor_etl.settings import Settings
from corridor_etl.simulator.records import Document, Record
from corridor_etl.simulator.truth_marts import marts


@dataclass
class Fault:
    """Something broken on purpose, and what must become of it; ``line_no`` 0 means the whole file."""

    name: str
    file: str
    line_no: int
    outcome: str
    rule_id: str
    note: str


def loaded_records(documents: Sequence[Document]) -> Iterator[Record]:
    """Every record that a perfect pipeline loads."""
    for document in documents:
        if document.status == "loaded":
            yield from (row.record for row in document.rows if row.fate == "loaded")


def truth(
    seed: int,
    weeks: Sequence[str],
    documents: Sequence[Document],
    faults: Sequence[Fault],
    settings: Settings,
) -> dict[str, Any]:
    """The whole truth as plain data."""
    tables = marts(loaded_records(documents), settings)
    return {
        "seed": seed,
        "weeks": list(weeks),
        "story": _story(tables, settings),
        "marts": tables,
        "deliveries": {d.path: _delivery(d) for d in sorted(documents, key=lambda d: d.path)},
        "faults": [
            _without_line(asdict(f)) for f in sorted(faults, key=lambda f: (f.name, f.file, f.line_no))
        ],
    }


def _without_line(fault: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in fault.items() if k != "line_no" or v}


def _delivery(document: Document) -> dict[str, Any]:
    fates = Counter(row.fate for row in document.rows) if document.status == "loaded" else Counter()
    return {
        "status": document.status,
        "reason": document.reason,
        "rows_read": fates.total(),
        "rows_loaded": fates["loaded"],
        "rows_quarantined": fates["quarantined"],
        "rows_duplicate": fates["duplicate"],
    }


def _story(tables: dict[str, list[dict[str, Any]]], settings: Settings) -> dict[str, Any]:
    """Totals of the live service, to be read by people."""
    live = settings.live_service.id
    west = [r for r in tables["mart_throughput_week"] if (r["service_id"], r["direction"]) == (live, "W")]
    sold = [r for r in tables["mart_trade_week"] if (r["service_id"], r["direction"]) == (live, "W")]
    return {
        "service_id": live,
        "first_week": min((r["iso_week"] for r in west), default=""),
        "westbound_laden_boxes": sum(r["boxes"] for r in west if r["full_empty"] == "F"),
        "export_value_cny_fen": sum(r["value_cny_fen"] for r in sold),
    }


def as_json(told: dict[str, Any]) -> str:
    """The truth as text, the same for the same story."""
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
