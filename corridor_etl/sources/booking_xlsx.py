"""Bookings of container slots per departure as a workbook, with the headers of `booking_csv` or plain ones."""

from __future__ import annotations

from functools import partial

from corridor_etl.settings import Sender
from corridor_etl.sources import _spreadsheet
from corridor_etl.sources._booking_list import layout
from corridor_etl.sources._child import guarded
from corridor_etl.sources._sheet_claims import SheetClaim
from corridor_etl.sources._source import RawFile, Source
from corridor_etl.sources._table import Table

TABLE = Table(
    layout=partial(layout, "booking_xlsx"),
    keys=("booking_no",),
    identifiers=frozenset(("booking_no",)),
    fill_down=tuple((name, 0) for name in ("service_id", "direction", "train_no", "departure_date")),
    quantities=frozenset(("containers", "teu")),
)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    return _spreadsheet.read(TABLE, data)


SOURCE = Source(
    name="booking_xlsx",
    record_kind="booking",
    meaning="bookings of container slots per departure, as a workbook",
    claims=SheetClaim(TABLE),
    read=guarded(_read),
    needs_whole_file=True,
)
