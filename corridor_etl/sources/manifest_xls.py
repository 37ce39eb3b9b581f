"""Train loading lists in the old binary workbook format (.xls), with the same lists as `manifest_xlsx`."""

from __future__ import annotations

from corridor_etl.settings import Sender
from corridor_etl.sources import _spreadsheet
from corridor_etl.sources._child import guarded
from corridor_etl.sources._list_table import MANIFEST
from corridor_etl.sources._sheet_claims import SheetClaim
from corridor_etl.sources._source import RawFile, Source
from corridor_etl.sources._workbook import is_biff


def _read(data: bytes, sender: Sender | None) -> RawFile:
    return _spreadsheet.read(MANIFEST, data)


SOURCE = Source(
    name="manifest_xls",
    record_kind="manifest_container",
    meaning="train loading list as an old binary workbook (.xls), Chinese, Russian or English headers",
    claims=SheetClaim(MANIFEST, is_fallback=True, only=is_biff),
    read=guarded(_read),
    needs_whole_file=True,
)
