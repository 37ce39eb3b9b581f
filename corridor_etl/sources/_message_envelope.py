"""A file of messages: its envelope mended where nothing is lost by it, each message with its BGM and its times.

A message that UNT closes is whole. So an interchange that only lacks its UNZ, and a message that only lacks its UNH,
are read with a finding; what is cut stays a rejection of ``_interchange``.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from corridor_etl.errors import FileRejected
from corridor_etl.sources._edifact import Segment, decoded, segments
from corridor_etl.sources._interchange import Envelope, Message
from corridor_etl.sources._message_terms import ACTIONS, INSERT, moment, version_of
from corridor_etl.sources._source import Finding


@dataclass(frozen=True)
class Document:
    """One message and the interchange it stands in; ``number`` counts the messages of the file from 1."""

    message: Message
    interchange: Segment | None
    number: int

    @cached_property
    def _bgm(self) -> Segment | None:
        return next((s for s in self.message.body if s.tag == "BGM"), None)

    def bgm(self, element: int, component: int = 0) -> str:
        """A value of BGM, "" where it has none."""
        return self._bgm.value(element, component) if self._bgm else ""

    @property
    def reference(self) -> str:
        """The sender's number of the document, else the reference of its message."""
        return self.bgm(2) or self.message.reference

    @cached_property
    def subject(self) -> str:
        """The number of the document this one is about: a correction with a number of its own names it (RFF+ACW)."""
        body = self.message.body if self.action != INSERT else ()
        named = (s.value(1, 1) for s in body if s.tag == "RFF" and s.value(1) == "ACW")
        return next((number for number in named if number), self.reference)

    @property
    def key(self) -> str | None:
        """What tells the document from all others: sender, message type and number; None where it has no number."""
        if self.subject == self.message.reference and not self.bgm(2):
            return None
        sender = self.interchange.value(2) if self.interchange else ""
        return f"{sender}/{self.message.kind}/{self.subject}"

    @property
    def function(self) -> str:
        """BGM 1225, "" where the message has none."""
        return self.bgm(3)

    @property
    def action(self) -> str:
        """insert, replace, patch or cancel."""
        return ACTIONS.get(self.function, INSERT)

    @property
    def version(self) -> str:
        """1 for an original, for a correction the minute it was made in."""
        return version_of(self.action, self.stated)

    @cached_property
    def stated(self) -> str:
        """When the document says it was made (CCYYMMDD or longer), else when its interchange was; "" if neither."""
        for segment in self.message.body:
            if segment.tag == "DTM" and segment.value(1) == "137" and segment.value(1, 1):
                return moment(segment.value(1, 1), segment.value(1, 2))[0]
        return prepared(self.interchange)

    @property
    def dialect(self) -> str:
        """Message type and directory, like ``BAPLIE D.95B``."""
        return f"{self.message.kind} {self.message.directory}".rstrip(" .")


def prepared(interchange: Segment | None) -> str:
    """When an interchange was made, as CCYYMMDDHHMM; "" where UNB does not say so in this century."""
    if interchange is None:
        return ""
    date, clock = interchange.value(4), interchange.value(4, 1)
    date = f"20{date}" if len(date) == 6 else date
    return date + (clock if len(clock) == 4 else "") if len(date) == 8 and date.startswith("20") else ""


@dataclass(frozen=True)
class Opened:
    """The messages of a file, what does not add up in their envelope, and the segments outside of any message."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    strays: tuple[Segment, ...]


def opened(data: bytes, headless_type: str) -> Opened:
    """Reads the envelope of a file; a message without UNH is taken for one of ``headless_type``.

    ``FileRejected`` where the file cannot be decoded, or a message is cut.
    """
    parts, mended = _closed(*_headed(list(segments(decoded(data))), headless_type))
    envelope = Envelope().take(parts)
    openings = [s for s in parts if s.tag == "UNB"]
    numbers = [s.number for s in openings]
    documents = []
    for n, message in enumerate(envelope.messages, start=1):
        at = bisect_right(numbers, message.header.number) - 1
        documents.append(Document(message, openings[at] if at >= 0 else None, n))
    return Opened(tuple(documents), (*mended, *envelope.findings), tuple(envelope.strays))


def _headed(parts: list[Segment], message_type: str) -> tuple[list[Segment], list[Finding]]:
    if not parts or any(s.tag == "UNH" for s in parts):
        return parts, []
    if not any(s.tag == "UNT" for s in parts):
        raise FileRejected(
            "TRUNCATED", f"the {message_type} message has neither UNH nor UNT", expected="UNH and UNT around it",
            fix="Ask the sender for the whole file.",
        )  # fmt: skip
    at = next((i + 1 for i, s in enumerate(parts) if s.tag in ("UNB", "UNG")), 0)
    end = next(s for s in parts if s.tag == "UNT")
    header = _made(f"UNH+{end.value(2)}+{message_type}", parts[max(at - 1, 0)])
    text = f"the message has no UNH: it is read as {message_type}, and UNT closes it"
    return [*parts[:at], header, *parts[at:]], [_finding(text, parts[0], "UNH before the message")]


def _closed(parts: list[Segment], findings: list[Finding]) -> tuple[list[Segment], list[Finding]]:
    """The segments with a UNZ after each interchange whose last message is closed but which has none itself."""
    done: list[Segment] = []
    opening: Segment | None = None
    messages = 0
    for segment in [*parts, None]:
        if opening and (segment is None or segment.tag == "UNB") and done[-1].tag in ("UNT", "UNE"):
            reference = opening.value(5)
            done.append(_made(f"UNZ+{messages}+{reference}", done[-1]))
            text = f"interchange {reference} has no UNZ; its {messages} messages are closed, a later one may be missing"
            findings = [*findings, _finding(text, done[-1], "UNZ")]
        if segment is None:
            break
        done.append(segment)
        messages = 0 if segment.tag == "UNB" else messages + (segment.tag == "UNH")
        opening = segment if segment.tag == "UNB" else None if segment.tag == "UNZ" else opening
    return done, findings


def _made(text: str, beside: Segment) -> Segment:
    elements = [element.split(":") for element in text.split("+")]
    return Segment(elements[0][0], elements, beside.number, beside.line_no, "")


def _finding(text: str, beside: Segment, expected: str) -> Finding:
    return Finding("ST-001", "warning", text, beside.line_no, "", expected)
