"""What must be known of a whole EDIFACT file before its first row is given out: one quick pass over the bytes.

It finds the character set, whether physical lines tell container groups apart, and which interchanges and messages
end without their UNZ or UNT because another one begins. A file cut at its end is not seen here but where it is read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from corridor_etl.sources._edifact import (
    BYTE_ORDER_MARK,
    Separators,
    begins_segment,
    charsets,
    undecodable,
)

BLOCK_BYTES = 1 << 20
_SERVICE = re.compile(rb"UN[ABHTZ]")
_LOOK_AHEAD = 16
_KEPT_BYTES = 1 << 17


@dataclass(frozen=True)
class Survey:
    """Facts about a whole file.

    ``charset`` is the Python name of its character set, ``line_end`` what ends a physical line, ``is_by_line`` whether
    no line holds two container groups. ``open_interchanges`` and ``open_messages`` count the UNB and UNH of the file
    from 0 and name those that are not closed before the next.
    """

    charset: str
    line_end: str
    is_by_line: bool
    open_interchanges: frozenset[int]
    open_messages: frozenset[int]


def survey(file: BinaryIO) -> Survey:
    """Reads ``file`` once from where it stands; ``FileRejected`` ENCODING for bytes outside its character set."""
    charset, lines, service = _Charset(), _Lines(), _Service()
    for block in _blocks(file):
        charset.take(block)
        plain = block.translate(None, service.line_ends) if b"\n" in block or b"\r" in block else block
        lines.take(block, plain)
        service.take(plain)
    service.take(bytes(_LOOK_AHEAD))
    return Survey(
        charset.result(),
        lines.line_end,
        lines.is_by_line,
        frozenset(service.open_interchanges),
        frozenset(service.open_messages),
    )


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    first = file.read(BLOCK_BYTES).removeprefix(BYTE_ORDER_MARK)
    while first:
        yield first
        first = file.read(BLOCK_BYTES)


class _Charset:
    """Tries each character set the first UNB allows; the first one that has every byte wins."""

    def __init__(self) -> None:
        self._tried: tuple[str, ...] | None = None
        self._named = ""
        self._decoders: dict[str, codecs.IncrementalDecoder] = {}
        self._read = 0
        self._failed_at = 0

    def take(self, block: bytes) -> None:
        if self._tried is None:
            self._tried, self._named = charsets(block)
            self._decoders = {name: codecs.getincrementaldecoder(name)() for name in self._tried}
        for name, decoder in list(self._decoders.items()):
            if block.isascii() and not decoder.getstate()[0]:
                continue
            self._try(name, decoder, block)
        self._read += len(block)

    def _try(self, name: str, decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> None:
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final)
        except UnicodeDecodeError as error:
            self._failed_at = self._read - pending + error.start
            del self._decoders[name]

    def result(self) -> str:
        for name, decoder in list(self._decoders.items()):
            self._try(name, decoder, b"", final=True)
        if not self._decoders:
            tried = self._tried or ("ascii",)
            if self._tried is not None:
                raise undecodable(self._failed_at, tried, self._named)
            return "ascii"
        return next(iter(self._decoders))


@dataclass
class _Lines:
    """Whether some physical line holds two EQD, by ``\\n`` and, while there is none, by ``\\r``."""

    _shared: dict[bytes, bool] = field(default_factory=lambda: {b"\n": False, b"\r": False})
    _held: dict[bytes, bool] = field(default_factory=lambda: {b"\n": False, b"\r": False})
    _seen: dict[bytes, bool] = field(default_factory=lambda: {b"\n": False, b"\r": False})
    _is_wrapped: bool = False
    _tail: bytes = b""

    @property
    def line_end(self) -> str:
        return "\r" if self._seen[b"\r"] and not self._seen[b"\n"] else "\n"

    @property
    def is_by_line(self) -> bool:
        end = self.line_end.encode()
        return self._seen[end] and not self._shared[end] and not self._is_wrapped

    def take(self, block: bytes, plain: bytes) -> None:
        text = self._tail + block
        self._tail = text[-2:]
        groups = text.count(b"EQD")
        for end in (b"\n", b"\r"):
            self._look(text, end, groups)
        # A tag that is wrapped over two lines is seen only without the line ends; such files go by segment.
        if plain is not block and groups < plain.count(b"EQD"):
            self._is_wrapped = True

    def _look(self, text: bytes, end: bytes, groups: int) -> None:
        if self._shared[end]:
            self._seen[end] = self._seen[end] or end in text
            return
        if end not in text:
            self._shared[end] = groups + self._held[end] > 1
            self._held[end] = self._held[end] or groups > 0
            return
        self._seen[end] = True
        first, last = text.index(end), text.rindex(end)
        is_shared = self._held[end] and b"EQD" in text[:first]
        if not is_shared and text.count(end + b"EQD") != groups:
            is_shared = re.search(b"EQD[^" + end + b"]*EQD", text) is not None
        self._shared[end] = is_shared
        self._held[end] = b"EQD" in text[last:]


class _Service:
    """The order of UNB, UNZ, UNH and UNT in the whole file."""

    def __init__(self) -> None:
        self.open_interchanges: set[int] = set()
        self.open_messages: set[int] = set()
        self._interchanges = self._messages = 0
        self._is_in_interchange = self._is_in_message = False
        self._marks = Separators()
        self._kept, self._kept_at, self._done = b"", 0, 0
        self._steps = {b"UNB": self._open, b"UNZ": self._close, b"UNH": self._begin, b"UNT": self._end}

    @property
    def line_ends(self) -> bytes:
        """What is layout here and must be taken out before the next block is taken."""
        return self._marks.line_ends.encode()

    def take(self, block: bytes) -> None:
        text = self._kept + block
        for found in _SERVICE.finditer(text, max(0, self._done - self._kept_at), len(text) - 10):
            if self._kept_at + found.start() >= self._done and begins_segment(
                text, found.start(), self._marks
            ):
                self._take_segment(text, found.start())
        self._done = max(self._done, self._kept_at + len(text) - 12)
        start = _run_start(text, self._marks)
        self._kept, self._kept_at = text[start:], self._kept_at + start

    def _take_segment(self, text: bytes, at: int) -> None:
        tag = text[at : at + 3]
        if tag == b"UNA":
            self._marks = Separators.stated(text[at + 3 : at + 9].decode("latin-1"))
            self._done = self._kept_at + at + 9
        elif text[at + 3 : at + 4] in (self._marks.element.encode(), self._marks.terminator.encode()):
            self._steps[tag]()

    def _open(self) -> None:
        self._leave_message()
        if self._is_in_interchange:
            self.open_interchanges.add(self._interchanges - 1)
        self._interchanges += 1
        self._is_in_interchange = True

    def _close(self) -> None:
        self._leave_message()
        self._is_in_interchange = False

    def _begin(self) -> None:
        self._leave_message()
        self._messages += 1
        self._is_in_message = True

    def _end(self) -> None:
        self._is_in_message = False

    def _leave_message(self) -> None:
        if self._is_in_message:
            self.open_messages.add(self._messages - 1)
        self._is_in_message = False


def _run_start(text: bytes, marks: Separators) -> int:
    """Where the text to be looked at again begins: the last terminator, with the release characters before it."""
    at = text.rfind(marks.terminator.encode("latin-1"), 0, max(0, len(text) - 12))
    if at < len(text) - _KEPT_BYTES:
        return max(0, len(text) - _KEPT_BYTES)
    while at > 0 and text[at - 1] == ord(marks.release) != 32:
        at -= 1
    return at
