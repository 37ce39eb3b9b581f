"""Hostile interchanges, each with its exact bytes: what is wrong costs what it must and its neighbours load."""

from __future__ import annotations

import time

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile, sources
from corridor_etl.sources._edifact import decoded, segments
from tests.sources.test_edifact_messages import BOX, interchange, message, read

EVERY_RELEASE = "FTX+AAA+++a?'b?+c?:d??e???'f'"


def names(raw: RawFile) -> list[str]:
    return raw.frame["container_no"].to_list()


def numbered(number: int) -> tuple[str, ...]:
    return (f"EQD+CN+QZAU{number:07d}+22G1:102:5++2+5", *BOX[1:])


@pytest.mark.parametrize("remark", ["?'", "?+", "?:", "??", "???'", "'EQD?+CN?+X".replace("'", "?'")])
def test_released_characters_are_data(remark: str) -> None:
    raw = read(interchange(message(*BOX, f"FTX+AAA+++{remark}", f"SEL+{remark}+SH")))
    assert raw.frame["seal_nos"].to_list() == [remark.replace("??", "\0").replace("?", "").replace("\0", "?")]
    assert f"FTX+AAA+++{remark}'" in raw.frame["raw_text"][0]


def test_a_service_string_before_every_interchange() -> None:
    one = "UNA:+.? '" + interchange(message(*BOX))
    other = "UNA|^,! ~" + interchange(message(*BOX)).translate(str.maketrans(":+'", "|^~")).replace(
        "+7~", "+8~"
    )
    raw = read(one + other.replace("^7~", "^8~") + one.replace("+7'", "+9'"))
    assert raw.frame.height == 3
    assert raw.findings == ()


def test_the_service_string_of_another_alphabet() -> None:
    raw = read("UNA|^,! ~UNB^UNOA|2^A^B^250101|0000^7~UNH^1^CODECO|D|95B|UN~BGM^34^X^9~EQD^CN^QZAU7000011^22G1~"
               "SEL^it's 50!^1!~+^SH~UNT^5^1~UNZ^1^7~")  # fmt: skip
    assert raw.frame["seal_nos"].to_list() == ["it's 50^1~+"]


@pytest.mark.parametrize(("old", "new", "observed"), [
    ("UNT+6+1", "UNT+7+1", "7"), ("UNT+6+1", "UNT+6+2", "2"), ("UNZ+1+7", "UNZ+2+7", "2"), ("UNZ+1+7", "UNZ+1+8", "8"),
])  # fmt: skip
def test_a_wrong_count_or_reference_is_said_and_loads(old: str, new: str, observed: str) -> None:
    raw = read(interchange(message(*BOX)).replace(old, new))
    assert [(f.rule_id, f.observed) for f in raw.findings] == [("ST-001", observed)]
    assert raw.frame.height == 1


def test_a_file_cut_before_its_end_is_rejected() -> None:
    with pytest.raises(FileRejected) as caught:
        read(interchange(message(*BOX)).replace("UNZ+1+7'", ""))
    assert caught.value.reason == "TRUNCATED"


def test_a_message_without_end_costs_its_own_rows() -> None:
    text = interchange(message(*numbered(1)), message(*numbered(2)), message(*numbered(3)))
    raw = read(text.replace("UNT+6+1'UNH", "UNH", 1))
    assert names(raw) == ["QZAU0000002", "QZAU0000003"]
    assert [(f.rule_id, f.observed) for f in raw.faults] == [("NOT_CLOSED", "a message without UNT")]
    assert raw.raw_text(raw.faults[0].line_no).startswith("EQD+CN+QZAU0000001")


def test_an_interchange_without_end_costs_its_own_rows() -> None:
    first = interchange(message(*numbered(1)), message(*numbered(2))).replace("UNZ+2+7'", "")
    raw = read(first + interchange(message(*numbered(3))).replace("+7'", "+8'"))
    assert names(raw) == ["QZAU0000003"]
    assert [f.rule_id for f in raw.faults] == ["NOT_CLOSED"] * 2
    assert "interchange 7 is not closed before UNB" in raw.findings[0].message


def test_a_message_open_at_the_end_of_its_interchange() -> None:
    text = interchange(message(*numbered(1)), message(*numbered(2))).replace("UNT+6+1'UNZ", "UNZ")
    raw = read(text)
    assert (names(raw), [f.rule_id for f in raw.faults]) == (["QZAU0000001"], ["NOT_CLOSED"])


def test_a_segment_before_the_first_message_and_an_unknown_one() -> None:
    text = interchange(message(*BOX, "ZZZ+1")).replace("'UNH", "'FTX+AAA+++X'UNH", 1)
    raw = read(text)
    assert [f.message for f in raw.findings] == ["segment FTX stands outside a message"]
    assert raw.frame["raw_text"][0].endswith("ZZZ+1'")


def test_a_container_outside_a_message_is_set_aside() -> None:
    raw = read(interchange(message(*BOX)).replace("'UNH", "'EQD+CN+QZAU0000009'UNH", 1))
    assert [f.rule_id for f in raw.faults] == ["ST-001"]
    assert raw.frame.height == 1


def test_many_segments_outside_messages_are_counted_not_listed() -> None:
    raw = read(interchange(message(*BOX)).replace("'UNH", "'" + "ZZZ+1'" * 5000 + "UNH", 1))
    assert len(raw.findings) == 101
    assert "4900 more" in raw.findings[-1].message


