"""The whole line on a simulated corridor: every figure of every week equals the truth file, every fault its outcome.

A season is looked at from all sides each time; a year, with the turn of 2025 to 2026 in it, by ``make long``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.jobs.ingest import ingest
from corridor_etl.reference.calendar import parse_range
from corridor_etl.warehouse import Warehouse
from tests.journeys.ingested import WEEKS, Ingest, Season

YEAR = "2025-W09:2026-W09"
LINEAGE = {"snapshot"}
CHAIN_MEASURES = {
    "train_to_train", "stop_door_origin", "leg_domestic", "stop_origin", "stop_destination", "stop_door_destination",
    "tfi1_near_side", "tfi1_crossing", "tfi1_far_side", "tfi1_both_sides", "border_wait_for_lift", "border_after_lift",
    "empty_return", "turn",
}  # fmt: skip


class Ingested:
    """A simulated corridor after its files went through the whole line."""

    def __init__(self, home: Path, ingest: Ingest) -> None:
        self.home, self.truth, self.result = home, ingest.truth, ingest.result
        with Warehouse.open() as warehouse:
            self.marts = {name: warehouse.mart(name) for name in warehouse.mart_tables()}
            self.deliveries = {row["file_name"]: row for row in warehouse.deliveries().to_dicts()}
            self.quarantine = warehouse.quarantine().to_dicts()
            self.findings = warehouse.findings().to_dicts()


@pytest.fixture(
    scope="module", params=[pytest.param(False, marks=pytest.mark.long), True], ids=["clean", "with-faults"]
)
def ingested(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    is_clean = not request.param
    season: Season | None = None if is_clean else request.getfixturevalue("whole_season")
    home = season.put_back() if season else tmp_path_factory.mktemp("corridor")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        yield Ingested(home, season or Ingest.of(home, WEEKS, faults=False))


@pytest.fixture(autouse=True)
def own_home(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test here looks at the same ingested corridor."""
    if "ingested" in request.fixturenames:
        monkeypatch.setenv("CORRIDOR_HOME", str(request.getfixturevalue("ingested").home))


def keyed(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    cleaned = [{k: v for k, v in row.items() if k not in LINEAGE} for row in rows]
    return sorted((tuple(sorted(row.items())) for row in cleaned), key=repr)


def test_every_figure_of_every_week_equals_the_truth(ingested: Ingested) -> None:
    require_the_truth(ingested)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_figure_of_a_whole_year_with_faults_equals_the_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path))
    year = Ingested(tmp_path, Ingest.of(tmp_path, YEAR, faults=True))
    require_the_truth(year)
    told = {row["iso_week"] for row in year.truth["marts"]["mart_throughput_week"]}
    assert set(parse_range(YEAR)) <= told


def require_the_truth(ingested: Ingested) -> None:
    """Every mart equals the truth, in which no measure of the chain is missing."""
    measured = {row["measure"] for row in ingested.truth["marts"]["mart_chain_week"]}
    assert measured == CHAIN_MEASURES
    for name, rows in ingested.truth["marts"].items():
        found = keyed(ingested.marts[name].to_dicts())
        expected = keyed(rows)
        assert expected, name
        assert [r for r in found if r not in expected] == [], name
        assert [r for r in expected if r not in found] == [], name


def test_the_balance_holds_for_every_delivery(ingested: Ingested) -> None:
    for row in ingested.deliveries.values():
        assert row["rows_read"] == row["rows_loaded"] + row["rows_quarantined"] + row["rows_duplicate"], row


