"""IFCSUM, IFTMIN and its kin, CUSCAR: goods lines, whose they are, and the totals they must add up to."""

from __future__ import annotations

import pytest

from corridor_etl.sources import RawFile, recognise
from tests.sources.message_writer import interchange, message, read, rules

HEAD = ("BGM+785+M1+9", "DTM+137:20250607:102", "TDT+20+018W+1++EVL+++V7AB1:103::EVENING TIDE", "LOC+9+CNNBG",
        "LOC+11+KRPUS")  # fmt: skip


def consolidation(*segments: str, head: tuple[str, ...] = HEAD, kind: str = "IFCSUM") -> RawFile:
    return read(interchange(message(kind, *head, *segments)))


def lines(raw: RawFile, *columns: str) -> list[tuple[str | None, ...]]:
    return raw.frame.select(columns).rows()


def test_goods_lines_carry_their_consignment_and_the_message() -> None:
    raw = consolidation("CNI+1+B1", "RFF+BN:BK1", "NAD+CZ+++CLAY WORKS", "NAD+CN+12::9++ISLE STORES", "LOC+7+KRSEL",
                        "GID+1+4:CT", "GID+2+3::::CARTON", "CNI+2+B2", "NAD+CN+5412345", "LOC+11+JPOSA", "GID+1+1:PX")  # fmt: skip
    assert lines(raw, "consignment_no", "item_no", "packages", "package_type", "booking_no") == [
        ("B1", "1", "4", "CT", "BK1"), ("B1", "2", "3", "CARTON", "BK1"), ("B2", "1", "1", "PX", None),
    ]  # fmt: skip
    assert lines(raw, "consignor_name", "consignee_name", "destination_code") == [
        ("CLAY WORKS", "ISLE STORES", "KRSEL"), ("CLAY WORKS", "ISLE STORES", "KRSEL"), (None, "5412345", "JPOSA"),
    ]  # fmt: skip
    assert set(raw.frame["manifest_no"]) == {"M1"}
    assert set(raw.frame["conveyance_name"]) == {"EVENING TIDE"}
    assert set(raw.frame["document_on"]) == {"20250607"}


def test_a_consignment_without_goods_lines_is_one_line_with_its_own_totals() -> None:
    raw = consolidation("CNI+1+B1", "CNT+11:12", "CNT+7:1.5:TNE", "CNI+2+B2", "GID+1+4:CT", "CNI+3+B3", "CNT+11:7",
                        "MEA+WT+G+KGM:90")  # fmt: skip
    assert lines(raw, "consignment_no", "item_no", "packages", "gross_kg") == [
        ("B1", "1", "12", "1500"), ("B2", "1", "4", None), ("B3", "1", "7", "90"),
    ]  # fmt: skip
    assert rules(raw) == []


def test_a_message_without_consignments_is_read_and_said_to_be_empty() -> None:
    raw = consolidation()
    assert raw.rows_counted == 0
    assert rules(raw) == ["NO_ROWS", "NO_ROWS"]


@pytest.mark.parametrize(("total", "observed", "expected"), [
    ("CNT+10:3", "3", "2"), ("CNT+11:9", "9", "7"), ("CNT+7:100:KGM", "100", "90.5"), ("CNT+7:1:TNE", "1000", "90.5"),
])  # fmt: skip
def test_totals_that_do_not_agree_are_named(total: str, observed: str, expected: str) -> None:
    goods = ("CNI+1+B1", "GID+1+4:CT", "MEA+WT+G+KGM:50", "CNI+2+B2", "GID+1+3:CT", "MEA+WT+G+KGM:40.5")
    raw = consolidation(*goods, head=(*HEAD[:2], total, *HEAD[2:]))
    assert [(f.rule_id, f.observed, f.expected) for f in raw.findings] == [("ST-002", observed, expected)]
    assert (
        rules(consolidation(*goods, head=(*HEAD[:2], "CNT+10:2", "CNT+11:7", "CNT+7:90.50:KGM", *HEAD[2:])))
        == []
    )


def test_a_total_of_one_consignment_is_compared_with_its_own_lines() -> None:
    raw = consolidation("CNI+1+B1", "CNT+11:4", "GID+1+4:CT", "CNI+2+B2", "CNT+11:4", "GID+1+3:CT")
    assert [(f.observed, f.expected) for f in raw.findings] == [("4", "3")]


def test_totals_after_the_goods_are_those_of_the_message() -> None:
    raw = consolidation(
        "CNI+1+B1", "GID+1+4:CT", "CNI+2+B2", "GID+1+3:CT", "CNT+11:7", "CNT+10:2", kind="CUSCAR"
    )
    assert rules(raw) == []


def test_a_total_is_not_compared_where_a_line_does_not_say() -> None:
    assert (
        rules(consolidation("CNI+1+B1", "CNT+7:90:KGM", "GID+1+4:CT", "MEA+WT+G+KGM:50", "GID+2+3:CT")) == []
    )


def test_items_are_called_by_their_number_or_their_position_where_numbers_repeat() -> None:
    raw = consolidation("CNI+1+B1", "GID+3+1:CT", "GID+7+1:CT", "CNI+2+B2", "GID+1+1:CT", "GID+1+1:CT", "CNI+3+B3",
                        "GID++1:CT")  # fmt: skip
    assert raw.frame["item_no"].to_list() == ["3", "7", "1", "2", "1"]


