"""Writes EDIFACT interchanges for tests: segments without terminator in, bytes with a right envelope out."""

from __future__ import annotations

from collections.abc import Sequence

from corridor_etl.sources import RawFile, recognise
from corridor_etl.sources._edifact import Separators

PLAN = (
    "BGM++P1+9",
    "DTM+137:202506100730:203",
    "TDT+20+018W+1+++++V7AB1:103::EVENING TIDE",
    "LOC+5+CNNBG",
    "LOC+61+KRPUS",
)
ORDER = (
    "BGM+45+L1+9",
    "DTM+137:202506100730:203",
    "TDT+20+018W+1+++++V7AB1:103::EVENING TIDE",
    "LOC+9+CNNBG",
)


def message(kind: str, *segments: str, reference: str = "1", directory: str = "D:95B:UN") -> str:
    """One message, each segment on a line of its own."""
    body = [f"UNH+{reference}+{kind}:{directory}", *segments, f"UNT+{len(segments) + 2}+{reference}"]
    return "".join(f"{segment}'\n" for segment in body)


def interchange(*messages: str, reference: str = "77", prepared: str = "250610:0800") -> bytes:
    """Messages in an envelope."""
    text = "".join(messages)
    return f"UNB+UNOC:3+A+B+{prepared}+{reference}'\n{text}UNZ+{len(messages)}+{reference}'\n".encode()


def read(data: bytes) -> RawFile:
    """A file as its format reads it."""
    return recognise(data, "file.dat", None).read(data, None)


def rules(raw: RawFile) -> list[str]:
    """Rules of the findings on a file."""
    return [finding.rule_id for finding in raw.findings]


def faults(raw: RawFile) -> list[tuple[str, str]]:
    """Rule and observed value of the rows that are no records."""
    return [(fault.rule_id, fault.observed) for fault in raw.faults]


def rewritten(segments: Sequence[str], marks: Separators) -> str:
    """Segments written with standard separators and no releases, as an interchange with other marks writes them."""
    table = str.maketrans({":": marks.component, "+": marks.element})
    return "".join(segment.translate(table) + marks.terminator for segment in segments)
