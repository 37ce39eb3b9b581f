"""Data quality of a simulated corridor with faults: the counts are those of the truth file, which knows what was broken."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.jobs.event_lags import EVENT_AT
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.quality_figures import Figures, of_delivery, of_week
from corridor_etl.model import KINDS
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import Settings, load_settings
from corridor_etl.simulator import simulate
from corridor_etl.simulator.truth_numbers import quantile
from corridor_etl.warehouse import Warehouse

WEEKS = "2025-W09:2025-W14"
RECEIVED = "2025-04-07T02:00:00+00:00"  # Monday of 2025-W15: all files at once


class Told:
    """The truth by source family, and the figures of the week in which everything came."""

    def __init__(self, home: Path) -> None:
        settings = load_settings()
        simulation = simulate(home, parse_range(WEEKS), seed=1, faults=True, settings=settings)
        self.home = home
        self.truth: dict[str, Any] = json.loads(simulation.truth_path.read_text(encoding="utf-8"))
        self.source_of = {sender.id: sender.source for sender in settings.senders}
        ingest()
        with Warehouse.open() as warehouse:
            self.figures = of_week(warehouse, settings)
            self.by_week = {week: of_week(warehouse, settings, week) for week in ("2025-W12", "2025-W13")}

    def family(self, file: str) -> str:
        return self.source_of[file.split("/")[0]]

    def deliveries(self, source_id: str) -> list[dict[str, Any]]:
        return [d for name, d in self.truth["deliveries"].items() if self.family(name) == source_id]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    home = tmp_path_factory.mktemp("corridor")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", RECEIVED)
        yield Told(home)


@pytest.fixture(autouse=True)
def own_home(told: Told, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test here looks at the same corridor at the same instant."""
    monkeypatch.setenv("CORRIDOR_HOME", str(told.home))
    monkeypatch.setenv("CORRIDOR_NOW", RECEIVED)
    return told.home


def sources(figures: Figures) -> dict[str, dict[str, Any]]:
    return {row["source_id"]: row for row in figures.sources.to_dicts()}


def test_files_and_rows_of_each_source_are_those_the_truth_tells(told: Told) -> None:
    found = sources(told.figures)
    assert sorted(found) == sorted({told.family(name) for name in told.truth["deliveries"]})
    for source_id, row in found.items():
        files = told.deliveries(source_id)
        status = Counter(d["status"] for d in files)
        read, repeated, held = (
            sum(d[name] for d in files) for name in ("rows_read", "rows_duplicate", "rows_quarantined")
        )
        assert (row["files"], row["files_rejected"], row["files_repeated"]) == (
            status["loaded"] + status["rejected"], status["rejected"], status["duplicate"],
        )  # fmt: skip
        assert (row["rows_read"], row["rows_duplicate"], row["rows_held"]) == (read, repeated, held)
        assert row["uniqueness_pct"] == pytest.approx(100 - 100 * repeated / read)
        assert row["validity_pct"] == pytest.approx(100 - 100 * held / (read - repeated))
        assert (row["open_rows"], row["healed_rows"], row["decided_rows"]) == (held, 0, 0)


def test_each_planted_fault_that_holds_a_row_back_is_among_the_rules(told: Told) -> None:
    planted = Counter(
        (told.family(f["file"]), f["rule_id"]) for f in told.truth["faults"] if f["outcome"] == "quarantined"
    )
    rows = told.figures.rules.filter(severity="critical").select("source_id", "rule_id", "rows").rows()
    found = {(source_id, rule_id): n for source_id, rule_id, n in rows}
    assert {key: found.get(key) for key in planted} == dict(planted)


def test_lags_are_those_of_a_plain_loop(told: Told) -> None:
    lags: dict[str, list[int]] = {}
    with Warehouse.open() as warehouse:
        came = {d["delivery_id"]: d for d in warehouse.deliveries().to_dicts() if d["status"] == "loaded"}
        for kind in KINDS.values():
            for row in warehouse.rows(kind.name).to_dicts():
                if row.get("action", "insert") != "insert" or (row.get("classifier") or "ACT") != "ACT":
                    continue
                day = next(row[name] for name in kind.week_of if row[name] is not None)
                ended = datetime.combine(day + timedelta(days=1), time(), UTC)
                event_at = row.get(EVENT_AT.get(kind.name, "")) or ended
                delivery = came[row["delivery_id"]]
                lag = delivery["received_at_utc"] - event_at
                lags.setdefault(delivery["source_id"], []).append(lag // timedelta(seconds=1))
    for source_id, row in sources(told.figures).items():
        mine = sorted(lags[source_id])
        expected = (len(mine), quantile(mine, Fraction(1, 2)), quantile(mine, Fraction(9, 10)))
        assert (row["rows_timed"], row["lag_median_s"], row["lag_p90_s"]) == expected


def test_boxes_and_trains_of_a_week_are_those_the_truth_tells(told: Told) -> None:
    for week, figures in told.by_week.items():
        row = figures.corridor.row(0, named=True)
        match = [m for m in told.truth["marts"]["mart_match_week"] if m["iso_week"] == week]
        departures = [d for d in told.truth["marts"]["mart_departure_week"] if d["iso_week"] == week]
        laden, declared = (sum(m[name] for m in match) for name in ("laden_boxes", "declared_boxes"))
        assert laden > 0
        assert row["trains"] == sum(d["trains"] for d in departures)
        assert row["containers"] >= laden
        # every box of these trains was seen by a port or a railway, so that the declared ones are in all three
        assert row["containers_linked"] == declared
        # what is missing are imports, declared weeks after their train
        assert row["trains_covered"] + row["trains_pending"] == row["trains"]
        assert row["coverage_due_pct"] == 100


def test_deliveries_add_up_to_their_source(told: Told, settings: Settings) -> None:
    with Warehouse.open() as warehouse:
        numbers = warehouse.deliveries().filter(source_id="port_records")["delivery_no"].to_list()
        each = [sources(of_delivery(warehouse, settings, no))["port_records"] for no in numbers]
    whole = sources(told.figures)["port_records"]
    for name in ("files", "files_rejected", "rows_read", "rows_held", "cells", "cells_empty", "rows_timed"):
        assert sum(row[name] for row in each) == whole[name], name


def test_the_command_prints_figures_with_lights_and_reasons() -> None:
    runner = CliRunner()
    shown = runner.invoke(app, ["kpi", "quality"], catch_exceptions=False).output
    assert shown.split()[:3] == ["source_id", "light", "files"]
    for word in ("consistency_pct", "open_age_median_days", "rail_records", "severity"):
        assert word in shown
    lines = json.loads(runner.invoke(app, ["kpi", "quality", "--json"], catch_exceptions=False).output)
    assert lines[-1]["source_id"] is None
    assert all(len(line["rules"]) <= 10 for line in lines[:-1])
    one = json.loads(runner.invoke(app, ["kpi", "quality", "--delivery", "1", "--json"]).output)
    assert [line["files"] for line in one] == [1]
    both: Any = runner.invoke(app, ["kpi", "quality", "--week", "2025-W15", "--delivery", "1"])
    assert "--week and --delivery are both given" in str(both.exception)
