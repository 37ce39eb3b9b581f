"""Resolves messages that are unknown: by the word of a person, or of the relay's log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corridor_etl.delivery.relay_log import REFUSED, Found, read_log
from corridor_etl.warehouse import Mails


@dataclass(frozen=True)
class Resolved:
    """What a log resolved, and the messages it says nothing about, which stay unknown."""

    found: tuple[Found, ...]
    silent: tuple[str, ...]

    def line(self) -> str:
        """The summary of the command."""
        failed = sum(one.state == REFUSED for one in self.found)
        sent = len(self.found) - failed
        return f"{sent} sent, {failed} failed, {len(self.silent)} still unknown"


def resolve_by_log(mails: Mails, unknown: Sequence[str], log: Path, *, by: str) -> Resolved:
    """Gives unknown messages the outcome a relay's log has for them; an address it bounced for is suspended."""
    said = read_log(log, unknown)
    found = tuple(said[message_id] for message_id in unknown if message_id in said)
    for one in found:
        mails.resolve(one.message_id, one.state, by=by, reason=f"log of the relay: {one.line}")
        if one.state == REFUSED:
            row = mails.message(one.message_id)
            mails.suspend(row["sandbox_recipient"] or row["recipient"], by=by, reason=one.line)
    return Resolved(found, tuple(message_id for message_id in unknown if message_id not in said))
