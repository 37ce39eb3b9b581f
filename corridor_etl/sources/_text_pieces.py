"""Lines of a text file as UTF-8, piece by piece and without loss, by the rules of ``_decode`` for whole documents.

What the lines mean belongs to ``_csv``.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from functools import cached_property
from typing import BinaryIO

import polars as pl

from corridor_etl.errors import FileRejected
from corridor_etl.sources._decode import MARKS, reads_as_utf8

PIECE_BYTES = 8 << 20
MAX_LINE_BYTES = 32 << 20
"""A longer line is no text file: the longest honest one seen is under 2 kB."""

_STEP_BYTES = 1 << 16

# Two Chinese or four Cyrillic characters in UTF-8: what a line in another encoding is hardly ever by accident.
_UTF8_RUN = re.compile(
    rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbf][\x80-\xbf]){2}|(?:[\xd0-\xd3][\x80-\xbf]){4}"
)


class Text:
    """A seekable file as UTF-8: ``encoding`` is what reproduces its bytes, ``pieces`` are its lines.

    ``FileRejected``: ENCODING (with the byte offset and the line), TOO_BIG for a line beyond all measure.
    """

    def __init__(
        self, file: BinaryIO, encodings: tuple[str, ...] = (), piece_bytes: int = PIECE_BYTES
    ) -> None:
        self._file = file
        self._declared = ("utf-8", *(e for e in encodings if codecs.lookup(e).name != "utf-8"))
        self._piece_bytes = piece_bytes
        file.seek(0)
        head = file.read(3)
        self._mark, marked = next(((m, e) for m, e in MARKS if head.startswith(m)), (b"", ""))
        if marked:
            self._declared = (marked,)

    @cached_property
    def encoding(self) -> str:
        """The mark's encoding, else the first declared one that reads the whole file; UTF-8 is asked first."""
        # UTF-8 proves itself, a two-byte encoding accepts almost anything.
        return next((e for e in self._declared[:-1] if self._is_readable(e)), self._declared[-1])

    def pieces(self) -> Iterator[bytes]:
        """The text in order: UTF-8, LF line ends, each piece ending with one, except the last where there is none."""
        offset = len(self._mark)
        for raw in self._cut(self.encoding):
            text = self._utf8(raw, offset)
            yield text.replace(b"\r\n", b"\n") if b"\r" in text else text
            offset += len(raw)

    def _is_readable(self, encoding: str) -> bool:
        try:
            for raw in self._cut(encoding):
                _decoded(raw, encoding)
        except UnicodeDecodeError:
            return False
        return True

    def _cut(self, encoding: str) -> Iterator[bytes]:
        """The raw bytes in pieces that end behind a line end."""
        self._file.seek(len(self._mark))
        end_of_line = "\n".encode(encoding)
        read = self._lines_of_two if len(end_of_line) > 1 else self._lines_of_one
        while raw := read(end_of_line):
            if len(raw) > MAX_LINE_BYTES and not raw.endswith(end_of_line):
                raise _endless(raw)
            yield raw

    def _lines_of_one(self, end_of_line: bytes) -> bytes:
        block = self._file.read(self._piece_bytes)
        return block if block.endswith(end_of_line) else block + self._file.readline(MAX_LINE_BYTES)

    def _lines_of_two(self, end_of_line: bytes) -> bytes:
        """The same where a line end has two bytes, on a whole code unit."""
        found = [self._file.read(self._piece_bytes + self._piece_bytes % 2)]
        while not _ends_with(found[-1], end_of_line) and sum(map(len, found)) <= MAX_LINE_BYTES:
            more = self._file.read(_STEP_BYTES)
            if not more:
                break
            at = _behind_first(more, end_of_line)
            self._file.seek(at - len(more), io.SEEK_CUR)
            found.append(more[:at])
        return b"".join(found)

    def _utf8(self, raw: bytes, offset: int) -> bytes:
        encoding = self.encoding
        try:
            text = _decoded(raw, encoding)
        except UnicodeDecodeError as error:
            raise self._undecodable(offset + error.start) from error
        if isinstance(text, bytes):
            return text
        if text.encode(encoding) != raw:
            raise FileRejected(
                "ENCODING", f"the bytes are not reproduced by {encoding}", fix="Ask for UTF-8."
            )
        if not self._mark:
            self._refuse_mixture(raw, offset)
        return text.encode()

    def _undecodable(self, at: int) -> FileRejected:
        return FileRejected(
            "ENCODING",
            f"byte {at} (line {self._line_of(at)}) is not {' nor '.join(self._declared)}",
            expected=f"text in {' or '.join(self._declared)}",
            fix="Declare the encoding in the sender's `encodings`, or ask for the file in UTF-8.",
            offset=at,
        )

    def _refuse_mixture(self, raw: bytes, offset: int) -> None:
        for found in _UTF8_RUN.finditer(raw):
            start = raw.rfind(b"\n", 0, found.start()) + 1
            end = raw.find(b"\n", found.end())
            if reads_as_utf8(raw[start : end if end >= 0 else len(raw)]):
                raise FileRejected(
                    "ENCODING",
                    f"line {self._line_of(offset + start)} is UTF-8 while other lines are {self.encoding}",
                    expected="one encoding in the whole file",
                    fix="Ask the sender to write the file again.",
                )

    def _line_of(self, offset: int) -> int:
        self._file.seek(0)
        lines = 1
        while offset > 0 and (block := self._file.read(min(offset, self._piece_bytes))):
            lines, offset = lines + block.count(b"\n"), offset - len(block)
        return lines


def _decoded(raw: bytes, encoding: str) -> str | bytes:
    """The text of ``raw``, or ``raw`` itself where it is UTF-8 already; ``UnicodeDecodeError``."""
    if encoding != "utf-8":
        return raw.decode(encoding)
    if not raw.isascii():
        try:
            pl.Series([raw], dtype=pl.Binary).cast(pl.String)  # many times faster than decoding
        except pl.exceptions.PolarsError:
            raw.decode(encoding)
            raise
    return raw


def _ends_with(block: bytes, end_of_line: bytes) -> bool:
    return len(block) % 2 == 0 and block.endswith(end_of_line)


def _behind_first(block: bytes, end_of_line: bytes) -> int:
    """Where the first line ends, on a whole code unit; the length where none does."""
    at = block.find(end_of_line)
    while at >= 0 and at % 2:
        at = block.find(end_of_line, at + 1)
    return at + 2 if at >= 0 else len(block)


def _endless(held: bytes) -> FileRejected:
    if b"\r" in held:
        return line_ends()
    return FileRejected(
        "TOO_BIG", f"a line is longer than {MAX_LINE_BYTES} bytes", expected="rows of at most some kilobytes"
    )


def line_ends() -> FileRejected:
    """Why a file whose lines end with a lone carriage return is refused."""
    return FileRejected(
        "LINE_ENDS",
        "lines end with a lone carriage return",
        expected="LF or CRLF",
        fix="Export it again.",
    )
