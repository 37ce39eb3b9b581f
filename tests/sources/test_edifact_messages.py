"""CODECO and COARRI: what becomes an event, what is only reported, and what is refused."""

# ruff: noqa: DTZ001 - a wall clock has no zone
from __future__ import annotations

import time
from datetime import datetime

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile, sources


def read(text: str) -> RawFile:
    raw = sources()["codeco"].read(text.encode(), None)
    assert raw.rows_counted == raw.frame.height + len({f.line_no for f in raw.faults})
    return raw


def message(
    *body: str, kind: str = "CODECO:D:95B:UN:SMDG16", bgm: str = "34+X+9", count: int | None = None
) -> str:
    parts = [f"UNH+1+{kind}", f"BGM+{bgm}", *body]
    return "'".join([*parts, f"UNT+{count or len(parts) + 1}+1", ""])


def interchange(*messages: str) -> str:
    return "UNB+UNOA:2+A+B+250101:0000+7'" + "".join(messages) + f"UNZ+{len(messages)}+7'"


BOX = ("EQD+CN+QZAU7000011+22G1:102:5++2+5", "DTM+7:202502210815:203", "LOC+165+CNNBG:139:6")


@pytest.mark.parametrize(("kind", "bgm", "event"), [
    ("CODECO:D:95B:UN", "34", "GTIN"), ("CODECO:D:95B:UN", "36", "GTOT"),
    ("COARRI:D:95B:UN", "44", "DISC"), ("COARRI:D:95B:UN", "46", "LOAD"),
    ("COARRI:D:95B:UN", "98", "DISC"), ("COARRI:D:95B:UN", "270", "LOAD"),
    ("COARRI:D:00B:UN", "119", "DISC"), ("COARRI:D:23A:UN:ITG10", "122", "LOAD"),
    ("CODECO:D:00B:UN:SMDG21", "109", "GTIN"), ("CODECO:D:00B:UN:SMDG21", "34", "GTIN"),
    ("CODECO:D:00B:UN:SMDG21", "266", "VGM"),
])  # fmt: skip
def test_event_by_document_and_directory(kind: str, bgm: str, event: str) -> None:
    raw = read(interchange(message(*BOX, kind=kind, bgm=f"{bgm}+X+9")))
    assert raw.frame["event_code"].to_list() == [event]


@pytest.mark.parametrize(("kind", "bgm"), [
    ("COARRI:D:00B:UN", "44"), ("CODECO:D:00B:UN", "34"), ("CODECO:D:95B:UN", "109"), ("CODECO:D:95B:UN", ""),
])  # fmt: skip
def test_a_code_without_meaning_in_its_directory_costs_each_row(kind: str, bgm: str) -> None:
    raw = read(interchange(message(*BOX, *BOX, kind=kind, bgm=bgm)))
    assert [f.rule_id for f in raw.faults] == ["CD-013", "CD-013"]
    assert raw.frame.is_empty()
    assert raw.raw_text(raw.faults[0].line_no).startswith("EQD+CN+QZAU7000011")


