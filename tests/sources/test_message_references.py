"""What every reader of interchanges says about the numbers of its messages."""

from __future__ import annotations

import io

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from corridor_etl.errors import FileRejected
from corridor_etl.settings import checkout
from corridor_etl.sources import REFERENCE_SCHEMA, _equipment, recognise, tidied
from corridor_etl.sources._edifact import decoded, segments
from corridor_etl.sources._interchange import Envelope
from corridor_etl.sources._references import LONGEST, references
from tests.examples import few
from tests.sources.edifact_interchanges import Made, interchanges

CORRECTION = (
    "UNB+UNOC:3+PORTA+DESK+250601:1200+000017'UNH+M7+CODECO:D:95B:UN:SMDG16'BGM+34+D9+5'RFF+ACW:D4'"
    "EQD+CN+MSKU9070323+45G1:102:5++2+5'DTM+7:202506011000:203'LOC+165+CNNBG:139:6'CNT+16:1'UNT+7+M7'UNZ+1+000017'"
)


def test_a_message_is_told_by_the_numbers_of_its_envelope_and_its_document() -> None:
    read = _equipment.read(CORRECTION.encode())
    assert read.references.rows() == [("PORTA", "DESK", "000017", "M7", "CODECO", "D9", "D4", "5")]
    assert dict(read.references.schema) == REFERENCE_SCHEMA


@few(8, many=12, suppress_health_check=[HealthCheck.too_slow])
@given(interchanges(), st.sampled_from([40, 200, 1000, 1 << 20]))
def test_reading_by_column_tells_every_message_once_however_the_stream_is_cut(made: Made, size: int) -> None:
    data = made.text.encode()
    try:
        parts = list(_equipment.stream(io.BytesIO(data), None, size))
    except FileRejected:
        return
    wanted = references(m.numbers for m in Envelope().take(segments(decoded(data))).messages)
    assert_frame_equal(pl.concat([part.references for part in parts]), wanted)


@pytest.mark.parametrize(
    "name", ["baplie", "coarri", "codeco", "coparn", "copino", "coprar", "cuscar", "cusdec", "cusres", "ifcsum",
             "iftmin", "iftsai", "iftsta", "movins", "vermas"],
)  # fmt: skip
def test_every_format_of_messages_hands_over_their_numbers(name: str) -> None:
    data = (checkout() / "tests" / "samples" / f"{name}.edi").read_bytes()
    read = recognise(data, f"{name}.edi", None).read(data, None)
    assert read.references.height > 0
    assert read.references["message_kind"].str.to_lowercase()[0] == name
    assert read.references["message_ref"].null_count() == 0


def test_a_file_without_messages_has_no_numbers() -> None:
    data = (checkout() / "tests" / "samples" / "booking_csv.csv").read_bytes()
    assert recognise(data, "booking.csv", None).read(data, None).references.is_empty()


def test_numbers_that_a_ledger_cannot_hold_are_marked_and_cut() -> None:
    hostile = CORRECTION.replace("BGM+34+D9", f"BGM+34+D\x00\u202e{'9' * 5000}").replace("UNOC", "UNOY")
    (number,) = tidied(_equipment.read(hostile.encode()).references)["document_no"]
    assert number == "D\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}" + "9" * (LONGEST - 3)
