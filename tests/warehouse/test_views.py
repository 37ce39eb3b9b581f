"""Views are what their registry says, on both databases, and are made anew whenever their text changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from sqlalchemy import inspect, text

from corridor_etl.errors import TerminalError
from corridor_etl.warehouse import Batch, Warehouse, views
from corridor_etl.warehouse.batch import QUARANTINE_COLUMNS
from corridor_etl.warehouse.engine import reading, writing
from corridor_etl.warehouse.schema import METADATA
from corridor_etl.warehouse.views import VIEWS


def rows(warehouse: Warehouse, query: str) -> list[dict[str, Any]]:
    with reading(warehouse.engine) as connection:
        return [dict(row._mapping) for row in connection.execute(text(query))]


def held(delivery_id: str, **overrides: Any) -> dict[str, Any]:
    row = {
        "delivery_id": delivery_id, "line_no": 9, "record_kind": "booking", "rule_ids": "BK-001,ST-007",
        "severity": "critical", "details_json": "[]", "raw_text": "as;received",
    }  # fmt: skip
    return row | overrides


def with_held(make: SimpleNamespace, name: str, *quarantined: dict[str, Any]) -> Batch:
    batch = make.batch(name, rows_read=8 + len(quarantined), rows_quarantined=len(quarantined))
    found = [held(batch.deliveries[0].delivery_id, **row) for row in quarantined]
    return replace(batch, quarantine=pl.DataFrame(found, schema=QUARANTINE_COLUMNS, orient="row"))


def test_every_view_has_the_columns_it_describes(warehouse: Warehouse) -> None:
    seen = inspect(warehouse.engine)
    assert sorted(seen.get_view_names()) == sorted(VIEWS)
    for view in VIEWS.values():
        assert [c["name"] for c in seen.get_columns(view.name)] == list(view.columns), view.name
        assert view.comment, view.name
        assert [name for name, said in view.columns.items() if not said.meaning] == [], view.name


def test_every_view_can_be_read_while_there_is_nothing(warehouse: Warehouse) -> None:
    for name in VIEWS:
        assert len(rows(warehouse, f"SELECT * FROM {name}")) == (1 if name == "v_balance_total" else 0)


def test_the_dictionary_explains_every_table_view_and_column(warehouse: Warehouse) -> None:
    said = {
        (r["table_name"], r["column_name"])
        for r in rows(warehouse, "SELECT * FROM dim_column WHERE meaning <> ''")
    }
    seen = inspect(warehouse.engine)
    made_by_others = {"alembic_version"}
    for name in {*seen.get_table_names(), *seen.get_view_names()} - made_by_others:
        assert (name, "") in said, name
        assert [c["name"] for c in seen.get_columns(name) if (name, c["name"]) not in said] == [], name


def test_every_mart_has_its_view_in_the_units_people_use() -> None:
    marts = [name for name in METADATA.tables if name.startswith("mart_") and name.endswith("_week")]
    assert {name.replace("mart_", "bi_") for name in marts} <= set(VIEWS)
    small = {"g", "s", "ppm", "0.01 TEU", "0.01 TEU km", "g km", "m", "m per hour", "0.01 CNY"}
    shown = [
        (v.name, n)
        for v in VIEWS.values()
        if v.name.startswith("bi_")
        for n, s in v.columns.items()
        if s.unit in small
    ]
    assert shown == []


def test_a_figure_of_a_view_is_that_of_its_mart_in_a_larger_unit(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    load = {"iso_week": "2025-W09", "service_id": "YIN-ALA", "direction": "W", "boxes": 3, "boxes_weighed": 2,
            "gross_gross_g": 41_500_000, "teu_x100": 425, "laden_teu_x100": 400, "capacity_teu_x100": None,
            "fill_ppm": None, "fill_laden_ppm": 125_000, "snapshot": 1}  # fmt: skip
    with writing(warehouse.engine) as connection:
        connection.execute(METADATA.tables["mart_load_week"].insert(), [load])
    (row,) = rows(warehouse, "SELECT * FROM bi_load_week")
    shown = {
        name: row[name] for name in ("gross_gross_t", "teu", "capacity_teu", "fill_pct", "fill_laden_pct")
    }
    assert shown == {
        "gross_gross_t": 41.5,
        "teu": 4.25,
        "capacity_teu": None,
        "fill_pct": None,
        "fill_laden_pct": 12.5,
    }
    assert (row["iso_year"], row["week_no"], row["direction_name"]) == (2025, 9, "westbound")
    assert row["service_name"]


COMMENTS = """
SELECT c.relname, a.attname, obj_description(c.oid, 'pg_class') AS of_table, col_description(c.oid, a.attnum) AS said
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v') AND c.relname <> 'alembic_version'
"""


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_every_table_view_and_column_has_its_comment_in_the_database(warehouse: Warehouse) -> None:
    found = rows(warehouse, COMMENTS)
    assert {r["relname"] for r in found} >= {*VIEWS, *METADATA.tables}
    assert [(r["relname"], r["attname"]) for r in found if not r["of_table"] or not r["said"]] == []
    wanted = {(v.name, name): said.comment for v in VIEWS.values() for name, said in v.columns.items()}
    assert {(r["relname"], r["attname"]): r["said"] for r in found if r["relname"] in VIEWS} == wanted


def test_a_view_whose_text_changed_is_made_anew(
    own_home: Path,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    as_another_version: Callable[[], None],
) -> None:
    other = replace(VIEWS["v_coverage"], sql=lambda _words: "SELECT 1 AS n", columns={"n": views.Said("one")})
    monkeypatch.setitem(VIEWS, "v_coverage", other)
    as_another_version()
    assert rows(warehouse, "SELECT * FROM v_coverage") == []
    with Warehouse.open(own_home) as changed:
        assert rows(changed, "SELECT * FROM v_coverage") == [{"n": 1}]
        assert rows(
            changed, "SELECT meaning FROM dim_column WHERE table_name = 'v_coverage' AND column_name = 'n'"
        )
    monkeypatch.undo()


def test_a_view_the_version_does_not_know_goes(own_home: Path, warehouse: Warehouse) -> None:
    with writing(warehouse.engine) as connection:
        connection.execute(text("CREATE VIEW v_former AS SELECT * FROM v_balance"))
        connection.execute(text("DELETE FROM stamp WHERE name = 'views'"))
    with Warehouse.open(own_home) as again:
        assert sorted(inspect(again.engine).get_view_names()) == sorted(VIEWS)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_view_of_others_that_reads_ours_is_named_and_kept(own_home: Path, warehouse: Warehouse) -> None:
    with writing(warehouse.engine) as connection:
        connection.execute(text("CREATE VIEW desk_week AS SELECT * FROM bi_match_week"))
        connection.execute(text("DELETE FROM stamp WHERE name = 'views'"))
    with pytest.raises(TerminalError, match="Drop it"), Warehouse.open(own_home):
        pass
    assert rows(warehouse, "SELECT * FROM desk_week") == []


def test_the_balance_is_told_per_file_and_in_total(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(with_held(make, "a", {}, {"line_no": 10}), {}, base=0)
    warehouse.record_duplicates([make.delivery("a", status="duplicate", reason="DUPLICATE_FILE")], make.now)
    balance = rows(warehouse, "SELECT * FROM v_balance ORDER BY delivery_no")
    counted = [
        (r["status"], r["rows_read"], r["rows_loaded"], r["rows_quarantined"], r["rows_open"])
        for r in balance
    ]
    assert counted == [("loaded", 10, 8, 2, 2), ("duplicate", 0, 0, 0, 0)]
    assert [r["rows_unaccounted"] for r in balance] == [0, 0]
    (total,) = rows(warehouse, "SELECT * FROM v_balance_total")
    assert (total["files"], total["files_loaded"], total["files_duplicate"]) == (2, 1, 1)
    assert (total["rows_read"], total["rows_loaded"], total["rows_in_lake"], total["rows_open"]) == (
        10,
        8,
        8,
        2,
    )


def test_coverage_is_what_the_ledger_counts(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(with_held(make, "a", {"iso_week": "2025-W10"}), {}, base=0)
    found = pl.DataFrame(rows(warehouse, "SELECT * FROM v_coverage ORDER BY source_id, iso_week"))
    wanted = warehouse.coverage().sort("source_id", "iso_week")
    assert found.select(wanted.columns).equals(wanted)
    assert found["source_name"].unique().to_list() == ["Bookings"]
    assert [str(day) for day in found["monday_on"]] == [
        "2025-03-03",
        "2025-03-10",
        "2025-03-17",
        "2025-03-24",
    ]


def test_the_quarantine_tells_file_rules_state_and_age(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(with_held(make, "a", {}, {"line_no": 10, "rule_ids": "ID-002"}), {}, base=0)
    ten_days_ago = {"sqlite": "datetime('now', '-10 days')", "postgresql": "now() - interval '10 days'"}
    with writing(warehouse.engine) as connection:
        seen = ten_days_ago[connection.dialect.name]
        connection.execute(text(f"UPDATE quarantine SET first_seen_at_utc = {seen}"))
        connection.execute(text("UPDATE quarantine SET state = 'superseded' WHERE line_no = 10"))
    first, second = rows(warehouse, "SELECT * FROM v_quarantine ORDER BY quarantine_id")
    assert (first["file_name"], first["line_no"], first["state"]) == ("booking_desk/a.csv", 9, "open")
    assert first["age_days"] == pytest.approx(10, abs=0.1)
    assert second["age_days"] is None
    by_rule = rows(
        warehouse, "SELECT rule_id, line_no FROM v_quarantine_rule ORDER BY quarantine_id, rule_id"
    )
    assert [tuple(r.values()) for r in by_rule] == [("BK-001", 9), ("ST-007", 9), ("ID-002", 10)]


def test_a_trip_is_told_with_names_and_in_units_people_use(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    batch = make.batch("a")
    trip = {"delivery_id": batch.deliveries[0].delivery_id, "direction": "E", "origin_country": "KZ",
            "arrived_at_utc": make.trip_departed_at.replace(hour=21, minute=41)}  # fmt: skip
    warehouse.publish(batch, make.trip_fact(trip), base=0)
    (found,) = rows(warehouse, "SELECT * FROM bi_trip")
    wanted = {
        "direction_name": "eastbound", "flow_name": "export of Chinese goods", "full_empty_name": "laden", "teu": 2.0,
        "cargo_gross_t": 20.5, "cargo_net_t": None, "origin_node": "ALA", "destination_node": "YIN",
        "destination_name": "Yining Station", "origin_country_name": "Kazakhstan", "train_hours": 12.5,
        "border_hours": None, "file_name": "booking_desk/a.csv", "line_no": 2, "snapshot": 1,
        "service_name": "Ningbo–Yining–Almaty",
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    assert found["hs_chapter_name"].startswith("Vehicles")


def test_a_mart_is_told_with_names_and_in_units_people_use(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    warehouse.publish(
        make.batch("a"), make.match_mart({}, {"iso_week": "2041-W01", "laden_boxes": 0}), base=0
    )
    first, later = rows(warehouse, "SELECT * FROM bi_match_week ORDER BY iso_week")
    assert (first["declared_pct"], str(first["monday_on"]), first["week_no"]) == (95.0, "2025-03-03", 10)
    assert (later["declared_pct"], later["monday_on"], later["iso_year"]) == (None, None, 2041)
