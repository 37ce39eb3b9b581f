"""Daily exchange rates in CSV: wide (a day a line, a currency a column) or long (a rate a line).

A wide file is taken apart into its rates; a cell that says there is none is counted and is no row.
"""

from __future__ import annotations

from corridor_etl.settings import Sender
from corridor_etl.sources import _delimited, _rates_long, _rates_wide
from corridor_etl.sources._source import RawFile, Source


def _claims(head: bytes, _file_name: str) -> bool:
    return _delimited.claims(_rates_long.LAYOUT, head) or _rates_wide.claims(head)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    if _rates_wide.claims(data[:65_536]):
        return _rates_wide.read(data, sender)
    return _rates_long.read(data, sender)


SOURCE = Source(
    name="rates_csv",
    record_kind="exchange_rate",
    meaning="daily exchange rates, wide or long",
    claims=_claims,
    read=_read,
)
