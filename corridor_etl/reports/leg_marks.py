"""The marks of the leg chart: two stacked bars of hours in exact pixels; colours are light palette tokens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import altair as alt

from corridor_etl.reports import fonts, formats
from corridor_etl.reports.chart_marks import WIDTH, Data, Rows, values, whole
from corridor_etl.reports.language import NP_, tr, tr_in, tr_n
from corridor_etl.reports.palette import LIGHT

LEG_COLOURS = ("west", "rail", "east", "after", "last")
LEG_INKS = ("on-dark", "on-rail", "on-light", "on-light", "on-light")
LEG_SHORT = (
    NP_("leg in chart", "Origin"), NP_("leg in chart", "Rail to border"), NP_("leg in chart", "Border"),
    NP_("leg in chart", "Rail from border"), NP_("leg in chart", "Delivery"),
)  # fmt: skip
_BORDER = 2  # its place among the legs
_BAR_TOPS = (24, 66)  # a bar that is missing leaves no gap
_BAR_HIGH = 28
_NAME_LINES = 3
_NAME_GAP_PX = 8


def legs(data: Data) -> alt.LayerChart:
    """Two stacked bars: mean hours per leg this week and in the weeks before, with the target."""
    bars = {k: [float(v) for v in data[k]] for k in ("now", "before") if all(v is not None for v in data[k])}
    target = data["target_days"] * 24
    longest = max([target, *(sum(b) for b in bars.values())]) * 1.02
    tops = dict(zip(bars, _BAR_TOPS, strict=False))
    below = max(tops.values(), default=_BAR_TOPS[0]) + _BAR_HIGH
    left, right, height = 106, 58, below + 54
    per_px = (WIDTH - left - right) / longest
    rows, texts = _leg_rows(bars, tops, per_px)
    texts += _leg_heads(data, tops)
    texts += [_leg_total(tops[name], hours, longest * per_px) for name, hours in bars.items()]
    texts += _leg_names(bars, below + 14, per_px)
    name = tr("target %(days)s d", days=formats.plain(data["target_days"]))
    texts.append(_text(target * per_px, 10, name, "bad", 11, weight="bold"))
    rule = alt.Chart(values([{"x": target * per_px, "y": 16, "y2": below + 6}])).mark_rule(
        color=LIGHT["bad"], strokeDash=[3, 2], strokeWidth=1.2
    )
    rule = rule.encode(x=_px("x", WIDTH - left - right), y=_py("y", height), y2=alt.Y2("y2:Q"))
    layers = [
        _leg_bars(rows, WIDTH - left - right, height),
        rule,
        *_texts(texts, WIDTH - left - right, height),
    ]
    return whole(layers, {"left": left, "right": right, "top": 0, "bottom": 0}, height)


def _leg_rows(
    bars: Mapping[str, Sequence[float]], tops: Mapping[str, int], per_px: float
) -> tuple[Rows, Rows]:
    rows, texts = [], []
    for name, parts in bars.items():
        start = 0.0
        for value, colour, ink in zip(parts, LEG_COLOURS, LEG_INKS, strict=True):
            end = start + value * per_px
            y = tops[name]
            rows.append({"x": start, "x2": end, "y": y, "y2": y + _BAR_HIGH, "fill": LIGHT[colour]})
            if end - start >= 22:
                hours = formats.number(Decimal(value))
                text = tr("%(number)s h", number=hours) if end - start >= 60 else hours
                texts.append(_text((start + end) / 2, y + _BAR_HIGH / 2, text, ink, 12))
            start = end
    return rows, texts


def _leg_heads(data: Data, tops: Mapping[str, int]) -> Rows:
    past = _past(data["weeks"])
    heads = {"now": (tr("This week"), data["boxes"]), "before": (past, tr("mean"))}
    found = []
    for name, top in tops.items():
        first, second = heads[name]
        y = top + _BAR_HIGH / 2
        found.append(
            _text(
                -8, y - 7 if second else y, first, "ink", 12, "right", "bold" if name == "now" else "normal"
            )
        )
        found.append(_text(-8, y + 7, second, "muted", 11, "right"))
    return found


def _past(weeks: int) -> str:
    return tr_n("%(count)s week before", "%(count)s weeks before", weeks or 1)


def _leg_total(top: int, hours: Sequence[float], right: float) -> dict[str, Any]:
    y = top + _BAR_HIGH / 2
    days = formats.number(Decimal(sum(hours)) / 24, 2)
    return _text(right + 6, y, tr("%(number)s d", number=days), "ink", 13, "left", "bold")


def _leg_names(bars: Mapping[str, Sequence[float]], top: int, per_px: float) -> Rows:
    """Each leg's name below its part, on the first of three lines where it does not touch its neighbour."""
    if not bars:
        return []
    hours, start, found = list(bars.values())[-1], 0.0, []
    ends = [-math.inf] * _NAME_LINES
    for place, value in enumerate(hours):
        name = tr_in("leg in chart", LEG_SHORT[place])
        colour, weight = ("east-ink", "bold") if place == _BORDER else ("muted", "normal")
        middle, half = (start + value / 2) * per_px, fonts.width_px(name, 11, weight) / 2
        free = [n for n, end in enumerate(ends) if middle - half >= end + _NAME_GAP_PX]
        line = free[0] if free else min(range(_NAME_LINES), key=ends.__getitem__)
        middle = max(middle, ends[line] + _NAME_GAP_PX + half)
        ends[line] = middle + half
        found.append(_text(middle, top + 15 * line, name, colour, 11, "center", weight))
        start += value
    return found


def _text(
    x: float, y: float, text: str, colour: str, size: int, align: str = "center", weight: str = "normal"
) -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "text": text,
        "colour": LIGHT[colour],
        "size": size,
        "align": align,
        "weight": weight,
    }


def _leg_bars(rows: Rows, width: int, height: int) -> alt.Chart:
    mark = alt.Chart(values(rows)).mark_rect(stroke=LIGHT["card"], strokeWidth=1)
    return mark.encode(
        x=_px("x", width),
        x2=alt.X2("x2:Q"),
        y=_py("y", height),
        y2=alt.Y2("y2:Q"),
        fill=alt.Fill("fill:N", scale=None),
    )


def _texts(rows: Rows, width: int, height: int) -> list[alt.Chart]:
    found = []
    for size, align, weight in sorted({(r["size"], r["align"], r["weight"]) for r in rows}):
        mine = [r for r in rows if (r["size"], r["align"], r["weight"]) == (size, align, weight)]
        mark = alt.Chart(values(mine)).mark_text(
            fontSize=size, align=align, fontWeight=weight, baseline="middle", font=fonts.family()
        )
        found.append(
            mark.encode(
                x=_px("x", width),
                y=_py("y", height),
                text=alt.Text("text:N"),
                color=alt.Color("colour:N", scale=None),
            )
        )
    return found


def _px(field: str, width: int) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, width], range=[0, width], nice=False))


def _py(field: str, height: int) -> alt.Y:
    return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, height], range=[0, height], nice=False))
