"""A commit makes only the tables its rows can change, and what is stored is what all records give all the same."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from corridor_etl.jobs.affected import KINDS_OF, affected
from corridor_etl.jobs.consequences import consequences
from corridor_etl.jobs.versions import build_of
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Batch, Warehouse
from corridor_etl.warehouse.engine import writing
from corridor_etl.warehouse.schema import FACTS, MARTS, WEEK_DIGEST
from tests.facts.corridor_records import Row, booking
from tests.facts.test_slices import shuffled
from tests.jobs.committed import NOW, TOLD_BY, assert_as_all_records_give, batch, commit, stored

DAY = date(2025, 3, 5)
IN_HALVES = ("port_event",)


def records() -> dict[str, list[Row]]:
    """Records of every kind that facts are made from, and of one that none is."""
    rows = shuffled(4)
    said = {"version": 1, "action": "insert"}
    rate = {
        "source_id": "pboc",
        "rate_on_local": DAY,
        "currency": "USD",
        "base_currency": "CNY",
        "rate": Decimal(8),
    }
    stop = {"visit_ref": "1", "inbound_action": "none", "outbound_action": "none", "facility_code": "NGB",
            "visited_on_local": DAY, "gated_in_at_utc": datetime(2025, 3, 5, 1, tzinfo=UTC),
            "gated_out_at_utc": datetime(2025, 3, 7, 1, tzinfo=UTC), "timezone": "Asia/Shanghai", "full_empty": "F"}  # fmt: skip
    slot = {"plan_type": "OCCUPIED", "conveyance_name": "V", "voyage_no": "1", "departure_port_code": "CNNBG",
            "handling_code": "L", "slot_code": "1", "container_no": "A", "planned_on_local": DAY}  # fmt: skip
    place = {"entry_ref": "1", "listed_on_local": DAY, "stack_code": "A", "is_in_yard": True}
    return {
        **{kind: [row for row in rows if name in row] for kind, name in TOLD_BY.items()},
        "booking": [
            booking(f"B{n}", "2", "2025-02-20T08:00:00", train_no="X9000", departure_on_local=DAY)
            for n in range(4)
        ],
        "exchange_rate": [{**rate, "units": 1, **said}],
        "terminal_visit": [{**stop, **said}],
        "stowage_position": [{**slot, **said}],
        "yard_position": [{**place, **said}],
    }


@pytest.mark.parametrize("each", [3, pytest.param(1, marks=pytest.mark.long)], ids=["some", "all"])
def test_after_every_commit_the_tables_are_what_all_records_give(
    home: Warehouse, settings: Settings, each: int
) -> None:
    """``each``: all tables are made anew after every third commit, or after all of them."""
    parts = [(kind, rows) for kind, rows in records().items() if kind not in IN_HALVES]
    parts += [(kind, records()[kind][n::2]) for kind in IN_HALVES for n in range(2)]
    random.Random(7).shuffle(parts)
    left_alone: set[str] = set()
    for number, (kind, rows) in enumerate(parts):
        made = commit(home, batch(number, kind, rows), settings)
        assert made >= {table for table, kinds in KINDS_OF.items() if kind in kinds}
        left = KINDS_OF.keys() - made
        left_alone |= left
        if left and (number % each == each - 1 or number == len(parts) - 1):
            assert_as_all_records_give(home, settings)
    assert left_alone == set(KINDS_OF), "each table was left alone by some batch"
    assert all(rows.height for rows in stored(home).values())


def test_a_batch_makes_only_what_its_kinds_can_change(home: Warehouse, settings: Settings) -> None:
    build = build_of(settings)
    assert affected(["yard_position"], is_standing=home.is_standing(build)) == set(KINDS_OF), (
        "nothing is known of an empty home"
    )
    rows = records()
    for number, kind in enumerate(("manifest_container", "port_event")):
        commit(home, batch(number, kind, rows[kind]), settings)
    assert commit(home, batch(2, "yard_position", rows["yard_position"]), settings) == set()
    assert commit(home, batch(3, "stowage_position", rows["stowage_position"]), settings) == {
        "mart_vessel_load_week"
    }
    assert affected([], is_standing=home.is_standing(build)) == set()
    assert affected([], is_standing=home.is_standing(replace(build, rules_version="others"))) == set(KINDS_OF)
    assert affected([], is_standing=home.is_standing(replace(build, code_version="others"))) == set(KINDS_OF)
    with writing(home.engine) as connection:
        connection.execute(WEEK_DIGEST.delete().where(WEEK_DIGEST.c.table_name == "mart_speed_week"))
    assert affected([], is_standing=home.is_standing(build)) == set(KINDS_OF), (
        "a week without digest may be anything"
    )


def test_a_batch_without_rows_makes_nothing_and_the_next_one_everything(
    home: Warehouse, settings: Settings
) -> None:
    assert consequences(Batch((), NOW), home, 0, settings)[1] == {}
    commit(home, batch(0, "booking", records()["booking"]), settings)
    limits = settings.thresholds.model_copy(update={"port_free_days": 1})
    other = settings.model_copy(update={"thresholds": limits})
    assert commit(home, Batch((), NOW), other) == set()
    assert commit(home, batch(1, "yard_position", records()["yard_position"]), other) == set(KINDS_OF)


def test_after_rows_have_left_the_lake_everything_is_made_once(
    home: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = records()
    for number, kind in enumerate(("manifest_container", "port_event")):
        commit(home, batch(number, kind, rows[kind]), settings)
    build = build_of(settings)
    assert affected([], is_standing=home.is_standing(build)) == set()
    first = min(home.lake_file_facts("port_event")["iso_week"])
    monkeypatch.setenv("CORRIDOR_NOW", _weeks_after(first, 14).isoformat())
    assert home.expire({"port_event": 13}) is not None
    assert affected([], is_standing=home.is_standing(build)) == set(KINDS_OF)
    commit(home, batch(2, "yard_position", rows["yard_position"]), settings)
    assert affected([], is_standing=home.is_standing(build)) == set()


def _weeks_after(week: str, weeks: int) -> datetime:
    monday = datetime.strptime(f"{week}-1", "%G-W%V-%u").replace(tzinfo=UTC)
    return datetime.fromtimestamp(monday.timestamp() + weeks * 7 * 86_400, tz=UTC)


def test_every_mart_and_fact_says_what_it_is_made_from() -> None:
    assert set(KINDS_OF) == {*MARTS, *FACTS}
