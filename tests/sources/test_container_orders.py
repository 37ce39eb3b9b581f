"""COPRAR and COPARN: what is ordered, for which containers, and what a correction does to it."""

from __future__ import annotations

import pytest

from corridor_etl.settings import Dialect, Sender
from corridor_etl.sources import RawFile, sources
from tests.sources.message_writer import ORDER, faults, interchange, message, read, rules

BOX = "EQD+CN+QZAU8000016+22G1:102:5++2+5"


def order(*segments: str, bgm: str = "45+L1+9", kind: str = "COPRAR", directory: str = "D:95B:UN") -> RawFile:
    return read(interchange(message(kind, f"BGM+{bgm}", *ORDER[1:], *segments, directory=directory)))


def only(raw: RawFile) -> dict[str, str]:
    assert raw.frame.height == 1
    return raw.frame.row(0, named=True)


@pytest.mark.parametrize(("kind", "bgm", "directory", "expected"), [
    ("COPRAR", "45+1+9", "D:95B:UN:SMDG16", "LOAD"), ("COPRAR", "43+1+9", "D:95B:UN", "DISC"),
    ("COPRAR", "121+1+9", "D:00B:UN", "LOAD"), ("COPRAR", "118+1+9", "D:00B:UN", "DISC"),
    ("COPRAR", ":::LOADING ORDER+1+9", "D:95B:UN", "LOAD"), ("COPRAR", ":::DISCHARGE ORDER+1+9", "D:95B:UN", "DISC"),
    ("COPRAR", "ZZZ+1+9", "D:95B:UN", "LOAD"),
    ("COPARN", "12+1+9", "D:95B:UN", "RELEASE"), ("COPARN", "11:::GATE IN ORDER+1+9", "D:95B:UN", "ACCEPT"),
    ("COPARN", "126+1+9", "D:00B:UN:SMDG20", "ACCEPT"), ("COPARN", "129+1+9", "D:00B:UN", "RELEASE"),
    ("COPARN", "27+1+9", "D:95B:UN", "ANNOUNCE"),
])  # fmt: skip
def test_what_is_ordered(kind: str, bgm: str, directory: str, expected: str) -> None:
    assert only(order(BOX, bgm=bgm, kind=kind, directory=directory))["order_type"] == expected


def test_an_order_nobody_can_tell_is_held_back_and_the_sender_can_say_what_it_means() -> None:
    data = interchange(message("COPARN", "BGM+ZZZ+1+9", *ORDER[1:], BOX))
    assert faults(read(data)) == [("CD-013", "ZZZ")]
    sender = Sender(id="x", name="x", source="x", dialect=Dialect(document_codes={"ZZZ": "RELEASE"}))
    assert only(sources()["coparn"].read(data, sender))["order_type"] == "RELEASE"


def test_a_container_listed_twice_is_one_record_and_is_named() -> None:
    raw = order(BOX, "MEA+AAE+G+KGM:11740", BOX, "MEA+AAE+G+KGM:11740", "CNT+16:2")
    assert raw.frame["equipment_key"].to_list() == ["QZAU8000016", "QZAU8000016"]
    assert [(f.rule_id, f.observed) for f in raw.findings] == [("REPEATED_CONTAINER", "2")]


def test_lines_without_a_number_are_told_apart_and_say_how_many_they_mean() -> None:
    raw = order("EQD+CN++22G1:102:5++2+4", "EQN+3", "EQD+CN++45G1:102:5++2+4", "EQN+2:2", "CNT+16:5",
                bgm="12+R1+9", kind="COPARN")  # fmt: skip
    assert raw.frame.select("equipment_key", "containers", "container_no").rows() == [
        ("#1", "3", None),
        ("#2", "2", None),
    ]
    assert rules(raw) == []


def test_a_total_that_counts_neither_lines_nor_containers_is_said() -> None:
    raw = order(BOX, "CNT+16:5")
    assert [(f.rule_id, f.observed, f.expected) for f in raw.findings] == [("ST-002", "5", "1")]


def test_what_a_container_line_says() -> None:
    row = only(order(
        BOX, "RFF+BN:BK1", "RFF+BM:BL1", "LOC+11+KRPUS:139:6", "MEA+AAE+G+KGM:24000", "MEA+AAE+VGM+KGM:24010.5",
        "MEA+AAE+T+TNE:2.2", "DIM+5+CMT:10", "DIM+6+MTR:0.2", "DIM+7+CMT::3", "DIM+8+CMT::4", "DIM+13+CMT:::7.5",
        "TMP+2+14.3:CEL", "SEL+S1+CA", "SEL+S2+SH", "FTX+AAA+++PLASTICS?: ARTICLES:AND MORE", "DGS+IMD+3+1366",
        "DGS+IMD+3+1993",
    ))  # fmt: skip
    said = {
        "booking_no": "BK1", "bl_no": "BL1", "load_port_code": "CNNBG", "discharge_port_code": "KRPUS",
        "facility_code": "CNNBG", "gross_gross_kg": "24000", "vgm_kg": "24010.5", "tare_kg": "2200",
        "over_front_cm": "10", "over_back_cm": "20.000", "over_right_cm": "3", "over_left_cm": "4",
        "over_height_cm": "7.5", "temperature_c": "14.3", "seal_nos": "S1 S2", "imo_classes": "3",
        "un_nos": "1366 1993", "goods_description": "PLASTICS: ARTICLES AND MORE", "ordered_on": "20250610",
        "conveyance_name": "EVENING TIDE", "voyage_no": "018W", "full_empty": "5", "trade_status": "2",
    }  # fmt: skip
    assert {name: row[name] for name in said} == said


def test_goods_are_found_by_the_container_they_are_placed_in() -> None:
    raw = order("GID+1+40:CT", "FTX+AAA+++TILES", "SGP+QZAU8000016", "GID+2+2:CT", "FTX+AAA+++GROUT", BOX,
                "EQD+CN+QZAU8000021+22G1++2+5", bgm="126+A1+9", kind="COPARN")  # fmt: skip
    assert raw.frame["goods_description"].to_list() == ["TILES", None]


def test_equipment_that_is_no_container_is_named_and_no_row() -> None:
    raw = order(BOX, "EQD+TE+TRAILER1", "MEA+AAE+G+KGM:1")
    assert only(raw)["gross_gross_kg"] is None
    assert rules(raw) == ["OTHER_EQUIPMENT"]


def test_a_cancellation_ends_the_order_it_names() -> None:
    data = interchange(
        message("COPARN", "BGM+12+R2+1", "DTM+137:200001010003:203", "RFF+ACW:R1", "RFF+BN:BK1", BOX)
    )
    row = only(read(data))
    assert (row["order_no"], row["action"], row["version"], row["order_type"]) == (
        "R1",
        "cancel",
        "3",
        "RELEASE",
    )


def test_a_change_says_nothing_about_numbers_it_does_not_name() -> None:
    assert only(order(BOX, bgm="45+L1+4"))["containers"] is None
    assert only(order(BOX, bgm="45+L1+9"))["containers"] == "1"
