"""CUSDEC and CUSRES: items of declarations, what customs answers, and whose customs it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from corridor_etl.settings import load_settings
from corridor_etl.sources import RawFile
from corridor_etl.sources._message_cells import looked_up
from corridor_etl.sources._message_envelope import opened
from corridor_etl.sources._message_layout import layouts
from corridor_etl.staging import StagingContext, stage
from tests.sources.message_writer import interchange, message, read, rules

HEAD = (
    "BGM+830+D1+9",
    "LOC+22+IT044100",
    "LOC+36+KZ",
    "DTM+148:20250603:102",
    "MEA+WT+AAD+KGM:1520.5",
    "EQD+CN+QZAU8000016",
)


def declaration(*segments: str, head: tuple[str, ...] = HEAD, directory: str = "D:96B:UN") -> RawFile:
    return read(interchange(message("CUSDEC", *head, *segments, directory=directory)))


def answer(*segments: str, directory: str = "D:96B:UN") -> RawFile:
    return read(interchange(message("CUSRES", *segments, directory=directory)))


def test_items_repeat_the_header_and_keep_their_own() -> None:
    raw = declaration("CUX+1:EUR", "UNS+D", "CST+1+9405410000", "FTX+AAA+++LAMPS", "LOC+27+JP", "MEA+AAR++NAR:500",
                      "MOA+38:12500.00:USD", "PAC+100++CT", "CST+2+7322190000", "MEA+WT+AAA+KGM:900", "MOA+38:1800",
                      "PAC+20++CT", "UNS+S", "CNT+5:2", "CNT+11:120", "TAX+3+VAT", "MOA+161:15.4")  # fmt: skip
    columns = (
        "item_no",
        "hs_code",
        "origin_country",
        "total_price",
        "currency",
        "first_quantity",
        "first_unit_code",
    )
    assert raw.frame.select(columns).rows() == [
        ("1", "9405410000", "JP", "12500.00", "USD", "500", "NAR"), ("2", "7322190000", None, "1800", "EUR", "900", "KGM"),
    ]  # fmt: skip
    shared = (
        "regime",
        "declaration_no",
        "ie_flag",
        "office_code",
        "declared_on",
        "gross_kg",
        "packages",
        "container_nos",
    )
    assert set(raw.frame.select(shared).rows()) == {
        ("IT", "D1", "E", "IT044100", "20250603", "1520.5", "120", "QZAU8000016")
    }
    assert rules(raw) == []


@pytest.mark.parametrize(("status", "hs"), [
    ("CST+1+9503000949G:169:143+640550K:184:143", "9503000949"), ("CST++4000000+6403911898+A999++100", "6403911898"),
    ("CST+0001+853610007:108:ZZZ+100", "853610007"), ("CST+1+9405.41.0000", "9405410000"), ("CST+1+I::95+N20::95", None),
])  # fmt: skip
def test_the_tariff_number_is_told_from_procedures(status: str, hs: str | None) -> None:
    assert declaration("UNS+D", status).frame["hs_code"].to_list() == [hs]


def test_a_tariff_number_among_the_references_counts_where_the_status_has_none() -> None:
    assert declaration("UNS+D", "CST+1+I::95", "RFF+ABD:87032220").frame["hs_code"].to_list() == ["87032220"]


@pytest.mark.parametrize(("bgm", "status", "flag"), [
    ("929+D1+9", "CST++10:105:143", "I"), ("830+D1+9", "CST++1", "E"), ("ZEM:::EX+D1+9", "LOC+41+NZAKL", "E"),
    ("914+D1+9", "CST++IM:104", "I"), ("914+D1+9", "CST++EXD", "E"), ("950+D1+9", "CST++T1", "T"),
    ("IFD::109+D1+9", "CST++IMD+2", "I"),
])  # fmt: skip
def test_the_direction(bgm: str, status: str, flag: str | None) -> None:
    assert declaration("UNS+D", "CST+1+940541", head=(f"BGM+{bgm}", status)).frame["ie_flag"].to_list() == [
        flag
    ]


@pytest.mark.parametrize(("head", "regime"), [
    (("BGM+929+D1+9", "CST++10:105:143"), "NZ"), (("BGM+929+D1+9", "LOC+18+9078E::95"), "AU"),
    (("BGM+830+D1+9", "LOC+22+IT044100"), "IT"), (("BGM+929+D1+9", "LOC+36+ZA::5"), "ZA"),
    (("BGM+830+D1+9", "LOC+9+KZALA::6"), "KZ"), (("BGM+929+D1+9", "LOC+22+JSA::ZZZ"), None),
])  # fmt: skip
def test_whose_customs_it_is(head: tuple[str, ...], regime: str | None) -> None:
    assert declaration("UNS+D", "CST+1+940541", head=head).frame["regime"].to_list() == [regime]


def test_what_the_item_says_of_itself_stays_apart_from_the_whole() -> None:
    layout = layouts()["CUSDEC"]
    data = interchange(message("CUSDEC", *HEAD, "MOA+39:14300:USD", "UNS+D", "CST+1+940541", "MEA+WT+AAE+KGM:60",
                               "MEA+WT+AAA+KGM:55", "PAC+4++CT"))  # fmt: skip
    (document,) = opened(data, "CUSDEC").documents
    (item,) = layout.rows(layout.tree(document))
    said = looked_up(item, layout.cells)
    assert (said["item_gross_kg"], said["item_net_kg"], said["item_packages"], said["gross_kg"]) == (
        "60", "55", "4", "1520.5",
    )  # fmt: skip
    assert (said["invoice_total"], said["invoice_currency"]) == ("14300", "USD")


def test_a_declaration_without_items_is_a_row_so_that_it_is_not_lost() -> None:
    raw = declaration("UNS+D", "UNS+S")
    assert raw.frame.select("declaration_no", "item_no", "hs_code").rows() == [("D1", None, None)]


def test_items_without_a_section_segment_are_known_by_their_number() -> None:
    assert declaration("CST++10", "CST+1+940541", "CST+2+732219").frame["item_no"].to_list() == ["1", "2"]


def test_totals_of_items_and_packages_are_compared() -> None:
    raw = declaration("UNS+D", "CST+1+940541", "PAC+5", "UNS+S", "CNT+5:2", "CNT+11:6")
    assert [(f.rule_id, f.observed, f.expected) for f in raw.findings] == [
        ("ST-002", "2", "1"),
        ("ST-002", "6", "5"),
    ]


def test_a_cancelled_declaration_says_so() -> None:
    raw = declaration("UNS+D", "CST+1+940541", head=("BGM+830+D1+1", *HEAD[1:]))
    assert raw.frame.select("action", "status").rows() == [("cancel", "CANCELLED")]


def test_a_release_and_a_refusal() -> None:
    released = answer(
        "BGM+962+A1+11", "DTM+58:202506041015:203", "GIS+1:120:143", "RFF+ABT:25NZ77", "EQD+CN+QZAU8000016"
    )
    row = released.frame.row(0, named=True)
    assert (row["document_type"], row["document_no"], row["status_code"]) == ("declaration", "25NZ77", "962")
    assert (row["event_at"], row["event_at_format"], row["indicator_codes"]) == ("202506041015", "203", "1")
    assert (row["container_nos"], row["event_key"], row["reasons"]) == ("QZAU8000016", "77/1", None)
    refused = answer("BGM+963+D2+11", "GIS+2:117:148", "FTX+AAO+++NO WEIGHT", "ERP+5:0001", "ERC+051:165:148",
                     "FTX+AAO+++SEE ITEM", "ERP+2:0004", "ERC+E17", "RFF+AFB:M9", directory="1:921:UN")  # fmt: skip
    row = refused.frame.row(0, named=True)
    assert (row["document_type"], row["document_no"], row["status_name"]) == (
        "cargo report",
        "D2",
        "error response",
    )
    assert (row["reasons"], row["error_codes"], row["item_nos"]) == (
        "NO WEIGHT; SEE ITEM",
        "051 E17",
        "0001 0004",
    )


def test_each_duty_is_a_row_of_its_own() -> None:
    raw = answer("BGM+965+D1+11", "DTM+9:20250605:102", "TAX+3+CUD+++:::5", "MOA+161:720.50:NZD", "TAX+3+GST+++:::15",
                 "MOA+56:2000:NZD", "MOA+161:300:NZD", "RFF+ABT:25NZ77")  # fmt: skip
    columns = ("tax_type_code", "tax_rate_pct", "tax_base_amount", "tax_amount", "currency", "event_key")
    assert raw.frame.select(columns).rows() == [
        ("CUD", "5", None, "720.50", "NZD", "77/1/1"), ("GST", "15", "2000", "300", "NZD", "77/1/2"),
    ]  # fmt: skip
    assert set(raw.frame["document_no"]) == {"25NZ77"}


def test_indicators_of_later_directories() -> None:
    raw = answer("BGM+932+45678901", "GEI+6+847:120:143", directory="D:03A:UN")
    assert raw.frame.select("status_name", "indicator_codes").rows() == [("delivery note", "847")]


@pytest.mark.parametrize(("function", "action"), [("5", "replace"), ("1", "cancel"), ("4", "patch")])
def test_a_correction_numbered_by_its_minute_passes_staging(function: str, action: str) -> None:
    head = (f"BGM+830+D1+{function}", *HEAD[1:], "DTM+137:202506101200:203")
    raw = declaration("CST+1+9405410000", "MOA+38:1.00:USD", head=head)
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2025, 7, 1, tzinfo=UTC))
    staged = stage("declaration_item", raw, context)
    assert staged.faults == ()
    assert staged.frame.select("action").item() == action
    assert staged.frame.select("version").item() > 10_000
