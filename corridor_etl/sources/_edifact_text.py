"""Places in a buffer to columns of text, without copying the buffer.

A Polars string is a view of sixteen bytes: the length, then either up to twelve bytes of text or the first four and
where the rest stands. The views are made for whole columns here; the text itself stays where it was read.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from corridor_etl.sources._edifact_tokens import Indices, Spans, Tokens

_INLINE = 12
# What Python's str.strip takes away, so that both ways of reading give one value.
_BLANKS = "".join(chr(n) for n in range(0x3001) if chr(n).isspace())
_HEAD = np.array([(1 << 8 * min(n, 4)) - 1 for n in range(_INLINE + 1)], dtype=np.uint64)
_TAIL = np.array([(1 << 8 * max(n - 4, 0)) - 1 for n in range(_INLINE + 1)], dtype=np.uint64)


def column(tokens: Tokens, rows: Indices, spans: Spans, name: str = "") -> pl.Series:
    """The values of the segments ``rows`` as text, null where there is none; released characters as themselves."""
    texts = view(tokens, spans, name)
    if tokens.has_wide_blanks:
        texts = texts.str.strip_chars(_BLANKS)
        texts = texts.set(texts == "", None)
    if not len(tokens.releases):
        return texts
    released = tokens.released(rows, spans)
    if not len(released):
        return texts
    plain = [tokens.plain(spans, int(i)) or None for i in released]
    return texts.scatter(released, pl.Series(plain, dtype=pl.String))


def view(tokens: Tokens, spans: Spans, name: str = "") -> pl.Series:
    """The bytes of the spans as they stand in the buffer, as text; null where the length is 0."""
    rows = len(spans.start)
    longest = int(spans.length.max()) if rows else 0
    if not longest:
        return pl.Series(name, [None], dtype=pl.String).new_from_index(0, rows)
    length = spans.length.astype(np.uint64)
    short = spans.length if longest <= _INLINE else np.minimum(spans.length, _INLINE)
    views = np.empty((rows, 2), dtype=np.uint64)
    half = np.uint64(32)
    if longest <= 4:
        first = tokens.word_at(spans.start)
        views[:, 1] = 0
    else:
        first, second = tokens.pair_at(spans.start)
        np.bitwise_and(first >> half | second << half, _TAIL.take(short), out=views[:, 1])
    np.bitwise_or(length, (first & _HEAD.take(short)) << half, out=views[:, 0])
    if longest > _INLINE:
        far = spans.length > _INLINE
        views[:, 1] = np.where(far, spans.start.astype(np.uint64) << np.uint64(32), views[:, 1])
    is_there = spans.length > 0
    validity = None if is_there.all() else pa.py_buffer(np.packbits(is_there, bitorder="little"))
    buffers = [validity, pa.py_buffer(views), pa.py_buffer(tokens.text)]
    array = pa.Array.from_buffers(pa.string_view(), rows, buffers)
    return pl.Series(name, array)
