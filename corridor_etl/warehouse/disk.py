"""Errors of the disk in words: it is full, read-only or broken, whoever met it: a file, Polars, SQLite or PostgreSQL.

They are transient: what was half done is not visible, and the same call does the work once there is room. Which files
are written, and how, belongs to ``durable`` and ``engine``.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
from sqlalchemy.exc import DBAPIError

from corridor_etl.errors import DiskFailed

_FULL = "Make room, then run the same again."
_BROKEN = "Look what the system's log says of the disk; once it is sound, run the same again."
_READ_ONLY = "Make the home folder writable, then run the same again."
# SQLite says the same of a full disk and of a broken one, depending on which of its files could not grow.
_FULL_OR_BROKEN = (
    "Make room if it is full, else look what the system's log says of the disk; then run the same again."
)
_CLOSED = (
    "Make room if it is full, and see that the database's folder may be written; then run the same again."
)
_FIXES_OF_FILES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EIO: _BROKEN,
    errno.EROFS: _READ_ONLY,
}
_FIXES_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FULL_OR_BROKEN,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _CLOSED,
}
_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_END_NOT_WRITTEN = "Invalid thrift: transport error"
"""What Polars says, without a number, where a disk does not take the end of a Parquet file."""
_FIXES_OF_POSTGRESQL = {"53100": _FULL, "58030": _BROKEN}


@contextmanager
def explained() -> Iterator[None]:
    """An error of the disk in the block becomes ``DiskFailed``; any other stays what it is."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        if (failed := of_file(error)) is None:
            raise
        raise failed from error


def of_file(error: OSError | pl.exceptions.PolarsError) -> DiskFailed | None:
    """The error in words, if it is one of the disk. Polars tells its number in the text only, whatever it raises."""
    told = _OS_ERROR.search(str(error))
    number = getattr(error, "errno", None) or (int(told[1]) if told else 0)
    fix = _FIXES_OF_FILES.get(number)
    name = getattr(error, "filename", None)
    if number == 0 and isinstance(error, pl.exceptions.PolarsError) and _END_NOT_WRITTEN in str(error):
        return _failed(str(error), _FULL_OR_BROKEN)
    return None if fix is None else _failed(f"{os.strerror(number)}{f' at {name}' if name else ''}", fix)


def of_database(error: DBAPIError) -> DiskFailed | None:
    """The error in words, if the database met one of its disk."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        # The lower byte is the kind of error, the rest where in SQLite it was met.
        fix = _FIXES_OF_SQLITE.get((getattr(original, "sqlite_errorcode", None) or 0) & 0xFF)
    else:
        fix = _FIXES_OF_POSTGRESQL.get(str(getattr(original, "sqlstate", None)))
    return None if fix is None else _failed(f"{original}, says the warehouse database", fix)


def _failed(said: str, fix: str) -> DiskFailed:
    return DiskFailed(
        f"the disk did not take what was written ({' '.join(said.split())})",
        expected="room, and a disk that works",
        fix=f"Nothing half done is visible. {fix}",
    )
