"""BAPLIE and MOVINS: each slot is a row, wherever its equipment stands and whether or not it names a container."""

from __future__ import annotations

import polars as pl
import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile
from tests.sources.message_writer import PLAN, faults, interchange, message, read, rules

BOX = "EQD+CN+QZAU8000016+22G1+++5"
OTHER = "EQD+CN+QZAU8000021+45G1+++4"


def plan(*segments: str, kind: str = "BAPLIE", directory: str = "D:95B:UN:SMDG22") -> RawFile:
    return read(interchange(message(kind, *PLAN, *segments, directory=directory)))


def one(raw: RawFile) -> dict[str, str]:
    assert raw.frame.height == 1
    return raw.frame.row(0, named=True)


def test_a_slot_takes_what_follows_it() -> None:
    raw = plan("LOC+147+0020182::5", "MEA+WT++KGM:24310", "LOC+9+CNNBG", "LOC+11+KRPUS", "RFF+BM:BL9", BOX,
               "NAD+CA+EVL:172:20", "LOC+147+0020184::5", "MEA+WT++KGM:3800", OTHER)  # fmt: skip
    rows = raw.frame.select(
        "slot_code", "container_no", "gross_gross_kg", "carrier_code", "full_empty"
    ).rows()
    assert rows == [
        ("0020182", "QZAU8000016", "24310", "EVL", "5"), ("0020184", "QZAU8000021", "3800", None, "4"),
    ]  # fmt: skip
    assert rules(raw) == []


def test_equipment_that_stands_before_its_slot_belongs_to_it() -> None:
    raw = plan(BOX, "LOC+147+0020182", "MEA+AAE+G+KGM:26400", OTHER, "LOC+147+0020184", "MEA+AAE+G+KGM:3800",
               "CNT+16:2")  # fmt: skip
    rows = raw.frame.select("slot_code", "container_no", "gross_gross_kg").rows()
    assert rows == [("0020182", "QZAU8000016", "26400"), ("0020184", "QZAU8000021", "3800")]
    assert raw.frame["raw_text"][0].startswith("EQD+CN+QZAU8000016")
    assert rules(raw) == []


def test_equipment_without_a_slot_is_named() -> None:
    raw = plan(BOX, OTHER, "LOC+147+0020184")
    assert raw.frame["container_no"].to_list() == ["QZAU8000021"]
    assert rules(raw) == ["NO_SLOT"]


def test_slots_without_a_container_stay_slots() -> None:
    slots = [
        s for n in range(5) for s in (f"LOC+147+00601{n:02d}::5", "MEA+WT++KGM:25000", "EQD+CN++45R1+++5")
    ]
    raw = plan("HAN+LOA", *slots, kind="MOVINS")
    assert raw.rows_counted == raw.frame["slot_code"].n_unique() == 5
    assert raw.frame["container_no"].null_count() == 5
    assert set(raw.frame["plan_type"]) == {"INSTRUCTED"}
    assert set(raw.frame["handling_code"]) == {"LOA"}


def test_a_slot_that_is_emptied_and_filled_again_is_two_rows() -> None:
    raw = plan("HAN+DIS", "LOC+147+0060182", BOX, "HAN+LOA", "LOC+147+0060182", OTHER, kind="MOVINS")
    assert raw.frame.select("handling_code", "slot_code").rows() == [("DIS", "0060182"), ("LOA", "0060182")]


def test_of_one_box_in_two_slots_the_last_counts_and_the_other_is_set_aside_by_name() -> None:
    raw = plan("LOC+147+010101", BOX, "LOC+147+010102", "EQD+CN+QZAU 800001-6+22G1+++5", "DGS+IMD+9+3166",
               "LOC+147+010103", OTHER)  # fmt: skip
    assert raw.frame["slot_code"].to_list() == ["010102", "010103"]
    assert faults(raw) == [("REPEATED_CONTAINER", "QZAU8000016 in 010101")]
    assert raw.frame["un_nos"].to_list() == ["3166", None]
    assert rules(raw) == ["REPEATED_CONTAINER"]
    assert raw.raw_text(raw.faults[0].line_no).startswith("LOC+147+010101")


def test_two_pieces_of_equipment_in_a_slot_are_named() -> None:
    raw = plan("LOC+147+010101", BOX, OTHER)
    assert one(raw)["container_no"] == "QZAU8000016"
    assert rules(raw) == ["MORE_IN_SLOT"]


@pytest.mark.parametrize(("segment", "column", "value"), [
    ("MEA+WT++TNE:24.5", "gross_gross_kg", "24500"), ("MEA+AAE+AET+KGM:22600", "gross_gross_kg", "22600"),
    ("MEA+WT+G+LBR:100", "gross_gross_kg", "45.359"), ("MEA+WT++KGM:1,5", "gross_gross_kg", "1.5"),
    ("MEA+VGM++KGM:8900", "vgm_kg", "8900"), ("MEA+AAE+VGM+KGM:8900", "vgm_kg", "8900"),
    ("LOC+6+CNTAO", "load_port_code", "CNTAO"), ("LOC+12+KRPUS", "discharge_port_code", "KRPUS"),
    ("LOC+83+KRSEL", "delivery_place_code", "KRSEL"), ("TMP+2+-28.0:CEL", "temperature_c", "-28.0"),
    ("TMP+2+14:FAH", "temperature_c", "-10.00"), ("RFF+BM:1", "bl_no", None), ("RFF+BM:BL7", "bl_no", "BL7"),
])  # fmt: skip
def test_what_a_slot_says(segment: str, column: str, value: str | None) -> None:
    assert one(plan("LOC+147+010101", segment, BOX))[column] == value


