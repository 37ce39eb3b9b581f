"""Holds an issue to the warehouse it was made of: totals by SQL, the year so far, what the last issue said, validation.

Nothing here uses the code that made the figures. What a finished issue says is judged by ``reports.checks``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import Any

import polars as pl

from corridor_etl.errors import UsageError
from corridor_etl.jobs.past_issues import definitions, redefined
from corridor_etl.reference.calendar import shifted
from corridor_etl.reports.content import WeeklyContext
from corridor_etl.reports.editions import edition
from corridor_etl.reports.measures import BY_ADDRESS
from corridor_etl.reports.outside import WITHHELD
from corridor_etl.reports.series import service_series
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

JUMP_RANGES = 10
"""A change on the week of more than so many widths of the normal range is looked at by a person."""
_FINENESS = Decimal("0.0001")


@dataclass(frozen=True)
class Total:
    """A figure in SQL: ``top`` / ``bottom`` / ``per`` over the rows of a mart where ``only`` holds."""

    address: str
    mart: str
    top: str
    per: int = 1
    bottom: str = ""
    only: str = "TRUE"


_THROUGHPUT, _TRADE, _TRANSIT = "mart_throughput_week", "mart_trade_week", "mart_transit_week"
_DEPARTURE, _MATCH = "mart_departure_week", "mart_match_week"
TOTALS: tuple[Total, ...] = (
    Total("throughput.teu", _THROUGHPUT, "teu_x100", 100),
    Total("throughput.teu_westbound", _THROUGHPUT, "CASE WHEN direction = 'W' THEN teu_x100 ELSE 0 END", 100),
    Total("throughput.teu_eastbound", _THROUGHPUT, "CASE WHEN direction = 'E' THEN teu_x100 ELSE 0 END", 100),
    Total("throughput.boxes", _THROUGHPUT, "boxes"),
    Total("throughput.cargo_t", _THROUGHPUT, "cargo_gross_g", 10**6),
    Total("trade.value_cny", _TRADE, "value_cny_fen", 100),
    Total("trade.value_cny_westbound", _TRADE, "CASE WHEN direction = 'W' THEN value_cny_fen ELSE 0 END", 100),
    Total("trade.value_cny_eastbound", _TRADE, "CASE WHEN direction = 'E' THEN value_cny_fen ELSE 0 END", 100),
    Total("trade.items", _TRADE, "items"),
    Total("transit.door_to_door_days", _TRANSIT, "sum_s", 86400, "trips", "measure = 'door_to_door'"),
    Total("transit.door_to_door_trips", _TRANSIT, "trips", only="measure = 'door_to_door'"),
    Total("transit.border_hours", _TRANSIT, "sum_s", 3600, "trips", "measure = 'border'"),
    Total("departures.trains", _DEPARTURE, "trains"),
    Total("departures.on_time", _DEPARTURE, "trains_on_time"),
    Total("match.laden_boxes", _MATCH, "laden_boxes"),
    Total("match.declared_boxes", _MATCH, "declared_boxes"),
)  # fmt: skip
YEARLY = tuple(
    t for t in TOTALS
    if t.address in ("throughput.teu", "throughput.boxes", "throughput.cargo_t", "trade.value_cny", "departures.trains")
)  # fmt: skip
"""What adds up over the year and is a column of a mart, so that each of its changes is recorded."""


@dataclass(frozen=True)
class Made:
    """An issue and what it was made of; ``then`` is the warehouse as of its snapshot."""

    context: WeeklyContext
    warehouse: Warehouse
    then: Warehouse
    settings: Settings

    @property
    def service_id(self) -> str:
        return self.settings.live_service.id

    @cached_property
    def sums(self) -> pl.DataFrame:
        """address, iso_week, top and bottom of the weeks of the year up to the issue's."""
        return pl.concat([self._summed(total) for total in TOTALS])

    def _summed(self, total: Total) -> pl.DataFrame:
        weeks = weeks_of_year(self.context.week)
        with pl.SQLContext(mart=self.then.mart(total.mart, weeks=weeks), eager=True) as sql:
            found: pl.DataFrame = sql.execute(
                f"SELECT iso_week, SUM({total.top}) AS top, SUM({total.bottom or 1}) AS bottom FROM mart "
                f"WHERE service_id = '{self.service_id}' AND {total.only} GROUP BY iso_week"
            )
        return found.select(
            pl.lit(total.address).alias("address"), "iso_week", pl.col("top", "bottom").cast(pl.Int64)
        )

    def of_weeks(self, total: Total, weeks: Sequence[str]) -> Decimal | None:
        """The figure of some weeks together; None without a row."""
        mine = self.sums.filter(pl.col("iso_week").is_in(list(weeks)), address=total.address)
        top, bottom = Decimal(int(mine["top"].sum())), Decimal(int(mine["bottom"].sum()))
        if mine.is_empty() or not bottom:
            return None
        if not total.bottom:
            return top / total.per
        return (top / bottom / total.per).quantize(_FINENESS, ROUND_HALF_EVEN)

    @cached_property
    def last(self) -> dict[str, Any] | None:
        """The ledger's row of the issue before, as it was first published."""
        mine = self.warehouse.issues().filter(
            pl.col("week") < self.context.week,
            pl.col("issue_no") < self.context.issue_no,
            edition=self.context.edition,
            revision=0,
        )
        return None if mine.is_empty() else mine.sort("week").row(-1, named=True)

    @cached_property
    def redefined(self) -> tuple[str, ...]:
        """Addresses that the issue before computed otherwise: what it said of them is no base to compare with."""
        return redefined(definitions(self.last["context_json"])) if self.last else ()

    @cached_property
    def said(self) -> dict[str, dict[str, Decimal | None]]:
        """What the issue before said of each figure (address) and week; nothing where there is none."""
        stored = json.loads(self.last["context_json"]).get("history", {}) if self.last else {}
        return {
            address: {week: None if value is None else Decimal(value) for week, value in weeks.items()}
            for address, weeks in stored.items()
        }


