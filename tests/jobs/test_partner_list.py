"""What a partner gets: every row in words with its bad cells marked, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from corridor_etl.jobs.partner_list import COLUMNS, MAX_CHARS, as_csv, as_xlsx, lines

HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+2", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "  =1+1", "\x1b[31mred", "\u202eabc",
    "＝1+1", "-5", "'quoted", "https://example.com/", "{=1+1}", "a\nb", "x" * (MAX_CHARS + 10), "",
)  # fmt: skip


def held(**changes: Any) -> dict[str, Any]:
    detail = {
        "rule_id": "WT-001",
        "column": "cargo_gross_kg, cargo_net_kg",
        "observed": "cargo_gross_kg=1, cargo_net_kg=2",
        "expected": "gross at least net",
    }
    row = {
        "quarantine_id": 1,
        "file_name": "train_operator/a.csv",
        "line_no": 7,
        "record_kind": "manifest_container",
        "rule_ids": "WT-001",
        "details_json": json.dumps([detail]),
        "suggestion": None,
        "raw_text": "QZAU7000011,1,2",
        "raw_json": json.dumps({"container_no": "QZAU7000011", "cargo_gross_kg": "1", "cargo_net_kg": "2"}),
    }
    return row | changes


def workbook(rows: list[dict[str, Any]]) -> Any:
    return openpyxl.load_workbook(io.BytesIO(as_xlsx(lines(rows), datetime(2025, 6, 1, tzinfo=UTC))))


def table(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    text = as_csv(lines(rows)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def marked(sheet: Any, row: int) -> dict[str, str]:
    heads = [cell.value for cell in sheet[1]]
    found = {}
    for name, cell in zip(heads, sheet[row], strict=True):
        is_filled = cell.fill.fill_type == "solid"
        assert is_filled == (cell.comment is not None), name
        if is_filled:
            found[name] = cell.comment.text
    return found


def test_exactly_the_bad_cells_are_marked_and_say_why() -> None:
    sheet = workbook([held()])["manifest_container"]
    found = marked(sheet, 2)
    assert set(found) == {"cargo_gross_kg", "cargo_net_kg"}
    assert "gross at least net" in found["cargo_gross_kg"]
    (row,) = table([held()])
    assert row["marked cells"] == "cargo_gross_kg, cargo_net_kg"
    assert (row["file"], row["line"], row["row as received"]) == (
        "train_operator/a.csv",
        "7",
        "QZAU7000011,1,2",
    )
    assert row["what is wrong"] not in ("", "WT-001")


@pytest.mark.parametrize(
    ("column", "observed", "cells", "marks"),
    [
        ("departure_on_local", "31.02.2025", {"departure_on": "31.02.2025"}, {"departure_on"}),
        ("event_at_utc", "2099-01-01 02:00:00+00:00", {"event_time": "01.01.2099 10:00"}, {"event_time"}),
        ("seal_nos", "", {"container_no": "QZAU7000011"}, {"seal_nos"}),
        ("facility_code", "CNQQQ", {"place": "CNQQQ", "note": "CNQ"}, {"place"}),
        ("train_no", "X9", {"train": "X 9"}, {"row as received"}),
        ("", "13", {}, {"row as received"}),
    ],
    ids=["raw-date", "raw-time", "empty-cell", "by-value", "not-found", "no-cell"],
)
def test_a_mark_finds_the_cell_as_the_row_calls_it(
    column: str, observed: str, cells: dict[str, str], marks: set[str]
) -> None:
    detail = {"rule_id": "DT-006", "column": column, "observed": observed, "expected": "a date"}
    row = held(details_json=json.dumps([detail]), raw_json=json.dumps(cells))
    assert set(marked(workbook([row])["manifest_container"], 2)) == marks


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_becomes_a_formula_a_link_or_a_control_character(text: str) -> None:
    detail = {"rule_id": "FORMULA_CELL", "column": "container_no", "observed": text, "expected": text}
    row = held(
        file_name=f"{text[:50]}.csv", raw_text=text, details_json=json.dumps([detail]),
        raw_json=json.dumps({"container_no": text, "seal_nos": text}),
    )  # fmt: skip
    cells = [cell for line in workbook([row])["manifest_container"].iter_rows() for cell in line]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert [cell for cell in cells if cell.hyperlink] == []
    for cell in cells:
        for value in (str(cell.value or ""), cell.comment.text if cell.comment else ""):
            assert not set(value) & set("\t\r\x1b\u202e"), cell.coordinate
        if str(cell.value or "").lstrip().startswith(("=", "+", "-", "@", "＝")):
            assert cell.quotePrefix, cell.coordinate
    for value in table([row])[0].values():
        assert not value.lstrip().startswith(("=", "+", "-", "@", "＝"))
        assert not set(value) & set("\t\r\n\x1b\u202e")
        assert len(value) < 32_767


def test_cells_are_shown_as_their_sender_wrote_them() -> None:
    cells = {"container_no": "qzau 700001-1", "cargo_gross_kg": "1,0 kg", "cargo_net_kg": ""}
    text = as_csv(lines([held()], {1: cells})).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert {name: row[name] for name in cells} == cells
    assert row["marked cells"] == "cargo_gross_kg, cargo_net_kg"


def test_rows_of_several_kinds_are_in_sheets_of_their_own_and_in_one_table() -> None:
    other = held(record_kind="booking", raw_json=json.dumps({"booking_no": "B1"}), suggestion="QZAU7000011")
    assert workbook([held(), other, held()]).sheetnames == ["manifest_container", "booking"]
    rows = table([held(), other, held()])
    assert [row["record"] for row in rows] == ["manifest_container", "booking", "manifest_container"]
    assert rows[1]["suggestion"] == "QZAU7000011"
    assert rows[1]["booking_no"] == "B1"


def test_nothing_held_back_gives_an_empty_list() -> None:
    assert workbook([]).sheetnames == ["nothing is held back"]
    assert as_csv(lines([])).decode("utf-8-sig").split("\r\n")[0].split(",")[0] == f'"{COLUMNS[0]}"'
    assert table([]) == []
