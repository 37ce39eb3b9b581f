"""Which spreadsheet format a workbook is: the one whose headers its sheets show most of.

The first rows of its sheets are listed once, in a child and under limits, and each format is compared with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from corridor_etl.errors import FileRejected
from corridor_etl.sources._child import Limits, ask
from corridor_etl.sources._headers import named
from corridor_etl.sources._sheet import HEADER_SEARCH_ROWS
from corridor_etl.sources._sheet_head import first_rows
from corridor_etl.sources._table import Table
from corridor_etl.sources._workbook import OLE_MAGIC, is_zip_workbook

_LISTING = Limits(cpu_seconds=30, wall_seconds=60)
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class SheetClaim:
    """A spreadsheet format's ``claims``: its table fits the workbook better than any other format's.

    ``is_fallback``: also claims a workbook that fits no format. ``only``: further condition on the bytes.
    """

    table: Table
    is_fallback: bool = False
    only: Callable[[bytes], bool] = lambda _data: True

    def __call__(self, data: bytes, _file_name: str) -> bool:
        """Whether this format reads the workbook; ``data`` is the whole file."""
        if not (data.startswith(OLE_MAGIC) or is_zip_workbook(data)) or not self.only(data):
            return False
        best = _best(data)
        return best is self.table or (best is None and self.is_fallback)


def _best(data: bytes) -> Table | None:
    """The table that fits the workbook best, None where none does."""
    sheets = _listed(_Bytes(data, hashlib.sha256(data).hexdigest()))
    scored = [(_fit(table, sheets), table) for table in _tables()]
    best, table = max(scored, key=lambda s: s[0], default=((0, 0), None))
    return table if best > (0, 0) else None


def _tables() -> list[Table]:
    from corridor_etl.sources import sources

    claims = (source.claims for source in sources().values())
    return list({id(c.table): c.table for c in claims if isinstance(c, SheetClaim)}.values())


def _fit(table: Table, sheets: Sequence[Rows]) -> tuple[int, int]:
    """Mandatory and known headers of the row that has most of them, over all sheets; (0, 0) if they are too few."""
    best = (0, 0)
    for row in (table.qualified(row) for rows in sheets for row in rows):
        found = {name for text in row if (name := named(text, table.spellings))}
        if len(found) >= table.min_headers:
            mandatory = len(found.intersection(table.layout().mandatory))
            has_all = mandatory == len(table.layout().mandatory)
            best = max(best, (2 if has_all else 1, len(found)))
    return best


@dataclass(frozen=True)
class _Bytes:
    """A file by its hash, so that a workbook asked about by seven formats is listed once."""

    data: bytes
    sha256: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bytes) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)


@lru_cache(maxsize=2)
def _listed(file: _Bytes) -> list[Rows]:
    try:
        body = ask(first_rows, file.data, {"rows": HEADER_SEARCH_ROWS}, _LISTING).body
    except FileRejected:
        return []  # reading it will say why
    found: list[Rows] = body["sheets"]
    return found