def test_consignments_sent_twice_are_named() -> None:
    raw = consolidation("CNI+1+B1", "GID+1+4:CT", "CNI+1+B1", "GID+1+4:CT")
    assert raw.frame.height == 2
    assert rules(raw) == ["REPEATED_CONSIGNMENT"]


INSTRUCTION = ("BGM+340+S1+9", "DTM+137:202506060930:203", "RFF+BM:BL1", "RFF+BN:BK1", "TDT+20+018W+1", "LOC+9+CNNBG",
               "NAD+CN+++ISLE STORES")  # fmt: skip


@pytest.mark.parametrize("kind", ["IFTMIN", "IFTMBF", "IFTMBC", "IFTMCS", "IFTMAN"])
def test_one_consignment_in_a_message_of_its_own(kind: str) -> None:
    data = interchange(
        message(kind, *INSTRUCTION, "GID+1+20:CT", "MEA+AAE+G+KGM:8200", "MEA+AAE+AAW+MTQ:11.25")
    )
    raw = read(data)
    assert recognise(data, "x", None).name == "iftmin"
    assert lines(raw, "document_type", "manifest_no", "consignment_no", "packages", "gross_kg", "volume_m3") == [
        (kind, "S1", "BL1", "20", "8200", "11.25"),
    ]  # fmt: skip


def test_goods_know_the_containers_they_are_placed_in_and_their_seals() -> None:
    raw = consolidation("GID+1+20:CT", "SGP+QZAU8000016", "SGP+QZAU8000021", "GID+2+4:CT", "SGP+QZAU8000021", "GID+3+1:CT",
                        "EQD+CN+QZAU8000016+22G1", "SEL+S1", "EQD+CN+QZAU8000021+22G1", "SEL+S2", "SEL+S3",
                        head=INSTRUCTION, kind="IFTMIN")  # fmt: skip
    assert lines(raw, "container_nos", "seal_nos") == [
        ("QZAU8000016 QZAU8000021", "S1 S2 S3"), ("QZAU8000021", "S2 S3"), (None, None),
    ]  # fmt: skip


def test_where_nothing_is_placed_all_goods_are_in_all_containers_of_the_consignment() -> None:
    raw = consolidation(
        "GID+1+20:CT", "GID+2+4:CT", "EQD+CN+QZAU8000016+22G1", head=INSTRUCTION, kind="IFTMIN"
    )
    assert raw.frame["container_nos"].to_list() == ["QZAU8000016", "QZAU8000016"]
    manifest = consolidation("EQD+CN+QZAU8000016+22G1", "CNI+1+B1", "GID+1+4:CT", kind="CUSCAR")
    assert manifest.frame["container_nos"].to_list() == [None]


@pytest.mark.parametrize(("segment", "column", "value"), [
    ("PIA+5+940541:HS", "hs_code", "940541"), ("PIA+5+5410738377117:SRV", "hs_code", None),
    ("CST++94054100", "hs_code", "94054100"), ("RFF+ABD:940541", "hs_code", "940541"),
    ("DGS+IMD+9+3481", "un_nos", "3481"), ("MEA+VOL++LTR:500", "volume_m3", "0.500"),
    ("MEA+WT+AAA+KGM:12", "net_kg", "12"), ("MEA+WT+AAE+KGM:5.6", "gross_kg", "5.6"),
    ("FTX+AAA+++ONE:TWO", "goods_description", "ONE TWO"),
])  # fmt: skip
def test_what_a_goods_line_says(segment: str, column: str, value: str | None) -> None:
    assert consolidation("CNI+1+B1", "GID+1+4:CT", segment).frame[column].to_list() == [value]


def test_a_bill_of_lading_names_a_consignment_that_has_no_number() -> None:
    raw = consolidation("CNI+1", "RFF+BM:BL7", "GID+1+4:CT", "CNI+2", "GID+1+4:CT", kind="CUSCAR")
    assert raw.frame["consignment_no"].to_list() == ["BL7", "2"]


def test_many_items_are_read_in_linear_time() -> None:
    goods = [s for n in range(1, 8001) for s in (f"GID+{n}+1:CT", "MEA+WT+G+KGM:1", "SGP+QZAU8000016")]
    raw = consolidation(*goods, "EQD+CN+QZAU8000016", "SEL+S1", head=INSTRUCTION, kind="IFTMIN")
    assert raw.frame.height == 8000
    assert set(raw.frame["seal_nos"]) == {"S1"}


@pytest.mark.parametrize(
    "number", ["9" * 5000, "1e999999999", "NaN", "sNaN", "-1", "\u0661", "Infinity", "0"]
)
def test_numbers_that_are_none_break_nothing_and_stay_as_written(number: str) -> None:
    head = (*HEAD[:2], f"CNT+7:{number}", f"CNT+11:{number}", *HEAD[2:])
    raw = consolidation("CNI+1+B1", f"GID+{number}+{number}:CT", f"MEA+WT+G+KGM:{number}", head=head)
    assert lines(raw, "item_no", "packages", "gross_kg") == [("1", number, number)]
    declared = read(interchange(message(
        "CUSDEC", "BGM+830+D1+9", "UNS+D", f"CST+{number}+940541", f"PAC+{number}", "UNS+S", f"CNT+11:{number}",
    )))  # fmt: skip
    assert declared.frame.height == 1
    ordered = read(
        interchange(message("COPRAR", "BGM+45+L1+9", "EQD+CN++22G1", f"EQN+{number}", f"CNT+16:{number}"))
    )
    assert ordered.frame["containers"].to_list() == [number]
