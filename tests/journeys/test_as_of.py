"""An issue is published, then three rounds of corrections come: the figures of each round can be had back, those of the
first are the published ones byte for byte, and each change is told with its cause."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.clock import now_utc
from corridor_etl.errors import UsageError
from corridor_etl.jobs import issue_versions
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.issue_data import report_data
from corridor_etl.jobs.weekly import figures, figures_then, publish_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.reports.context import weekly_context
from corridor_etl.reports.report_data import ReportData
from corridor_etl.settings import Settings, load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Batch, Warehouse

WEEKS, WEEK, NEXT = "2025-W09:2025-W10", "2025-W09", "2025-W10"
RUNNER = CliRunner()
Lines = list[dict[str, str]]


def dearer(lines: Lines) -> Lines:
    line = lines[0]
    total, each = float(line["总价"]) * 2, float(line["单价"]) * 2
    return [line | {"总价": f"{total:.2f}", "单价": f"{each:.4f}", "版本": "2"}]


def revoked(lines: Lines) -> Lines:
    return [lines[1] | {"状态": "删单", "版本": "2"}]


def released_a_week_later(lines: Lines) -> Lines:
    return [lines[2] | {"放行日期": "2025-03-05", "版本": "2"}]


ROUNDS = (dearer, revoked, released_a_week_later)


def shown(*words: str) -> str:
    """What a command prints; nothing may go wrong."""
    result = RUNNER.invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


class Season:
    """One home: the issue of a week, and what was to be seen after each of the three rounds."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home = home
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", "2025-06-02T01:00:00+00:00")
        simulate(home, parse_range(WEEKS), seed=1, faults=False, settings=load_settings())
        ingest()
        assert publish_week(WEEK, queue_mail=False).state == "published"
        self.published = shown("report", "show", WEEK, "--json")
        self.rounds = [self.look()]
        for number, correct in enumerate(ROUNDS, start=2):
            patch.setenv("CORRIDOR_NOW", f"2025-06-0{number + 1}T01:00:00+00:00")
            self.deliver(correct)
            self.rounds.append(self.look())

    def deliver(self, correct: Any) -> None:
        folder = self.home / "inbox" / "customs_broker_cn"
        text = (folder / f"declarations_YIN-ALA_{WEEK}.csv").read_text(encoding="gb18030")
        lines = correct(list(csv.DictReader(io.StringIO(text))))
        written = io.StringIO()
        writer = csv.DictWriter(written, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
        path = folder / f"declarations_{correct.__name__}.csv"
        path.write_text(written.getvalue(), encoding="gb18030")
        (outcome,) = ingest([path]).deliveries
        assert (outcome.status, outcome.rows_loaded) == ("loaded", 1), outcome

    def look(self) -> dict[str, Any]:
        """The present: snapshot, figures, marts and ledger, by the reads that know nothing of the past."""
        with Warehouse.open() as warehouse:
            data = report_data(warehouse, load_settings())
            snapshot, settings = warehouse.snapshot(), load_settings()
            at = warehouse.issues()["scheduled_at_utc"][0]
            context = weekly_context(
                WEEK, data, settings, issue_no=1, revision=0, published_at=at, snapshot=snapshot
            )
            return {
                "snapshot": snapshot,
                "figures": figures(context).sort("address").to_dicts(),
                "marts": data.marts,
                "deliveries": warehouse.deliveries(),
                "coverage": warehouse.coverage(),
                "discrepancies": warehouse.discrepancies(),
            }


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory, english_only: Path) -> Iterator[Season]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_CONFIG", str(english_only))
        yield Season(tmp_path_factory.mktemp("season") / "home", patch)


@pytest.fixture(autouse=True)
def at_home(season: Season, monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(season.home))
    monkeypatch.setenv("CORRIDOR_NOW", "2025-06-30T01:00:00+00:00")


def test_the_first_figures_come_back_byte_for_byte(season: Season) -> None:
    first = str(season.rounds[0]["snapshot"])
    assert shown("report", "show", WEEK, "--as-of", first, "--json") == season.published
    # By the day and by the minute of another zone, too.
    for moment in ("2025-06-02", "2025-06-02T06:00:00+05:00"):
        assert shown("report", "show", WEEK, "--as-of", moment, "--json") == season.published
    assert shown("report", "show", WEEK, "--json") == season.published


def test_the_figures_of_each_round_come_back(season: Season) -> None:
    seen = [json.dumps(r["figures"]) for r in season.rounds]
    assert len(set(seen)) == len(seen), "every round must have changed a figure"
    for then in season.rounds:
        printed = shown("report", "show", WEEK, "--as-of", str(then["snapshot"]), "--json")
        assert json.loads(printed) == then["figures"]


def test_marts_and_ledger_of_each_round_come_back(season: Season) -> None:
    with Warehouse.open() as warehouse:
        for then in season.rounds:
            past = warehouse.at(then["snapshot"])
            for name, mart in then["marts"].items():
                assert_frame_equal(past.mart(name), mart)
            for name in ("deliveries", "coverage", "discrepancies"):
                assert_frame_equal(getattr(past, name)(), then[name])