def test_a_directory_nobody_has_is_read_like_its_neighbours() -> None:
    raw = read(
        interchange(
            message(*BOX, kind="CODECO:D:99Z:UN"), message(*BOX, kind="CODECO:D:99Z:UN", bgm="999+X+9")
        )
    )
    assert [f.rule_id for f in raw.faults] == ["CD-013"]
    assert raw.frame["event_code"].to_list() == ["GTIN"]


@pytest.mark.parametrize(("charset", "declared", "text"), [
    ("utf-8", "UNOA", "Достык"), ("utf-8", "UNOB", "陶瓷"), ("iso8859-5", "UNOE", "Достык"), ("latin-1", "UNOC", "Müller"),
    ("utf-8", "UNOW", "陶瓷"), ("utf-8", "UNOX", "陶瓷"), ("iso8859-9", "UNOK", "İzmir"),
])  # fmt: skip
def test_letters_by_the_declared_character_set(charset: str, declared: str, text: str) -> None:
    data = interchange(message(*BOX, f"SEL+{text}")).replace("UNOA", declared).encode(charset)
    assert sources()["codeco"].read(data, None).frame["seal_nos"].to_list() == [text]


@pytest.mark.parametrize("declared", ["UNOA", "UNOB", "UNOX"])
def test_letters_of_another_character_set_are_refused(declared: str) -> None:
    data = interchange(message(*BOX, "SEL+Достык")).replace("UNOA", declared).encode("cp1251")
    with pytest.raises(FileRejected) as caught:
        sources()["codeco"].read(data, None)
    assert caught.value.reason == "ENCODING"
    assert caught.value.facts["offset"] == data.index("Д".encode("cp1251"))


@pytest.mark.parametrize("line_end", ["", "\n", "\r\n", "\r", "\n\n\n"])
def test_line_ends_between_and_inside_segments(line_end: str) -> None:
    text = interchange(message(*numbered(1), *numbered(2))).replace("'", "'" + line_end)
    raw = read(text.replace("DTM+7:2025", "DTM+7:20" + line_end + "25"))
    assert names(raw) == ["QZAU0000001", "QZAU0000002"]
    assert raw.frame["event_time"].to_list() == ["202502210815"] * 2


def test_a_tag_broken_over_two_lines_is_still_that_tag() -> None:
    raw = read(interchange(message(*numbered(1), *numbered(2))).replace("EQD+", "EQ\nD+"))
    assert names(raw) == ["QZAU0000001", "QZAU0000002"]


def test_a_released_terminator_behind_a_line_end() -> None:
    text = interchange(message(*BOX, "SEL+O?\n'CLOCK"))
    assert read(text).frame["seal_nos"].to_list() == ["O'CLOCK"]
    assert [s.value(1) for s in segments(decoded(text.encode())) if s.tag == "SEL"] == ["O'CLOCK"]


def test_one_reference_for_two_interchanges_is_said() -> None:
    raw = read(interchange(message(*numbered(1))) + interchange(message(*numbered(2))))
    assert [(f.rule_id, f.observed) for f in raw.findings] == [("DUPLICATE_INTERCHANGE", "7")]
    assert raw.frame.height == 2


def test_functional_groups_add_nothing() -> None:
    text = (
        interchange(message(*BOX))
        .replace("'UNH", "'UNG+CODECO+A+B+250101:0000+1+UN+D:95B'UNH")
        .replace("UNZ", "UNE+1+1'UNZ")
    )
    raw = read(text)
    assert (raw.frame.height, raw.findings) == (1, ())


def test_one_group_9999_times() -> None:
    raw = read(interchange(message(*BOX * 9999)))
    assert raw.frame.height == 9999


@pytest.mark.parametrize(
    ("value", "code"), [("202502210815", "203"), ("20250221", "102"), ("202502210815UTC", "303")]
)
def test_formats_of_time_are_handed_on(value: str, code: str) -> None:
    raw = read(interchange(message(BOX[0], f"DTM+7:{value}:{code}", BOX[2])))
    assert raw.frame.select("event_time", "event_time_format").row(0) == (value, code)


def test_an_empty_composite_is_no_place() -> None:
    raw = read(interchange(message(BOX[0], BOX[1], "LOC+165+:139:6", "LOC+175+CNNBG")))
    assert raw.frame["facility_code"].to_list() == ["CNNBG"]


@pytest.mark.parametrize("size", [70_000, 10_000_000])
def test_a_segment_without_end_is_refused_at_once(size: int) -> None:
    started = time.process_time()
    with pytest.raises(FileRejected) as caught:
        read(interchange(message(*BOX)) + "FTX+AAA+++" + "x" * size)
    assert caught.value.reason == "TOO_BIG"
    assert time.process_time() - started < 5


def test_private_use_characters_are_data() -> None:
    seal = "\ue000\ue001\ue002\ue003"
    raw = read(interchange(message(*BOX, f"SEL+{seal}?+")))
    assert raw.frame["seal_nos"].to_list() == [seal + "+"]


def test_service_characters_outside_ascii_are_refused() -> None:
    with pytest.raises(FileRejected) as caught:
        sources()["codeco"].read("UNA§+.? 'UNB+UNOC§3'".encode("latin-1"), None)
    assert caught.value.reason == "SERVICE_STRING"


def test_ten_megabytes_of_blanks_are_skipped() -> None:
    assert read(interchange(message(*BOX)).replace("'BGM", "'" + " \n" * 5_000_000 + "BGM")).frame.height == 1


def test_a_control_character_in_a_header_costs_the_rows_under_it() -> None:
    raw = read(interchange(message("TDT+20+1+1+++++1:146::A\x00B", *BOX), message(*BOX)))
    assert [f.rule_id for f in raw.faults] == ["CONTROL_CHAR"]
    assert raw.frame.height == 1