def weeks_of_year(week: str) -> list[str]:
    """The weeks of the year of ``week`` up to it."""
    return [f"{week[:4]}-W{n:02d}" for n in range(1, int(week[-2:]) + 1)]


def unsound(context: WeeklyContext, warehouse: Warehouse, then: Warehouse, settings: Settings) -> list[str]:
    """Every disagreement of an issue with what it was made of; empty where there is none."""
    made = Made(context, warehouse, then, settings)
    return [problem for rule in RULES for problem in rule(made)]


def totals_are_the_marts(made: Made) -> Iterator[str]:
    """Each total is what SQL adds up in the mart."""
    for total in TOTALS:
        figure, found = made.context.figure(total.address), made.of_weeks(total, [made.context.week])
        if figure.maturity != WITHHELD and (figure.value or 0) != (found or 0):
            yield f"{total.address} is {figure.value}, the mart adds up to {found}"


def the_year_adds_up(made: Made) -> Iterator[str]:
    """The year so far is what the issue before said of it, what was revised since, and the weeks since.

    A figure that is computed otherwise than then is not compared; the notes of the issue say so.
    """
    if made.last is None:
        return
    weeks = weeks_of_year(made.context.week)
    for total in (t for t in YEARLY if t.address not in made.redefined):
        said = made.said.get(total.address, {})
        known = [w for w in weeks if said.get(w) is not None and w <= made.last["week"]]
        before = sum((said[w] or Decimal(0) for w in known), Decimal(0))
        revised = _revised(made, total, known)
        since = made.of_weeks(total, [w for w in weeks if w not in known]) or Decimal(0)
        now = made.of_weeks(total, weeks) or Decimal(0)
        if before + revised + since != now:
            yield (
                f"{total.address} of the year is {now}, but {before} as published, {revised} revised and {since} since"
            )


def _revised(made: Made, total: Total, weeks: Sequence[str]) -> Decimal:
    assert made.last is not None
    changes = made.then.revisions(since=int(made.last["snapshot"])).filter(
        pl.col("iso_week").is_in(list(weeks)),
        pl.col("row_key").str.split("|").list.first() == made.service_id,
        mart=total.mart,
        measure=total.top,
    )
    moved = (changes["value_after"].fill_null(0) - changes["value_before"].fill_null(0)).sum()
    return Decimal(int(moved)) / total.per


