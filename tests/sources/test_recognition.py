"""A file is recognised by what it contains, among what its sender declares."""

from __future__ import annotations

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender, Settings
from corridor_etl.sources import recognise


def refused(data: bytes, sender: Sender | None = None) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        recognise(data, "file.dat", sender)
    return caught.value


def test_only_declared_formats_are_candidates(sample_bytes, settings: Settings) -> None:
    data = sample_bytes("coarri.edi")
    assert recognise(data, "x", settings.sender("ningbo_port")).name == "coarri"
    error = refused(data, settings.sender("booking_desk"))
    assert error.reason == "UNKNOWN_FORMAT"
    assert "booking_csv" in error.message


@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\x1a", bytes(16)])
def test_nothing_is_no_format(data: bytes) -> None:
    assert refused(data).reason == "EMPTY_FILE"


@pytest.mark.parametrize(("data", "seen"), [
    (b"Dear colleagues,\nplease find the list attached.\n", "Dear colleagues"),
    (b"UNB+UNOA:2+A+B+250101:0000+7'BGM+9'UNZ+0+7'", "without a message"),
    (b"PK\x03\x04word/document.xml", "PK"),
    ("Уважаемые коллеги\n".encode("cp1251"), "begins with"),
    (b"\xef\xbb\xbf\xff\xff\n", "begins with"),
    (b"\xff\xfe\x00\xd8A\x00\n\x00", "begins with"),
])  # fmt: skip
def test_an_unknown_file_is_described(data: bytes, seen: str) -> None:
    error = refused(data)
    assert error.reason == "UNKNOWN_FORMAT"
    assert seen in error.message


@pytest.mark.parametrize(("kind", "name"), [
    ("APERAK", "APERAK (application error and acknowledgement)"), ("ORDERS", "ORDERS (purchase order)"),
    ("QQQXYZ", "QQQXYZ,"),
])  # fmt: skip
def test_a_message_no_record_comes_from_is_named_and_set_aside(kind: str, name: str) -> None:
    error = refused(f"UNB+UNOA:2+A+B+250101:0000+7'UNH+1+{kind}:D:00B:UN'UNT+2+1'UNZ+1+7'".encode())
    assert error.reason == "FOREIGN_MESSAGE"
    assert name in error.message


def test_a_message_its_sender_does_not_declare_is_an_unknown_format_not_a_foreign_message(
    sample_bytes, settings: Settings
) -> None:
    assert refused(sample_bytes("codeco.edi"), settings.sender("booking_desk")).reason == "UNKNOWN_FORMAT"


def test_a_misspelt_header_is_still_recognised_so_that_reading_can_say_what_is_wrong(sample_bytes) -> None:
    data = sample_bytes("terminal_csv.csv").replace(b"event_time", b"event_tme")
    assert recognise(data, "x", None).name == "terminal_csv"


def test_an_unknown_file_of_an_unknown_sender_is_sent_to_the_list_of_formats_not_given_it() -> None:
    message = refused(b"Dear colleagues,\nplease find the list attached.\n").message
    assert "docs/sources.md" in message
    assert len(message) < 300
