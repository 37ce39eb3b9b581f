"""Reading by column gives what reading segment by segment gives, however a stream is cut."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile, _equipment
from corridor_etl.sources._edifact import Separators, count_equipment, decoded, segments
from corridor_etl.sources._edifact_pieces import pieces
from corridor_etl.sources._edifact_survey import survey
from corridor_etl.sources._edifact_text import column
from corridor_etl.sources._edifact_tokens import Tokens
from tests.examples import few
from tests.sources.edifact_interchanges import Made, interchanges

PATIENT = few(20, many=40, suppress_health_check=[HealthCheck.too_slow])


def _by_column(data: bytes, size: int) -> list[tuple[str, list[list[str]], int, str]]:
    """Every segment as the columns say it: tag, values up to where the segment ends, line, text."""
    found = survey(io.BytesIO(data))
    result = []
    for piece in pieces(io.BytesIO(data), found, size):
        tokens = Tokens(piece.data, piece.marks, piece.first_line, found.line_end)
        rows = np.arange(len(tokens))
        texts = [
            [column(tokens, rows, tokens.value(rows, e, c)).fill_null("").to_list() for c in range(6)]
            for e in range(1, 9)
        ]
        tags = column(tokens, rows, tokens.value(rows, 0)).to_list()
        lines = tokens.line_nos(rows).tolist()
        for i in range(len(tokens)):
            values = [[texts[e][c][i] for c in range(6)] for e in range(8)]
            result.append((tags[i], values, lines[i], tokens.segment(i)))
    return result


def _one_by_one(data: bytes) -> list[tuple[str, list[list[str]], int, str]]:
    return [
        (s.tag, [[s.value(e, c) for c in range(6)] for e in range(1, 9)], s.line_no, s.text)
        for s in segments(decoded(data))
    ]


def _without_line_ends(text: str) -> str:
    return text.replace("\r", "").replace("\n", "")


@few(8, many=12, suppress_health_check=[HealthCheck.too_slow])
@given(interchanges(), st.sampled_from([7, 40, 200, 1000, 1 << 20]))
def test_both_tokenizers_agree(made: Made, size: int) -> None:
    data = made.text.encode()
    wanted = _one_by_one(data)
    found = _by_column(data, size)
    assert [s[:3] for s in found] == [s[:3] for s in wanted]
    assert [s[3] for s in found] == [_without_line_ends(s[3]) for s in wanted]


@PATIENT
@given(interchanges())
def test_what_was_put_in_comes_out(made: Made) -> None:
    data = made.text.encode()
    found = [(s.tag, s.elements[1:]) for s in segments(decoded(data))]
    assert found == made.segments
    raw = _equipment.read(data)
    assert raw.rows_counted == count_equipment(data) == len(made.containers)
    lost = {f.line_no: raw.raw_lines[f.line_no] for f in raw.faults}
    assert sorted([*raw.frame["container_no"], *(t[7:18] for t in lost.values())]) == made.containers
    assert {f.rule_id for f in raw.findings} <= {"PORT_SWAP", "NO_ROWS"}


@few(8, many=12, suppress_health_check=[HealthCheck.too_slow])
@given(interchanges(), st.integers(1, 400))
def test_rows_do_not_depend_on_where_a_stream_is_cut(made: Made, size: int) -> None:
    data = made.text.encode()
    whole = _equipment.read(data)
    parts = list(_equipment.stream(io.BytesIO(data), None, size))
    assert pl.concat([p.frame for p in parts]).equals(whole.frame)
    assert [f for p in parts for f in p.faults] == list(whole.faults)
    assert {k: v for p in parts for k, v in p.raw_lines.items()} == dict(whole.raw_lines)
    assert sum(p.rows_counted for p in parts) == whole.rows_counted
    assert sorted(map(str, parts[-1].findings)) == sorted(map(str, whole.findings))
    assert all(not p.findings for p in parts[:-1])


def _reading(data: bytes) -> tuple[str | None, RawFile | None]:
    try:
        return None, _equipment.read(data)
    except FileRejected as error:
        return error.reason, None


@PATIENT
@given(interchanges(wraps=False), st.data())
def test_an_interchange_cut_anywhere_loses_nothing_in_silence(made: Made, data: st.DataObject) -> None:
    text = made.text.encode()
    length = data.draw(st.integers(0, len(text)))
    reason, raw = _reading(text[:length])
    assert reason in (None, "TRUNCATED", "COUNT_MISMATCH", "TOO_BIG", "ENCODING")
    if raw is not None:
        assert raw.rows_counted == raw.frame.height + len({f.line_no for f in raw.faults})
        assert raw.rows_counted == count_equipment(text[:length])


BOX = "EQD+CN+QZAU7000011+22G1:102:5++2+5'DTM+7:202502210815:203'LOC+165+CNNBG:139:6'"


def _long_message(boxes: int) -> bytes:
    body = "UNH+1+CODECO:D:95B:UN'BGM+34+X+9'RFF+BN:B1'" + BOX * boxes + f"CNT+16:{boxes}'"
    return f"UNB+UNOA:2+A+B+250101:0000+7'{body}UNT+{5 + 3 * boxes}+1'UNZ+1+7'".encode()


def test_a_message_longer_than_a_piece_keeps_its_header_and_its_counts() -> None:
    data = _long_message(500)
    parts = list(_equipment.stream(io.BytesIO(data), None, 2000))
    assert len(parts) > 10
    assert pl.concat([p.frame for p in parts])["booking_no"].unique().to_list() == ["B1"]
    assert pl.concat([p.frame for p in parts])["line_no"].to_list() == list(range(5, 5 + 1500, 3))
    assert parts[-1].findings == ()


def test_a_long_message_that_is_cut_short_is_refused_in_every_part() -> None:
    cut = _long_message(300).replace(b"UNT+905+1'", b"")
    data = cut.replace(b"UNZ+1+7'", b"UNH+2+CODECO:D:95B:UN'BGM+34+Y+9'" + BOX.encode() + b"UNT+6+2'UNZ+2+7'")
    parts = list(_equipment.stream(io.BytesIO(data), None, 2000))
    assert sum(p.frame.height for p in parts) == 1
    assert {f.rule_id for p in parts for f in p.faults} == {"NOT_CLOSED"}
    assert sum(len(p.faults) for p in parts) == 300


def test_a_stream_that_cannot_be_wound_back_is_read_too() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    parts = list(_equipment.stream(Pipe(_long_message(20)), None, 500))
    assert sum(p.frame.height for p in parts) == 20


def test_the_end_of_a_stream_is_judged_after_its_good_parts() -> None:
    data = _long_message(200).removesuffix(b"UNZ+1+7'")
    with pytest.raises(FileRejected) as caught:
        list(_equipment.stream(io.BytesIO(data), None, 1000))
    assert caught.value.reason == "TRUNCATED"


def test_latin_letters_become_the_same_text_in_any_piece() -> None:
    text = _long_message(50).decode().replace("UNOA", "UNOC").replace("CNNBG:139:6", "CNNBG:139:6+Müller")
    for charset in ("utf-8", "latin-1"):
        parts = list(_equipment.stream(io.BytesIO(text.encode(charset)), None, 300))
        assert set(pl.concat([p.frame for p in parts])["terminal_code"]) == {"Müller"}


def test_separators_are_defined_once() -> None:
    assert Separators.stated("|^,! ~") == Separators("|", "^", ",", "!", "~")
