"""Whether a message is built as mail programs expect it; what it says is looked at by ``checks``."""

from __future__ import annotations

from collections.abc import Iterator

from corridor_etl.reports import workbook_check
from corridor_etl.reports.checked_issue import Issue

HEADERS = (
    "Date", "From", "To", "Subject", "Message-ID", "List-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
    "List-Archive", "Auto-Submitted", "X-Report-Key",
)  # fmt: skip


def message_built(issue: Issue) -> Iterator[str]:
    """The message has its structure, its headers, one recipient, and a text that holds the headline."""
    types = [part.get_content_type() for part in issue.parsed.walk()]
    expected = ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html"]
    if types[:5] != expected:
        yield f"the message is built as {types[:5]}, expected {expected}"
        return
    for name in HEADERS:
        if len(issue.parsed.get_all(name, [])) != 1:
            yield f"the message has {len(issue.parsed.get_all(name, []))} headers {name}"
    plain = next(p for p in issue.parsed.walk() if p.get_content_type() == "text/plain")
    # Lines of Chinese are cut between characters, and a no-break space is a blank too.
    if "".join(issue.context.headline.split()) not in "".join(plain.get_content().split()):
        yield "the text part does not hold the headline"
    if len(issue.parsed["To"].addresses) != 1:
        yield "the message is to more than one address"


def lines_sendable(issue: Issue) -> Iterator[str]:
    """Lines end in CR LF and are at most 998 bytes long, as SMTP asks."""
    if b"\n" in issue.message.replace(b"\r\n", b"") or b"\r" in issue.message.replace(b"\r\n", b""):
        yield "the message has a line end that is not CR LF"
    if max(map(len, issue.message.split(b"\r\n"))) > 998:
        yield "the message has a line longer than 998 bytes"


def workbook_agrees(issue: Issue) -> Iterator[str]:
    """The workbook opens, is small, and holds the figures of the page; the message carries it."""
    yield from workbook_check.problems(issue.rendered.workbook, issue.context)
    yield from workbook_check.not_carried(issue.rendered.workbook, issue.parsed)
