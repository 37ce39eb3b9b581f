"""An outbox with messages in it: a home folder, its ledger, and senders for it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from corridor_etl.delivery.sender import Sender
from corridor_etl.delivery.smtp import Relay
from corridor_etl.settings import Credentials, Mail
from corridor_etl.warehouse import Mails, OutboxRow, Verdict
from corridor_etl.warehouse.engine import open_engine, writing
from corridor_etl.warehouse.lease import this_process
from corridor_etl.warehouse.schema import METADATA, OUTBOX

QUEUED = datetime(2025, 6, 16, 1, tzinfo=UTC)
NOW = "2025-06-16T06:00:00+05:00"
CONTACT = "reports@corridor.example"
SENT = Verdict("sent", "250 OK")


def address(number: int) -> str:
    return f"reader{number}@corridor.example"


def message_id(number: int) -> str:
    return f"<weekly.2025-W24.en.r0.{number:010}@corridor.example>"


def content(number: int) -> bytes:
    """A message with lines that begin with a dot, which SMTP has to carry as they are."""
    headers = f"From: {CONTACT}\r\nTo: {address(number)}\r\nSubject: 2025-W24\r\nMessage-ID: {message_id(number)}\r\n"
    return headers.encode() + b"\r\n.\r\n..two dots\r\n. a dot\r\n" + b"x" * 70 + b"\r\n"


def filled(home: Path, messages: int, url: str | None = None) -> Mails:
    """A new ledger in ``home`` (or at ``url``) with so many messages, numbered from 1."""
    home.mkdir(parents=True)
    engine = open_engine(_address(home, url))
    with writing(engine) as connection:
        METADATA.create_all(connection)
        put(connection, home, messages)
    return Mails(engine)


def put(connection: Connection, home: Path, messages: int) -> None:
    """Queues so many messages, numbered from 1."""
    (home / "outbox").mkdir()
    connection.execute(OUTBOX.insert(), [vars(_frozen(home, n)) for n in range(1, messages + 1)])


def opened(home: Path, url: str | None = None) -> Mails:
    """The ledger of a home that was filled, in ``home`` or at ``url``."""
    return Mails(open_engine(_address(home, url)))


def _address(home: Path, url: str | None) -> str:
    return (url or f"sqlite:///{home / 'warehouse.db'}").replace("postgresql:", "postgresql+psycopg:")


def _frozen(home: Path, number: int) -> OutboxRow:
    path = home / "outbox" / f"{number}.eml"
    path.write_bytes(content(number))
    return OutboxRow(
        report_key="weekly/2025-W24/r0/en",
        revision=0,
        recipient=address(number),
        message_id=message_id(number),
        content_sha256=hashlib.sha256(content(number)).hexdigest(),
        eml_path=f"outbox/{number}.eml",
        queued_at_utc=QUEUED,
    )


def mail(port: int, **overrides: Any) -> Mail:
    values = {
        "host": "127.0.0.1", "port": port, "security": "none", "allowed_domains": ("corridor.example",),
        "connections": 1, "messages_per_minute": 100_000, "timeout_seconds": 30, "answer_seconds": 30,
    }  # fmt: skip
    return Mail(**{**values, **overrides})


def sender(mails: Mails, home: Path, settings: Mail, signing_in: Credentials | None = None) -> Sender:
    new_relay = partial(Relay, settings, signing_in or Credentials(), "corridor.example")
    return Sender(mails, home, settings, new_relay, sender=CONTACT, by=this_process())


def states(mails: Mails, messages: int) -> list[str]:
    return [mails.message(message_id(n))["state"] for n in range(1, messages + 1)]
