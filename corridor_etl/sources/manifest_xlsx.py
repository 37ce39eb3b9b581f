"""Train loading lists as a workbook: bilingual headers, the train above the table, totals below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources._headers import Layout, unmapped
from corridor_etl.sources._loading_list import (
    BOX_COLUMNS,
    BOX_MANDATORY,
    TRAIN_COLUMNS,
    TRAIN_MANDATORY,
    layout,
)
from corridor_etl.sources._sheet import Header, SheetRow, find_header, info, no_list, row_text, rows
from corridor_etl.sources._sheet_count import count_rows
from corridor_etl.sources._source import Finding, RawFile, Source, raw_frame
from corridor_etl.sources._totals import compared
from corridor_etl.sources._workbook import OLE_MAGIC, ZIP_MAGIC, opened

COLUMNS = (*TRAIN_COLUMNS, *BOX_COLUMNS)


def _layout() -> Layout:
    return layout("manifest_xlsx", COLUMNS, BOX_MANDATORY)


def _claims(head: bytes, file_name: str) -> bool:
    if head.startswith(OLE_MAGIC):
        return True  # claimed so that the rejection can say why
    return head.startswith(ZIP_MAGIC) and (b"xl/" in head or file_name.lower().endswith((".xlsx", ".xlsm")))


def _read(data: bytes, _sender: Sender | None) -> RawFile:
    archive, book = opened(data)
    sheet, header, findings = _chosen(book)
    train = info(sheet, header, _layout(), TRAIN_COLUMNS)
    _check_train(train, header)
    found = list(rows(sheet, header))
    records = [r for r in found if not r.is_total]
    good = [r for r in records if r.fault is None]
    return RawFile(
        frame=raw_frame(COLUMNS, (_raw_row(r, train) for r in good)),
        rows_counted=count_rows(archive, sheet.title, header.row, header.column("container_no")),
        findings=(*findings, *unmapped(header.labels, header.names, header.row), *_totals(found, records)),
        faults=tuple(r.fault for r in records if r.fault is not None),
        dialect="xlsx",
        raw_lines={r.number: row_text(r) for r in records if r.fault is not None},
    )


def _chosen(book: Any) -> tuple[Any, Header, list[Finding]]:
    """The one visible sheet with a loading list; hidden ones are named, a second visible one is an error."""
    candidates = [(s, find_header(s, _layout())) for s in book.worksheets]
    lists = [(s, h) for s, h in candidates if h is not None]
    visible = [(s, h) for s, h in lists if s.sheet_state == "visible"]
    if not visible:
        raise no_list([s.title for s in book.worksheets if s.sheet_state == "visible"])
    if len(visible) > 1:
        raise FileRejected(
            "SCHEMA", f"{len(visible)} sheets have a loading list: {', '.join(s.title for s, _ in visible)}",
            expected="one", fix="Ask the sender for one list per workbook.",
        )  # fmt: skip
    hidden = [s.title for s, _ in lists if s.sheet_state != "visible"]
    text = f"hidden sheets with a list were not read: {', '.join(hidden)}"
    return *visible[0], [Finding("HIDDEN_SHEET", "warning", text)] if hidden else []


def _check_train(train: dict[str, str], header: Header) -> None:
    missing = [n for n in TRAIN_MANDATORY if n not in train and n not in header.names]
    if missing:
        raise FileRejected(
            "SCHEMA", f"nothing above row {header.top} says {', '.join(missing)}",
            expected="a label such as 'Train No' with its value beside it", fix="Ask the sender to fill it in.",
            missing=missing,
        )  # fmt: skip


def _raw_row(row: SheetRow, train: dict[str, str]) -> tuple[object, ...]:
    cells = (row.values.get(c) or train.get(c) for c in COLUMNS)
    return (row.number, *cells, row_text(row))


def _totals(found: Sequence[SheetRow], records: Sequence[SheetRow]) -> list[Finding]:
    values = [r.values for r in records]
    return [f for t in found if t.is_total for f in compared(t.values, values, t.number)]


SOURCE = Source(
    name="manifest_xlsx",
    record_kind="manifest_container",
    meaning="train loading list as a workbook, Chinese, Russian or English headers",
    claims=_claims,
    read=_read,
)