SENT = str(int((datetime(2025, 1, 1) - datetime(2000, 1, 1)).total_seconds()) // 60)


@pytest.mark.parametrize(("function", "version", "action"), [
    ("9", "1", "insert"), ("", "1", "insert"), ("2", "1", "insert"), ("7", "1", "insert"), ("31", "1", "insert"),
    ("35", "1", "insert"), ("46", "1", "insert"), ("5", SENT, "replace"), ("18", SENT, "replace"),
    ("47", SENT, "replace"), ("4", SENT, "patch"), ("1", SENT, "cancel"), ("3", SENT, "cancel"),
    ("17", SENT, "cancel"),
])  # fmt: skip
def test_message_function(function: str, version: str, action: str) -> None:
    row = read(interchange(message(*BOX, bgm=f"34+X+{function}"))).frame.row(0, named=True)
    assert (row["version"], row["action"]) == (version, action)


@pytest.mark.parametrize(("issued", "minutes"), [
    ("DTM+137:200001010203:203", "123"), ("DTM+137:20000102:102", "1440"), ("DTM+137:0001020000:201", "1440"),
    ("DTM+137:20000101020305UTC:304", "123"), ("DTM+137:200001010000:203", "2"), ("DTM+137:nonsense:203", SENT),
])  # fmt: skip
def test_a_correction_is_ordered_by_the_minute_it_was_issued(issued: str, minutes: str) -> None:
    raw = read(interchange(message(issued, *BOX, bgm="34+X+5")))
    assert raw.frame["version"].to_list() == [minutes]


def test_a_correction_without_any_time_comes_after_the_original() -> None:
    raw = read(interchange(message(*BOX, bgm="34+X+5")).replace("250101:0000", ""))
    assert raw.frame["version"].to_list() == ["2"]


def test_a_test_message_is_set_aside() -> None:
    raw = read(interchange(message(*BOX, bgm="34+X+53"), message(*BOX)))
    assert [f.rule_id for f in raw.faults] == ["TEST_MESSAGE"]
    assert raw.frame.height == 1


@pytest.mark.parametrize(("text", "observed", "expected"), [
    (interchange(message(*BOX, count=99)), "99", "6"),
    (interchange(message(*BOX)).replace("UNZ+1+7", "UNZ+2+7"), "2", "1"),
    (interchange(message(*BOX)).replace("UNZ+1+7", "UNZ+1+8"), "8", "7"),
    (interchange(message(*BOX)).replace("UNT+6+1", "UNT+6+2"), "2", "1"),
    (message(*BOX), "UNH", "UNB before it"),
    ("ZZZ+1'" + interchange(message(*BOX)), "ZZZ+1'", "UNH before it"),
])  # fmt: skip
def test_an_envelope_that_does_not_add_up_is_reported_and_loses_nothing(
    text: str, observed: str, expected: str
) -> None:
    raw = read(text)
    assert [(f.rule_id, f.severity, f.observed, f.expected) for f in raw.findings] == [
        ("ST-001", "warning", observed, expected)
    ]
    assert raw.frame.height == 1


def test_container_count_that_disagrees_is_reported() -> None:
    raw = read(interchange(message(*BOX, "CNT+16:2")))
    assert [(f.rule_id, f.observed, f.expected) for f in raw.findings] == [("ST-002", "2", "1")]
    assert read(interchange(message(*BOX, "CNT+1:9", "CNT+16:1"))).findings == ()


WHOLE = "UNA:+.? '" + interchange(message(*BOX), message(*BOX))


def test_an_interchange_cut_anywhere_is_rejected() -> None:
    for length in range(1, len(WHOLE)):
        with pytest.raises(FileRejected) as caught:
            read(WHOLE[:length])
        assert caught.value.reason == "TRUNCATED", length


def test_a_message_without_its_end_is_set_aside_and_its_neighbour_loads() -> None:
    raw = read(WHOLE.replace("UNT+6+1'", "", 1))
    assert [(f.rule_id, f.expected) for f in raw.faults] == [("NOT_CLOSED", "UNT before the next message")]
    assert [f.rule_id for f in raw.findings] == ["NOT_CLOSED"]
    assert raw.frame.height == 1


def test_containers_of_another_message_type_do_not_vanish() -> None:
    raw = read(interchange(message(*BOX, kind="COPRAR:D:95B:UN"), message(*BOX)))
    assert [(f.rule_id, f.observed) for f in raw.faults] == [("UNKNOWN_MESSAGE", "COPRAR")]


def test_other_equipment_is_named_and_not_counted() -> None:
    raw = read(interchange(message(*BOX, "EQD+CH+CHASSIS1", "DTM+7:202502210815:203")))
    assert (raw.rows_counted, raw.frame.height) == (1, 1)
    assert [f.rule_id for f in raw.findings] == ["OTHER_EQUIPMENT"]


def test_loading_at_the_own_discharge_port_is_suspicious() -> None:
    body = (
        "LOC+9+CRMOB:ZZZ:98",
        "EQD+CN+QZAU7000011+22G1:102:5++2+5",
        "DTM+203:202503122001:203",
        "LOC+11+CRMOB",
    )
    raw = read(interchange(message(*body, kind="COARRI:D:23A:UN", bgm="122+X+9")))
    assert raw.frame["facility_code"].to_list() == ["CRMOB"]
    assert [f.rule_id for f in raw.findings] == ["PORT_SWAP"]


@pytest.mark.parametrize(("measure", "gross", "vgm"), [
    ("MEA+AAE+VGM+KGM:21600.00", None, "21600.00"),
    ("MEA+WT+G+TNE:20,2", "20200", None),
    ("MEA+AAE+AET+LBR:1000", "453.592", None),
    ("MEA+AAE+G+XXX:12", "12 XXX", None),
    ("MEA+AAE+T+KGM:2200", None, None),
])  # fmt: skip
def test_weights(measure: str, gross: str | None, vgm: str | None) -> None:
    row = read(interchange(message(*BOX, measure))).frame.row(0, named=True)
    assert (row["gross_gross_kg"], row["vgm_kg"]) == (gross, vgm)


def test_control_characters_cost_only_their_row() -> None:
    raw = read(interchange(message(*BOX, "FTX+AAA+++a\x00b", *BOX)))
    assert ([f.rule_id for f in raw.faults], raw.frame.height) == (["CONTROL_CHAR"], 1)


def test_one_line_files_number_rows_by_segment_and_others_by_line() -> None:
    text = interchange(message(*BOX, *BOX))
    assert read(text).frame["line_no"].to_list() == [4, 7]
    assert read(text.replace("'", "'\n")).frame["line_no"].to_list() == [4, 7]
    assert read(text.replace("LOC+165+CNNBG:139:6'", "LOC+165+CNNBG:139:6'\n")).frame[
        "line_no"
    ].to_list() == [1, 2]


def test_an_interchange_without_containers_is_an_alarm() -> None:
    assert [f.rule_id for f in read(interchange(message())).findings] == ["NO_ROWS"]


def test_three_thousand_containers_are_three_thousand_rows() -> None:
    assert read(interchange(message(*(BOX * 3000)))).frame.height == 3000


def test_a_service_string_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(FileRejected) as caught:
        read("UNA:+.+ '" + interchange(message(*BOX)))
    assert caught.value.reason == "COUNT_MISMATCH"


@pytest.mark.parametrize("stated", ["9" * 5000, "\u0661"], ids=["5000-digits", "arabic-digit"])
def test_a_control_total_is_never_made_a_number(stated: str) -> None:
    whole = interchange(message(*BOX, f"CNT+16:{stated}"))
    assert [f.observed for f in read(whole).findings] == [stated]
    counted = message(*BOX).replace("UNT+6", f"UNT+{stated}")
    assert [f.observed for f in read(interchange(counted)).findings] == [stated]


@pytest.mark.parametrize(
    "weight", ["1e3", "1e999999", "1_0", "２４", "٢٤", "NaN", "inf", "9" * 400, "20.0000000000"]
)
@pytest.mark.parametrize("unit", ["TNE", "LBR"])
def test_what_is_no_plain_number_is_not_converted(weight: str, unit: str) -> None:
    raw = read(interchange(message(*BOX, f"MEA+WT+G+{unit}:{weight}")))
    assert raw.frame["gross_gross_kg"].to_list() == [f"{weight} {unit}"]


def test_a_long_run_of_release_characters_is_counted_in_one_pass() -> None:
    marks = "?" * 60_000
    started = time.process_time()
    assert read(interchange(message(*BOX, *[f"FTX+AAI+++{marks}"] * 5))).frame.height == 1
    assert time.process_time() - started < 10
