"""Segments to messages: the envelope of an interchange and everything in it that does not add up.

A cut is a rejection; a wrong count or reference is a finding, because the records themselves are whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from corridor_etl.errors import FileRejected
from corridor_etl.sources._edifact import Segment
from corridor_etl.sources._references import MessageReference
from corridor_etl.sources._source import Finding


@dataclass
class Message:
    """One message: its UNH, then the segments up to and without UNT, and the UNB before it."""

    header: Segment
    body: list[Segment] = field(default_factory=list)
    interchange: Segment | None = None

    @property
    def kind(self) -> str:
        """Message type, like ``CODECO``."""
        return self.header.value(2)

    @property
    def directory(self) -> str:
        """Directory, like ``D.95B``."""
        return f"{self.header.value(2, 1)}.{self.header.value(2, 2)}"

    @property
    def association(self) -> str:
        """Association assigned code, like ``SMDG21``, or ""."""
        return self.header.value(2, 4)

    @property
    def reference(self) -> str:
        """UNH reference of the sender."""
        return self.header.value(1)

    @property
    def numbers(self) -> MessageReference:
        """How the message is numbered, as ``_references`` wants it."""
        unb = self.interchange
        sender, recipient, interchange = (unb.value(e) if unb else "" for e in (2, 3, 5))
        bgm = next((s for s in self.body if s.tag == "BGM"), None)
        number, function = (bgm.value(e) if bgm else "" for e in (2, 3))
        named = (s.value(1, 1) for s in self.body if s.tag == "RFF" and s.value(1) == "ACW")
        return sender, recipient, interchange, self.reference, self.kind, number, next(named, ""), function


def same_number(stated: str, actual: str) -> bool:
    """Whether two texts are equal but for leading zeros; they are never made numbers, whatever their length."""
    return (
        (stated.lstrip("0") or "0") == (actual.lstrip("0") or "0") if stated and actual else stated == actual
    )


class Envelope:
    """Sorts segments into ``messages``; ``findings`` is what does not add up, ``strays`` lie outside a message."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.findings: list[Finding] = []
        self.strays: list[Segment] = []
        self._interchange: Segment | None = None
        self._message: Message | None = None
        self._in_interchange = 0
        self._steps = {"UNB": self._open, "UNZ": self._close, "UNH": self._begin, "UNT": self._end,
                       "UNG": self._pass_over, "UNE": self._pass_over}  # fmt: skip

    def take(self, parts: Iterable[Segment]) -> Envelope:
        """Reads all segments; ``FileRejected`` TRUNCATED where a message or an interchange is not closed."""
        seen = False
        for segment in parts:
            seen = True
            self._steps.get(segment.tag, self._inside)(segment)
        if not seen:
            raise cut_off("the service string", "UNB", "the end of the file")
        self._expect_closed("the end of the file")
        return self

    def _open(self, segment: Segment) -> None:
        self._expect_closed(f"the next UNB (line {segment.line_no})")
        self._interchange, self._in_interchange = segment, 0

    def _close(self, segment: Segment) -> None:
        if self._message is not None:
            raise cut_off(f"message {self._message.reference}", "UNT", f"UNZ (line {segment.line_no})")
        if self._interchange is None:
            self._found(segment, "UNZ closes an interchange that no UNB opened", "UNZ", "UNB before it")
            return
        self._compare(segment, "UNZ count of messages", segment.value(1), str(self._in_interchange))
        self._compare(segment, "UNZ reference", segment.value(2), self._interchange.value(5))
        self._interchange = None

    def _begin(self, segment: Segment) -> None:
        if self._message is not None:
            raise cut_off(
                f"message {self._message.reference}", "UNT", f"the next UNH (line {segment.line_no})"
            )
        if self._interchange is None:
            self._found(
                segment, f"message {segment.value(1)} stands outside an interchange", "UNH", "UNB before it"
            )
        self._message = Message(segment, interchange=self._interchange)
        self._in_interchange += 1

    def _end(self, segment: Segment) -> None:
        message, self._message = self._message, None
        if message is None:
            self._found(segment, "UNT closes a message that no UNH opened", "UNT", "UNH before it")
            return
        self._compare(segment, "UNT count of segments", segment.value(1), str(len(message.body) + 2))
        self._compare(segment, "UNT reference", segment.value(2), message.reference)
        self.messages.append(message)

    def _inside(self, segment: Segment) -> None:
        if self._message is not None:
            self._message.body.append(segment)
        else:
            self.strays.append(segment)
            self._found(
                segment, f"segment {segment.tag} stands outside a message", segment.text[:80], "UNH before it"
            )

    def _pass_over(self, segment: Segment) -> None:
        """Functional groups add nothing a record needs."""

    def _compare(self, segment: Segment, what: str, stated: str, actual: str) -> None:
        if not same_number(stated, actual):
            self._found(
                segment, f"{what} is {stated or 'absent'}, counted or opened {actual}", stated, actual
            )

    def _found(self, segment: Segment, message: str, observed: str, expected: str) -> None:
        self.findings.append(Finding("ST-001", "warning", message, segment.line_no, observed, expected))

    def _expect_closed(self, where: str) -> None:
        if self._message is not None:
            raise cut_off(f"message {self._message.reference}", "UNT", where)
        if self._interchange is not None:
            raise cut_off(f"interchange {self._interchange.value(5)}", "UNZ", where)


def cut_off(what: str, missing: str, where: str) -> FileRejected:
    """The rejection of a file in which something was begun that has no end."""
    return FileRejected(
        "TRUNCATED", f"{what} is not closed before {where}", expected=missing,
        fix="Ask the sender for the whole file.",
    )  # fmt: skip
