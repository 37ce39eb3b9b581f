"""How many records a JSON file holds, counted over the bytes; shares no code with the reader.

Strings are struck out, then the innermost brackets are folded away until only the array asked for is left.
"""

from __future__ import annotations

import re
from itertools import pairwise

from corridor_etl.sources._json import EACH

_STRING = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_INNERMOST = re.compile(rb"[{\[][^{}\[\]]*[}\]]")
_BLANK = re.compile(rb"[ \t\r\n]+")
_MARKS = b"ABCDEFGHIJKLMNOP"


def count_records(data: bytes, encoding: str, path: tuple[str, ...]) -> int:
    """Records at one path of a document, such as ``("events", "[]")``; 0 where it does not exist."""
    keys = [step for step in path if step != EACH]
    data = _in_utf8(data, encoding)
    if not all(f'"{key}"'.encode() in data for key in keys):
        return 0
    text = _folded(data, keys)
    parts = [text]
    for step in path:
        mark = b"" if step == EACH else _mark(path, step)
        parts = [inner for part in parts for inner in _inside(part, mark)]
    return len(parts)


def count_lines(data: bytes, encoding: str) -> int:
    """Lines of a file with one value a line that are not blank."""
    lines = _in_utf8(data, encoding).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return sum(1 for line in lines if line.strip())


def _mark(path: tuple[str, ...], step: str) -> bytes:
    at = [s for s in path if s != EACH].index(step)
    return _MARKS[at : at + 1] + b":"


def _in_utf8(data: bytes, encoding: str) -> bytes:
    return data if encoding == "utf-8" else data.decode(encoding).encode()


def _folded(data: bytes, keys: list[str]) -> bytes:
    marks = {key.encode(): _MARKS[i : i + 1] for i, key in enumerate(keys)}
    bare = _STRING.sub(lambda m: marks.get(m[1], b"s"), data.removeprefix(b"\xef\xbb\xbf"))
    return _BLANK.sub(b"", bare)


def _inside(part: bytes, mark: bytes) -> list[bytes]:
    """The elements of an array (no mark), or the value of the marked key of an object, at the outermost level."""
    if part[:1] != (b"{" if mark else b"["):
        return []
    members = _members(part[1:-1])
    if not mark:
        return members
    return [m[len(mark) :] for m in members if m.startswith(mark)]


def _members(body: bytes) -> list[bytes]:
    """A body split at its own commas: brackets inside are struck out first, same length, to find those."""
    plain = body
    while True:
        struck = _INNERMOST.sub(lambda m: b"x" * len(m[0]), plain)
        if struck == plain:
            break
        plain = struck
    edges = [-1, *(m.start() for m in re.finditer(b",", plain)), len(plain)]
    found = [body[a + 1 : b] for a, b in pairwise(edges)]
    return [m for m in found if m]
