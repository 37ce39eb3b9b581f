"""Who trades, what a box is marked as and what is dangerous in it: read by every format that says so."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from corridor_etl.settings import load_settings
from corridor_etl.sources import recognise
from corridor_etl.staging import StagingContext, stage

SAMPLES = Path(__file__).parent.parent / "samples"
FIRM, BROKER = "91350100M000100Y43", "91350100M000100Y44"
MARKED = {
    "Non-ISO": "Y", "UN No": "2912", "IMO Class": "7", "Train index": "7077 123 6634",
    "Origin station code": "707701", "Destination station code": "708507",
}  # fmt: skip


def sample(name: str, encoding: str = "utf-8") -> str:
    return (SAMPLES / name).read_bytes().decode(encoding)


def rows(data: bytes, name: str = "x.dat") -> list[dict[str, Any]]:
    source = recognise(data, name, None)
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2025, 7, 1, tzinfo=UTC))
    staged = stage(source.record_kind, source.read(data, None), context)
    assert staged.faults == ()
    return staged.frame.to_dicts()


def with_columns(text: str, cells: dict[str, str]) -> bytes:
    """A CSV with more columns, the same cells on every row."""
    head, *body = csv.reader(io.StringIO(text))
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(
        [[*head, *cells], *([*row, *cells.values()] for row in body)]
    )
    return out.getvalue().encode()


def traders(found: list[dict[str, Any]]) -> set[tuple[str | None, str | None]]:
    return {(row["trader_uscc"], row["declarant_uscc"]) for row in found}


@pytest.mark.parametrize(
    "header", ["境内收发货人统一社会信用代码", "境内发货人统一社会信用代码", "统一社会信用代码"]
)
def test_a_chinese_export_as_csv_names_its_firms(header: str) -> None:
    text = sample("declaration_cn_csv.csv", "gb18030")
    data = with_columns(text, {header: FIRM.lower(), "申报单位统一社会信用代码": BROKER})
    assert traders(rows(data)) == {(FIRM, BROKER)}


def test_a_chinese_export_as_workbook_names_its_firms() -> None:
    book = openpyxl.load_workbook(SAMPLES / "declaration_cn_xlsx.xlsx")
    sheet = book.worksheets[0]
    head = next(r for r in range(1, 30) if any(c.value == "商品编号" for c in sheet[r]))
    column = sheet.max_column + 1
    sheet.cell(head, column, "境内收发货人统一社会信用代码")
    for row in range(head + 1, sheet.max_row + 1):
        sheet.cell(row, column, FIRM)
    out = io.BytesIO()
    book.save(out)
    assert traders(rows(out.getvalue(), "x.xlsx")) == {(FIRM, None)}


def test_the_electronic_form_names_its_firms() -> None:
    codes = f"<TradeCoScc>{FIRM}</TradeCoScc><AgentCodeScc>{BROKER}</AgentCodeScc></DecHead>"
    text = sample("declaration_cn_xml.xml").replace("</DecHead>", codes)
    assert traders(rows(text.encode())) == {(FIRM, BROKER)}


def test_the_form_as_json_names_its_firms() -> None:
    form = json.loads(sample("declaration_cn_json.json"))
    document = form[0] if isinstance(form, list) else form
    holder = document.get("DecMessage", document)
    head = next(v for k, v in holder.items() if k.lower() == "dechead")
    head |= {"TradeCoScc": FIRM, "AgentCodeScc": BROKER}
    assert traders(rows(json.dumps(form, ensure_ascii=False, indent=1).encode())) == {(FIRM, BROKER)}


@pytest.mark.parametrize("party", ["domestic_consignor", "domestic_consignee"])
def test_a_broker_s_tool_names_the_firm_here(party: str) -> None:
    document = {
        "declaration": {"customs_no": "940620250123456791", "declaration_date": "2025-06-10"},
        party: {"name": "宁波示例国际贸易有限公司", "credit_code": FIRM},
        "declaration_agent": {"credit_code": BROKER},
        "totals": {"packages": 30},
        "items": [{"line_no": 1, "hs_code": "9405420000", "total_price": 2500, "currency": "USD"}],
    }
    assert traders(rows(json.dumps(document, ensure_ascii=False, indent=1).encode())) == {(FIRM, BROKER)}


def test_a_declaration_of_the_union_names_kazakh_firms_and_persons() -> None:
    parties = (
        "<dt:ESADout_CUConsignee><c:RKOrganizationFeatures><c:BIN>061211600012</c:BIN></c:RKOrganizationFeatures>"
        "</dt:ESADout_CUConsignee><dt:ESADout_CUDeclarant><c:RKOrganizationFeatures><c:IIN>061211600013</c:IIN>"
        "</c:RKOrganizationFeatures></dt:ESADout_CUDeclarant><dt:ESADout_CUConsignor><c:RFOrganizationFeatures>"
        "<c:INN>7700000000</c:INN></c:RFOrganizationFeatures></dt:ESADout_CUConsignor><dt:ESADout_CUConsigment>"
    )
    text = sample("eaeu_declaration_xml.xml").replace("<dt:ESADout_CUConsigment>", parties)
    found = {
        (r["consignor_bin_iin"], r["consignee_bin_iin"], r["declarant_bin_iin"]) for r in rows(text.encode())
    }
    assert found == {(None, "061211600012", "061211600013")}


def test_a_loading_list_says_what_a_box_is_and_what_is_in_it() -> None:
    first, *_ = rows(with_columns(sample("manifest_csv.csv"), MARKED))
    assert {name: first[name] for name in (
        "is_non_iso_container", "un_nos", "imo_classes", "train_index", "origin_station_code", "destination_station_code",
    )} == {
        "is_non_iso_container": True, "un_nos": "2912", "imo_classes": "7", "train_index": "7077-123-6634",
        "origin_station_code": "707701", "destination_station_code": "708507",
    }  # fmt: skip


def test_a_list_without_such_columns_says_nothing_of_them() -> None:
    first, *_ = rows(sample("manifest_csv.csv").encode())
    assert first["is_non_iso_container"] is first["un_nos"] is first["train_index"] is None


@pytest.mark.parametrize(
    ("written", "number", "mark"),
    [
        ("12345678 (не ИСО)", "12345678", True), ("12345678 non-ISO", "12345678", True), ("12345678非ISO箱", "12345678", True),
        ("12345678", "12345678", None), ("QZAU7000011", "QZAU7000011", None), ("123456789 non-ISO", "123456789NONISO", None),
    ],
)  # fmt: skip
def test_a_railway_s_own_number_may_carry_the_mark(written: str, number: str, mark: bool | None) -> None:
    first, *_ = rows(sample("manifest_csv.csv").replace("QZAU7000011", written).encode())
    assert (first["container_no"], first["is_non_iso_container"]) == (number, mark)


def test_a_railway_manifest_names_dangerous_goods() -> None:
    goods = "<DangerousGoods><UNDGID>2912</UNDGID><HazardClassificationID>7</HazardClassificationID></DangerousGoods></Commodity>"
    text = sample("manifest_cn_rail_xml.xml").replace("</Commodity>", goods, 1)
    first, second, *_ = rows(text.encode())
    assert (first["un_nos"], first["imo_classes"], second["un_nos"]) == ("2912", "7", None)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("7077 123 6634", "7077-123-6634"), ("7077+123+6634", "7077-123-6634"), ("70771236634", "7077-123-6634"),
     ("7077-123-6634", "7077-123-6634"), ("2-535-10", "2-535-10")],
)  # fmt: skip
def test_a_train_index_is_written_one_way(written: str, kept: str) -> None:
    head, first, *_ = sample("rail_dislocation_csv.csv").splitlines()
    found = rows(f"{head};Индекс поезда\r\n{first};{written}\r\n".encode())
    assert [row["train_index"] for row in found] == [kept]
