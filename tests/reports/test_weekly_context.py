"""The context of an issue: figures equal the marts, missing is not zero, ranges come from the weeks before."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
import report_samples as samples

from corridor_etl.reference.calendar import weeks_between
from corridor_etl.reports import attention
from corridor_etl.reports.context import WeeklyContext
from corridor_etl.reports.measures import LEGS, MEASURES
from corridor_etl.reports.report_data import Past
from corridor_etl.reports.series import service_series
from corridor_etl.reports.tables import sources
from corridor_etl.settings import SourceFamily, load_settings


@pytest.fixture(scope="module")
def context() -> WeeklyContext:
    return samples.context()


def mart(name: str, week: str = samples.LAST) -> pl.DataFrame:
    return samples.report_data().marts[f"mart_{name}_week"].filter(iso_week=week, service_id=samples.LIVE)


def test_headline_figures_are_sums_of_the_live_service(context: WeeklyContext) -> None:
    assert context.figure("throughput.teu").value == Decimal(mart("throughput")["teu_x100"].sum()) / 100
    assert context.figure("trade.value_cny").value == Decimal(mart("trade")["value_cny_fen"].sum()) / 100
    door = mart("transit").filter(measure="door_to_door")
    exact = Decimal(door["sum_s"].sum()) / Decimal(door["trips"].sum()) / 86400
    assert abs((context.figure("transit.door_to_door_days").value or 0) - exact) <= Decimal("0.0001")


def test_directions_add_up_to_the_whole(context: WeeklyContext) -> None:
    for whole, parts in (("throughput.teu", "throughput.teu_"), ("trade.value_cny", "trade.value_cny_")):
        values = [context.figure(f"{parts}{d}bound").value for d in ("west", "east")]
        assert sum(v for v in values if v is not None) == context.figure(whole).value


def test_every_measure_has_a_figure_with_its_own_address(context: WeeklyContext) -> None:
    assert [f.address for f in context.figures] == [m.address for m in MEASURES]
    assert len({f.address for f in context.figures}) == len(context.figures)


def test_totals_of_tables_are_the_sums_of_their_rows(context: WeeklyContext) -> None:
    departures = context.tables["departures"]
    assert sum(int(r[4].text) for r in departures.rows[:-1]) == int(departures.rows[-1][4].text)
    legs = sum((context.figure(f"transit.{leg}_hours").value or Decimal(0)) for leg in LEGS)
    assert context.tables["legs"].rows[-1][1].text == f"{legs:.1f}"


def test_goods_add_up_to_the_trade_value(context: WeeklyContext) -> None:
    goods = context.tables["goods"].rows
    assert goods[-1][2].text == context.figure("trade.value_cny").text
    assert abs(sum(Decimal(r[2].text) for r in goods[:-1]) - Decimal(goods[-1][2].text)) < Decimal("0.5")


def test_a_slow_border_is_the_signal_and_its_owner_is_named(context: WeeklyContext) -> None:
    assert context.figure("transit.border_hours").range_class == "above"
    assert "border crossing slowed to" in context.headline
    first = context.attention[0]
    assert (first.title, first.owner) == ("Border crossing is outside its normal range", "rail operations")
    assert first.since == "New this week."


def test_at_most_five_exceptions_are_shown_and_the_rest_counted(context: WeeklyContext) -> None:
    assert (len(context.attention), context.attention_more) == (5, 1)


def test_a_quiet_week_needs_no_attention() -> None:
    data = samples.report_data(slow_border=None)
    quiet = samples.context(
        "2025-W45",
        samples.ReportData(
            data.marts, data.departures.filter(pl.col("delay_s") < 7200), data.coverage, data.checks
        ),
    )
    assert quiet.attention == ()


def test_first_weeks_have_no_range_and_no_class() -> None:
    first = samples.context("2025-W09")
    assert {f.range_class for f in first.figures} == {"none"}
    assert {f.on_week.text for f in first.figures} == {":"}


def test_the_range_starts_with_the_twelfth_week_before() -> None:
    assert samples.context("2025-W20").figure("throughput.teu").range_class == "none"
    assert samples.context("2025-W21").figure("throughput.teu").range_weeks == 12


def test_a_week_without_data_is_not_available_and_not_zero() -> None:
    weeks = [w for w in weeks_between(samples.FIRST, samples.LAST) if w != "2025-W30"]
    empty = samples.context("2025-W30", samples.report_data(weeks))
    assert {f.text for f in empty.figures} == {":"}
    assert {t.value for t in empty.tiles} == {":"}
    assert empty.tables["departures"].rows == ()
    after = samples.context("2025-W31", samples.report_data(weeks))
    assert after.figure("throughput.teu").on_week.text == ":"


def test_without_a_year_before_the_year_on_year_is_not_available(context: WeeklyContext) -> None:
    assert {f.on_year.text for f in context.figures} == {":"}


def test_the_year_before_is_compared_over_the_same_weeks_only() -> None:
    data = samples.report_data()
    earlier = {
        n: f.filter(pl.col("iso_week") >= "2025-W40").with_columns(
            pl.col("iso_week").str.replace("2025", "2024")
        )
        for n, f in data.marts.items()
    }
    both = samples.ReportData(
        {n: pl.concat([f, earlier[n]]) for n, f in data.marts.items()},
        data.departures,
        data.coverage,
        data.checks,
    )
    found = samples.context(data=both)
    assert found.figure("throughput.teu").on_year.text == "0%"
    assert found.tables["key"].rows[0][6].text == "0%"


def test_few_declarations_make_the_issue_partial() -> None:
    data = samples.report_data()
    match = data.marts["mart_match_week"].with_columns(declared_boxes=pl.col("laden_boxes") // 2)
    partial = samples.context(
        data=samples.ReportData(
            {**data.marts, "mart_match_week": match}, data.departures, data.coverage, data.checks
        )
    )
    assert partial.partial.startswith("Partial issue: 50.0% of loaded containers")
    assert samples.context().partial == ""


def test_trade_is_provisional_until_a_month_after_its_week(context: WeeklyContext) -> None:
    assert context.figure("trade.value_cny").maturity == "p"
    late = samples.context(published_at=context.published_at.replace(month=12, day=30))
    assert late.figure("trade.value_cny").maturity == "f"
    assert "provisional" not in late.tables["goods"].title + late.notice + " ".join(late.points)


def test_the_comparison_route_is_beside_and_the_planned_one_in_the_notes(context: WeeklyContext) -> None:
    assert {r[0].text for r in context.tables["comparison"].rows} == {
        "Ningbo–Yining–Almaty",
        "Yiwu–Xinjiang–Europe",
    }
    assert any("planned, no data yet" in note for note in context.notes)


def test_without_the_comparison_route_its_table_is_left_out() -> None:
    data = samples.report_data()
    alone = {n: f.filter(pl.col("service_id") == samples.LIVE) for n, f in data.marts.items()}
    found = samples.context(data=samples.ReportData(alone, data.departures, data.coverage, data.checks))
    assert "comparison" not in found.tables
    assert [t.number for t in found.tables.values()] == [1, 2, 3, 4, 5, 6, 7]


def test_the_order_of_rows_does_not_matter(context: WeeklyContext) -> None:
    data = samples.report_data()
    turned = {n: f.reverse() for n, f in data.marts.items()}
    again = samples.context(
        data=samples.ReportData(
            turned,
            data.departures.reverse(),
            data.coverage.reverse(),
            data.checks.reverse(),
            data.quarantine_open,
        )
    )
    assert again.to_json() == context.to_json()


def test_the_context_is_exact_json(context: WeeklyContext) -> None:
    stored = json.loads(context.to_json())
    assert stored["figures"][0]["value"] == str(context.figure("throughput.teu").value)
    assert stored["published_at"] == "2025-11-17T06:00:00+05:00"


def test_empty_marts_give_an_issue_that_says_so() -> None:
    data = samples.report_data()
    nothing = samples.ReportData(
        {n: f.clear() for n, f in data.marts.items()},
        data.departures.clear(),
        data.coverage.clear(),
        data.checks.clear(),
    )
    empty = samples.context(data=nothing)
    assert empty.headline == "No departure is recorded for week 46 of 2025"
    assert empty.targets[0].note == "No data this year."


def test_a_direction_without_boxes_in_a_week_with_others_is_zero() -> None:
    marts = samples.report_data().marts
    west = {
        n: f.filter(pl.col("direction") == "W") if "direction" in f.columns else f for n, f in marts.items()
    }
    series = service_series(west, samples.LIVE)
    assert series["throughput.teu_eastbound"].value(samples.LAST) == 0
    assert series["throughput.loaded_eastbound_pct"].value(samples.LAST) is None


def test_a_busy_week_does_not_make_the_issue_longer() -> None:
    data = samples.report_data()
    one = data.departures.filter(
        pl.col("service_id") == samples.LIVE, pl.col("departed_on_local") >= date(2025, 11, 10)
    )
    many = pl.concat([one.with_columns(train_no=pl.col("train_no") + str(n)) for n in range(30)])
    rows = (
        samples.context(data=samples.ReportData(data.marts, many, data.coverage, data.checks))
        .tables["departures"]
        .rows
    )
    assert len(rows) == 14
    assert rows[12][0].text == "All other (78 trains)"
    assert sum(int(r[3].text.replace(",", "")) for r in rows[:-1]) == int(rows[-1][3].text.replace(",", ""))


def test_a_source_that_is_not_expected_is_shown_only_when_it_came() -> None:
    settings = load_settings()
    extra = SourceFamily(id="rates", name="Exchange rates", record_kind="exchange_rate", is_expected=False)
    settings = settings.model_copy(update={"sources": (*settings.sources, extra)})
    schema = {"source_id": pl.String, "iso_week": pl.String, "files": pl.Int64, "rows_loaded": pl.Int64,
              "rows_quarantined": pl.Int64}  # fmt: skip
    came = pl.DataFrame([("rates", "2025-W24", 1, 5, 0)], schema=schema, orient="row")
    names = [
        [str(row[0].text) for row in sources(coverage, "2025-W24", settings)[0].rows]
        for coverage in (came, came.clear())
    ]
    assert [("Exchange rates" in n) for n in names] == [True, False]
    assert all(name != "Exchange rates" for name, _, _ in sources(came.clear(), "2025-W24", settings)[1])


def test_open_contradictions_of_the_week_are_counted_with_the_oldest() -> None:
    data = samples.report_data(slow_border=None)
    data = replace(data, departures=data.departures.filter(pl.col("delay_s") < 7200))
    found = pl.DataFrame(
        {
            "severity": ["critical", "critical", "warning", "critical", "critical"],
            "iso_week": ["2025-W46", "2025-W40", "2025-W39", "2025-W47", None],
        }
    )
    weeks = attention.critical_weeks(found, "2025-W46")
    assert weeks == ("2025-W40", "2025-W46")
    context = samples.context(data=replace(data, quarantine_open=0, discrepancies=found))
    (told,) = [e for e in context.attention if "between documents" in e.title]
    assert told.title == "1 contradiction between documents"
    assert told.text == "Trains, ports and customs differ; open in all: 2."
    assert told.since == "The oldest is of week 2025-W40."
    calm = samples.context(data=replace(data, discrepancies=found.filter(iso_week="2025-W40")))
    assert not [e for e in calm.attention if "between documents" in e.title]


def test_a_reader_is_told_of_a_figure_that_is_computed_otherwise_than_before() -> None:
    past = Past(redefined=("throughput.teu", "match.laden_boxes"))
    told = set(samples.context(data=replace(samples.report_data(), past=past)).notes)
    assert told - set(samples.context().notes) == {
        "Computed otherwise than in the issue before, and not compared with what that said: Throughput."
    }
