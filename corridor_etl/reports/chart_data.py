"""The three charts of a weekly issue as data and words. How they are drawn belongs to ``charts``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from corridor_etl.reference.calendar import monday, shifted, weeks_between
from corridor_etl.reports import formats, verdicts, wording
from corridor_etl.reports.content import Chart
from corridor_etl.reports.counts import counted
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.language import N_, NP_, tr, tr_in, tr_n
from corridor_etl.reports.measures import LEGS
from corridor_etl.reports.series import Series
from corridor_etl.reports.tables import LEG_NAMES, leg_total, previous
from corridor_etl.settings import Thresholds

WEEKS_SHOWN = 53
TRADE_WEEKS_SHOWN = 26
_LEG_IN_TITLE = {
    "leg_origin": N_("Most of the extra time: origin, gate-in to departure"),
    "leg_to_border": N_("Most of the extra time: rail to the border"),
    "leg_border": N_("Most of the extra time: border crossing"),
    "leg_from_border": N_("Most of the extra time: rail from the border"),
    "leg_delivery": N_("Most of the extra time: arrival to gate-out"),
}
_LEG_IN_ALT = {
    "leg_origin": NP_("leg of alternative text", "origin"),
    "leg_to_border": NP_("leg of alternative text", "rail to the border"),
    "leg_border": NP_("leg of alternative text", "border crossing"),
    "leg_from_border": NP_("leg of alternative text", "rail from the border"),
    "leg_delivery": NP_("leg of alternative text", "arrival to gate-out"),
}

AllSeries = Mapping[str, Series]
Figures = Mapping[str, Figure]


def throughput_chart(series: AllSeries, figures: Figures, week: str, thresholds: Thresholds) -> Chart:
    """Figure 1: TEU by direction, up to 53 weeks, with the normal range of this week."""
    weeks = _weeks_shown(series["throughput.teu"], week, WEEKS_SHOWN)
    teu = figures["throughput.teu"]
    totals = series["throughput.teu"].values(weeks)
    data = {
        "weeks": [_week_row(w, i) for i, w in enumerate(weeks)],
        "west": _numbers(series["throughput.teu_westbound"], weeks, Decimal(1)),
        "east": _numbers(series["throughput.teu_eastbound"], weeks, Decimal(1)),
        "labels": {a: figures[f"throughput.teu{s}"].text for a, s in
                   (("total", ""), ("west", "_westbound"), ("east", "_eastbound"))},
        "range": _band(teu, thresholds),
        "bounds": [str(formats.rounded(v, 4)) for v in (min(totals), max(totals))] if totals else [],
    }  # fmt: skip
    is_highest = teu.value is not None and len(totals) > 1 and teu.value >= max(totals)
    title = verdicts.chart_title(teu, verdicts.THROUGHPUT, is_highest=is_highest)
    return Chart(
        "throughput", 1, title, _throughput_subtitle(weeks, teu),
        tr("Source: train manifests. Loaded and empty containers."), _throughput_alt(figures, totals, week), data,
    )  # fmt: skip


def _weeks_shown(series: Series, week: str, most: int) -> list[str]:
    first = max(min([*series.weeks, week]), shifted(week, 1 - most))
    return weeks_between(min(first, week), week)


def _week_row(week: str, position: int) -> dict[str, object]:
    start = monday(week)
    return {
        "week": week,
        "position": position,
        "month": formats.month(start),
        "is_january": start.month == 1,
        "day": start.day,
        "year": start.year,
    }


def _numbers(series: Series, weeks: Sequence[str], per: Decimal) -> list[str | None]:
    return [None if (v := series.value(w)) is None else str(formats.rounded(v / per, 4)) for w in weeks]


def _band(figure: Figure, thresholds: Thresholds) -> dict[str, str] | None:
    if figure.range_low is None or figure.range_high is None or figure.range_mean is None:
        return None
    low, high, mean = (
        str(formats.rounded(v, 4)) for v in (figure.range_low, figure.range_high, figure.range_mean)
    )
    return {"low": low, "high": high, "mean": mean, "weeks": str(thresholds.range_weeks)}


def _throughput_subtitle(weeks: Sequence[str], teu: Figure) -> str:
    text = tr("TEU per week and direction, %(first)s to %(last)s.", first=weeks[0], last=weeks[-1])
    if teu.range_mean is None:
        return text
    band = tr_n(
        "Band: normal range; dashes: mean of this %(count)s week (%(mean)s).",
        "Band: normal range; dashes: mean of these %(count)s weeks (%(mean)s).",
        teu.range_weeks,
        mean=formats.number(teu.range_mean),
    )
    return tr("%(first)s %(second)s", first=text, second=band)


def _throughput_alt(figures: Figures, totals: Sequence[Decimal], week: str) -> str:
    teu = figures["throughput.teu"]
    text = tr("Weekly bars. %(week)s: not available.", week=week)
    if teu.value is not None:
        west, east = (figures[f"throughput.teu_{d}bound"].text for d in ("west", "east"))
        text = tr("Weekly bars. %(week)s: %(teu)s TEU, %(westbound)s westbound and %(eastbound)s eastbound.",
                  week=week, teu=teu.text, westbound=west, eastbound=east)  # fmt: skip
    if len(totals) > 1:
        lowest, highest = formats.number(min(totals)), formats.number(max(totals))
        text = tr("%(text)s Weeks shown lie between %(lowest)s and %(highest)s TEU.", text=text, lowest=lowest,
                  highest=highest)  # fmt: skip
    if teu.range_class != "none":
        text = tr("%(text)s Normal range %(range)s.", text=text, range=teu.range_text)
    return wording.shortened(text, wording.ALT_LIMIT)


def legs_chart(
    series: AllSeries, figures: Figures, week: str, thresholds: Thresholds, target_days: float
) -> Chart:
    """Figure 2: mean hours per leg, this week against the weeks before."""
    names = [f"transit.{leg}_hours" for leg in LEGS]
    now = [series[n].value(week) for n in names]
    weeks = previous(week, thresholds)
    before = [series[n].over_weeks(weeks) for n in names]
    boxes = figures["transit.legs_trips"]
    data = {
        "legs": [tr(LEG_NAMES[leg]) for leg in LEGS],
        "now": [None if v is None else str(v) for v in now],
        "before": [None if v is None else str(v) for v in before],
        "totals": [None if (v := leg_total(hours)) is None else str(v) for hours in (now, before)],
        "boxes": counted(boxes.value, "container") if boxes.value else "",
        "weeks": len(series["transit.legs_trips"].values(weeks)),
        "target_days": target_days,
    }
    return Chart(
        "legs", 2, _legs_title(now, before, figures["transit.door_to_door_days"]),
        tr("Mean hours per container and leg; means are shown because they add up to the total."),
        tr("Source: port gate, rail and border records. Loaded containers with all six milestones."),
        _legs_alt(now, before), data,
    )  # fmt: skip


def _legs_title(now: Sequence[Decimal | None], before: Sequence[Decimal | None], door: Figure) -> str:
    total, base = leg_total(now), leg_total(before)
    if total is None:
        return tr("No delivery with all milestones in this week")
    if base is None or total <= base or door.range_class not in ("above", "high"):
        return tr("Where the time went")
    extra = [(a or Decimal(0)) - (b or Decimal(0)) for a, b in zip(now, before, strict=True)]
    most = LEGS[extra.index(max(extra))]
    return tr(_LEG_IN_TITLE[most])


def _legs_alt(now: Sequence[Decimal | None], before: Sequence[Decimal | None]) -> str:
    if leg_total(now) is None:
        return tr("No container with all six milestones was delivered in this week.")
    parts = [
        f"{tr_in('leg of alternative text', _LEG_IN_ALT[leg])} {formats.number(v, 1)}"
        for leg, v in zip(LEGS, now, strict=True)
    ]
    text = tr("Hours per leg this week: %(legs)s; together %(total)s.", legs=", ".join(parts),
              total=formats.number(leg_total(now), 1))  # fmt: skip
    base = leg_total(before)
    if base is not None:
        text = tr("%(text)s Weeks before: %(total)s.", text=text, total=formats.number(base, 1))
    return wording.shortened(text, wording.ALT_LIMIT)


def trade_chart(series: AllSeries, figures: Figures, week: str, *, provisional: Sequence[str]) -> Chart:
    """Figure 3: trade value by direction as mirror bars; ``provisional`` weeks are hatched."""
    value = figures["trade.value_cny"]
    weeks = _weeks_shown(series["trade.value_cny"], week, TRADE_WEEKS_SHOWN)
    per = value.scale.per
    data = {
        "weeks": [{**_week_row(w, i), "provisional": w in provisional} for i, w in enumerate(weeks)],
        "west": _numbers(series["trade.value_cny_westbound"], weeks, per),
        "east": _numbers(series["trade.value_cny_eastbound"], weeks, per),
        "labels": {d: figures[f"trade.value_cny_{d}bound"].text for d in ("west", "east")},
    }
    is_hatched = any(w in provisional for w in weeks if series["trade.value_cny"].value(w))
    return Chart(
        "trade", 3, verdicts.chart_title(value, verdicts.TRADE), _trade_subtitle(value, is_hatched=is_hatched),
        tr("Source: customs declarations, at the rate of the release date."), _trade_alt(figures, week), data,
    )  # fmt: skip


def _trade_subtitle(value: Figure, *, is_hatched: bool) -> str:
    unit = value.scale.name
    if is_hatched:
        return tr(
            "%(unit)s per week of release, westbound above the line, eastbound below; hatched: provisional.",
            unit=unit,
        )
    return tr("%(unit)s per week of release, westbound above the line, eastbound below.", unit=unit)


def _trade_alt(figures: Figures, week: str) -> str:
    west, east, value = (figures[f"trade.value_cny{s}"] for s in ("_westbound", "_eastbound", ""))
    if value.value is None:
        return tr("Mirror bars. %(week)s: not available.", week=week)
    text = tr("Mirror bars. %(week)s: %(westbound)s westbound and %(eastbound)s eastbound.", week=week,
              westbound=west.with_unit(is_long=True), eastbound=east.with_unit(is_long=True))  # fmt: skip
    if value.range_class != "none":
        text = tr("%(text)s Together %(value)s, normal range %(range)s.", text=text,
                  value=value.with_unit(is_long=True), range=value.range_text)  # fmt: skip
    return wording.shortened(text, wording.ALT_LIMIT)
