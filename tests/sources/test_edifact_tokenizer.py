"""Whatever an interchange contains, splitting it gives back what was put in, and the two counts agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor_etl.errors import FileRejected
from corridor_etl.sources._edifact import Separators, count_equipment, decoded, message_type, segments

SERVICE_SETS = (Separators(), Separators("|", "^", ",", "!", "~"), Separators(":", "+", ".", "\\", "'"))
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=12
)
TAGS = st.text("ABCDEFGHKLMPQRSTWXYZ", min_size=3, max_size=3)
SEGMENTS = st.lists(
    st.tuples(TAGS, st.lists(st.lists(TEXTS, min_size=1, max_size=3), max_size=4)), min_size=1, max_size=8
)


def written(tag: str, elements: list[list[str]], marks: Separators) -> str:
    def released(text: str) -> str:
        specials = (marks.component, marks.element, marks.release, marks.terminator)
        return "".join(marks.release + c if c in specials else c for c in text)

    parts = [tag, *(marks.component.join(map(released, e)) for e in elements)]
    return marks.element.join(parts) + marks.terminator


def advice(marks: Separators) -> str:
    return f"UNA{marks.component}{marks.element}{marks.decimal}{marks.release} {marks.terminator}"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SERVICE_SETS), SEGMENTS, st.sampled_from(["", "\n", "\r\n", "\n\n"]))
def test_what_was_written_is_what_is_read(marks: Separators, parts: list, between: str) -> None:
    text = advice(marks) + between + between.join(written(t, e, marks) for t, e in parts) + between
    read = [(s.tag, s.elements[1:]) for s in segments(text)]
    assert read == parts


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SERVICE_SETS), st.lists(st.tuples(st.sampled_from(["CN", "CH", "TE"]), TEXTS), max_size=8),
       st.sampled_from(["", "\n", "\r\n"]))  # fmt: skip
def test_the_count_over_the_bytes_agrees_with_the_segments(
    marks: Separators, boxes: list, between: str
) -> None:
    body = [("UNB", [["UNOY", "3"]])]
    for qualifier, remark in boxes:
        body += [("EQD", [[qualifier], ["QZAU7000011"]]), ("FTX", [["AAA"], [remark], ["'EQD+CN+FAKE"]])]
    text = advice(marks) + between.join(written(t, e, marks) for t, e in body)
    found = [s for s in segments(text) if s.tag == "EQD" and s.value(1) == "CN"]
    assert count_equipment(text.encode()) == len(found) == sum(q == "CN" for q, _ in boxes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IFT+3+NO MORE FLIGHTS 2??'", "NO MORE FLIGHTS 2?"),
        ("IFT+3+NO MORE ?' FLIGHTS 3'", "NO MORE ' FLIGHTS 3"),
        ("IFT+3+NO MORE ???' FLIGHTS 3'", "NO MORE ?' FLIGHTS 3"),
        ("IFT+3+FIELD 1???+FIELD 2'", "FIELD 1?+FIELD 2"),
        ("IFT+3+FIELD 1??+FIELD 2'", "FIELD 1?"),
    ],
)
def test_release_sequences(text: str, expected: str) -> None:
    (segment,) = segments(text)
    assert segment.value(2) == expected


def test_each_interchange_of_a_stream_has_its_own_service_characters() -> None:
    text = "UNA:+.? 'UNB+UNOA:2'EQD+CN+A'UNZ+0+1'\nUNA|^,! ~UNB^UNOA|2~EQD^CN^B'C~UNZ^0^1~"
    assert [s.value(2) for s in segments(text) if s.tag == "EQD"] == ["A", "B'C"]
    assert count_equipment(text.encode()) == 2


def test_lines_and_numbers_say_where_a_segment_starts() -> None:
    places = [(s.tag, s.line_no, s.number) for s in segments("UNB+UNOA:2'\r\nUNH+1'BGM+34'\r\n\r\nEQD+CN+A'")]
    assert places == [("UNB", 1, 1), ("UNH", 2, 2), ("BGM", 2, 3), ("EQD", 4, 4)]


@pytest.mark.parametrize(("text", "reason"), [
    ("UNB+UNOA:2'UNH+1", "TRUNCATED"),
    ("UNB+UNOA:2'FTX+AAA+ends released?'", "TRUNCATED"),
    ("UNB+UNOA:2'FTX+" + "x" * 70_000 + "'", "TOO_BIG"),
    ("UNB+UNOA:2'FTX+" + "x" * 70_000, "TOO_BIG"),
])  # fmt: skip
def test_an_unfinished_segment_rejects_the_file(text: str, reason: str) -> None:
    with pytest.raises(FileRejected) as caught:
        list(segments(text))
    assert caught.value.reason == reason


@pytest.mark.parametrize(("data", "expected"), [
    (b"UNB+UNOC:3+A'FTX+\xe9'", "é"),
    ("UNB+UNOC:3+A'FTX+陶'".encode(), "陶"),
    ("UNB+UNOA:2+A'FTX+陶'".encode(), "陶"),
    ("UNB+UNOE:2+A'FTX+Достык'".encode("iso8859-5"), "Достык"),
    ("\ufeffUNB+UNOY:4+A'FTX+陶'".encode(), "陶"),
])  # fmt: skip
def test_character_sets(data: bytes, expected: str) -> None:
    assert list(segments(decoded(data)))[-1].value(1) == expected


def test_bytes_outside_the_declared_character_set_are_not_replaced() -> None:
    with pytest.raises(FileRejected, match="byte 17") as caught:
        decoded(b"UNB+UNOA:2+A'FTX+\xcc\xd5'")
    assert caught.value.reason == "ENCODING"


@pytest.mark.parametrize(("head", "expected"), [
    (b"UNB+UNOA:2'UNH+1+COARRI:D:23A:UN'", "COARRI"),
    (b"UNA|^,! ~UNB^UNOA|2~UNH^1^CODECO|D|95B|UN~", "CODECO"),
    (b"UNH+2414+CODECO:D:00B:UN:SMDG21'", "CODECO"),
    (b"UNB+UNOA:2'", ""),
    (b"container;iso_type", None),
])  # fmt: skip
def test_message_type_of_a_head(head: bytes, expected: str | None) -> None:
    assert message_type(head) == expected
