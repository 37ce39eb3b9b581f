"""The parts of an issue agree: each rule is silent on a sound issue and speaks on a damaged one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import report_samples as samples

from corridor_etl.kpis.target_progress import target_progress
from corridor_etl.reports import consistency
from corridor_etl.reports.content import Cell
from corridor_etl.reports.context import WeeklyContext
from corridor_etl.reports.measures import MEASURES
from corridor_etl.reports.series import service_series
from corridor_etl.reports.targets import cargo_point, targets
from corridor_etl.settings import load_settings

TONNES = ("120", "120", "240")
Damage = Callable[[WeeklyContext], WeeklyContext]


def with_figure(address: str, value: str) -> Damage:
    def damaged(c: WeeklyContext) -> WeeklyContext:
        found = tuple(replace(f, value=Decimal(value)) if f.address == address else f for f in c.figures)
        return replace(c, figures=found)

    return damaged


def with_point(text: str) -> Damage:
    return lambda c: replace(c, points=(*c.points, text))


def with_total(table_id: str, column: int, text: str) -> Damage:
    def damaged(c: WeeklyContext) -> WeeklyContext:
        table = c.tables[table_id]
        last = tuple(Cell(text) if n == column else cell for n, cell in enumerate(table.rows[-1]))
        return replace(c, tables={**c.tables, table_id: replace(table, rows=(*table.rows[:-1], last))})

    return damaged


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (with_total("goods", 2, "999.9"), "table goods adds up"),
        (with_total("flows", 3, "0.01"), "table flows adds up"),
        (with_total("departures", 3, "1"), "table departures adds up"),
        (with_figure("throughput.teu_westbound", "1"), "its directions are"),
        (with_figure("departures.on_time", "99"), "more than departures.timed"),
        (with_figure("match.declared_boxes", "9999"), "more than match.laden_boxes"),
        (with_figure("transit.leg_border_hours", "400"), "the legs take"),
        (with_point("1 trains left."), "'1 trains'"),
        (with_point("1,021 container moved."), "'1,021 container'"),
        (with_point(f"It changed by {chr(0x2212)}0.0 h."), "0.0"),
        (lambda c: replace(c, attention=()), "the exceptions and the tile disagree"),
    ],
)
def test_a_damaged_issue_is_found(issue: Any, damage: Damage, said: str) -> None:
    context = issue[0]
    if "exceptions" in said:
        context = replace(
            context, tiles=tuple(replace(t, verdict="Target of 7 missed") for t in context.tiles)
        )
    else:
        assert consistency.problems(context) == []
    assert any(said in problem for problem in consistency.problems(damage(context)))


def test_one_train_and_a_true_change_are_no_problem(issue: Any) -> None:
    sound = with_point("1 train and 21 trains, 1 of 6 containers, 0 rows, +0.4 h, −0.36 d, 0.0 pp.")
    assert consistency.problems(sound(issue[0])) == []


def test_a_total_in_whole_numbers_may_differ_by_what_rounding_took(issue: Any) -> None:
    context = issue[0]
    table = context.tables["flows"]
    rows = tuple((*cells[:4], Cell(text), *cells[5:]) for cells, text in zip(table.rows, TONNES, strict=True))
    for total, is_sound in (("241", True), ("243", False)):
        last = (*rows[-1][:4], Cell(total), *rows[-1][5:])
        found = replace(context, tables={**context.tables, "flows": replace(table, rows=(*rows[:-1], last))})
        assert (consistency.problems(found) == []) is is_sound


def test_a_target_is_rounded_once() -> None:
    settings, data = load_settings(), samples.report_data(["2025-W09"])
    throughput = data.marts["mart_throughput_week"].filter(service_id=samples.LIVE).head(1)
    marts = dict(data.marts) | {
        "mart_throughput_week": throughput.with_columns(cargo_gross_g=pl.lit(1_688_149_000))
    }
    progress = target_progress(marts, samples.LIVE, "2025-W09", settings)
    assert progress.cargo_target_pct == Decimal("6.25")  # 6.25240: 6.2 when rounded again, half-even
    cargo = targets(progress, service_series(marts, samples.LIVE), settings)[0]
    assert cargo.state == "1,688 t · 6.3%"
    assert "6.3% of the annual target of 27,000 t" in cargo_point(progress, settings)


def test_no_figure_adds_up_a_distinct_count() -> None:
    assert not [m.address for m in MEASURES if m.column == "declarations"]


def test_an_empty_week_is_provisional_and_says_nothing_odd() -> None:
    context = samples.built("2025-W47")[0]
    assert "provisional" in context.notice
    assert context.tables["legs"].note.startswith("Delivered containers with all six milestones: 0.")
    assert not any(tile.is_provisional for tile in context.tiles)


def test_a_young_service_names_the_weeks_it_has() -> None:
    context, rendered, _ = samples.built("2025-W12")
    assert context.tables["legs"].columns[2].label == "On 3-week mean"
    assert context.chart("legs").data["weeks"] == 3
    assert "3 weeks before" in rendered.charts[1].svg


def test_goods_of_the_weeks_before_are_not_called_other_chapters() -> None:
    data = samples.report_data(["2025-W09", "2025-W10"])
    trade = data.marts["mart_trade_week"]
    kept = trade.filter((pl.col("iso_week") == "2025-W09") | (pl.col("hs_chapter") == "74"))
    context = samples.built("2025-W10", data=replace(data, marts={**data.marts, "mart_trade_week": kept}))[0]
    names = [row[0].text for row in context.tables["goods"].rows]
    assert names == ["Copper (74)", "In the weeks before only", "Total"]
