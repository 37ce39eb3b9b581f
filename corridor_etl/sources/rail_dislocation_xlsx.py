"""The 1520 position sheet (dislocation) as a workbook: where each container or wagon was last operated.

Headers are those of header_alias.csv. Times are Moscow's unless the sender's profile says otherwise; staging knows.
"""

from __future__ import annotations

from functools import cache

from corridor_etl.reference._tables import mapping
from corridor_etl.settings import Sender
from corridor_etl.sources import _spreadsheet
from corridor_etl.sources._child import guarded
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._sheet_claims import SheetClaim
from corridor_etl.sources._source import RawFile, Source
from corridor_etl.sources._table import Table

# What header_alias.csv calls a column -> what the record calls it.
_NAMES = {
    "container_no": "container_no", "wagon_no": "wagon_no", "operation": "operation_code",
    "operation_station": "operation_station_code", "event_time_local": "operation_at",
    "origin_station": "origin_station_code", "destination_station": "destination_station_code",
    "railway_of_operation": "railway_code", "train_index": "train_index", "train_no": "train_no",
    "consignment_note_no": "consignment_note_no", "remaining_km": "remaining_km", "eta_days": "forecast_days",
}  # fmt: skip
# Other moments of a journey, which the alias table calls event times too.
_OTHER_MOMENTS = (
    "Дата отправления",
    "Дата прибытия",
    "Actual Departure",
    "Actual Arrival",
    "发车时间",
    "到达时间",
)
_SPELLINGS = {"Дата операции": "operation_at", "Код операции": "operation_code", "Последняя операция": "operation_code",
              "Станция последней операции": "operation_station_code", "№ контейнера": "container_no"}  # fmt: skip


@cache
def _layout() -> Layout:
    known = mapping("header_alias", "header", "canonical")
    found = {h: _NAMES[c] for h, c in known.items() if c in _NAMES and h not in _OTHER_MOMENTS} | _SPELLINGS
    ordered = {h: name for wanted in _NAMES.values() for h, name in found.items() if name == wanted}
    return Layout("rail_dislocation_xlsx", ordered, ("operation_station_code", "operation_at"))


TABLE = Table(
    layout=_layout,
    keys=("container_no", "wagon_no"),
    identifiers=frozenset(("container_no", "consignment_note_no")),
)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    return _spreadsheet.read(TABLE, data)


SOURCE = Source(
    name="rail_dislocation_xlsx",
    record_kind="rail_position",
    meaning="position sheet of a 1520 railway as a workbook, Russian, English or Chinese headers",
    claims=SheetClaim(TABLE),
    read=guarded(_read),
    needs_whole_file=True,
)