def test_every_delivery_ended_as_the_truth_says(ingested: Ingested) -> None:
    fields = ("status", "rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
    for name, expected in ingested.truth["deliveries"].items():
        found = {field: ingested.deliveries[name][field] for field in fields}
        assert found == {field: expected[field] for field in fields}, name
        if expected["status"] != "loaded":
            assert ingested.deliveries[name]["reason"] == expected["reason"], name


def test_every_fault_got_its_outcome(ingested: Ingested) -> None:
    for fault in ingested.truth["faults"]:
        delivery = ingested.deliveries[fault["file"]]
        if fault["outcome"] == "quarantined":
            lines = [
                q
                for q in ingested.quarantine
                if q["delivery_id"] == delivery["delivery_id"] and q["line_no"] == fault["line_no"]
            ]
            assert len(lines) == 1, fault
            assert fault["rule_id"] in lines[0]["rule_ids"].split(","), (fault, lines)
            assert lines[0]["raw_text"], fault
        elif fault["outcome"] == "rejected":
            assert (delivery["status"], delivery["reason"]) == ("rejected", fault["rule_id"]), fault
        elif fault["outcome"] in ("warning", "info"):
            found = [f for f in ingested.findings if f["delivery_id"] == delivery["delivery_id"]]
            assert fault["rule_id"] in {f["rule_id"] for f in found}, (fault, found)


# Real turns of the simulated season: a week of half the declarations unreleased, a week of four, a train that left with
# a fifth of its boxes undeclared, a week in which more boxes came back than left (of which no wagon and weight is known).
_TOLD = {
    ("BA-003", "rail_terminals/terminal_2025-W15.csv", "gross_gross_kg"),
    ("BA-003", "rail_terminals/terminal_2025-W15.csv", "wagon_no"),
    ("BA-003", "customs_broker_cn/declarations_YIN-ALA_2025-W15.csv", "released_on_local"),
    ("BA-001", "customs_broker_cn/declarations_YIN-ALA_2025-W18.csv", None),
    ("BA-003", "train_operator/manifest_X8031_2025-06-12.csv", "declaration_nos"),
}


def test_rules_about_deliveries_tell_of_a_season_what_is_unusual_in_it_and_no_more(
    ingested: Ingested,
) -> None:
    names = {row["delivery_id"]: name for name, row in ingested.deliveries.items()}
    said = {
        (f["rule_id"], names[f["delivery_id"]], f["column_name"])
        for f in ingested.findings
        if f["rule_id"].startswith(("BA", "ST-006", "ST-007")) and f["severity"] != "info"
    }
    assert said == _TOLD
    assert not [q for q in ingested.quarantine if "BA-006" in q["rule_ids"]]


def test_every_rejected_file_has_one_rule(ingested: Ingested) -> None:
    rejected = {row["delivery_id"] for row in ingested.deliveries.values() if row["status"] == "rejected"}
    said = [f for f in ingested.findings if f["delivery_id"] in rejected]
    assert sorted(f["delivery_id"] for f in said) == sorted(rejected)
    assert {f["severity"] for f in said} <= {"critical"}


def test_the_same_files_again_change_nothing(ingested: Ingested) -> None:
    again = ingest()
    assert again.snapshot is None
    with Warehouse.open() as warehouse:
        assert warehouse.deliveries().height == len(ingested.deliveries)
        for name, before in ingested.marts.items():
            assert warehouse.mart(name).equals(before)


def test_the_same_bytes_under_another_name_change_nothing(ingested: Ingested) -> None:
    first = next(p for p in sorted((ingested.home / "inbox/rail_terminals").iterdir()))
    copy = first.with_name("copy_of_" + first.name)
    copy.write_bytes(first.read_bytes())
    result = ingest([copy])
    assert [d.status for d in result.deliveries] == ["duplicate"]
    with Warehouse.open() as warehouse:
        for name, before in ingested.marts.items():
            assert warehouse.mart(name).drop("snapshot").equals(before.drop("snapshot"))
    copy.unlink()


def test_the_story_is_the_corridors(ingested: Ingested) -> None:
    trips = ingested.marts["mart_throughput_week"].filter(
        pl.col("service_id") == "YIN-ALA", pl.col("direction") == "W", pl.col("full_empty") == "F"
    )
    trade = ingested.marts["mart_trade_week"].filter(
        pl.col("service_id") == "YIN-ALA", pl.col("direction") == "W"
    )
    assert 295 <= trips["boxes"].sum() <= 320
    assert 270_000_000_00 <= trade["value_cny_fen"].sum() <= 290_000_000_00
    assert trips["iso_week"].min() == "2025-W09"