def revisions_begin_as_published(made: Made) -> Iterator[str]:
    """What the table of revisions calls published is what the issue before said, of figures computed as then."""
    if made.last is None or "revisions" not in made.context.tables:
        return
    try:
        before = made.warehouse.at(int(made.last["snapshot"]))
    except UsageError:
        return  # of before changes were recorded: the table is empty then
    addresses = [a for a in edition(made.context.edition).key_figures if a not in made.redefined]
    names = sorted({BY_ADDRESS[a].mart for a in addresses})
    series = service_series({name: before.mart(name) for name in names}, made.service_id)
    for address in addresses:
        for week, value in made.said.get(address, {}).items():
            if value != (found := series[address].value(week)) and week >= shifted(made.context.week, -26):
                yield f"{address} of {week} was published as {value}, its revision begins at {found}"


def rows_were_validated(made: Made) -> Iterator[str]:
    """Each loaded row was judged by its suite, and none that breaks a critical rule was loaded."""
    then = made.then
    yield from unjudged(then.deliveries(), then.checks(), then.quarantine(), then.findings())


def unjudged(
    deliveries: pl.DataFrame, checks: pl.DataFrame, quarantine: pl.DataFrame, findings: pl.DataFrame
) -> Iterator[str]:
    """Kinds of rows of which more were loaded than judged, or fewer held back than broke a critical rule.

    ``checks`` are those of all batches. A row that a person let in stays in ``quarantine`` with that decision; a row
    that came twice is judged twice and held back once. A rule of two degrees counts the rows of both as critical, and
    has a finding of those that it only flagged.
    """
    kind = "record_kind"
    loaded = deliveries.filter(pl.col("rows_loaded") > 0, status="loaded").group_by(kind)
    flagged = (
        findings.filter(pl.col("severity") != "critical").group_by(kind, "rule_id").agg(pl.col("rows").sum())
    )
    broken = pl.col("unexpected").filter(severity="critical").sum() - pl.col("withdrawn").sum()
    by_rule = (
        checks.group_by(kind, "rule_id")
        .agg(pl.col("evaluated").sum(), broken=broken)
        .join(flagged, on=[kind, "rule_id"], how="left")
        .with_columns(pl.col("broken") - pl.col("rows").fill_null(0))
    )
    judged = by_rule.group_by(kind).agg(pl.col("evaluated", "broken").max())
    kinds = (
        loaded.agg(pl.col("rows_loaded", "rows_duplicate").sum())
        .join(judged, on=kind, how="left")
        .join(quarantine.group_by(kind).agg(held=pl.len().cast(pl.Int64)), on=kind, how="left")
        .with_columns(pl.col("evaluated", "broken", "held").fill_null(0))
        .sort(kind)
    )
    for row in kinds.iter_rows(named=True):
        if row["evaluated"] < row["rows_loaded"]:
            yield f"{row['rows_loaded']} rows of {row[kind]} were loaded, {row['evaluated']} were validated"
        if row["broken"] > row["held"] + row["rows_duplicate"]:
            yield f"{row['broken']} rows of {row[kind]} break a critical rule, {row['held']} were held back"


RULES: tuple[Callable[[Made], Iterator[str]], ...] = (
    totals_are_the_marts,
    the_year_adds_up,
    revisions_begin_as_published,
    rows_were_validated,
)


def jumps(context: WeeklyContext) -> list[str]:
    """The figures that readers see first and that changed so much that a person is to look before they do."""
    kind = edition(context.edition).seen_by(context.audience)
    found = []
    for address in dict.fromkeys((*kind.tiles, *kind.key_figures)):
        figure = context.figure(address)
        if figure.range_low is None or figure.range_high is None or figure.on_week.value is None:
            continue
        width = figure.range_high - figure.range_low
        if width and abs(figure.on_week.value) > JUMP_RANGES * width:
            found.append(
                f"{figure.name} changed by {figure.on_week.text} on the week, more than {JUMP_RANGES} times the width "
                f"of its normal range ({figure.range_text})"
            )
    return found
