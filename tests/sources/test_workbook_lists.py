"""Loading lists as workbooks: bilingual headers, merged wagons, totals, and the cells a spreadsheet damages."""

# ruff: noqa: DTZ001 - a wall clock has no zone
from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile, recognise, sources


def read(data: bytes) -> RawFile:
    raw = sources()["manifest_xlsx"].read(data, None)
    assert raw.rows_counted == raw.frame.height + len({f.line_no for f in raw.faults})
    return raw


def refused(data: bytes) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(data)
    return caught.value


@pytest.fixture
def changed(sample_bytes) -> Callable[..., bytes]:
    def change(edit: Callable[[Any], None]) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(sample_bytes("manifest_xlsx.xlsx")))
        edit(book.worksheets[0])
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return change


def set_cell(reference: str, value: object) -> Callable[[Any], None]:
    def edit(sheet: Any) -> None:
        sheet[reference] = value

    return edit


def test_the_list_as_sent(sample_bytes) -> None:
    raw = read(sample_bytes("manifest_xlsx.xlsx"))
    assert raw.findings == ()
    assert raw.frame["line_no"].to_list() == [12, 13, 14]
    first = raw.frame.row(0, named=True)
    assert first["train_no"] == "X9001"
    assert first["departure_date"] == "2025-02-28"
    assert first["origin_station"] == "伊宁站"
    assert first["list_version"] == "1"
    assert first["cargo_gross_kg"] == "24512.5"
    assert first["declaration_nos"] == "310420250000000011"


def test_a_merged_wagon_holds_for_the_rows_it_spans(sample_bytes) -> None:
    assert read(sample_bytes("manifest_xlsx.xlsx")).frame["wagon_no"].to_list() == [
        "5270011",
        "5270012",
        "5270012",
    ]


@pytest.mark.parametrize(("cell", "value", "rule", "column"), [
    ("C12", "=C13", "FORMULA_CELL", "container_no"),
    ("I12", "=24000+512.5", "FORMULA_CELL", "cargo_gross_kg"),
    ("S12", 310420250000000011, "NUMERIC_IDENTIFIER", "declaration_nos"),
    ("M12", 6911101900, "NUMERIC_IDENTIFIER", "hs_code"),
    ("F12", 200001, "NUMERIC_IDENTIFIER", "seal_nos"),
    ("C12", None, "ID-001", "container_no"),
    ("I12", "#REF!", "ERROR_CELL", "cargo_gross_kg"),
])  # fmt: skip
def test_a_damaged_cell_costs_its_row(changed, cell: str, value: object, rule: str, column: str) -> None:
    raw = read(changed(set_cell(cell, value)))
    assert [(f.line_no, f.rule_id, f.column) for f in raw.faults] == [(12, rule, column)]
    assert raw.frame["line_no"].to_list() == [13, 14]
    assert "QZAU7000011" in raw.raw_text(12) or cell == "C12"


@pytest.mark.parametrize(("cell", "value", "observed", "expected"), [
    ("I15", 30000, "30000", "30612.5"), ("G15", 1251, "1251", "1250"), ("C15", 4, "4", "3"),
])  # fmt: skip
def test_totals_that_disagree_are_reported(
    changed, cell: str, value: int, observed: str, expected: str
) -> None:
    raw = read(changed(set_cell(cell, value)))
    assert [(f.rule_id, f.severity, f.observed, f.expected) for f in raw.findings] == [
        ("ST-008", "warning", observed, expected)
    ]
    assert raw.frame.height == 3


def test_totals_and_notes_are_not_rows(changed) -> None:
    def edit(sheet: Any) -> None:
        sheet["A15"] = "Итого"
        sheet["A18"] = "Total weight checked by the station master"

    assert read(changed(edit)).rows_counted == 3


def test_float_noise_is_not_data(changed) -> None:
    assert read(changed(set_cell("I12", 24512.300000000003))).frame["cargo_gross_kg"][0] == "24512.3"


def test_labels_may_hold_their_value(changed) -> None:
    def edit(sheet: Any) -> None:
        sheet["A2"], sheet["C2"] = "班列号：X9777", None

    assert read(changed(edit)).frame["train_no"].unique().to_list() == ["X9777"]


def test_a_date_with_a_time_keeps_it(changed) -> None:
    raw = read(changed(set_cell("C4", dt.datetime(2025, 2, 28, 17, 0))))
    assert raw.frame["planned_departure"][0] == "2025-02-28 17:00"


@pytest.mark.parametrize(("cell", "value", "missing"), [
    ("A2", "备注", "train_no"), ("C3", None, "departure_date"), ("A5", "x", "origin_station"),
])  # fmt: skip
def test_a_list_that_does_not_name_its_train_is_refused(
    changed, cell: str, value: object, missing: str
) -> None:
    def edit(sheet: Any) -> None:
        sheet[cell] = value

    error = refused(changed(edit))
    assert (error.reason, error.facts["missing"]) == ("SCHEMA", [missing])


