"""A whole file as one text, for formats that are no lines: the same choice of encoding as ``_decode`` makes in pieces."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from corridor_etl.errors import FileRejected
from corridor_etl.sources._decode import MARKS


@dataclass(frozen=True)
class Decoded:
    """A file's text without its byte order mark, and the encoding that reproduces the bytes."""

    text: str
    encoding: str


def decode(data: bytes, encodings: tuple[str, ...] = ()) -> Decoded:
    """The text of ``data``; ``FileRejected`` EMPTY_FILE or ENCODING (with the byte offset) otherwise."""
    if not data.strip():
        raise FileRejected("EMPTY_FILE", "the file has no content", fix="Ask the sender for the file again.")
    mark, marked = next(((m, e) for m, e in MARKS if data.startswith(m)), (b"", ""))
    # UTF-8 proves itself, a two-byte encoding accepts almost anything: so UTF-8 is asked first.
    order = (marked,) if marked else ("utf-8", *(e for e in encodings if codecs.lookup(e).name != "utf-8"))
    body = data[len(mark) :]
    for encoding in order:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError as error:
            last = error
            continue
        if text.encode(encoding) == body:
            return Decoded(text, encoding)
        raise FileRejected("ENCODING", f"the bytes are not reproduced by {encoding}", fix="Ask for UTF-8.")
    raise _undecodable(data, last.start, len(mark), order)


def _undecodable(data: bytes, start: int, skipped: int, order: tuple[str, ...]) -> FileRejected:
    line = data.count(b"\n", 0, start + skipped) + 1
    return FileRejected(
        "ENCODING",
        f"byte {start + skipped} (line {line}) is not {' nor '.join(order)}",
        expected=f"text in {' or '.join(order)}",
        fix="Declare the encoding in the sender's `encodings`, or ask for the file in UTF-8.",
        offset=start + skipped,
    )
