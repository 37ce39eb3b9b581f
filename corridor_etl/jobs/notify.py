"""Tells the operators now: brings incidents up to date and sends the mails about them, and no other mail.

Whatever wakes this up, an event or a person, mails nobody twice: the ledger knows which incidents were mailed. What is
due besides belongs to ``deliver``.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from corridor_etl.delivery.sender import SendReport
from corridor_etl.jobs.deliver import deliver
from corridor_etl.jobs.incidents import look
from corridor_etl.settings import load_settings, mail_in_force
from corridor_etl.warehouse import NOTICES, Looked


@dataclass(frozen=True)
class Notified:
    """What a look at the incidents found, and what became of the mails; ``sending`` is None without a relay."""

    looked: Looked
    sending: SendReport | None

    def line(self) -> str:
        """The summary every run ends with."""
        told = self.sending.line() if self.sending else "no relay is set, so mails wait"
        return f"incidents: {len(self.looked.opened)} opened, {len(self.looked.resolved)} resolved; {told}"


def notify(*, password: SecretStr | None = None) -> Notified:
    """Looks, and sends what waits for the operators; errors as in :func:`.incidents.look` and :func:`.deliver`."""
    looked = look()
    has_relay = bool(mail_in_force(load_settings()).host)
    return Notified(looked, deliver(password=password, about=f"{NOTICES}/") if has_relay else None)
