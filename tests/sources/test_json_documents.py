"""The JSON reader: every hostile payload and its outcome, positions, and a count that agrees."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor_etl.errors import FileRejected
from corridor_etl.sources import _json
from corridor_etl.sources._json_count import count_lines, count_records

EVENTS = ("events", _json.EACH)


def read(text: str | bytes, *paths: _json.Path) -> _json.JsonFile:
    data = text if isinstance(text, bytes) else text.encode()
    return _json.read_document(data, (), paths or (EVENTS,))


def reason(text: str | bytes) -> str:
    with pytest.raises(FileRejected) as caught:
        read(text)
    return caught.value.reason


def rules(text: str) -> list[str]:
    (row,) = read(text).rows
    return [fault.rule_id for fault in row.faults()]


def test_records_have_the_line_they_begin_on_and_their_own_text() -> None:
    file = read('{"head": 1,\n"events": [\n  {"a":\n 1},\n  {"a": 2}], "tail": "t"}')
    assert [(r.line_no, r.text) for r in file.rows] == [(3, '{"a":\n 1}'), (5, '{"a": 2}')]
    assert file.root == {"head": "1", "events": [None, None], "tail": "t"}
    assert file.rows[0].parents[0]["tail"] == "t"


def test_records_on_one_line_are_numbered() -> None:
    assert read('{"events":[{},{},{}]}').line_numbers() == [1, 2, 3]


@pytest.mark.parametrize("number", ["1.50", "1.0623724E7", "-0", "9223372036854775808", "007.0e1"[2:]])
def test_numbers_are_kept_as_written(number: str) -> None:
    (row,) = read(f'{{"events":[{{"kg":{number}}}]}}').rows
    assert row.value == {"kg": number}
    assert isinstance(row.value["kg"], _json.Number)
    assert row.faults() == []


def test_the_same_key_twice_costs_the_row() -> None:
    assert rules('{"events":[{"kg":1,"kg":2}]}') == ["DUPLICATE_KEY"]
    assert rules('{"events":[{"box":{"kg":1,"kg":1}}]}') == ["DUPLICATE_KEY"]


def test_the_same_key_twice_in_the_header_costs_the_rows_below_it() -> None:
    assert rules('{"no":"1","no":"2","events":[{"kg":1}]}') == ["DUPLICATE_KEY"]
    assert rules('{"events":[{"kg":1}],"totals":{"kg":1,"kg":2}}') == ["DUPLICATE_KEY"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1E-400", "1" * 5000])
def test_what_is_no_number_of_anything_costs_the_row(number: str) -> None:
    assert rules(f'{{"events":[{{"kg":{number}}}]}}') == ["ST-010"]


@pytest.mark.parametrize("text", [r"\u0000", r"\ud800", "\u202e", r"\u202E", "\x01"])
def test_control_characters_cost_the_row(text: str) -> None:
    assert rules(f'{{"events":[{{"name":"a{text}"}}]}}') == ["CONTROL_CHAR"]


def test_a_pair_of_surrogates_is_a_character() -> None:
    (row,) = read(r'{"events":[{"name":"\ud83d\ude82 \r\n"}]}').rows
    assert row.value == {"name": "\U0001f682 \r\n"}
    assert row.faults() == []


def test_a_record_that_is_no_object_and_one_that_is_too_long_cost_themselves() -> None:
    file = read('{"events":[1, {"a": "' + "x" * 70_000 + '"}, {"a": 1}]}')
    assert [[f.rule_id for f in r.faults()] for r in file.rows] == [["NOT_AN_OBJECT"], ["ROW_TOO_LONG"], []]


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"events":['])
def test_deep_nesting_is_refused_before_it_is_read(opening: str) -> None:
    assert reason(opening * 100_000) == "TOO_DEEP"


def test_a_document_cut_anywhere_is_truncated() -> None:
    whole = '{"no": "1", "events": [{"kg": 12.5, "ok": "a\\"b"}, {}], "n": {}}'
    for cut in range(1, 58):
        assert reason(whole[:cut]) in ("TRUNCATED", "MALFORMED"), cut


@pytest.mark.parametrize("text", ["{}{}", "[] x", "{'a':1}", "{a:1}", '{"events":[{},]}', '{"events" [{}]}'])
def test_what_is_no_document_is_malformed(text: str) -> None:
    assert reason(text) == "MALFORMED"


def test_encodings() -> None:
    body = '{"events":[{"name":"箱单 Алматы"}]}'
    for data in (b"\xef\xbb\xbf" + body.encode(), ("\ufeff" + body).encode("utf-16-le"), body.encode()):
        file = read(data)
        assert file.rows[0].value == {"name": "箱单 Алматы"}
        assert count_records(data, file.encoding, EVENTS) == 1
    declared = _json.read_document(body.encode("gb18030"), ("gb18030",), (EVENTS,))
    assert declared.encoding == "gb18030"
    assert reason(body.encode("gb18030")) == "ENCODING"
    assert reason(b"\xef\xbb\xbf") == "TRUNCATED"
    assert reason(b" \n") == "EMPTY_FILE"


def test_lines_are_judged_one_by_one() -> None:
    data = b'{"kg":1}\r\n\n{"kg":1,"kg":2}\n{"kg":\n{"kg":3} x\n{"kg":4}'
    file = _json.read_lines(data)
    assert [(r.line_no, [f.rule_id for f in r.faults()]) for r in file.rows] == [
        (1, []), (3, ["DUPLICATE_KEY"]), (4, ["MALFORMED"]), (5, ["MALFORMED"]), (6, []),
    ]  # fmt: skip
    assert count_lines(data, "utf-8") == len(file.rows) == 5
    assert _json.is_lines(data)
    assert not _json.is_lines(b'{"kg":\n 1}')


def test_unread_keys_are_named() -> None:
    rows = read('{"events":[{"kg":1},{"kg":1,"late":2}]}').rows
    (finding,) = _json.census(rows, ("kg",))
    assert (finding.rule_id, finding.observed) == ("ST-004", "late")


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=6), v, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(st.sampled_from(["events", "DecList", "a", 'q"[']), VALUES, max_size=3))


def plain(value: Any) -> Any:
    if isinstance(value, _json.Number):
        return int(value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


@settings(deadline=None)
@given(RECORDS, VALUES, st.sampled_from([None, 1]), st.booleans())
def test_any_document_gives_its_records_and_the_count_agrees(
    records: list[Any], head: Any, indent: int | None, is_nested: bool
) -> None:
    document: Any = {"head": head, "events": records, "tail": head}
    path = (_json.EACH, *EVENTS) if is_nested else EVENTS
    data = json.dumps([document, document] if is_nested else document, indent=indent).encode()
    file = _json.read_document(data, (), (path,))
    assert [plain(r.value) for r in file.rows] == records * (2 if is_nested else 1)
    assert count_records(data, file.encoding, path) == len(file.rows)
    assert len(set(file.line_numbers())) == len(file.rows)
    for row in file.rows:
        assert plain(row.parents[-1]["tail"]) == head
        assert json.loads(row.text) == plain(row.value)
