"""What the log of a relay says about messages whose outcome is not known.

Two kinds of lines are read. Postfix names the Message-ID once, beside a queue id, and tells the rest by the queue id.
A message counts as accepted when the queue manager has it or a delivery is reported, not by its Message-ID alone, which
is logged while the message is still coming in. Any other line counts when it has the Message-ID and says by one word
before it what became of it (``accepted <...>``), or is Exim's line of an arrival (``<= ... id=...``).

That a log says nothing of a message proves nothing: it may be the wrong log, or end too early.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corridor_etl.delivery.smtp import clean
from corridor_etl.errors import UsageError

ACCEPTED, REFUSED = "sent", "failed"
_WORDS = {
    "accepted": ACCEPTED, "queued": ACCEPTED, "delivered": ACCEPTED, "rejected": REFUSED, "refused": REFUSED,
    "bounced": REFUSED,
}  # fmt: skip
_QUEUE_ID = r"(?P<queue_id>[0-9A-Za-z]{5,20})"
_NAMED = re.compile(rf"postfix\S*/cleanup\[\d+\]: {_QUEUE_ID}: (?:resent-)?message-id=(?P<id><[^<>\s]+>)")
_QUEUED = re.compile(rf"postfix\S*/n?qmgr\[\d+\]: {_QUEUE_ID}: from=<")
_REPORTED = re.compile(
    rf"postfix\S*/\w+\[\d+\]: {_QUEUE_ID}: to=<.*\bstatus=(?P<status>sent|deferred|bounced|expired)\b"
)
_ARRIVED = re.compile(r" <= .*\bid=(?P<id>[^<>\s]+@[^<>\s]+)")
_PLAIN = re.compile(rf"\b(?P<word>{'|'.join(_WORDS)})\b[^<>]*(?P<id><[^<>\s]+>)", re.IGNORECASE)
_POSTFIX_STATUS = {"sent": ACCEPTED, "deferred": ACCEPTED, "bounced": REFUSED, "expired": REFUSED}


@dataclass(frozen=True)
class Found:
    """What became of one message, and the line that says so."""

    message_id: str
    state: str
    line: str


def read_log(path: Path, message_ids: Collection[str]) -> dict[str, Found]:
    """The last word of a log about each of these messages; those it says nothing about are missing.

    The file is read line by line, so it may be of any size. ``UsageError`` where there is none.
    """
    if not path.is_file():
        raise UsageError(f"there is no log {path}", fix="Name the file the relay writes to.")
    with path.open(encoding="utf-8", errors="backslashreplace") as lines:
        return {found.message_id: found for found in findings(lines, message_ids)}


def findings(lines: Iterable[str], message_ids: Collection[str]) -> Iterator[Found]:
    """What each line says about one of these messages, in order."""
    wanted, queued = set(message_ids), dict[str, str]()
    for line in lines:
        if (named := _NAMED.search(line)) is not None:
            queued.pop(named["queue_id"], None)  # a relay uses its queue ids again
            if named["id"] in wanted:
                queued[named["queue_id"]] = named["id"]
        elif (said := _postfix(line, queued) or _other(line, wanted)) is not None:
            yield Found(said[0], said[1], clean(line))


def _postfix(line: str, queued: dict[str, str]) -> tuple[str, str] | None:
    if (mine := _QUEUED.search(line)) is not None and mine["queue_id"] in queued:
        return queued[mine["queue_id"]], ACCEPTED
    if (told := _REPORTED.search(line)) is not None and told["queue_id"] in queued:
        return queued[told["queue_id"]], _POSTFIX_STATUS[told["status"]]
    return None


def _other(line: str, wanted: Collection[str]) -> tuple[str, str] | None:
    if (arrived := _ARRIVED.search(line)) is not None and (message_id := f"<{arrived['id']}>") in wanted:
        return message_id, ACCEPTED
    if (plain := _PLAIN.search(line)) is not None and plain["id"] in wanted:
        return plain["id"], _WORDS[plain["word"].lower()]
    return None
