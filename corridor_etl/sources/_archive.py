"""ZIP and gzip deliveries to their members, one level deep and under limits. What a member holds is for the formats.

Nothing is ever unpacked to a path: a member is bytes with a name. A workbook is a ZIP too, but not an archive of files.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from corridor_etl.errors import FileRejected

MAX_MEMBERS = 1_000
MAX_RATIO = 100
MAX_BYTES = 1 << 30
"""All members together, unpacked."""

_RATIO_MATTERS_FROM = 1 << 20
_STEP = 1 << 20
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_DOCUMENTS = ("[Content_Types].xml", "mimetype")
"""Members by which office documents, which are ZIP files, are told from archives."""

_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_SYMLINK = 0o120000
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Member:
    """One file of an archive."""

    name: str
    data: bytes


def kind_of_archive(data: bytes) -> str | None:
    """``zip`` or ``gzip``, or None for anything else, office documents among it."""
    if data.startswith(_GZIP):
        return "gzip"
    if not data.startswith(_ZIP):
        return None
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except _UNREADABLE:
        # Whoever reads workbooks says better what is wrong with one; a cut archive of other files is named here.
        return None if b"[Content_Types]" in data or b"xl/" in data else "zip"
    return None if any(name in _DOCUMENTS for name in names) else "zip"


def members(data: bytes, name: str) -> list[Member]:
    """The files of an archive, in its order; folders and the leavings of operating systems are passed over.

    ``FileRejected``: CORRUPT, TRUNCATED, ENCRYPTED, TOO_BIG, DUPLICATE_MEMBER, LINK_MEMBER or EMPTY_FILE. An archive
    within the archive comes back as it is.
    """
    found = [_unzipped(data, name)] if data.startswith(_GZIP) else list(_entries(data))
    if not found:
        raise _refused("EMPTY_FILE", "the archive holds no files", "at least one")
    return found


def _unzipped(data: bytes, name: str) -> Member:
    inner = name.rsplit("/", 1)[-1]
    inner = inner[:-3] if inner.lower().endswith(".gz") else inner
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return Member(inner, _limited(stream, MAX_BYTES, len(data), inner))  # type: ignore[arg-type]
    except EOFError as error:
        raise _refused("TRUNCATED", "the gzip stream ends before its end mark", "the whole file") from error
    except _UNREADABLE as error:
        raise _corrupt(error) from error


def _entries(data: bytes) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _UNREADABLE as error:
        raise _corrupt(error) from error
    infos = [i for i in archive.infolist() if not i.is_dir() and not _is_junk(i.filename)]
    _check(infos)
    left = MAX_BYTES
    for info in infos:
        try:
            with archive.open(info) as stream:
                content = _limited(stream, left, info.compress_size, info.filename)  # type: ignore[arg-type]
        except _UNREADABLE as error:
            raise _corrupt(error) from error
        left -= len(content)
        yield Member(_safe(info.filename), content)


def _is_junk(name: str) -> bool:
    return name.startswith(_JUNK[0]) or name.rsplit("/", 1)[-1] in _JUNK


def _check(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_MEMBERS:
        raise _refused("TOO_BIG", f"the archive has {len(infos)} files", f"at most {MAX_MEMBERS}")
    names = [_safe(i.filename).casefold() for i in infos]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise _refused("DUPLICATE_MEMBER", f"the archive has {twice[0]} twice", "each name once")
    if any(i.flag_bits & 1 for i in infos):
        raise _refused("ENCRYPTED", "the archive is password-protected", "an open archive")
    if links := [i.filename for i in infos if (i.external_attr >> 16) & 0o170000 == _SYMLINK]:
        raise _refused("LINK_MEMBER", f"{links[0]} is a link, not a file", "files only")
    _check_overlap(infos)


def _check_overlap(infos: list[zipfile.ZipInfo]) -> None:
    """Members that share bytes: how a small archive unpacks to any size."""
    end = 0
    for info in sorted(infos, key=lambda i: i.header_offset):
        if info.header_offset < end:
            raise _refused(
                "CORRUPT", f"{info.filename} overlaps the member before it", "members side by side"
            )
        end = info.header_offset + info.compress_size


def _limited(stream: BinaryIO, most: int, packed: int, name: str) -> bytes:
    """All of a member, read in steps so that a bomb is noticed while it is small."""
    pieces, size = [], 0
    while piece := stream.read(_STEP):
        size += len(piece)
        if size > most:
            raise _refused(
                "TOO_BIG", f"{name} makes the archive unpack to more than {MAX_BYTES} bytes", "less"
            )
        if size > _RATIO_MATTERS_FROM and size > MAX_RATIO * max(packed, 1):
            raise _refused("TOO_BIG", f"{name} unpacks to more than {MAX_RATIO} times its size", "less")
        pieces.append(piece)
    return b"".join(pieces)


def _safe(name: str) -> str:
    """A member's name as part of a delivery's name: no way up, no absolute path, no backslash."""
    parts = [p for p in name.replace("\\", "/").split("/") if p not in ("", ".", "..")]
    return "/".join(parts) or "member"


def _corrupt(error: Exception) -> FileRejected:
    if isinstance(error, FileRejected):
        return error
    return _refused(
        "CORRUPT", f"the archive cannot be read ({type(error).__name__}: {error})", "a whole archive"
    )


def _refused(reason: str, fact: str, expected: str) -> FileRejected:
    return FileRejected(
        reason, fact, expected=expected, fix="Ask the sender for the files without an archive."
    )
