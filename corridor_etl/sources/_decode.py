"""Bytes to text without loss: the byte order mark decides, else what the sender declared, else UTF-8.

Nothing is guessed: a legacy encoding is read only where the sender declares it, and only if UTF-8 fails. Text that is
read in pieces belongs to ``_text_pieces``.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from corridor_etl.errors import FileRejected

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MANY_IN_UTF8 = re.compile(r"[　-鿿＀-￯]{2,}|[Ѐ-ӿ]{4,}")

_ASCII = bytes(range(128))
_RUSSIAN = bytes((*range(0xC0, 0x100), *"Ёё№«»– ".encode("cp1251")))


@dataclass(frozen=True)
class Decoded:
    """A file's text without its byte order mark, and the encoding that reproduces the bytes."""

    text: str
    encoding: str


def decode(data: bytes, encodings: tuple[str, ...] = ()) -> Decoded:
    """The text of ``data``; ``FileRejected`` EMPTY_FILE or ENCODING (with the byte offset) otherwise."""
    if not data.strip():
        raise FileRejected("EMPTY_FILE", "the file has no content", fix="Ask the sender for the file again.")
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return Decoded(_strict(data[len(mark) :], (encoding,), len(mark)), encoding)
    return _declared(data, encodings)


def _declared(data: bytes, encodings: tuple[str, ...]) -> Decoded:
    # UTF-8 proves itself, a two-byte encoding accepts almost anything: so UTF-8 is asked first.
    order = ("utf-8", *(e for e in encodings if codecs.lookup(e).name != "utf-8"))
    for encoding in order[:-1]:
        try:
            return Decoded(data.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    text = _strict(data, order, 0)
    if order[-1] != "utf-8":
        _refuse_mixture(data, order[-1])
    return Decoded(text, order[-1])


def _strict(data: bytes, order: tuple[str, ...], skipped: int) -> str:
    try:
        text = data.decode(order[-1])
    except UnicodeDecodeError as error:
        offset = error.start + skipped
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRejected(
            "ENCODING",
            f"byte {offset} (line {line}) is not {' nor '.join(order)}",
            expected=f"text in {' or '.join(order)}",
            fix="Declare the encoding in the sender's `encodings`, or ask for the file in UTF-8.",
            offset=offset,
        ) from error
    if text.encode(order[-1]) != data:
        raise FileRejected("ENCODING", f"the bytes are not reproduced by {order[-1]}", fix="Ask for UTF-8.")
    return text


def _refuse_mixture(data: bytes, encoding: str) -> None:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.isascii() and reads_as_utf8(line):
            raise FileRejected(
                "ENCODING",
                f"line {number} is UTF-8 while other lines are {encoding}",
                expected="one encoding in the whole file",
                fix="Ask the sender to write the file again.",
            )


def reads_as_utf8(line: bytes) -> bool:
    """Whether a line is UTF-8 with Chinese or Russian words, which in another encoding hardly happens."""
    try:
        return _MANY_IN_UTF8.search(line.decode("utf-8")) is not None
    except UnicodeDecodeError:
        return False


def head_line(head: bytes, lines: int = 1) -> str:
    """The first lines that are not blank, to recognise a header by; never used as data."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return _first_lines(head[len(mark) :], encoding, lines, "replace")
    first = b"\n".join(head.lstrip().split(b"\n", lines)[:lines])
    for encoding in ("utf-8", "cp1251" if _is_russian(first) else "gb18030"):
        try:
            return _first_lines(first, encoding, lines)
        except UnicodeDecodeError:
            continue
    return _first_lines(first, "latin-1", lines)


def _is_russian(line: bytes) -> bool:
    """Whether the bytes beyond ASCII are letters of windows-1251: half of those of Chinese text stand below them."""
    letters = line.translate(None, _ASCII)
    return bool(letters) and not letters.translate(None, _RUSSIAN)


def _first_lines(data: bytes, encoding: str, lines: int, errors: str = "strict") -> str:
    # The head may end inside a character, which an incremental decoder leaves out.
    text = codecs.getincrementaldecoder(encoding)(errors).decode(data)
    return "\n".join([line.strip() for line in text.splitlines() if line.strip()][:lines])
