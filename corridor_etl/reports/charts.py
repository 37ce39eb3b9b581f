"""Pictures of an issue: from a chart's data to SVG for the page and PNG, light and dark, for the mail.

Drawn once with Vega-Lite in light colours. No titles, sources or legends inside: those are HTML text. The fonts are
shipped (``fonts``), so that a machine without fonts draws the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import altair as alt
import vl_convert
from altair.utils import schemapi

from corridor_etl.reports import chart_marks, fonts, leg_marks, palette, png
from corridor_etl.reports.content import Chart
from corridor_etl.reports.language import decimal_mark, group_mark

WIDTH = chart_marks.WIDTH
MAIL_SCALE = 2

DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], alt.LayerChart]] = {
    "throughput": chart_marks.throughput,
    "legs": leg_marks.legs,
    "trade": chart_marks.trade,
}


@dataclass(frozen=True)
class Picture:
    """One chart, drawn: ``svg`` uses CSS variables; the PNGs are opaque and twice ``WIDTH`` wide."""

    id: str
    svg: str
    light_png: bytes
    dark_png: bytes
    height: int


def draw(charts: Sequence[Chart]) -> tuple[Picture, ...]:
    """The pictures of an issue, in its order, with words in the language spoken."""
    return tuple(_picture(chart) for chart in charts)


def _picture(chart: Chart) -> Picture:
    fonts.register()
    with schemapi.debug_mode(
        False
    ):  # else each part is held to the schema on its own, which a test does once
        spec = DRAWINGS[chart.id](chart.data).to_dict(validate=False)
    fonts.check_covered((text, weight) for text in labels(spec) for weight in fonts.WEIGHTS)
    drawn = vl_convert.vegalite_to_svg(spec, format_locale=_number_format())
    height = int(float(re.search(r'height="([0-9.]+)"', drawn)[1]))  # type: ignore[index]
    body = _body(drawn)
    return Picture(
        id=chart.id,
        svg=_for_page(body, height, chart.alt),
        light_png=_png(body, height, palette.LIGHT),
        dark_png=_png(body, height, palette.DARK),
        height=height,
    )


def labels(spec: Any) -> Iterator[str]:
    """The texts a chart draws, but for the numbers of its axes."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key == "text" and isinstance(value, str):
                yield value
            yield from labels(json.loads(value) if key == "values" else value)
    elif isinstance(spec, list):
        for value in spec:
            yield from labels(value)


def _number_format() -> dict[str, object]:
    """How the renderer writes the numbers of an axis."""
    return {"decimal": decimal_mark(), "thousands": group_mark(), "grouping": [3], "currency": ["", ""]}


def _body(drawn: str) -> str:
    """What is inside the root element, without roles and descriptions that name drawing machinery."""
    inner = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", drawn)
    return re.sub(r' (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"', "", inner)


def _for_page(body: str, height: int, alternative: str) -> str:
    body = re.sub(r' font-family="[^"]*"', "", body)  # readers have other fonts: the style sheet names them
    patterns = _patterns({t: f"var(--{colour})" for t, colour in palette.HATCHED.items()}, body)
    return (
        f'<svg class="chart" role="img" aria-label="{escape(alternative)}" viewBox="0 0 {WIDTH} {height}" '
        f'xmlns="http://www.w3.org/2000/svg">{patterns}{palette.recoloured(body)}</svg>'
    )


def _png(body: str, height: int, colours: Mapping[str, str]) -> bytes:
    patterns = _patterns({t: colours[colour] for t, colour in palette.HATCHED.items()}, body)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}"><rect width="{WIDTH}" height="{height}" fill="{colours["card"]}"/>'
        f"{patterns}{palette.recoloured(body, colours)}</svg>"
    )
    return png.small(vl_convert.svg_to_png(svg, scale=MAIL_SCALE))


def _patterns(colours: Mapping[str, str], body: str) -> str:
    used = {token: colour for token, colour in colours.items() if palette.LIGHT[token] in body}
    return "".join(
        f'<defs><pattern id="{token}" width="4" height="4" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="2.2" height="4" fill="{colour}"/></pattern></defs>'
        for token, colour in used.items()
    )
