"""Sound records as columns of text, by Polars' own reader, with everything switched off that guesses or forgives.

Only records whose number of fields is known may come here: Polars fills short rows up without a word.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from corridor_etl.sources._csv_spans import Places

# Stand-ins while reading; sound records have no control characters.
_NO_DELIMITER, _ROW_END = "\x01", "\x1e"
# Polars takes the first for compressed data and drops the second where its input starts with them.
_MISREAD = (b"x^", b"\xef\xbb\xbf")


def cells_frame(
    data: bytes,
    lines: Places,
    names: list[str],
    delimiter: str,
    *,
    is_quoted: bool,
    ends: Places | None = None,
) -> pl.DataFrame | None:
    """``line_no``, the cells as ``names`` and ``raw_text``; None where Polars sees other records than ``lines``.

    ``ends`` are the line ends of the records where quoted fields hold further ones.
    """
    raw, row_end = (data, "\n") if ends is None else (_marked(data, ends), _ROW_END)
    try:
        cells = _read(data, names, delimiter, '"' if is_quoted else None, "\n")
        texts = _read(raw, ["raw_text"], _NO_DELIMITER, None, row_end)
    except pl.exceptions.PolarsError:
        return None
    if not len(lines) == cells.height == texts.height:
        return None
    return cells.insert_column(0, pl.Series("line_no", lines, dtype=pl.Int64)).with_columns(texts["raw_text"])


def _marked(data: bytes, ends: Places) -> bytes:
    """The text with these line ends replaced by a stand-in."""
    text = np.frombuffer(data, np.uint8).copy()
    text[ends] = ord(_ROW_END)
    return text.tobytes()


def _read(data: bytes, names: list[str], delimiter: str, quote: str | None, row_end: str) -> pl.DataFrame:
    if not data:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
    is_masked = data.startswith(_MISREAD)
    if is_masked:
        data = delimiter.encode() * (len(names) - 1) + row_end.encode() + data
    frame = pl.read_csv(
        data, has_header=False, schema=dict.fromkeys(names, pl.String()), separator=delimiter, quote_char=quote,
        eol_char=row_end, empty_string_is_null=False, comment_prefix=None, encoding="utf8",
    )  # fmt: skip
    return frame.slice(1) if is_masked else frame
