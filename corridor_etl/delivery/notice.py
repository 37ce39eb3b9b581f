"""A plain mail to the operators about new incidents: short, in English, one line each.

It goes the way of all mail: allowed domains, sandbox, outbox, sender. What an incident is belongs to the warehouse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from corridor_etl.delivery import outbox
from corridor_etl.delivery.message import addressed, one_line
from corridor_etl.delivery.unsubscribe import recipient_hash
from corridor_etl.settings import Recipient, Settings
from corridor_etl.warehouse import NOTICES, OutboxRow

SHOWN = 50
_LONGEST_SUBJECT = 120
_LONGEST_LINE = 500
_END = """
To see all, take one on, or close it:
  corridor incidents list
  corridor incidents acknowledge NUMBER
  corridor incidents resolve NUMBER
"""


@dataclass(frozen=True)
class Notice:
    """One mail to all operators, named by the highest number of the incidents in it."""

    report_key: str
    revision: int = 0


def put_notices(
    incidents: Sequence[Mapping[str, Any]], settings: Settings, home: Path, at_utc: datetime
) -> list[OutboxRow]:
    """Freezes one mail about these incidents for each operator; the rows to queue, none without operators.

    ``AddressRefused`` for an operator who may not be written to: none is frozen then.
    """
    number = max(row["incident_no"] for row in incidents)
    operators = [
        Recipient(name="Operators", address=address, language="en", editions=())
        for address in settings.operators.addresses
    ]
    letters = [(one, _message(incidents, one, number, settings, at_utc)) for one in operators]
    return outbox.put(letters, Notice(f"{NOTICES}/{number}"), home)[0]


def _message(
    incidents: Sequence[Mapping[str, Any]],
    operator: Recipient,
    number: int,
    settings: Settings,
    at_utc: datetime,
) -> bytes:
    message = EmailMessage(policy=SMTP)
    for header, value in addressed(_subject(incidents), at_utc, operator, settings):
        message[header] = value
    name = f"{NOTICES}.{number}.{recipient_hash(operator.address)}"
    message["Message-ID"] = f"<{name}@{settings.corridor.contact.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(incidents), charset="utf-8", cte="quoted-printable")
    return message.as_bytes(policy=SMTP)


def _subject(incidents: Sequence[Mapping[str, Any]]) -> str:
    more = f" and {len(incidents) - 1} more" if len(incidents) > 1 else ""
    return f"Incident: {one_line(incidents[0]['incident_key'])[:_LONGEST_SUBJECT]}{more}"


def _text(incidents: Sequence[Mapping[str, Any]]) -> str:
    lines = [_line(row) for row in incidents[:SHOWN]]
    if len(incidents) > SHOWN:
        lines.append(f"... and {len(incidents) - SHOWN} more")
    return "\n".join(lines) + "\n" + _END


def _line(row: Mapping[str, Any]) -> str:
    return one_line(f"{row['incident_no']}  {row['incident_key']}: {row['message']}")[:_LONGEST_LINE]
