"""Workbooks made to break a reader, or broken by a careless one: each payload has one outcome, and neighbours load."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile, recognise, sources
from corridor_etl.sources._child import Limits, ask
from corridor_etl.sources._sheet_head import first_rows
from tests.sources.biff_files import BiffSheet, FormulaCell, container, record, workbook
from tests.sources.sheet_samples import LIST_BOXES, LIST_HEAD, LIST_HEADER, loading_list, xlsx

LIST = xlsx(("清单", loading_list()))


def read(data: bytes) -> RawFile:
    return recognise(data, "list.dat", None).read(data, None)


def refused(data: bytes) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(data)
    assert read(LIST).rows_counted == 3
    return caught.value


def repacked(edit: Callable[[str, bytes], bytes] = lambda _, content: content, **extra: bytes) -> bytes:
    """The good list with its parts changed and further parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(LIST)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
        for name, content in extra.items():
            new.writestr(name, content)
    return out.getvalue()


def in_part(end: str, old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    def edit(name: str, content: bytes) -> bytes:
        if not name.endswith(end):
            return content
        assert old in content
        return content.replace(old, new)

    return edit


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return in_part("sheet1.xml", old, new)


def zeros(size: int) -> bytes:
    """``size`` zero bytes as a deflate stream: one block that stands by itself, again and again."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(bytes(1 << 24)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return block * (size >> 24) + squeeze.flush()


def stored_as(name: str, packed: bytes, size: int) -> bytes:
    """The good list with one part replaced by a deflate stream that declares this size."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(LIST)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for known in old.namelist():
            if known != name:
                new.writestr(known, old.read(known))
        at = out.tell()
        label = name.encode()
        out.write(
            struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), size, len(label), 0)
        )
        out.write(label + packed)
        info = zipfile.ZipInfo(name)
        info.header_offset, info.compress_size, info.file_size = at, len(packed), size
        info.compress_type, info.create_system, info.extract_version = zipfile.ZIP_DEFLATED, 3, 20
        info.CRC = info.flag_bits = 0
        new.filelist.append(info)
        new.start_dir = out.tell()
    return out.getvalue()


def test_a_cell_in_the_last_corner_of_a_sheet_is_too_big_before_a_parser_sees_it() -> None:
    corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    error = refused(repacked(in_sheet(b"</sheetData>", corner)))
    assert error.reason == "TOO_BIG"
    assert "row 1048576, column 16384" in error.message


@pytest.mark.parametrize("reference", ["XFD1048576", "A1048576", "T900000", "SS2"])
def test_a_cell_that_stands_far_off_in_a_near_row_is_too_big(reference: str) -> None:
    stray = f'<c r="{reference}"><v>1</v></c></row>'.encode()
    assert refused(repacked(in_sheet(b"</row></sheetData>", stray + b"</sheetData>"))).reason == "TOO_BIG"


def test_a_shared_string_of_more_than_a_gigabyte_is_too_big_before_it_is_unpacked() -> None:
    bomb = stored_as("xl/sharedStrings.xml", zeros(1_207_959_552), 1_207_959_552)
    assert len(bomb) < 1_300_000
    started = time.process_time()
    assert refused(bomb).reason == "TOO_BIG"
    assert time.process_time() - started < 10


def test_a_part_that_unpacks_to_more_than_it_declares_is_corrupt() -> None:
    packed = zeros(1 << 28)
    for name in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
        assert refused(stored_as(name, packed, 10)).reason == "CORRUPT"


def test_a_zip_bomb_of_a_gigabyte_of_zeros_is_too_big() -> None:
    bomb = stored_as("xl/styles.xml", zeros(1 << 30), 1 << 30)
    assert len(bomb) < 1_100_000
    assert refused(bomb).reason == "TOO_BIG"


def test_an_allocation_that_kills_the_parser_is_too_big() -> None:
    wide = workbook([BiffSheet("a", [], stray={(65_000, 60): "x"})])  # 4 million cells once it is a rectangle
    with pytest.raises(FileRejected) as caught:
        ask(first_rows, wide, {"rows": 5}, Limits(memory_bytes=64_000_000))
    assert caught.value.reason == "TOO_BIG"
    assert read(LIST).rows_counted == 3


