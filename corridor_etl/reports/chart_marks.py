"""The marks of the two weekly charts, as Altair layers over exact positions; colours are light palette tokens.

The bars of legs belong to ``leg_marks``. Channels are objects and rows are text, because Altair looks each shorthand up
in its whole schema, and copies a chart's rows each time it puts layers together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from corridor_etl.reports import fonts
from corridor_etl.reports.language import N_, tr
from corridor_etl.reports.palette import LIGHT

WIDTH = 552
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 108, 22, 26
_BAR_SHARE = 0.8  # of the step between two weeks
_MIN_LABEL_PX = 15  # between two direct labels
_MIN_SLOTS = 13  # a quarter: the first weeks of a service stand at the right, not as one giant bar

_WESTBOUND, _EASTBOUND = N_("Westbound %(number)s"), N_("Eastbound %(number)s")

Data = Mapping[str, Any]
Rows = list[dict[str, Any]]
Labels = list[tuple[str, float, str, int]]  # text, value, colour, size


def throughput(data: Data) -> alt.LayerChart:
    """Stacked bars by direction with the band of the normal range."""
    rows: Rows = []
    tops = []
    for week, west, east in zip(data["weeks"], data["west"], data["east"], strict=True):
        w, e, x = float(west or 0), float(east or 0), week["position"]
        rows += [_bar(x, 0, w, LIGHT["west"]), _bar(x, w, w + e, LIGHT["east"])]
        tops.append(w + e)
    band = data["range"]
    top = max([1.0, *tops, float(band["high"]) if band else 0]) * 1.06
    count, height = len(data["weeks"]), 176
    layers = [*_band(band, count, top), _rects(rows), _months(data["weeks"], 0, height)]
    last = (float(data["west"][-1] or 0), float(data["east"][-1] or 0))
    labels: Labels = [
        (tr("%(number)s TEU", number=data["labels"]["total"]), sum(last), "ink", 14),
        (tr(_EASTBOUND, number=data["labels"]["east"]), last[0] + last[1] / 2, "east-ink", 12),
        (tr(_WESTBOUND, number=data["labels"]["west"]), last[0] / 2, "west", 12),
    ]
    if data["west"][-1] is None:
        labels = [(tr("no departure"), 0.0, "muted", 12)]
    layers += _direct_labels(labels, count, (0, top), height)
    return _sized(layers, count, (0, top), height, _value_axis())


def trade(data: Data) -> alt.LayerChart:
    """Mirror bars: westbound above the line, eastbound below; provisional weeks hatched."""
    rows: Rows = []
    for week, west, east in zip(data["weeks"], data["west"], data["east"], strict=True):
        suffix = "-hatch" if week["provisional"] else ""
        rows.append(_bar(week["position"], 0, float(west or 0), LIGHT[f"west{suffix}"], LIGHT["west"]))
        rows.append(_bar(week["position"], 0, -float(east or 0), LIGHT[f"east{suffix}"], LIGHT["east"]))
    top = max([1.0, *(r["y2"] for r in rows)]) * 1.06
    bottom = min([-0.4, *(r["y2"] for r in rows)]) * 1.1
    count, height = len(data["weeks"]), 236
    # Labels keep off the line of zero, which would strike them through.
    off = 0.6 * _MIN_LABEL_PX * (top - bottom) / height
    west, east = (float(data[d][-1] or 0) / 2 for d in ("west", "east"))
    labels: Labels = [
        (tr(_WESTBOUND, number=data["labels"]["west"]), max(west, off), "west", 12),
        (tr(_EASTBOUND, number=data["labels"]["east"]), min(-east, -off), "east-ink", 12),
    ]
    if data["west"][-1] is None:
        labels = [(tr("no declaration"), off, "muted", 12)]
    zero = alt.Chart(values([{"y": 0}])).mark_rule(color=LIGHT["ink"], strokeWidth=1).encode(y=alt.Y("y:Q"))
    layers = [_rects(rows, outlined=True), zero, _months(data["weeks"], bottom, height),
              *_direct_labels(labels, count, (bottom, top), height)]  # fmt: skip
    return _sized(layers, count, (bottom, top), height, _value_axis("format(abs(datum.value), ',')"))


def _bar(position: int, low: float, high: float, fill: str, stroke: str | None = None) -> dict[str, Any]:
    half = _BAR_SHARE / 2
    return {
        "x": position - half,
        "x2": position + half,
        "y": low,
        "y2": high,
        "fill": fill,
        "stroke": stroke or fill,
    }


def values(rows: Rows) -> alt.Data:
    """Rows as the data of a mark."""
    return alt.Data(values=json.dumps(rows), format=alt.JsonDataFormat(type="json"))


def _rects(rows: Rows, *, outlined: bool = False) -> alt.Chart:
    mark = alt.Chart(values([r for r in rows if r["y"] != r["y2"]])).mark_rect(
        strokeWidth=0.8 if outlined else 0
    )
    return mark.encode(
        x=alt.X("x:Q"),
        x2=alt.X2("x2:Q"),
        y=alt.Y("y:Q"),
        y2=alt.Y2("y2:Q"),
        fill=alt.Fill("fill:N", scale=None),
        stroke=alt.Stroke("stroke:N", scale=None),
    )


def _band(band: Mapping[str, str] | None, count: int, top: float) -> list[alt.Chart]:
    if band is None:
        return []
    first = max(count - 1 - int(band["weeks"]), 0) - 0.5
    low, high = float(band["low"]), float(band["high"])
    box = {"x": first, "x2": count - 0.5, "y": low, "y2": high, "fill": LIGHT["band"]}
    mean = {"x": first, "x2": count - 0.5, "y": float(band["mean"])}
    rule = alt.Chart(values([mean])).mark_rule(color=LIGHT["axis"], strokeDash=[4, 3], strokeWidth=1)
    label = alt.Chart(values([{"x": first, "y": min(high, top), "text": tr("normal range")}])).mark_text(
        align="left", baseline="bottom", dy=-3, fontSize=11, color=LIGHT["muted"], font=fonts.family()
    )
    return [
        alt.Chart(values([box])).mark_rect().encode(
            x=alt.X("x:Q"), x2=alt.X2("x2:Q"), y=alt.Y("y:Q"), y2=alt.Y2("y2:Q"), fill=alt.Fill("fill:N", scale=None)
        ),
        rule.encode(x=alt.X("x:Q"), x2=alt.X2("x2:Q"), y=alt.Y("y:Q")),
        label.encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("text:N")),
    ]  # fmt: skip


def _months(weeks: Sequence[Mapping[str, Any]], floor: float, height: int) -> alt.Chart:
    step = (WIDTH - _LEFT - _RIGHT) / max(len(weeks), _MIN_SLOTS)
    rows: Rows = []
    for week in weeks:
        is_first = week["day"] <= 7
        if is_first and (not rows or (week["position"] - rows[-1]["x"]) * step >= 44):
            text = week["month"]
            if week["is_january"]:
                text = tr("%(month)s %(year)s", month=text, year=week["year"])
            rows.append({"x": week["position"], "y": floor, "text": text})
    if not rows:
        rows = [{"x": w["position"], "y": floor, "text": w["week"][5:]} for w in weeks[-1:]]
    mark = alt.Chart(values(rows)).mark_text(
        baseline="top", dy=7, fontSize=11, color=LIGHT["muted"], font=fonts.family()
    )
    return mark.encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("text:N"))


def _direct_labels(labels: Labels, count: int, domain: tuple[float, float], height: int) -> list[alt.Chart]:
    gap = _MIN_LABEL_PX * (domain[1] - domain[0]) / height
    ceiling, floor = domain[1] + gap, domain[0] + gap * (len(labels) - 0.5)
    layers = []
    for text, y, colour, size in labels:
        y = max(min(y, ceiling - gap), floor) if domain[0] == 0 else min(y, ceiling - gap)
        ceiling, floor = y, floor - gap
        row = {"x": count - 0.5, "y": y, "text": text}
        mark = alt.Chart(values([row])).mark_text(
            align="left",
            dx=8,
            fontSize=size,
            fontWeight="bold",
            color=LIGHT[colour],
            baseline="middle",
            font=fonts.family(),
        )
        layers.append(mark.encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("text:N")))
    return layers


def _value_axis(expression: str | None = None) -> alt.Axis:
    more = {"labelExpr": expression} if expression else {}
    return alt.Axis(
        title=None, tickCount=4, domain=False, ticks=False, labelFont=fonts.family(), labelFontSize=11, labelPadding=6,
        labelColor=LIGHT["muted"], gridColor=LIGHT["grid"], gridWidth=1, zindex=0, **more,
    )  # fmt: skip


def _sized(
    layers: Sequence[Any], count: int, domain: tuple[float, float], height: int, axis: alt.Axis
) -> alt.LayerChart:
    x = alt.X(
        "x:Q", axis=None, scale=alt.Scale(domain=[min(0, count - _MIN_SLOTS) - 0.7, count - 0.3], nice=False)
    )
    y = alt.Y("y:Q", axis=axis, scale=alt.Scale(domain=list(domain), nice=False))
    frame = alt.Chart(values([{"x": 0, "y": 0}])).mark_point(opacity=0, size=0).encode(x=x, y=y)
    padding = {"left": _LEFT, "right": _RIGHT, "top": _TOP, "bottom": _BOTTOM}
    return whole([frame, *layers], padding, height)


def whole(layers: Sequence[Any], padding: Mapping[str, int], height: int) -> alt.LayerChart:
    """The layers as one picture ``WIDTH`` wide, whose marks fill ``height`` between the paddings."""
    return alt.LayerChart(
        layer=list(layers),
        width=WIDTH - padding["left"] - padding["right"],
        height=height,
        padding=dict(padding),
        autosize=alt.AutoSizeParams(type="none"),
        background="transparent",
        config=alt.Config(font=fonts.family(), view=alt.ViewConfig(stroke="transparent")),
    )
