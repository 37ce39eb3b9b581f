"""Several kinds of messages in one file: what is readable is read, the rest is named; nothing is lost in silence."""

from __future__ import annotations

import pytest

from corridor_etl.sources import recognise
from tests.sources.message_writer import ORDER, PLAN, faults, interchange, message, read, rules

PLANNED = message("BAPLIE", *PLAN, "LOC+147+010101", "EQD+CN+QZAU8000016+22G1+++5", "GID+1+4:CT")
ORDERED = message("COPRAR", *ORDER, "EQD+CN+QZAU8000021+22G1++2+5", "LOC+147+999999", reference="2")
FOREIGN = message("ORDERS", "BGM+220+B1+9", "LOC+147+1", "EQD+CN+X", "GID+1", "LIN+1++P:SA", reference="3")
GATE = message(
    "CODECO", "BGM+34+G1+9", "EQD+CN+QZAU8000037+22G1++2+5", "EQD+CN+QZAU8000042+22G1++2+5", reference="4"
)
STATUS = message("IFTSTA", "BGM+23+S1+9", "CNI+1+BL1", "STS+1+3", reference="5")


def test_two_kinds_of_records_are_both_read() -> None:
    raw = read(interchange(ORDERED, PLANNED))
    assert recognise(interchange(ORDERED, PLANNED), "x", None).name == "coprar"
    assert raw.frame["container_no"].to_list() == ["QZAU8000021"]
    assert raw.others["stowage_position"]["container_no"].to_list() == ["QZAU8000016"]
    assert raw.rows_counted == 2
    assert rules(raw) == []


def test_messages_of_one_record_kind_share_its_frame() -> None:
    announced = message("COPARN", "BGM+27+N1+9", *ORDER[1:], "EQD+CN+QZAU8000037+22G1++2+5", reference="9")
    raw = read(interchange(ORDERED, announced))
    assert raw.frame["order_type"].to_list() == ["LOAD", "ANNOUNCE"]
    assert raw.others == {}


@pytest.mark.parametrize("messages", [(PLANNED, FOREIGN), (FOREIGN, PLANNED)])
def test_a_foreign_message_is_named_and_set_aside_wherever_it_stands(messages: tuple[str, ...]) -> None:
    raw = read(interchange(*messages))
    assert raw.frame["slot_code"].to_list() == ["010101"]
    assert rules(raw) == ["FOREIGN_MESSAGE"]
    assert "ORDERS (purchase order)" in raw.findings[0].message


def test_rows_of_a_message_that_another_reader_reads_are_held_back_one_by_one() -> None:
    raw = read(interchange(PLANNED, GATE, STATUS))
    assert raw.frame.height == 1
    assert faults(raw) == [
        ("OTHER_MESSAGE", "CODECO"),
        ("OTHER_MESSAGE", "CODECO"),
        ("OTHER_MESSAGE", "IFTSTA"),
    ]


def test_a_row_outside_a_message_is_held_back() -> None:
    data = interchange(PLANNED).replace(b"UNZ+1", b"LOC+147+222222'\nUNZ+1")
    raw = read(data)
    assert faults(raw) == [("ST-001", "LOC+147+222222'")]
    assert raw.rows_counted == 2


def test_an_interchange_whose_messages_are_closed_may_lack_its_trailer() -> None:
    for data in (interchange(PLANNED), interchange(ORDERED)):
        cut = data[: data.rindex(b"UNZ")]
        raw = read(cut)
        assert raw.rows_counted == 1
        assert [(f.rule_id, f.expected) for f in raw.findings] == [("ST-001", "UNZ")]
    raw = read(cut + interchange(PLANNED))
    assert raw.rows_counted == 2


def test_control_characters_hold_a_row_back() -> None:
    raw = read(interchange(message("BAPLIE", *PLAN, "LOC+147+01", "EQD+CN+QZAU\x008000016", "LOC+147+02")))
    assert [rule for rule, _ in faults(raw)] == ["CONTROL_CHAR"]
    assert raw.frame["slot_code"].to_list() == ["02"]


def test_rows_on_one_line_are_told_apart_by_their_segment() -> None:
    raw = read(interchange(PLANNED, ORDERED).replace(b"\n", b""))
    assert raw.frame["line_no"][0] != raw.others["container_order"]["line_no"][0]


def test_a_wrong_count_or_reference_in_the_envelope_is_a_finding() -> None:
    raw = read(interchange(PLANNED.replace("UNT+10", "UNT+99")))
    assert [(f.rule_id, f.observed, f.expected) for f in raw.findings] == [("ST-001", "99", "10")]