def test_a_formula_without_a_cached_value_in_the_only_row_is_held_back_and_not_lost() -> None:
    blank = (None, None, "=CONCATENATE(A1,B1)")
    data = xlsx(("清单", loading_list([blank])))
    plain = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(plain, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>0</v></c>", b"</c>"))
    raw = read(plain.getvalue())
    assert [(f.rule_id, f.column, f.observed) for f in raw.faults] == [
        ("FORMULA_CELL", "container_no", "=CONCATENATE(A1,B1)")
    ]
    assert (raw.rows_counted, raw.frame.height) == (1, 0)


@pytest.mark.parametrize(("column", "label", "value", "observed"), [
    (10, "报关单号", 310120250000000123, "310120250000000128"), (10, "HS编码", 40110, "40110"),
    (10, "订舱号", 12345, "12345"), (10, "备注", 1234567890123456, "1234567890123456"),
])  # fmt: skip
def test_an_identifier_typed_as_a_number_is_held_back(
    column: int, label: str, value: int, observed: str
) -> None:
    rows = [(*LIST_BOXES[0], value), *LIST_BOXES[1:]]
    raw = read(xlsx(("清单", [*LIST_HEAD, (*LIST_HEADER, label), *rows])))
    (fault,) = raw.faults
    assert (fault.line_no, fault.rule_id, fault.observed[:15]) == (8, "NUMERIC_IDENTIFIER", observed[:15])


def test_dates_of_the_1904_system_are_the_right_days() -> None:
    import datetime as dt

    head = [*LIST_HEAD[:2], ("发车日期", dt.datetime(2025, 3, 7)), *LIST_HEAD[3:]]  # noqa: DTZ001
    data = xlsx(("清单", [*head, LIST_HEADER, *LIST_BOXES]), date_1904=True)
    assert b'date1904="1"' in zipfile.ZipFile(io.BytesIO(data)).read("xl/workbook.xml")
    assert read(data).frame["departure_date"].str.slice(0, 10).unique().to_list() == ["2025-03-07"]


def test_hidden_rows_are_rows() -> None:
    raw = read(repacked(in_sheet(b'<row r="9"', b'<row r="9" hidden="1"')))
    assert raw.frame["line_no"].to_list() == [8, 9, 10]


@pytest.mark.parametrize("data", [
    container({"EncryptedPackage": bytes(5000), "EncryptionInfo": bytes(100)}),
    workbook([BiffSheet("a", loading_list())], before=record(0x002F, bytes(6))),
], ids=["xlsx", "xls"])  # fmt: skip
def test_a_password_is_named(data: bytes) -> None:
    assert refused(data).reason == "ENCRYPTED"


@pytest.mark.parametrize("data", [
    repacked(**{"xl/vbaProject.bin": b"x"}),
    container({"Workbook": b"", "_VBA_PROJECT_CUR": b""}),
], ids=["xlsm", "xls"])  # fmt: skip
def test_macros_are_named(data: bytes) -> None:
    assert refused(data).reason == "MACRO"


def test_two_parts_of_one_name_are_refused() -> None:
    out = io.BytesIO(LIST)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    assert refused(out.getvalue()).reason == "DUPLICATE_MEMBER"


def test_parts_that_would_leave_the_folder_are_never_written() -> None:
    data = repacked(**{"../../evil.csv": b"x", "/abs.csv": b"x", "a\\..\\b.csv": b"x"})
    assert read(data).rows_counted == 3


@pytest.mark.parametrize("bits", [0x1, 0x41])
def test_an_encrypted_part_is_named(bits: int) -> None:
    data = bytearray(LIST)
    at = data.rindex(b"PK\x01\x02")
    data[at + 8 : at + 10] = struct.pack("<H", bits)
    assert refused(bytes(data)).reason == "ENCRYPTED"


@pytest.mark.parametrize(("edit", "reason"), [
    (in_sheet(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'), "CORRUPT"),
    (in_part("workbook.xml", b"<workbook", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook'), "CORRUPT"),
    (in_part("sharedStrings.xml", b"<sst", b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><sst'), "CORRUPT"),
    (in_sheet(b"</sheetData>", b""), "CORRUPT"),
    (in_sheet(b'<row r="9"', b'<row r="nine"'), "CORRUPT"),
    (lambda n, c: c.decode().replace("UTF-8", "UTF-16").encode("utf-16") if n.endswith("sheet1.xml") else c, "ENCODING"),
    (in_part("workbook.xml.rels", b"worksheets/sheet1.xml", b"worksheets/sheet9.xml"), "CORRUPT"),
    (in_part("workbook.xml.rels", b'Id="rId1"', b'Id="rId77"'), "CORRUPT"),
    (in_sheet(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A16:ZZ900000"/></mergeCells>'), "TOO_BIG"),
    (in_sheet(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A:A"/></mergeCells>'), "TOO_BIG"),
], ids=lambda v: v if isinstance(v, str) else "")  # fmt: skip
def test_damaged_or_hostile_xml_is_refused(edit: Callable[[str, bytes], bytes], reason: str) -> None:
    error = refused(repacked(edit))
    assert error.reason == reason
    assert "\n" not in error.message


def test_a_string_that_is_not_there_does_not_lose_its_row() -> None:
    assert refused(repacked(in_sheet(b't="s"><v>9<', b't="s"><v>999<'))).reason in (
        "CORRUPT",
        "PARSER_CRASH",
        "SCHEMA",
    )


def prefixed(content: bytes) -> bytes:
    text = content.decode()
    text = text.replace(
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml',
        'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml',
    )
    for name in ("worksheet", "sheetData", "row", "c", "v", "sst", "si", "t"):
        for end in (" ", ">"):
            text = text.replace(f"<{name}{end}", f"<x:{name}{end}").replace(
                f"</{name}{end}", f"</x:{name}{end}"
            )
    return text.encode()


@pytest.mark.parametrize("edit", [
    lambda n, c: c.replace(b'"', b"'") if n.endswith("sheet1.xml") else c,
    lambda n, c: c.replace(b"<sheetData>", b"<sheetData><!-- <row r='1'><c r='A1'/></row> -->") if n.endswith("sheet1.xml") else c,
    lambda n, c: c.replace(b' r="', b'\n r = "') if n.endswith("sheet1.xml") else c,
    lambda n, c: c.replace(b"<t>QZAU7000011</t>", b"<t><![CDATA[QZAU7000011]]></t>") if n.endswith("Strings.xml") else c,
    lambda n, c: c.replace(b"<si><t>QZAU7000011</t></si>", b"<si><r><t>QZAU</t></r><r><rPr><b/></rPr><t>7000011</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>") if n.endswith("Strings.xml") else c,
    lambda n, c: c.replace(b"<t>QZAU7000011</t>", b'<t xml:space="preserve"> QZAU7000011&#10;</t>') if n.endswith("Strings.xml") else c,
], ids=["quotes", "comment", "blanks", "cdata", "runs", "entities"])  # fmt: skip
def test_unusual_xml_is_read_and_counted_alike(edit: Callable[[str, bytes], bytes]) -> None:
    raw = read(repacked(edit))
    assert [n.strip() for n in raw.frame["container_no"]] == ["QZAU7000011", "QZAU7000027", "QZAU7000032"]
    assert raw.frame["line_no"].to_list() == [8, 9, 10]


def test_elements_with_a_prefix_are_read_and_counted_alike() -> None:
    raw = read(repacked(lambda n, c: prefixed(c) if n.endswith("sheet1.xml") else c))
    assert raw.frame["line_no"].to_list() == [8, 9, 10]


def test_cells_without_references_are_read_and_counted_alike() -> None:
    import re

    def bare(name: str, content: bytes) -> bytes:
        return re.sub(rb' r="[A-Z]+[0-9]+"', b"", content) if name.endswith("sheet1.xml") else content

    rows = [tuple("x" if c is None else c for c in row) for row in LIST_BOXES]
    head = [row or ("-",) for row in LIST_HEAD]
    global LIST
    kept, LIST = LIST, xlsx(("清单", [*head, LIST_HEADER, *rows]))
    try:
        raw = read(repacked(bare))
    finally:
        LIST = kept
    assert raw.frame["container_no"].to_list() == ["QZAU7000011", "QZAU7000027", "QZAU7000032"]


def test_blank_strings_are_no_cells() -> None:
    blank = (" ", "", None, None, "\u3000", " ", " ", " ", " ", " ")
    raw = read(xlsx(("清单", loading_list([LIST_BOXES[0], blank, LIST_BOXES[1]]))))
    assert raw.rows_counted == raw.frame.height == 2


@pytest.mark.parametrize("text", [
    "' OR 1=1;--", "{{7*7}}", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "@SUM(1+1)", "a & b < c", "x" * 32_000,
])  # fmt: skip
def test_dangerous_text_is_only_text(text: str) -> None:
    row = [*LIST_BOXES[0][:9], text]
    out = io.BytesIO()
    import xlsxwriter

    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("清单")
        for number, cells in enumerate(loading_list([row])):
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write(number, column, value)
    assert read(out.getvalue()).frame["goods_description"].to_list() == [text]


def test_control_and_direction_characters_hold_back_their_row() -> None:
    rows = [[*LIST_BOXES[0][:9], "\u202egnp.exe"], [*LIST_BOXES[1][:9], "a\x07b"], LIST_BOXES[2]]
    raw = read(xlsx(("清单", loading_list(rows))))
    assert [(f.line_no, f.rule_id) for f in raw.faults] == [(8, "CONTROL_CHAR"), (9, "CONTROL_CHAR")]


@pytest.mark.parametrize(("cell", "rule"), [
    (FormulaCell(2.0), "FORMULA_CELL"), ("#REF!", "ERROR_CELL"), ("#DIV/0!", "ERROR_CELL"), (5.0, "NUMERIC_IDENTIFIER"),
])  # fmt: skip
def test_the_same_cells_are_damaged_in_an_old_workbook(cell: Any, rule: str) -> None:
    rows = [list(r) for r in LIST_BOXES]
    rows[1][5] = cell
    raw = read(workbook([BiffSheet("清单", loading_list(rows))]))
    assert [(f.line_no, f.rule_id, f.column) for f in raw.faults] == [(9, rule, "seal_nos")]


def test_a_far_cell_in_an_old_workbook_is_too_big() -> None:
    assert refused(workbook([BiffSheet("a", loading_list(), stray={(65_535, 255): "x"})])).reason == "TOO_BIG"


def test_every_cut_of_an_old_workbook_is_refused_or_whole() -> None:
    data = workbook([BiffSheet("清单", loading_list())])
    reading = sources()["manifest_xls"].read
    for end in range(600, len(data), 487):
        with pytest.raises(FileRejected) as caught:
            reading(data[:end], None)
        assert caught.value.reason in ("CORRUPT", "ENCRYPTED", "COUNT_MISMATCH")
