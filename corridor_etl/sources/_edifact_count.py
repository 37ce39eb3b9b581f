"""How many container groups EDIFACT bytes hold: a count of its own, which shares no code with either reader.

It looks for segments that begin with ``EQD+CN`` and knows no more of an interchange than where a segment begins.
"""

from __future__ import annotations

import re

_ADVICE = re.compile(rb"UNA(.{6})\s*(?=U\s*N\s*[BGH])", re.DOTALL)
_USUAL = b":+.? '"
_BLANKS = b" \r\n\t\x1a"


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
    line_ends = bytes(c for c in b"\r\n" if c not in service)
    text = region.translate(None, line_ends) if b"\n" in region or b"\r" in region else region
    group = b"EQD" + element + b"CN" + element
    plain = text.count(terminator + group) + text.startswith(group)
    # Nearly every file writes nothing but the plain form; then two searches are all that is needed.
    if plain == text.count(b"EQD") and (release not in text or release + terminator + group not in text):
        return plain
    return _count_each(terminator + text, service)


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
