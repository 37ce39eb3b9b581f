"""How many container groups EDIFACT bytes hold: a count of its own, which shares no code with either reader.

It looks for segments that begin with ``EQD+CN`` and knows no more of an interchange than where a segment begins.
"""

from __future__ import annotations

import re

_ADVICE = re.compile(rb"UNA(.{6})\s*(?=UN[BGH])", re.DOTALL)
_USUAL = b":+.? '"
_BLANKS = b" \r\n\t\x1a"
_PLAIN_ENDS = (b"", b"\n", b"\r\n")


def count_equipment(data: bytes) -> int:
    """EQD+CN segments of a whole file."""
    return EquipmentCount().take(data)


class EquipmentCount:
    """Counts through the pieces of a stream, each of which begins where a segment begins."""

    def __init__(self) -> None:
        self._service = _USUAL

    def take(self, piece: bytes) -> int:
        """EQD+CN segments of the next piece."""
        found, start = 0, 0
        for advice in _ADVICE.finditer(piece):
            found += _count(piece[start : advice.start()], self._service)
            self._service, start = advice[1], advice.end()
        return found + _count(piece[start:], self._service)


def _count(region: bytes, service: bytes) -> int:
    element, release, terminator = (service[i : i + 1] for i in (1, 3, 5))
    group = b"EQD" + element + b"CN" + element
    groups = region.count(b"EQD")
    # Nearly every file writes nothing but one plain form; then two searches are all that is needed.
    before = next((end for end in _PLAIN_ENDS if terminator + end + group in region), b"")
    is_first = region.lstrip(_BLANKS).startswith(group)
    plain = region.count(terminator + before + group) + is_first
    if plain == groups and (release not in region or release + terminator + before + group not in region):
        return plain
    line_ends = bytes(c for c in b"\r\n" if c not in service)
    return _count_each(terminator + region.translate(None, line_ends), service)


def _count_each(text: bytes, service: bytes) -> int:
    component, element, terminator = (re.escape(service[i : i + 1]) for i in (0, 1, 5))
    behind = rb"\s*(?=" + element + rb"|" + component + rb"|" + terminator + rb")"
    nested = rb"(?:\s*" + component + rb"[0-9" + component + rb"]*)?"
    pattern = re.compile(rb"EQD" + nested + rb"\s*" + element + rb"\s*CN" + behind)
    return sum(_begins(text, found.start(), service) for found in pattern.finditer(text))


def _begins(text: bytes, at: int, service: bytes) -> bool:
    """Whether a segment begins at ``at``: only blanks stand between it and a terminator that is not released."""
    at -= 1
    while at > 0 and text[at] in _BLANKS:
        at -= 1
    if text[at] != service[5]:
        return False
    run = at
    while run > 0 and text[run - 1] == service[3] != 32:
        run -= 1
    return (at - run) % 2 == 0
