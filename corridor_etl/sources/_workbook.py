"""What a workbook's bytes must pass before a parser may see them: size, shape of the archive, macros, encryption.

.xlsx is a ZIP of XML, .xls an OLE container of BIFF records. Parsers allocate the whole rectangle up to the last
cell, so how far a sheet reaches is found here, by scanning. What the cells say is read in ``_sheet_grid``.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from xlrd.compdoc import CompDoc, CompDocError

from corridor_etl.errors import FileRejected
from corridor_etl.sources._archive import check, kind_of_archive

ZIP_MAGIC, OLE_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_INFLATED_BYTES = 400 * 1024 * 1024
MAX_RATIO = 200
MAX_COLUMN, MAX_CELLS = 512, 4_000_000
_RATIO_MATTERS_FROM = 1024 * 1024
_MACRO_STREAM, _PACKAGE_STREAM = "_VBA_PROJECT".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
_BIFF_STREAMS = ("Workbook", "Book")
_FILEPASS = 0x002F
_HEAD = struct.Struct("<HH")


def is_zip_workbook(data: bytes) -> bool:
    """Whether the bytes are a ZIP that is, or before it was damaged was, a workbook and no archive of files."""
    return data.startswith(ZIP_MAGIC) and kind_of_archive(data) is None


def is_biff(data: bytes) -> bool:
    """Whether the bytes are an OLE container with a stream that only .xls has."""
    return data.startswith(OLE_MAGIC) and any(n.encode("utf-16-le") in data for n in _BIFF_STREAMS)


def archive(data: bytes) -> zipfile.ZipFile:
    """The parts of an .xlsx; ``FileRejected`` MACRO, TOO_BIG, CORRUPT, or as ``_archive`` checks any ZIP."""
    try:
        opened = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, struct.error, NotImplementedError, ValueError, OSError) as error:
        raise unreadable(error) from error
    _check_members(opened.infolist())
    return opened


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [m.filename for m in members]
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise _macro()
    check(members)
    inflated = sum(m.file_size for m in members)
    if inflated > MAX_INFLATED_BYTES:
        raise too_big(f"{len(members)} parts of {inflated} bytes when unpacked")
    for member in members:
        is_large = member.file_size > _RATIO_MATTERS_FROM
        if is_large and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise too_big(f"{member.filename} unpacks to more than {MAX_RATIO} times its size")


def part(opened: zipfile.ZipFile, name: str) -> bytes:
    """One part, unpacked; CORRUPT where it is missing or damaged."""
    try:
        with opened.open(name) as stream:
            # A size is asked for, because a part may hold far more than it declares.
            return stream.read(max(opened.getinfo(name).file_size, 1))
    except KeyError as error:
        raise corrupt(f"the workbook has no part {name}") from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
            struct.error) as error:  # fmt: skip
        raise unreadable(error) from error


def biff_stream(data: bytes) -> bytes:
    """The record stream of an .xls; ``FileRejected`` ENCRYPTED, MACRO, or CORRUPT."""
    if _PACKAGE_STREAM in data or not is_biff(data):
        raise _encrypted("the workbook is password-protected")
    if _MACRO_STREAM in data:
        raise _macro()
    try:
        container = CompDoc(data, logfile=io.StringIO())
        streams = [s for s in map(container.get_named_stream, _BIFF_STREAMS) if s]
    except (CompDocError, LookupError, ValueError, TypeError, AssertionError, struct.error) as error:
        raise unreadable(error) from error
    if not streams:
        raise corrupt("the container has no workbook stream")
    if any(kind == _FILEPASS for kind, _ in records(streams[0])):
        raise _encrypted("the workbook is password-protected")
    return bytes(streams[0])


def records(stream: bytes) -> Iterator[tuple[int, memoryview]]:
    """BIFF records (type, content) up to the first that runs past the end."""
    view, at = memoryview(stream), 0
    while at + 4 <= len(view):
        kind, length = _HEAD.unpack_from(view, at)
        if at + 4 + length > len(view):
            return
        yield kind, view[at + 4 : at + 4 + length]
        at += 4 + length


def check_reach(where: str, rows: int, columns: int) -> None:
    """TOO_BIG where a sheet's last cell makes a rectangle no honest list has."""
    if columns > MAX_COLUMN or rows * columns > MAX_CELLS:
        raise too_big(f"{where} reaches row {rows}, column {columns}")


def too_big(fact: str) -> FileRejected:
    """The rejection of a workbook that is larger than any list."""
    return FileRejected(
        "TOO_BIG", fact,
        expected=f"at most {MAX_CELLS} cells in {MAX_COLUMN} columns, {MAX_INFLATED_BYTES} bytes unpacked",
        fix="Ask the sender for the list alone.",
    )  # fmt: skip


def corrupt(fact: str) -> FileRejected:
    """The rejection of bytes that are no readable workbook."""
    return FileRejected("CORRUPT", fact, expected="a workbook", fix="Ask the sender for the file again.")


def unreadable(error: Exception) -> FileRejected:
    """:func:`corrupt` with what a library said about the bytes."""
    cause = " ".join(str(error).split())[:200]
    return corrupt(f"it is no readable spreadsheet ({type(error).__name__}: {cause})")


def _encrypted(fact: str) -> FileRejected:
    return FileRejected("ENCRYPTED", fact, expected="a workbook that opens without a password",
                        fix="Ask the sender to save it without a password.")  # fmt: skip


def _macro() -> FileRejected:
    return FileRejected("MACRO", "the workbook contains macros", expected="a workbook without macros",
                        fix="Ask the sender to save it without macros.")  # fmt: skip
