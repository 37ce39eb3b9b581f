"""The three charts of a weekly issue as data and words. How they are drawn belongs to ``charts``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from corridor_etl.reference.calendar import monday, shifted, weeks_between
from corridor_etl.reports import formats, wording
from corridor_etl.reports.content import Chart
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.measures import LEGS
from corridor_etl.reports.series import Series
from corridor_etl.reports.tables import LEG_NAMES, leg_total, previous
from corridor_etl.settings import Thresholds

WEEKS_SHOWN = 53
TRADE_WEEKS_SHOWN = 26
_MILLION = Decimal(1_000_000)

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
    title = wording.chart_title(teu, "throughput", is_highest=is_highest)
    return Chart(
        "throughput", 1, title, _throughput_subtitle(weeks, teu),
        "Source: train manifests. Loaded and empty containers.", _throughput_alt(figures, totals, week), data,
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
    text = f"TEU per week and direction, {weeks[0]} to {weeks[-1]}"
    if teu.range_mean is None:
        return f"{text}."
    mean = formats.number(teu.range_mean)
    return f"{text}. Band: normal range; dashes: mean of these {teu.range_weeks} weeks ({mean})."


def _throughput_alt(figures: Figures, totals: Sequence[Decimal], week: str) -> str:
    teu = figures["throughput.teu"]
    text = f"Weekly bars. {week}: not available."
    if teu.value is not None:
        west, east = (figures[f"throughput.teu_{d}bound"].text for d in ("west", "east"))
        text = f"Weekly bars. {week}: {teu.text} TEU, {west} westbound and {east} eastbound."
    if len(totals) > 1:
        text += (
            f" Weeks shown lie between {formats.number(min(totals))} and {formats.number(max(totals))} TEU."
        )
    if teu.range_class != "none":
        text += f" Normal range {teu.range_text}."
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
        "legs": [LEG_NAMES[leg] for leg in LEGS],
        "now": [None if v is None else str(v) for v in now],
        "before": [None if v is None else str(v) for v in before],
        "totals": [None if (v := leg_total(hours)) is None else str(v) for hours in (now, before)],
        "boxes": formats.counted(boxes.value, "container") if boxes.value else "",
        "weeks": len(series["transit.legs_trips"].values(weeks)),
        "target_days": target_days,
    }
    return Chart(
        "legs", 2, _legs_title(now, before, figures["transit.door_to_door_days"]),
        "Mean hours per container and leg; means are shown because they add up to the total.",
        "Source: port gate, rail and border records. Loaded containers with all six milestones.",
        _legs_alt(now, before), data,
    )  # fmt: skip


def _legs_title(now: Sequence[Decimal | None], before: Sequence[Decimal | None], door: Figure) -> str:
    total, base = leg_total(now), leg_total(before)
    if total is None:
        return "No delivery with all milestones in this week"
    if base is None or total <= base or door.range_class not in ("above", "high"):
        return "Where the time went"
    extra = [(a or Decimal(0)) - (b or Decimal(0)) for a, b in zip(now, before, strict=True)]
    most = LEGS[extra.index(max(extra))]
    return f"Most of the extra time: {LEG_NAMES[most][:1].lower()}{LEG_NAMES[most][1:]}"


def _legs_alt(now: Sequence[Decimal | None], before: Sequence[Decimal | None]) -> str:
    if leg_total(now) is None:
        return "No container with all six milestones was delivered in this week."
    parts = [
        f"{LEG_NAMES[leg].split(',')[0].lower()} {formats.number(v, 1)}"
        for leg, v in zip(LEGS, now, strict=True)
    ]
    text = f"Hours per leg this week: {', '.join(parts)}; together {formats.number(leg_total(now), 1)}."
    base = leg_total(before)
    return wording.shortened(f"{text} Weeks before: {formats.number(base, 1)}." if base is not None else text,
                             wording.ALT_LIMIT)  # fmt: skip


def trade_chart(series: AllSeries, figures: Figures, week: str, *, provisional: Sequence[str]) -> Chart:
    """Figure 3: trade value by direction as mirror bars; ``provisional`` weeks are hatched."""
    value = figures["trade.value_cny"]
    weeks = _weeks_shown(series["trade.value_cny"], week, TRADE_WEEKS_SHOWN)
    data = {
        "weeks": [{**_week_row(w, i), "provisional": w in provisional} for i, w in enumerate(weeks)],
        "west": _numbers(series["trade.value_cny_westbound"], weeks, _MILLION),
        "east": _numbers(series["trade.value_cny_eastbound"], weeks, _MILLION),
        "labels": {d: figures[f"trade.value_cny_{d}bound"].text for d in ("west", "east")},
    }
    is_hatched = any(w in provisional for w in weeks if series["trade.value_cny"].value(w))
    hatched = "; hatched: provisional" if is_hatched else ""
    return Chart(
        "trade", 3, wording.chart_title(value, "trade value"),
        f"CNY million per week of release, westbound above the line, eastbound below{hatched}.",
        "Source: customs declarations, at the rate of the release date.", _trade_alt(figures, week), data,
    )  # fmt: skip


def _trade_alt(figures: Figures, week: str) -> str:
    west, east, value = (figures[f"trade.value_cny{s}"] for s in ("_westbound", "_eastbound", ""))
    if value.value is None:
        return f"Mirror bars. {week}: not available."
    text = f"Mirror bars. {week}: CNY {west.text} million westbound and {east.text} million eastbound."
    if value.range_class != "none":
        text += f" Together {value.text} million, normal range {value.range_text}."
    return wording.shortened(text, wording.ALT_LIMIT)
