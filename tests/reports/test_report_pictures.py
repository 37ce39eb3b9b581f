"""Charts: small opaque pictures at twice the mail's width, no machinery in the SVG, readable colours."""

from __future__ import annotations

import re
import struct
import zlib
from typing import Any

import numpy as np
import pytest

from corridor_etl.errors import ReportCheckFailed
from corridor_etl.reports import palette, png


def test_mail_pictures_are_wide_small_and_have_a_dark_twin(issue: Any) -> None:
    _, rendered, _ = issue
    assert [p.id for p in rendered.charts] == ["throughput", "legs", "trade"]
    for picture in rendered.charts:
        for data in (picture.light_png, picture.dark_png):
            assert png.size(data) == (1104, 2 * picture.height)
            assert len(data) <= 40_000
        assert picture.light_png != picture.dark_png


def test_page_charts_take_their_colours_from_the_style_sheet(issue: Any) -> None:
    for picture in issue[1].charts:
        assert "var(--west)" in picture.svg
        assert not [
            h for h in re.findall(r"#[0-9A-Fa-f]{6}", picture.svg) if h.upper() in palette.LIGHT.values()
        ]
        assert picture.svg.count("aria-") == 1
        assert "<title" not in picture.svg


def test_direct_labels_carry_the_numbers_of_the_figures(issue: Any) -> None:
    context, rendered, _ = issue
    assert f"{context.figure('throughput.teu').text} TEU" in rendered.charts[0].svg
    assert f"Westbound {context.figure('trade.value_cny_westbound').text}" in rendered.charts[2].svg


def test_provisional_weeks_are_hatched(issue: Any) -> None:
    assert "url(#west-hatch)" in issue[1].charts[2].svg
    assert 'id="west-hatch"' in issue[1].charts[2].svg


@pytest.mark.parametrize("colours", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_text_has_contrast_and_the_two_series_survive_greyscale(colours: dict[str, str]) -> None:
    assert palette.unreadable(colours) == []
    pale = palette.unreadable({**colours, "muted": colours["card"], "east": colours["west"]})
    assert {p.split(" has ")[0] for p in pale} >= {"muted on card", "west on east"}


def test_both_palettes_know_the_same_tokens_and_light_ones_are_distinct() -> None:
    assert palette.LIGHT.keys() == palette.DARK.keys()
    assert len(set(palette.LIGHT.values())) == len(palette.LIGHT)


def picture(pixels: np.ndarray, row_filter: int) -> bytes:
    """An RGB PNG whose rows are filtered by None, Sub or Up."""
    rows = pixels.astype(np.int16)
    if row_filter == 1:
        rows = np.concatenate([rows[:, :1], np.diff(rows, axis=1)], axis=1)
    if row_filter == 2:
        rows = np.concatenate([rows[:1], np.diff(rows, axis=0)], axis=0)
    data = b"".join(bytes([row_filter]) + (row % 256).astype(np.uint8).tobytes() for row in rows)
    height, width, _ = pixels.shape
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(data)),
        (b"IEND", b""),
    ]
    return png.SIGNATURE + b"".join(
        struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in chunks
    )


@pytest.mark.parametrize("row_filter", [0, 1, 2])
def test_a_picture_is_read_back_whatever_its_row_filter(row_filter: int) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (9, 7, 3)).astype(np.uint8)
    assert (png.decode(picture(pixels, row_filter)) == pixels).all()


def test_few_colours_are_kept_exactly() -> None:
    colours = np.random.default_rng(5).integers(0, 256, (200, 3)).astype(np.uint8)
    pixels = colours[np.random.default_rng(6).integers(0, 200, (40, 30))]
    small = png.small(picture(pixels, 1))
    header = small.index(b"PLTE")
    palette_length = int.from_bytes(small[header - 4 : header], "big")
    table = np.frombuffer(small[header + 4 : header + 4 + palette_length], np.uint8).reshape(-1, 3)
    data = small.index(b"IDAT")
    length = int.from_bytes(small[data - 4 : data], "big")
    rows = np.frombuffer(zlib.decompress(small[data + 4 : data + 4 + length]), np.uint8).reshape(40, 31)
    assert (table[rows[:, 1:]] == pixels).all()


def test_a_picture_of_another_make_is_refused() -> None:
    made = bytearray(picture(np.zeros((2, 2, 3), np.uint8), 0))
    made[24] = 16
    with pytest.raises(ReportCheckFailed, match="16 bits"):
        png.decode(bytes(made))
