"""The data tables of an issue. Rows hold finished text; numbers come from series, figures or ledger frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from corridor_etl.reference.calendar import pairs_of_years, shifted, week_of
from corridor_etl.reports import formats
from corridor_etl.reports.content import Cell, Table, columns, row
from corridor_etl.reports.counts import counted
from corridor_etl.reports.figures import Figure, change, shown
from corridor_etl.reports.language import N_, NN_, listed, spoken, tr, tr_n
from corridor_etl.reports.measures import LEGS, THROUGHPUT, TRANSIT
from corridor_etl.reports.series import Series
from corridor_etl.reports.targets import year_of
from corridor_etl.settings import Settings, Thresholds

DIRECTIONS = {"W": N_("Westbound"), "E": N_("Eastbound")}


def direction_word(direction: str | None) -> str:
    """``Westbound`` for W; what is no direction is shown as received, made inert."""
    known = DIRECTIONS.get(direction or "")
    return tr(known) if known else formats.clean(direction)


TRAINS_SHOWN = 12
NAMED_BY_UNIT = ("throughput.boxes", "departures.trains")
LEG_NAMES = {
    "leg_origin": N_("Origin, gate-in to departure"),
    "leg_to_border": N_("Rail to the border"),
    "leg_border": N_("Border crossing"),
    "leg_from_border": N_("Rail from the border"),
    "leg_delivery": N_("Arrival to gate-out"),
}


def key_figures(
    addresses: Sequence[str],
    series: Mapping[str, Series],
    figures: Mapping[str, Figure],
    week: str,
    thresholds: Thresholds,
) -> Table:
    """Each measure of ``addresses``: this week, changes, range, year to date and the same weeks of the year before."""
    rows = []
    for address in addresses:
        found, mine = figures[address], series[address]
        so_far = year_of(week).so_far
        alike = [(w, then) for w, then in pairs_of_years(week) if mine.value(then) is not None]
        now, before = (
            mine.over_weeks(weeks) for weeks in ([w for w, _ in alike], [then for _, then in alike])
        )
        on_year = change(mine.measure, now, before, thresholds.percent_min_base)
        rows.append(
            row(_label(found), found.text, found.on_week.text, found.on_year.text, found.range_text,
                shown(mine.measure, mine.over_weeks(so_far), found.value), on_year.text)
        )  # fmt: skip
    heads = columns(
        tr("Measure"), tr("This week"), tr("On week"), tr("On year"), tr("Normal range"), tr("Year to date"),
        tr("On %(year)s*", year=int(week[:4]) - 1), minor=(5, 6),
    )  # fmt: skip
    note = tr("* Only weeks that both years have. “:” means not available.")
    return Table("key", 1, tr("Key figures"), heads, tuple(rows), note)


def _label(found: Figure) -> str:
    mark = " p" if found.maturity == "p" else ""
    if found.address in NAMED_BY_UNIT:
        return f"{found.name}{mark}"
    return tr("%(name)s, %(unit)s", name=f"{found.name}{mark}", unit=found.shown_unit)


def legs(
    series: Mapping[str, Series], figures: Mapping[str, Figure], week: str, thresholds: Thresholds
) -> Table:
    """Mean hours of each leg against the mean and the normal range of the weeks before."""
    weeks = previous(week, thresholds)
    rows = []
    for leg in LEGS:
        found, mine = figures[f"transit.{leg}_hours"], series[f"transit.{leg}_hours"]
        signal = Cell(tr("outside"), "bad") if found.is_outside else Cell(_signal(found))
        rows.append(
            row(tr(LEG_NAMES[leg]), found.text, _difference(mine, week, weeks), found.range_text, signal)
        )
    rows.append(_all_legs(series, week, weeks))
    boxes = formats.number(figures["transit.legs_trips"].value or 0)
    note = tr(
        "Delivered containers with all six milestones: %(count)s. Means add up; medians would not.",
        count=boxes,
    )
    known = len(series["transit.legs_trips"].values(weeks)) or thresholds.range_weeks
    on_mean = tr_n("On %(count)s-week mean", "On %(count)s-week mean", known)
    heads = columns(tr("Leg, hours"), tr("Mean"), on_mean, tr("Normal range"), tr("Signal"))
    return Table("legs", 0, tr("Hours per leg"), heads, tuple(rows), note, has_total=True)


def previous(week: str, thresholds: Thresholds) -> list[str]:
    """The weeks a normal range looks back on."""
    return [shifted(week, -n) for n in range(thresholds.range_weeks, 0, -1)]


def _signal(found: Figure) -> str:
    return formats.NOT_AVAILABLE if found.range_class == "none" else tr("normal")


def _difference(mine: Series, week: str, weeks: Sequence[str]) -> str:
    now, before = mine.value(week), mine.over_weeks(weeks)
    return formats.signed(None if now is None or before is None else now - before, 1)


def _all_legs(series: Mapping[str, Series], week: str, weeks: Sequence[str]) -> tuple[Cell, ...]:
    now = leg_total([series[f"transit.{leg}_hours"].value(week) for leg in LEGS])
    before = leg_total([series[f"transit.{leg}_hours"].over_weeks(weeks) for leg in LEGS])
    moved = None if now is None or before is None else now - before
    return row(tr("All legs"), formats.number(now, 1), formats.signed(moved, 1), "", "")


def leg_total(values: Sequence[Decimal | None]) -> Decimal | None:
    """The legs together, None unless all are known."""
    return None if any(v is None for v in values) else sum((v for v in values if v is not None), Decimal(0))


def departures(frame: pl.DataFrame, service_id: str, week: str, thresholds: Thresholds) -> Table:
    """The trains of the week: ``frame`` has train_no, service_id, direction, departed_on_local, containers,
    teu_x100, delay_s. A busy week is cut after ``TRAINS_SHOWN`` rows, so that the mail does not grow with it."""
    trains = trains_of(frame, service_id, week)
    rows = [
        _train(formats.clean(t["train_no"]), formats.day(t["departed_on_local"]), t["direction"], [t],
               _against_plan(t["delay_s"], thresholds))
        for t in trains[:TRAINS_SHOWN]
    ]  # fmt: skip
    if others := trains[TRAINS_SHOWN:]:
        rows.append(
            _train(tr("All other (%(trains)s)", trains=counted(len(others), "train")), "", "", others)
        )
    if trains:
        rows.append(_train(tr("Total"), "", "", trains))
    heads = columns(
        tr("Train"), tr("Departed"), tr("Direction"), tr("Containers"), tr("TEU"), tr("Against plan"),
        words=3, minor=(3,),
    )  # fmt: skip
    note = "" if rows else tr("No departure of this week is recorded.")
    return Table("departures", 0, tr("Departures"), heads, tuple(rows), note, has_total=bool(rows))


def _train(
    name: str, departed: str, direction: str, trains: Sequence[Mapping[str, Any]], against: str | Cell = ""
) -> tuple[Cell, ...]:
    boxes, teu = (sum(t[c] or 0 for t in trains) for c in ("containers", "teu_x100"))
    word = direction_word(direction)
    return row(name, departed, word, formats.number(boxes), formats.number(Decimal(teu) / 100), against)


def trains_of(frame: pl.DataFrame, service_id: str, week: str) -> list[dict[str, Any]]:
    """The trains of a service that departed in a week, in order of departure."""
    mine = frame.filter(pl.col("service_id") == service_id).sort("departed_on_local", "train_no", "direction")
    return [
        t
        for t in mine.iter_rows(named=True)
        if t["departed_on_local"] and week_of(t["departed_on_local"]) == week
    ]


def _against_plan(delay_s: int | None, thresholds: Thresholds) -> Cell:
    if delay_s is None:
        return Cell(formats.NOT_AVAILABLE)
    if abs(delay_s) <= thresholds.departure_on_time_minutes * 60:
        return Cell(tr("on time"))
    return Cell(f"{'+' if delay_s > 0 else formats.MINUS}{formats.lateness(delay_s)}", "bad")


def late_trains(
    frame: pl.DataFrame, service_id: str, week: str, thresholds: Thresholds
) -> list[tuple[str, date, int]]:
    """(train, date, seconds) of the trains outside the punctuality window, latest first."""
    limit = thresholds.departure_on_time_minutes * 60
    trains = [t for t in trains_of(frame, service_id, week) if abs(t["delay_s"] or 0) > limit]
    late = [(formats.clean(t["train_no"]), t["departed_on_local"], t["delay_s"]) for t in trains]
    return sorted(late, key=lambda t: -abs(t[2]))


def comparison(marts: Mapping[str, pl.DataFrame], week: str, settings: Settings) -> Table | None:
    """The live service beside the comparison services that have data this week, by direction."""
    services = [s for s in settings.services if s.status in ("live", "comparison")]
    rows = [
        row(service.name_in(spoken()), direction_word(direction), *numbers)
        for service in services
        for direction in DIRECTIONS
        if set(numbers := _route_numbers(marts, week, service.id, direction)) != {formats.NOT_AVAILABLE}
    ]
    if not any(r[0].text == s.name_in(spoken()) for s in services if s.status == "comparison" for r in rows):
        return None
    heads = columns(
        tr("Route"), tr("Direction"), tr("TEU"), tr("Door to door, median d"), tr("Border, median h"), words=2
    )
    note = tr(
        "Medians of containers delivered, and of crossings completed, in this week. The routes differ in length."
    )
    return Table("comparison", 0, tr("Beside the comparison route"), heads, tuple(rows), note)


def _route_numbers(
    marts: Mapping[str, pl.DataFrame], week: str, service_id: str, direction: str
) -> list[str]:
    teu = _teu(marts, week, service_id, direction)
    door = _median(marts, week, service_id, direction, "door_to_door")
    border = _median(marts, week, service_id, direction, "border")
    return [
        formats.number(None if teu is None else Decimal(teu) / 100),
        formats.number(None if door is None else Decimal(door) / 86400, 2),
        formats.number(None if border is None else Decimal(border) / 3600, 1),
    ]


def _teu(marts: Mapping[str, pl.DataFrame], week: str, service_id: str, direction: str) -> int | None:
    found = marts[THROUGHPUT].filter(iso_week=week, service_id=service_id, direction=direction)
    return None if found.is_empty() else int(found["teu_x100"].sum())


def _median(
    marts: Mapping[str, pl.DataFrame], week: str, service_id: str, direction: str, measure: str
) -> int | None:
    found = marts[TRANSIT].filter(iso_week=week, service_id=service_id, direction=direction, measure=measure)
    return None if found.is_empty() else found["median_s"][0]


def sources(
    coverage: pl.DataFrame, week: str, settings: Settings
) -> tuple[Table, list[tuple[str, int, int]]]:
    """Files and rows received for the week by source, and (name, received, expected) of those that lack some."""
    sums = (
        coverage.filter(iso_week=week)
        .group_by("source_id")
        .agg(pl.col("files", "rows_loaded", "rows_quarantined").sum())
    )
    found = {r["source_id"]: r for r in sums.iter_rows(named=True)}
    rows, missing = [], []
    for source in (s for s in settings.sources if s.is_expected or s.id in found):
        mine = found.get(source.id, {"files": 0, "rows_loaded": 0, "rows_quarantined": 0})
        expected, received = source.files_per_week, mine["files"]
        if source.is_expected and received < (expected or 1):
            missing.append((source.name_in(spoken()), received, expected or 1))
        files = tr("%(part)s of %(whole)s", part=received, whole=expected)
        rows.append(
            row(source.name_in(spoken()), files if expected and received <= expected else f"{received}",
                formats.number(mine["rows_loaded"]), formats.number(mine["rows_quarantined"]),
                _status(received, expected or 1))
        )  # fmt: skip
    heads = columns(tr("Source"), tr("Files"), tr("Rows"), tr("Held back"), tr("Status"), minor=(2,))
    return Table("sources", 0, tr("Sources"), heads, tuple(rows)), missing


def _status(received: int, expected: int) -> Cell:
    if received >= expected:
        return Cell(tr("complete"), "good")
    return Cell(tr("%(number)s missing", number=expected - received), "bad")


_FLAGGED_BY = {
    "critical": NN_("%(count)s critical rule", "%(count)s critical rules"),
    "warning": NN_("%(count)s warning rule", "%(count)s warning rules"),
    "info": NN_("%(count)s information rule", "%(count)s information rules"),
}


def quality_sentence(checks: pl.DataFrame, quarantine_open: int) -> str:
    """How many rules passed, and how many rows are held back."""
    if checks.is_empty():
        return tr("No validation result is recorded.")
    rules = checks.group_by("rule_id", "severity").agg(pl.col("unexpected").sum())
    failed = rules.filter(pl.col("unexpected") > 0)
    flagged = [
        tr_n(*forms, n)
        for severity, forms in _FLAGGED_BY.items()
        if (n := failed.filter(severity=severity).height)
    ]
    text = tr(
        "Validation rules passed over everything received: %(passed)s of %(rules)s",
        passed=formats.number(rules.height - failed.height),
        rules=formats.number(rules.height),
    )
    if flagged:
        text = tr("%(fact)s; rows were flagged by %(rules)s", fact=text, rules=listed(flagged))
    if not quarantine_open:
        return formats.closed(text)
    held = tr("%(rows)s held back from the figures until corrected", rows=counted(quarantine_open, "row"))
    return tr("%(first)s %(second)s", first=formats.closed(text), second=formats.closed(held))
