"""What would be sent now, as files in a folder; nothing is claimed and nothing leaves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corridor_etl.delivery.addresses import why_held
from corridor_etl.delivery.sender import frozen
from corridor_etl.delivery.unsubscribe import recipient_hash
from corridor_etl.settings import Mail
from corridor_etl.warehouse import Claim, Mails, durable


@dataclass(frozen=True)
class Preview:
    """One message; ``path`` is None where it would not leave, and ``why_not`` says why."""

    message_id: str
    deliver_to: str
    path: str | None
    why_not: str | None


def preview(mails: Mails, home: Path, mail: Mail, folder: Path, limit: int | None = None) -> list[Preview]:
    """Writes the messages that are due to ``folder``, numbered in the order they would be tried."""
    rows = mails.due().head(limit).to_dicts() if limit is not None else mails.due().to_dicts()
    fields = ("message_id", "report_key", "recipient", "deliver_to", "content_sha256", "eml_path")
    claims = [
        Claim(**{name: row[name] for name in fields}, attempt=row["attempts"], claimed_by="") for row in rows
    ]
    return [_shown(number, claim, home, mail, folder) for number, claim in enumerate(claims, start=1)]


def _shown(number: int, claim: Claim, home: Path, mail: Mail, folder: Path) -> Preview:
    message, wrong = frozen(home, claim)
    why_not = wrong or why_held(claim.deliver_to, mail)
    if why_not:
        return Preview(claim.message_id, claim.deliver_to, None, why_not)
    path = durable.make_folder(folder.resolve()) / f"{number:04}.{recipient_hash(claim.deliver_to)}.eml"
    durable.write(path, message)
    return Preview(claim.message_id, claim.deliver_to, str(path), None)
