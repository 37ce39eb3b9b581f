"""Batches of made-up records committed as ingest does, and what is then stored beside what all records give."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from corridor_etl.facts.cross_source import sources, subjects_of
from corridor_etl.jobs.affected import ITEMS, TRIPS
from corridor_etl.jobs.consequences import consequences
from corridor_etl.jobs.cross_source import with_discrepancies
from corridor_etl.jobs.current import known_to
from corridor_etl.jobs.remaking import Remade
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Batch, DeliveryRow, Warehouse
from corridor_etl.warehouse.schema import MARTS
from tests.facts.corridor_records import frame

NOW = datetime(2025, 7, 1, tzinfo=UTC)
ACROSS = ["rule_id", "severity", "subject", "subject_key", "observed", "expected"]
TOLD_BY = {"manifest_container": "train_no", "port_event": "event_code", "declaration_item": "declaration_no"}


def batch(number: int, kind: str, rows: list[dict[str, Any]]) -> Batch:
    """One delivery with rows of one kind, all loaded."""
    digest = f"{number:064d}"
    lines = frame(kind, rows).unique(maintain_order=True).with_columns(
        delivery_id=pl.lit(digest[-16:]), line_no=pl.int_range(2, pl.len() + 2)
    )  # fmt: skip
    delivery = DeliveryRow(
        digest[-16:], digest, f"{number}.csv", 1, NOW, "loaded", record_kind=kind, rows_read=lines.height,
        rows_loaded=lines.height,
    )  # fmt: skip
    return Batch([delivery], NOW, {kind: lines})


def commit(home: Warehouse, added: Batch, settings: Settings) -> set[str]:
    """Commits a batch as ingest does; which tables were made."""
    whole, made = consequences(added, home, home.snapshot(), settings)
    home.publish(whole, made, base=home.snapshot())
    return set(made)


def stored(home: Warehouse) -> dict[str, pl.DataFrame]:
    marts = {name: home.mart(name) for name in MARTS}
    kept = {**marts, TRIPS: home.trips(), ITEMS: home.reconciled_items()}
    return {name: rows.drop("snapshot") for name, rows in kept.items()}


def assert_as_all_records_give(home: Warehouse, settings: Settings) -> None:
    made = Remade.of(home, settings).frames
    for name, rows in stored(home).items():
        assert_frame_equal(rows, made[name])
    nothing = Batch((), NOW)
    known = sources(known_to(home), settings)
    now = with_discrepancies(nothing, subjects_of(known), settings)
    failing = now.discrepancy_frame()
    assert failing is not None
    open_now = home.discrepancies(state="open").select(ACROSS)
    assert_frame_equal(open_now.sort(ACROSS), failing.select(ACROSS).sort(ACROSS))