def test_a_missing_column_is_named(changed) -> None:
    def edit(sheet: Any) -> None:
        sheet["I10"], sheet["I11"] = "毛重量", "Gross Weigth"

    error = refused(changed(edit))
    assert error.facts["missing"] == ["cargo_gross_kg"]
    assert "Gross Weight" in error.message


def test_a_workbook_without_a_list_is_refused() -> None:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    assert refused(out.getvalue()).reason == "SCHEMA"


def test_a_second_list_is_read_and_a_hidden_one_is_named(changed) -> None:
    def copied(state: str) -> bytes:
        def edit(sheet: Any) -> None:
            sheet.parent.copy_worksheet(sheet).sheet_state = state

        return changed(edit)

    both = read(copied("visible"))
    assert both.frame["line_no"].to_list() == [12, 13, 14, 10_000_012, 10_000_013, 10_000_014]
    first, second = both.raw_text(12), both.raw_text(10_000_012)
    assert first != second
    assert first.replace("装箱清单", "x") != second
    hidden = read(copied("hidden"))
    assert [f.rule_id for f in hidden.findings] == ["HIDDEN_SHEET"]
    assert hidden.frame["line_no"].to_list() == [12, 13, 14]


def rewritten(
    data: bytes, edit: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, content: content.replace(old, new) if name.startswith("xl/worksheets/") else content


FAR_CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize(("edit", "extra", "reason"), [
    (in_sheet(b"</sheetData>", FAR_CELL), {}, "TOO_BIG"),
    (in_sheet(b'ref="B13:B14"', b'ref="A16:ZZ900000"'), {}, "TOO_BIG"),
    (in_sheet(b"<worksheet", ENTITY + b"<worksheet"), {}, "CORRUPT"),
    (in_sheet(b"</sheetData>", b""), {}, "CORRUPT"),
    (lambda _, content: content, {"xl/vbaProject.bin": b"x"}, "MACRO"),
    (lambda _, content: content, {"xl/media/a.bin": bytes(5_000_000)}, "TOO_BIG"),
])  # fmt: skip
def test_hostile_workbooks_are_refused_before_they_are_built(
    sample_bytes, edit: Callable[[str, bytes], bytes], extra: dict[str, bytes], reason: str
) -> None:
    assert refused(rewritten(sample_bytes("manifest_xlsx.xlsx"), edit, extra)).reason == reason


def test_an_encrypted_or_cut_workbook_says_so(sample_bytes) -> None:
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert recognise(encrypted, "list.xlsx", None).name == "manifest_xlsx"
    assert refused(encrypted).reason == "ENCRYPTED"
    data = sample_bytes("manifest_xlsx.xlsx")
    assert {refused(data[:n]).reason for n in range(100, len(data) - 1, 997)} == {"CORRUPT"}


@pytest.mark.parametrize("seed", range(25))
def test_flipped_bytes_are_a_rejection_or_change_nothing(sample_bytes, seed: int) -> None:
    data = bytearray(sample_bytes("manifest_xlsx.xlsx"))
    chance = random.Random(seed)
    for _ in range(5):
        data[chance.randrange(len(data))] = chance.randrange(256)
    outcome = outcome_of(bytes(data))
    assert outcome in ("CORRUPT", "SCHEMA", "TOO_BIG", 3)


def outcome_of(data: bytes) -> str | int:
    try:
        return read(data).frame.height
    except FileRejected as error:
        return error.reason


def test_one_stray_cell_far_down_is_too_big_before_the_sheet_is_walked(changed) -> None:
    error = refused(changed(set_cell("A1048576", "x")))
    assert error.reason == "TOO_BIG"
    assert "row 1048576" in error.message


def repacked(data: bytes, edit: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(*edit(name, source.read(name)))
    return out.getvalue()


def test_a_workbook_whose_parts_have_other_names_is_refused(sample_bytes) -> None:
    def renamed(name: str, content: bytes) -> tuple[str, bytes]:
        return name.replace("workbook.xml", "book.xml"), content.replace(b"xl/workbook.xml", b"xl/book.xml")

    error = refused(repacked(sample_bytes("manifest_xlsx.xlsx"), renamed))
    assert error.reason == "CORRUPT"
    assert "xl/workbook.xml" in error.message


def test_a_damaged_part_is_explained_in_one_line(sample_bytes) -> None:
    def damaged(name: str, content: bytes) -> tuple[str, bytes]:
        return name, content.replace(b'<row r="', b'<row r="x')

    error = refused(repacked(sample_bytes("manifest_xlsx.xlsx"), damaged))
    assert error.reason == "CORRUPT"
    assert "\n" not in error.message
