"""The outbox: messages frozen as files before anything is sent, and a ledger row for each.

A file's name holds the hash of its content, so that nothing can change a message once a row points to it: what was
queued is what gets sent. Putting the same message twice changes nothing. Sending belongs to ``sender``.
"""

from __future__ import annotations

import email
import hashlib
from collections.abc import Sequence
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

from corridor_etl.clock import now_utc
from corridor_etl.delivery.message import SANDBOXED
from corridor_etl.delivery.unsubscribe import recipient_hash
from corridor_etl.settings import Recipient
from corridor_etl.warehouse import OutboxRow, durable

FOLDER = "outbox"


class Keyed(Protocol):
    """What messages are about: an issue, or a notice to the operators."""

    @property
    def report_key(self) -> str:
        """``weekly/2025-W24/r0/en``; names the folder of the messages."""

    @property
    def revision(self) -> int:
        """0 for the first time it is said."""


def put(
    messages: Sequence[tuple[Recipient, bytes]], context: Keyed, home: Path
) -> tuple[list[OutboxRow], list[Path]]:
    """Writes each message below ``home``; the rows to record and the files, in the order given."""
    paths = [
        _freeze(home / eml_path(context, recipient, message), message) for recipient, message in messages
    ]
    rows = [_row(recipient, message, context) for recipient, message in messages]
    return rows, paths


def eml_path(context: Keyed, recipient: Recipient, message: bytes) -> str:
    """``outbox/weekly/2025-W24/r0/en/<recipient hash>.<content hash>.eml``, below the home folder."""
    name = f"{recipient_hash(recipient.address)}.{_sha256(message)[:12]}.eml"
    return f"{FOLDER}/{context.report_key}/{name}"


def _sha256(message: bytes) -> str:
    return hashlib.sha256(message).hexdigest()


def _freeze(path: Path, message: bytes) -> Path:
    durable.make_folder(path.parent)
    if not path.exists():
        durable.write(path, message)
    return path


def _row(recipient: Recipient, message: bytes, context: Keyed) -> OutboxRow:
    headers = email.message_from_bytes(message, policy=SMTP)
    return OutboxRow(
        report_key=context.report_key,
        revision=context.revision,
        recipient=recipient.address,
        message_id=str(headers["Message-ID"]),
        content_sha256=_sha256(message),
        eml_path=eml_path(context, recipient, message),
        queued_at_utc=now_utc(),
        sandbox_recipient=headers["To"].addresses[0].addr_spec if headers[SANDBOXED] else None,
    )