def test_lawful_old_and_new_places_of_a_port_do_not_mix() -> None:
    row = one(plan("LOC+147+010101", "LOC+6+XXXXX", "LOC+9+CNTAG", "LOC+11+BRVIX", "LOC+12+YYYYY", BOX))
    assert (row["load_port_code"], row["discharge_port_code"]) == ("CNTAG", "BRVIX")


@pytest.mark.parametrize(("transport", "name", "imo", "voyage"), [
    ("TDT+20+042+++:172:20+++:103:ZZZ:DEL RIO", "DEL RIO", None, "042"),
    ("TDT+20+12W+++HLC:LINES:306++9074729:11:ZZZ:ANITA", "ANITA", "9074729", "12W"),
    ("TDT+20+12W+++HLC:LINES:306++9074729:11:ANITA", "ANITA", "9074729", "12W"),
    ("TDT+20+7+1++NYK+++SOME VESSEL:GB", "SOME VESSEL", None, "7"),
    ("TDT+20+14+++:::GREEN SANTO", "GREEN SANTO", None, "14"),
    ("TDT+20++1++EVL+++V7AB1:103", "V7AB1", None, "unknown"),
])  # fmt: skip
def test_the_vessel_in_the_dialects_of_tdt(transport: str, name: str, imo: str | None, voyage: str) -> None:
    raw = read(interchange(message("BAPLIE", "BGM++P1+9", transport, "LOC+147+010101", BOX)))
    row = one(raw)
    assert (row["conveyance_name"], row["vessel_imo"], row["voyage_no"]) == (name, imo, voyage)
    assert (row["departure_port_code"], row["planned_on"]) == ("unknown", "20250610")


def test_an_empty_date_is_no_date_and_the_interchange_has_one() -> None:
    raw = read(
        interchange(message("BAPLIE", "BGM++P1", "DTM+137::201", "DTM+133", *PLAN[2:], "LOC+147+010101", BOX))
    )
    assert one(raw)["planned_on"] == "20250610"


def test_decorated_codes_lose_their_decoration() -> None:
    row = one(plan("LOC+147+0200688:9711:5", "EQD+CN+QZAU8000016:6346:5+42U0:6346:5+++5"))
    assert (row["slot_code"], row["container_no"], row["size_type"]) == ("0200688", "QZAU8000016", "42U0")
    assert one(plan("LOC+147+01", "EQD+CN+BOX+:::2210+++5"))["size_type"] == "2210"


def test_a_level_number_in_front_of_every_element_is_refused_and_said_to_be_there() -> None:
    shifted = ("LOC+1+147+0381182::5", "EQD+3+CN+QZAU8000016+22G1+++5")
    with pytest.raises(FileRejected) as caught:
        plan(*shifted)
    assert caught.value.reason == "SHIFTED_ELEMENTS"
    assert "LOC+1+147+0381182" in caught.value.message


def test_an_empty_vessel_is_no_error_but_is_said() -> None:
    raw = plan()
    assert raw.rows_counted == raw.frame.height == 0
    assert rules(raw) == ["NO_ROWS", "NO_ROWS"]


def test_a_message_that_lost_its_head_is_read_and_one_that_lost_its_tail_is_not() -> None:
    body = "TDT+20+14+++:::GREEN SANTO'LOC+147+010101'" + BOX + "'"
    raw = read(f"UNB+UNOA:2+X+Y+260701:1200+1'{body}UNT+5+1'".encode())
    assert one(raw)["container_no"] == "QZAU8000016"
    assert rules(raw) == ["ST-001", "ST-001"]
    with pytest.raises(FileRejected) as caught:
        read(f"UNB+UNOA:2+X+Y+260701:1200+1'{body}".encode())
    assert caught.value.reason == "TRUNCATED"


def test_a_count_of_containers_that_is_wrong_is_said() -> None:
    raw = plan("LOC+147+010101", BOX, "CNT+16:7")
    assert [(f.rule_id, f.observed, f.expected) for f in raw.findings] == [("ST-002", "7", "1")]


def test_a_plan_of_many_slots_is_read_in_linear_time() -> None:
    slots = [
        s for n in range(20_000) for s in (f"LOC+147+{n:07d}::5", "MEA+WT++KGM:25000", "EQD+CN++45R1+++5")
    ]
    raw = plan(*slots)
    assert raw.frame.filter(pl.col("gross_gross_kg") == "25000").height == raw.rows_counted == 20_000
