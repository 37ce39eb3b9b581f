"""Train loading lists as a workbook: bilingual headers, the train above the table, totals below it."""

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
    name="manifest_xlsx",
    record_kind="manifest_container",
    meaning="train loading list as a workbook, Chinese, Russian or English headers",
    # A workbook that no format knows is claimed too, so that the rejection can say what is missing.
    claims=SheetClaim(MANIFEST, is_fallback=True, only=lambda data: not is_biff(data)),
    read=guarded(_read),
    needs_whole_file=True,
)
