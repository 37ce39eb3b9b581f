"""Archives to their files: one level deep, under limits, by content and never by a path."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.sources import _archive
from corridor_etl.sources._archive import kind_of_archive, members

GOOD = b"container;event\nQZAU7000011;DEPA\n"


def zipped(*files: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def reason(data: bytes, name: str = "x.zip") -> str:
    with pytest.raises(FileRejected) as caught:
        members(data, name)
    assert caught.value.expected
    return caught.value.reason


def test_files_come_out_in_the_order_of_the_archive() -> None:
    data = zipped(("b.csv", GOOD), ("a/a.csv", b"x\n"), ("a/", b""))
    assert kind_of_archive(data) == "zip"
    assert [(m.name, m.data) for m in members(data, "x.zip")] == [("b.csv", GOOD), ("a/a.csv", b"x\n")]


def test_a_gzip_file_is_one_file_without_its_ending() -> None:
    data = gzip.compress(GOOD)
    assert kind_of_archive(data) == "gzip"
    assert [(m.name, m.data) for m in members(data, "in/moves.csv.gz")] == [("moves.csv", GOOD)]


def test_two_gzip_streams_in_a_row_are_one_file() -> None:
    assert (
        members(gzip.compress(GOOD) + gzip.compress(b"QZAU7000027;DEPA\n"), "x.gz")[0].data.count(b"\n") == 3
    )


def test_a_workbook_is_no_archive() -> None:
    assert kind_of_archive(zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<w/>"))) is None


def test_what_operating_systems_leave_is_passed_over() -> None:
    data = zipped(("__MACOSX/._a.csv", b"\x00"), (".DS_Store", b"\x00"), ("a.csv", GOOD))
    assert [m.name for m in members(data, "x.zip")] == ["a.csv"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../evil.csv", "evil.csv"),
        ("/abs.csv", "abs.csv"),
        ("a\\..\\b.csv", "a/b.csv"),
        ("./c.csv", "c.csv"),
    ],
)
def test_a_member_s_name_leads_nowhere(name: str, safe: str) -> None:
    assert [m.name for m in members(zipped((name, GOOD)), "x.zip")] == [safe]


def test_a_bomb_is_noticed_while_it_is_small() -> None:
    assert reason(zipped(("bomb.csv", bytes(64 << 20)))) == "TOO_BIG"
    assert reason(gzip.compress(bytes(64 << 20)), "bomb.csv.gz") == "TOO_BIG"


def test_all_members_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_archive, "MAX_BYTES", 50)
    assert reason(zipped(("a.csv", GOOD), ("b.csv", GOOD))) == "TOO_BIG"


def test_too_many_members() -> None:
    assert reason(zipped(*((f"{i}.csv", b"") for i in range(1001)))) == "TOO_BIG"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name() -> None:
    assert reason(zipped(("a.csv", GOOD), ("a.csv", b"other\n"))) == "DUPLICATE_MEMBER"


def test_a_name_that_differs_in_case_only_is_the_same_file_elsewhere() -> None:
    assert reason(zipped(("a.csv", GOOD), ("A.CSV", b"other\n"))) == "DUPLICATE_MEMBER"


def test_a_password() -> None:
    data = bytearray(zipped(("a.csv", GOOD)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    assert reason(bytes(data)) == "ENCRYPTED"


def test_a_symbolic_link() -> None:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert reason(buffer.getvalue()) == "LINK_MEMBER"


def test_a_header_that_lies_about_the_size() -> None:
    data = bytearray(zipped(("a.csv", GOOD), compression=zipfile.ZIP_STORED))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    assert reason(bytes(data)) == "CORRUPT"


def test_members_that_share_bytes() -> None:
    data = bytearray(zipped(("a.csv", GOOD), ("b.csv", GOOD), compression=zipfile.ZIP_STORED))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    assert reason(bytes(data)) == "CORRUPT"


def test_damaged_and_cut_archives() -> None:
    whole = zipped(("a.csv", GOOD))
    assert reason(whole[:-10]) == "CORRUPT"
    assert reason(gzip.compress(GOOD)[:-6], "x.gz") == "TRUNCATED"
    assert reason(gzip.compress(GOOD) + b"rubbish", "x.gz") == "CORRUPT"
    assert reason(zipped()) == "CORRUPT" or reason(zipped(("d/", b""))) == "EMPTY_FILE"


def test_an_archive_without_files() -> None:
    assert reason(zipped(("d/", b""))) == "EMPTY_FILE"
