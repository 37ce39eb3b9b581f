"""Of a port's boxes those are named whose events facts are made from, and it shows when they do not tell how far a
source reaches."""

from __future__ import annotations

import polars as pl
import pytest

from corridor_etl.facts.needed_boxes import Needed, is_reach_told, needed_boxes
from corridor_etl.model import kind
from corridor_etl.settings import Settings
from corridor_etl.warehouse import versions
from tests.facts.corridor_records import BOX, Row, event, frame, manifest

FIRST, SECOND, THIRD = (f"TGHU000000{number}" for number in range(1, 4))


def exit_of(box: str, day: str, **overrides: object) -> Row:
    return event("GTOT", "NGB", f"2025-06-{day} 10:00", container_no=box, **overrides)


def asked(rows: list[Row], settings: Settings) -> tuple[Needed, bool]:
    """What is needed of some events, and whether the current ones among them tell how far the sources reach."""
    columns = {"delivery_id": pl.lit("a" * 16), "line_no": pl.lit(1), "snapshot": pl.lit(1)}
    told = frame("port_event", rows).with_columns(**columns)
    needed = needed_boxes(told.lazy(), frame("manifest_container", [manifest()]), settings)
    mine = told.filter(pl.col("container_no").is_in(needed.boxes.implode()))
    return needed, is_reach_told(told.lazy(), needed, versions.current(mine, kind("port_event")), settings)


def test_boxes_on_lists_on_rail_with_trains_and_patched_are_needed(settings: Settings) -> None:
    rows = [
        event("GTIN", "NGB", "2025-06-01 10:00", container_no="NOBODY"),
        event("DEPA", "NGB", "2025-06-01 10:00", container_no="BY SEA", conveyance_name="VESSEL"),
        event("DEPA", "YIN", "2025-06-01 10:00", container_no="OTHER TRAIN", conveyance_name="X1"),
        event("RAIL_LOAD", "NGB", "2025-06-01 10:00", container_no=FIRST),
        event("DEPA", "YIN", "2025-06-01 10:00", container_no=SECOND, conveyance_name="X9001"),
        event("GTIN", "NGB", "2025-06-01 10:00", container_no=THIRD, action="patch", version=2),
    ]
    assert asked(rows, settings)[0].boxes.to_list() == sorted([BOX, FIRST, SECOND, THIRD])


@pytest.mark.parametrize(
    ("taken_back", "is_told"), [((), True), ((FIRST,), False), ((FIRST, SECOND), False)], ids=str
)
def test_a_first_day_told_by_a_box_that_is_not_needed_shows(
    taken_back: tuple[str, ...], is_told: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corridor_etl.facts.needed_boxes._TOLD_BY", 1)
    monkeypatch.setattr("corridor_etl.facts.needed_boxes._EDGE_DAYS", 1)
    rows = [exit_of(box, "01") for box in (FIRST, SECOND)] + [exit_of(BOX, day) for day in ("05", "06")]
    rows += [exit_of(box, "01", action="cancel", version=2) for box in taken_back]
    needed, found = asked(rows, settings)
    assert needed.boxes.to_list() == sorted([BOX, FIRST])
    assert found is is_told


def test_a_day_that_only_needed_boxes_told_and_took_back_is_no_reach(settings: Settings) -> None:
    rows = [exit_of(FIRST, "01"), exit_of(FIRST, "01", action="cancel", version=2), exit_of(SECOND, "03")]
    _, found = asked([*rows, exit_of(BOX, "06")], settings)
    assert found
