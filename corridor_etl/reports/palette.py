"""The colours of issues, by token, in light and dark. Two hues carry meaning: westbound blue, eastbound orange.

Charts are drawn once with the light values; :func:`recoloured` turns them into CSS variables for the page or into
the dark values for a mail's twin picture. Red is for what failed only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LIGHT: dict[str, str] = {
    "page": "#EEF2F5",
    "card": "#FFFFFF",
    "tile": "#F3F6F9",
    "ink": "#15212B",
    "muted": "#566573",
    "line": "#DCE3E9",
    "grid": "#E4EAEF",
    "axis": "#8E9CA8",
    "head": "#0B3950",
    "head-ink": "#FDFEFF",
    "head-muted": "#C5D8E3",
    "west": "#0B4F6C",
    "east": "#D9822B",
    "east-ink": "#8F5208",
    "band": "#DCE8EF",
    "rail": "#3B7C9A",
    "after": "#8AA3B2",
    "last": "#C2CED6",
    "on-dark": "#FCFCFC",
    "on-rail": "#FDFDFD",
    "on-light": "#15212C",
    "bad": "#B01E23",
    "good": "#0A6B43",
    "warn-bg": "#FFF2DF",
    "warn-line": "#D8812A",
    "link": "#0B5A7D",
    "west-hatch": "#0B4F6D",
    "east-hatch": "#D9822C",
}
DARK: dict[str, str] = {
    "page": "#0B1216",
    "card": "#16212A",
    "tile": "#1B2832",
    "ink": "#E8EEF2",
    "muted": "#A3B2BE",
    "line": "#2B3A46",
    "grid": "#263540",
    "axis": "#71828F",
    "head": "#0A3044",
    "head-ink": "#F4F8FA",
    "head-muted": "#BCD0DC",
    "west": "#4FA0C8",
    "east": "#FFD2A0",
    "east-ink": "#FFD2A0",
    "band": "#1F3340",
    "rail": "#2F7396",
    "after": "#7C94A3",
    "last": "#A3B5C1",
    "on-dark": "#0B1216",
    "on-rail": "#FFFFFF",
    "on-light": "#0B1216",
    "bad": "#FF8F8A",
    "good": "#62D6A0",
    "warn-bg": "#33260F",
    "warn-line": "#E59A45",
    "link": "#7CC4E8",
    "west-hatch": "#4FA0C9",
    "east-hatch": "#FFD2A1",
}
_HEX = re.compile(r"#[0-9A-Fa-f]{6}\b")
_TOKEN_OF = {value.upper(): token for token, value in LIGHT.items()}
HATCHED = {"west-hatch": "west", "east-hatch": "east"}


def variables(palette: Mapping[str, str]) -> str:
    """The palette as CSS custom properties: ``--west:#0B4F6C;...``."""
    return "".join(f"--{token}:{value};" for token, value in palette.items())


def recoloured(svg: str, palette: Mapping[str, str] | None = None) -> str:
    """A picture drawn in light colours, in those of ``palette``; without one, in CSS variables."""

    def instead(match: re.Match[str]) -> str:
        token = _TOKEN_OF.get(match[0].upper())
        if token is None:
            return match[0]
        if token in HATCHED:
            return f"url(#{token})"
        return palette[token] if palette else f"var(--{token})"

    return _HEX.sub(instead, svg)


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB`` (WCAG 2.2), 0 to 1."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2), 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


_GROUNDS = ("page", "card", "tile")
_ON: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((ink, _GROUNDS) for ink in ("ink", "muted", "bad", "good", "link", "east-ink")),
    ("ink", ("warn-bg",)),
    ("muted", ("warn-bg",)),
    ("head-muted", ("head",)),
    ("on-dark", ("west",)),
    ("on-rail", ("rail",)),
    ("on-light", ("east", "after")),
)
"""Text and what it is written on."""
LEAST_CONTRAST = 4.5
LEAST_BETWEEN_SERIES = 1.95  # two, rounded to one digit: the two hues are told apart in greyscale


def unreadable(palette: Mapping[str, str]) -> list[str]:
    """Pairs of tokens with too little contrast: text on its ground, and the two series."""
    pairs = [(ink, ground, LEAST_CONTRAST) for ink, grounds in _ON for ground in grounds]
    found = [
        (ink, ground, contrast(palette[ink], palette[ground]), least)
        for ink, ground, least in (*pairs, ("west", "east", LEAST_BETWEEN_SERIES))
    ]
    return [
        f"{ink} on {ground} has a contrast of {ratio:.2f}, at least {least} is needed"
        for ink, ground, ratio, least in found
        if ratio < least
    ]
