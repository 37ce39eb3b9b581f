"""Makes the fonts of the charts in ``corridor_etl/reports/font_files`` from Liberation Sans and Noto Sans CJK SC.

The subsets are renamed, as the licence asks of changed fonts, and hold what chart labels may need: Latin, Cyrillic with
the Kazakh letters, and for Chinese the characters of GB 2312. Run it where the Debian packages ``fonts-liberation2``
(version 1 lacks the Kazakh letters) and ``fonts-noto-cjk`` are installed: ``python scripts/make_fonts.py``.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

FOLDER = Path(__file__).resolve().parent.parent / "corridor_etl" / "reports" / "font_files"
LIBERATION = Path("/usr/share/fonts/truetype/liberation2")
NOTO = Path("/usr/share/fonts/opentype/noto")
LATIN_AND_CYRILLIC = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x400, 0x530), *range(0x2010, 0x2027),
                      0x2030, 0x20AC, 0x20BD, 0x2116, 0x2212, 0x00D7]  # fmt: skip
WEIGHTS = ("Regular", "Bold")


def chinese() -> list[int]:
    """The characters of GB 2312 and what Latin and Cyrillic text needs."""
    found = set(LATIN_AND_CYRILLIC)
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return sorted(found)


def subset(font: TTFont, characters: list[int], family: str, weight: str, path: Path) -> None:
    """Writes the part of a font that draws ``characters``, under another name and without a date of its own."""
    options = Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.name_IDs = [0, 13, 14]
    options.notdef_outline = True
    options.recalc_timestamp = False
    cutter = Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    postscript = f"{family.replace(' ', '')}-{weight}"
    for number, text in (
        (1, family),
        (2, weight),
        (3, postscript),
        (4, f"{family} {weight}"),
        (6, postscript),
    ):
        font["name"].setName(text, number, 3, 1, 0x409)
        font["name"].setName(text, number, 1, 0, 0)
    if "CFF " in font:
        font["CFF "].cff.fontNames = [postscript]
        top = font["CFF "].cff.topDictIndex[0]
        top.FullName, top.FamilyName = f"{family} {weight}", family
    font.save(path)


def main() -> None:
    """Makes the four files anew."""
    FOLDER.mkdir(exist_ok=True)
    for weight in WEIGHTS:
        latin = TTFont(LIBERATION / f"LiberationSans-{weight}.ttf", recalcTimestamp=False)
        subset(latin, LATIN_AND_CYRILLIC, "Corridor Sans", weight, FOLDER / f"CorridorSans-{weight}.ttf")
        faces = TTCollection(NOTO / f"NotoSansCJK-{weight}.ttc").fonts
        simplified = next(f for f in faces if str(f["name"].getDebugName(1)).startswith("Noto Sans CJK SC"))
        simplified.recalcTimestamp = False
        subset(simplified, chinese(), "Corridor Sans SC", weight, FOLDER / f"CorridorSansSC-{weight}.otf")


if __name__ == "__main__":
    main()
