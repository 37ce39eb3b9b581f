"""Current records as they will be after a batch: the kinds that are asked for, and no others."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.facts.records import LEFT_OUT
from corridor_etl.jobs.current import current_with
from corridor_etl.model import KINDS
from corridor_etl.warehouse import Batch, Warehouse


class Noting(Warehouse):
    """A warehouse that notes which kinds are read."""

    asked: tuple[str, ...] = ()

    def scan(
        self, kind: str, *, weeks: Collection[str] | None = None, as_of: int | None = None
    ) -> pl.LazyFrame:
        self.asked = (*self.asked, kind)
        return super().scan(kind, weeks=weeks, as_of=as_of)


def test_a_kind_is_read_when_it_is_asked_for_and_once(own_home: Path) -> None:
    with Noting.open(own_home) as warehouse:
        current = current_with(Batch(deliveries=(), received_at_utc=now_utc()), warehouse, 1)
        assert set(current) == set(KINDS)
        assert warehouse.asked == ()  # type: ignore[attr-defined]
        assert current["booking"].is_empty()
        assert current.get("booking") is current["booking"]
        assert current.get("no such kind") is None
        assert warehouse.asked == ("booking",)  # type: ignore[attr-defined]


def test_columns_that_no_fact_is_made_from_are_not_read(own_home: Path) -> None:
    with Warehouse.open(own_home) as warehouse:
        current = current_with(Batch(deliveries=(), received_at_utc=now_utc()), warehouse, 1)
        events = KINDS["port_event"]
        left_out = {*LEFT_OUT["port_event"]} - {events.document}
        assert set(current["port_event"].columns) == {*warehouse.current("port_event").columns} - left_out
        assert current["yard_position"].columns == warehouse.current("yard_position").columns
