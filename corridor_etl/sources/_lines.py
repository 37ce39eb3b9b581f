"""What a line below a list's header is: a record, a part of the record before it, a total, or a note.

One definition for the reader and for the independent count, which share no code to find out what the cells say.
A record is a box (or booking, or item), not a sheet row: a box whose goods fill two rows is one record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from corridor_etl.sources._totals import MIN_CELLS, is_total

_LEADING_CELLS = 3
_COUNT = re.compile(r"[0-9]{1,6}(?:\.0*)?")

Texts = Mapping[int, str]
"""Column from 0 -> what stands in the cell, stripped; empty cells are left out, in the order of the columns."""


class Line(Enum):
    """The kinds of line."""

    RECORD, PART, TOTAL, NOTE = range(4)


@dataclass(frozen=True)
class Shape:
    """Columns (from 0) by what they do: ``keys`` make a row a record.

    Where ``goods`` is not empty, a row may continue the record above it: ``same`` are the columns in which it must
    agree or be blank, ``box`` those that are blank where it does not repeat the key, ``goods`` and ``summed`` its own.
    """

    header_row: int
    keys: tuple[int, ...]
    same: tuple[int, ...] = ()
    box: tuple[int, ...] = ()
    goods: tuple[int, ...] = ()
    summed: tuple[int, ...] = ()

    def key(self, texts: Texts) -> str:
        """What identifies the row, or an empty text."""
        return next((texts[c] for c in self.keys if c in texts), "")


def kind(texts: Texts, record: Texts | None, shape: Shape) -> Line:
    """The kind of a line, by what it and the record it may belong to say."""
    if _is_total(texts, record, shape):
        return Line.TOTAL
    if record is not None and _is_part(texts, record, shape):
        return Line.PART
    return Line.RECORD if shape.key(texts) or len(texts) >= MIN_CELLS else Line.NOTE


def is_plain_record(key: str, previous_key: str, first_cell: str) -> bool:
    """Whether a row is a record by its own and the previous row's key alone, as nearly all rows are."""
    return (
        key != previous_key
        and _COUNT.fullmatch(key) is None
        and not is_total(first_cell)
        and not is_total(key)
    )


def _is_total(texts: Texts, record: Texts | None, shape: Shape) -> bool:
    key = shape.key(texts)
    if key and is_total(key):
        return True
    if key and _COUNT.fullmatch(key) is None:
        return False
    if any(is_total(t) for t in list(texts.values())[:_LEADING_CELLS]):
        return True
    # A last row of bare sums, with no word to say so.
    return record is not None and len(texts) > 1 and set(texts) <= {*shape.summed, *shape.keys}


def _is_part(texts: Texts, record: Texts, shape: Shape) -> bool:
    if not any(c in texts for c in shape.goods):
        return False
    if any(c in texts and texts[c] != record.get(c) for c in shape.same):
        return False
    key = shape.key(texts)
    if not key:
        return all(c not in texts for c in shape.box) and any(c in texts for c in shape.summed)
    # The same goods once more are a repeated or a corrected row, which is not for adding up.
    return key == shape.key(record) and any(c in texts and texts[c] != record.get(c) for c in shape.goods)
