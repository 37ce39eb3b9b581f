"""Every way through the CSV engine gives the same rows, faults and lines as reading one record after the other."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.errors import FileRejected
from corridor_etl.sources import _delimited
from corridor_etl.sources._csv import BLANKS, record, row_fault
from corridor_etl.sources._csv_count import RowCounter
from corridor_etl.sources._headers import Layout
from tests.examples import few

COLUMNS = ("id", "name", "kg")
LAYOUT = Layout("three", {c: c for c in COLUMNS}, COLUMNS)
Seen = tuple[list[tuple[object, ...]], list[tuple[int, str]]]


def one_by_one(text: str, delimiter: str) -> Seen:
    """What reading record by record gives: the law for every other way."""
    body = text.rstrip("\x1a").replace("\r\n", "\n")
    if not body.endswith("\n"):
        raise FileRejected("TRUNCATED", "cut")
    lines, at, rows, faults = body[:-1].split("\n"), 1, [], []
    while at < len(lines):
        if not lines[at].strip(BLANKS):
            at += 1
            continue
        got = record(lines, at, at + 1, delimiter)
        if got is None:
            raise FileRejected("UNCLOSED_QUOTE", "open")
        at += got[1]
        fault = row_fault(got[0], list(COLUMNS))
        if fault is None:
            rows.append((got[0].line_no, *got[0].fields, got[0].text))
        else:
            faults.append((fault.line_no, fault.rule_id))
    return rows, faults


def by_engine(text: str, piece_bytes: int) -> Seen:
    raw = _delimited.read(LAYOUT, text.encode(), None, piece_bytes=piece_bytes)
    return raw.frame.rows(), [(f.line_no, f.rule_id) for f in raw.faults]


def outcome(read: object, *arguments: object) -> object:
    try:
        return read(*arguments)  # type: ignore[operator]
    except FileRejected as refused:
        return refused.reason


ODD = ['"', '""', "\n", "\r\n", "\r", "\x00", "\x1a", "\x7f", "\u202e", "\u2066", "\ufeff", "\x1e", "\x01", " ", "\t",
       "x^", "陶瓷", "Ж", "#", "é", "1", "\x0b", "\u2028", "id,name,kg\n"]  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    delimiter = draw(st.sampled_from(",;\t|"))
    cell = st.text(st.sampled_from("ab1 x"), max_size=4)
    quoted = st.lists(st.sampled_from(["a", "\n", '""', delimiter, "\r\n", " ", "Ж"]), max_size=4).map(
        lambda parts: '"' + "".join(parts) + '"'
    )
    sound = st.lists(st.one_of(cell, quoted), min_size=3, max_size=3).map(delimiter.join)
    plain = st.lists(cell, min_size=3, max_size=3).map(delimiter.join)
    odd = st.lists(st.one_of(st.sampled_from([*ODD, delimiter]), cell), max_size=8).map("".join)
    line = draw(st.sampled_from([sound, plain, st.one_of(plain, plain, odd), st.one_of(sound, odd)]))
    rows = draw(st.lists(line, max_size=12))
    end = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", ""]))
    return delimiter.join(COLUMNS) + "\n" + "".join(row + "\n" for row in rows[:-1]) + "".join(
        rows[-1:]
    ) + end, delimiter


@few(60, many=150)
@given(texts(), st.sampled_from([1, 2, 7, 64, 1 << 20]))
def test_every_path_reads_what_one_record_after_the_other_reads(
    case: tuple[str, str], piece_bytes: int
) -> None:
    text, delimiter = case
    wanted = outcome(one_by_one, text, delimiter)
    if isinstance(wanted, str) and len(text) > len(COLUMNS) * 8:
        assert outcome(by_engine, text, piece_bytes) in ("TRUNCATED", "UNCLOSED_QUOTE", "LINE_ENDS")
    else:
        assert outcome(by_engine, text, piece_bytes) == wanted


@few(60, many=100)
@given(texts(), st.integers(1, 50))
def test_the_count_does_not_depend_on_where_the_text_is_cut(case: tuple[str, str], size: int) -> None:
    text, delimiter = case
    data = text.replace("\r\n", "\n").encode()
    whole, parts = RowCounter(delimiter), RowCounter(delimiter)
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    assert whole.count(data) == sum(parts.count(p) for p in pieces)
    assert whole.count_rest() == parts.count_rest()


FIELDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\r\x1a"), max_size=8
)


@given(st.lists(st.lists(FIELDS, min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from(",;\t|"))
def test_what_was_quoted_is_what_is_read_and_the_count_agrees(rows: list[list[str]], delimiter: str) -> None:
    quoted = ['"' + f'"{delimiter}"'.join(f.replace('"', '""') for f in row) + '"' for row in rows]
    text = "\n".join(quoted) + "\n"
    lines, at, found = text[:-1].split("\n"), 0, []
    while at < len(lines):
        got = record(lines, at, at + 1, delimiter)
        assert got is not None
        found.append((got[0].fields, got[0].flaw))
        at += got[1]
    assert found == [(row, "") for row in rows]
    assert RowCounter(delimiter).count(text.encode()) == len(rows)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters='\r"'), max_size=60)
)
def test_any_text_without_quotes_has_as_many_rows_as_lines_that_are_not_blank(body: str) -> None:
    lines = [line for line in body.split("\n") if line.strip(BLANKS)]
    assert RowCounter(",").count((body + "\n").encode()) == len(lines)


@pytest.mark.parametrize("piece_bytes", [1, 100, 4096, 1 << 20])
def test_parts_are_balanced_and_the_last_one_speaks_for_the_file(piece_bytes: int) -> None:
    data = ("id,name,kg,colour\n" + "".join(f'{i},"a\nb",3,red\n' for i in range(500)) + "9,short\n").encode()
    parts = list(_delimited.stream(LAYOUT, io.BytesIO(data), None, piece_bytes=piece_bytes))
    assert [len(p.findings) for p in parts[:-1]] == [0] * (len(parts) - 1)
    assert [f.rule_id for f in parts[-1].findings] == ["NEW_COLUMN"]
    assert sum(p.rows_counted for p in parts) == 501
    assert [line for p in parts for line in p.frame["line_no"]] == list(range(2, 1002, 2))
    assert (len(parts) > 1) == (piece_bytes < 10_000)
