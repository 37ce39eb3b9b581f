"""The bytes of an XML file to its text: the byte order mark and the declaration must both be true of the bytes.

What the text means to a parser is in ``_xml``; text without any declaration is read like every other file.
"""

from __future__ import annotations

import codecs
import re

from corridor_etl.errors import FileRejected
from corridor_etl.sources._decode import Decoded, decode

_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What senders call by a name of its first edition is written in the last: GB 18030 holds GBK and GB 2312.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030"}
_FAMILIES = {"utf-16": ("utf-16-le", "utf-16-be")}
_WORDS_IN_UTF8 = re.compile(r"[　-鿿＀-￯]{2,}|[Ѐ-ӿ]{3,}")
_TAIL_BYTES = 4
_FIX = "Ask the sender to declare the encoding that is written."


def decoded_xml(data: bytes, encodings: tuple[str, ...] = ()) -> Decoded:
    """The text of an XML file; ``FileRejected`` EMPTY_FILE, TRUNCATED in the middle of a character, or ENCODING.

    ENCODING also where the declaration names another encoding than the bytes have.
    """
    if not data.strip():
        raise FileRejected("EMPTY_FILE", "the file has no content", fix="Ask the sender for the file again.")
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    declared = _declared(data, marked)
    if marked is not None:
        _agree(declared, marked)
        return decode(data)
    if declared is None:
        return decode(data, encodings)
    _refuse_two_bytes(data, declared)
    return Decoded(_strict(data, declared), _python_name(declared))


def _declared(data: bytes, marked: str | None) -> str | None:
    head = data[:1024].removeprefix(codecs.BOM_UTF8)
    if marked is not None and marked.startswith("utf-16"):
        head = head.decode(marked, "ignore").removeprefix("\ufeff").encode()
    found = _DECLARED.match(head)
    return found[1].decode().lower() if found else None


def _agree(declared: str | None, marked: str) -> None:
    if declared is None or marked in (declared, *_FAMILIES.get(declared, ())):
        return
    if _python_name(declared) != marked:
        raise _mismatch(declared, f"a byte order mark of {marked}")


def _python_name(declared: str) -> str:
    try:
        name = codecs.lookup(_WIDER.get(declared, declared)).name
    except LookupError as error:
        raise FileRejected(
            "ENCODING",
            f"the declaration names the encoding '{declared}'",
            expected="a known encoding",
            fix=_FIX,
        ) from error
    return name


def _refuse_two_bytes(data: bytes, declared: str) -> None:
    # A declaration that can be read as ASCII does not stand in a file of two bytes a character.
    if _python_name(declared).startswith(("utf-16", "utf-32")):
        raise _mismatch(declared, "one byte for each character of the declaration")


def _strict(data: bytes, declared: str) -> str:
    encoding = _python_name(declared)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if len(data) - error.start < _TAIL_BYTES and error.reason != "invalid start byte":
            raise FileRejected(
                "TRUNCATED", "the file ends inside a character", expected="one whole XML document",
                fix="Ask the sender for the whole file.",
            ) from error  # fmt: skip
        line = data.count(b"\n", 0, error.start) + 1
        raise _mismatch(declared, f"byte {error.start} (line {line}) that is none") from error
    if encoding != "utf-8" and not data.isascii() and _is_utf8(data):
        raise _mismatch(declared, "words in UTF-8")
    return text


def _is_utf8(data: bytes) -> bool:
    try:
        return _WORDS_IN_UTF8.search(data.decode()) is not None
    except UnicodeDecodeError:
        return False


def _mismatch(declared: str, seen: str) -> FileRejected:
    return FileRejected(
        "ENCODING", f"the declaration says {declared}, the file has {seen}",
        expected="bytes of the declared encoding", fix=_FIX, declared=declared,
    )  # fmt: skip