def test_every_verb_that_reads_knows_the_past(season: Season) -> None:
    first = str(season.rounds[0]["snapshot"])
    for words in (
        ("deliveries", "list"), ("coverage",), ("quarantine", "list", "--state", "all"),
        ("discrepancies", "list", "--state", "all"), ("kpi", "values", "--week", WEEK), ("report", "list"),
        ("deliveries", "show", "1"), ("revisions",),
    ):  # fmt: skip
        json.loads(shown(*words, "--as-of", first, "--json"))
    assert len(json.loads(shown("deliveries", "list", "--as-of", first, "--json"))) == (
        season.rounds[0]["deliveries"].height
    )
    assert json.loads(shown("revisions", "--as-of", first, "--json")) == []


@pytest.mark.parametrize("moment", ["999", "2025-06-01", "2026-01-01", "2025-06-02T06:00:00", "soon"])
def test_an_unknown_moment_is_a_mistake_of_usage(moment: str) -> None:
    with pytest.raises(UsageError):
        RUNNER.invoke(app, ["report", "show", WEEK, "--as-of", moment], catch_exceptions=False)


def revisions(season: Season, number: int) -> pl.DataFrame:
    with Warehouse.open() as warehouse:
        return warehouse.revisions().filter(snapshot=season.rounds[number]["snapshot"])


def test_each_change_is_told_with_its_cause(season: Season) -> None:
    causes = [dict(revisions(season, n).group_by("cause").len().iter_rows()) for n in range(4)]
    assert causes[0] == {}, "what came first revises nothing"
    assert [set(found) for found in causes[1:]] == [{"corrected"}, {"cancelled"}, {"corrected"}]
    value = revisions(season, 1).filter(mart="mart_trade_week", measure="value_usd_cent").to_dicts()
    (row,) = value
    assert (row["iso_week"], row["value_after"] > row["value_before"]) == (WEEK, True)
    assert row["committed_at_utc"].isoformat() == "2025-06-03T01:00:00+00:00"
    with Warehouse.open() as warehouse:
        named = warehouse.deliveries().filter(delivery_no=row["delivery_no"])["file_name"].to_list()
    assert named == ["customs_broker_cn/declarations_dearer.csv"]


def test_a_record_that_moves_changes_both_weeks_and_no_other(season: Season) -> None:
    trade = revisions(season, 3).filter(mart="mart_trade_week")
    assert set(trade["iso_week"]) == {WEEK, NEXT}
    items = trade.filter(measure="items").with_columns(
        change=pl.col("value_after").fill_null(0) - pl.col("value_before").fill_null(0)
    )
    assert items.group_by("iso_week").agg(pl.col("change").sum()).sort("iso_week").rows() == [
        (WEEK, -1),
        (NEXT, 1),
    ]


def test_the_changes_since_add_up_to_the_difference_of_the_marts(season: Season) -> None:
    """Whoever adds the changes of a figure to what was published has the figure of now."""
    first, last = season.rounds[0], season.rounds[-1]
    with Warehouse.open() as warehouse:
        found = warehouse.revisions(since=first["snapshot"]).filter(mart="mart_trade_week", measure="items")
    added = (found["value_after"].fill_null(0) - found["value_before"].fill_null(0)).sum()
    trade = [r["marts"]["mart_trade_week"]["items"].sum() for r in (first, last)]
    assert (added, trade[1] - trade[0]) == (-1, -1)


def test_first_prints_are_those_of_the_first_round(season: Season) -> None:
    first, last = (
        r["marts"]["mart_trade_week"].group_by("iso_week").agg(pl.col("items").sum())
        for r in season.rounds[::3]
    )
    told = json.loads(shown("revisions", "--triangle", "mart_trade_week.items", "--json"))
    assert {row["iso_week"]: row["first"] for row in told} == dict(first.iter_rows())
    assert {row["iso_week"]: row["now"] for row in told} == dict(last.iter_rows())
    rows = {(r["mart"], r["measure"]): r for r in json.loads(shown("revisions", "--statistics", "--json"))}
    revisions = [row["now"] - row["first"] for row in told]
    found = rows["mart_trade_week", "items"]
    assert found["relative_ppm"] == round(sum(map(abs, revisions)) / sum(r["now"] for r in told) * 1e6) > 0
    with pytest.raises(UsageError, match="no figure that adds up"):
        RUNNER.invoke(app, ["revisions", "--triangle", "mart_transit_week.mean_s"], catch_exceptions=False)


def _interrupted(warehouse: Warehouse, settings: Settings) -> ReportData:
    """Gathers the data of an issue while another process takes all trade away."""
    with Warehouse.open() as other:
        nothing = {"mart_trade_week": other.mart("mart_trade_week").drop("snapshot").clear()}
        other.publish(Batch([], now_utc()), nothing, base=other.snapshot())
    return report_data(warehouse, settings)


# The last one, because it goes on where the rounds ended.
def test_an_issue_is_made_of_one_snapshot_whatever_is_committed_meanwhile(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue_versions, "report_data", _interrupted)
    assert publish_week(NEXT, queue_mail=False).state == "published"
    monkeypatch.setattr(issue_versions, "report_data", report_data)
    last = season.rounds[-1]["snapshot"]
    with Warehouse.open() as warehouse:
        assert warehouse.issues().filter(week=NEXT)["snapshot"].to_list() == [last]
        published = warehouse.issue_figures("weekly", NEXT, 0)
        assert_frame_equal(figures_then(NEXT, warehouse.at(last), load_settings()), published)
        assert not figures_then(NEXT, warehouse, load_settings()).equals(published)
