"""The fonts of the charts: one family per language, shipped, registered with the renderer, and complete.

A machine's own fonts are never used: a label with a character that its font lacks is an error that names it, not a box
and not another font's letter. ``scripts/make_fonts.py`` makes the files of ``font_files``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import vl_convert
from fontTools.ttLib import TTFont

from corridor_etl.errors import ReportCheckFailed
from corridor_etl.reports.language import spoken

FOLDER = Path(__file__).with_name("font_files")
_LATIN, _CHINESE = "Corridor Sans", "Corridor Sans SC"
WEIGHTS = ("normal", "bold")
_FILES = {
    (_LATIN, "normal"): "CorridorSans-Regular.ttf",
    (_LATIN, "bold"): "CorridorSans-Bold.ttf",
    (_CHINESE, "normal"): "CorridorSansSC-Regular.otf",
    (_CHINESE, "bold"): "CorridorSansSC-Bold.otf",
}


def family() -> str:
    """The font family of the language spoken."""
    return _CHINESE if spoken() == "zh" else _LATIN


def missing_files() -> list[str]:
    """Names of shipped font files that are not there."""
    return [name for name in _FILES.values() if not (FOLDER / name).is_file()]


@cache
def register() -> None:
    """Makes the shipped fonts known to the renderer of this process."""
    vl_convert.register_font_directory(str(FOLDER))


def check_covered(texts: Iterable[tuple[str, str]]) -> None:
    """``ReportCheckFailed`` where a font lacks a character of a (text, weight)."""
    for text, weight in texts:
        lacking = sorted({c for c in text if ord(c) not in _glyphs(family(), weight)})
        if lacking:
            names = ", ".join(f"{c} (U+{ord(c):04X})" for c in lacking)
            raise ReportCheckFailed(
                f"the font {family()} lacks {names} of the label '{text}'",
                expected="every character of a chart's labels in its font",
                fix="Add the characters in scripts/make_fonts.py and run it.",
            )


def width_px(text: str, size_px: float, weight: str = "normal") -> float:
    """How wide a text is drawn; characters the font lacks count as nothing."""
    glyphs, font = _glyphs(family(), weight), _font(family(), weight)
    units = sum(font["hmtx"][glyphs[ord(c)]][0] for c in text if ord(c) in glyphs)
    return float(units) * size_px / int(font["head"].unitsPerEm)


@cache
def _font(name: str, weight: str) -> TTFont:
    return TTFont(FOLDER / _FILES[name, weight], lazy=True)


@cache
def _glyphs(name: str, weight: str) -> dict[int, str]:
    return dict(_font(name, weight).getBestCmap())
