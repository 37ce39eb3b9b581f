"""Sends the mails that are due, or shows them in a folder: settings, secrets and the warehouse put together.

What sending is belongs to ``delivery``. Publishing queues mails and never sends them; backfills do not even queue them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from pydantic import SecretStr

from corridor_etl import settings as configuration
from corridor_etl.delivery.preview import Preview, preview
from corridor_etl.delivery.sender import Sender, SendReport
from corridor_etl.delivery.smtp import Relay
from corridor_etl.errors import SettingsError
from corridor_etl.jobs.incidents import look_after
from corridor_etl.settings import credentials, load_settings, mail_in_force
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.lease import this_process


def deliver(*, limit: int | None = None, password: SecretStr | None = None, about: str = "") -> SendReport:
    """Sends at most ``limit`` mails that are due; what stopped it early is the ``problem`` of the report.

    ``SettingsError`` where no relay is set, or a user would sign in over a connection that is not encrypted.
    ``password`` is used where the environment has none. ``about``: only mails whose report key begins so.
    """
    settings = load_settings()
    mail, signing_in = mail_in_force(settings), credentials(password)
    if not mail.host:
        raise SettingsError("no relay is set", fix="Set mail.host in corridor.toml or CORRIDOR_SMTP_HOST.")
    if signing_in.user and mail.security == "none":
        raise SettingsError(
            "a password would cross an open line", fix='Set mail.security to "starttls" or "tls".'
        )
    contact = settings.corridor.contact
    new_relay = partial(Relay, mail, signing_in, contact.rpartition("@")[2])
    with Warehouse.open(settings=settings) as warehouse:
        by = this_process()
        sender = Sender(warehouse.mails, warehouse.home, mail, new_relay, sender=contact, by=by)
        report = sender.run(limit, about=about)
    look_after()
    return report


def dry_run(folder: Path, *, limit: int | None = None) -> list[Preview]:
    """Writes what would be sent now to a folder, one file per message; the ledger stays as it is."""
    settings = load_settings()
    with Warehouse.open(settings=settings) as warehouse:
        mails, home = warehouse.mails, configuration.home()
        return preview(mails, home, mail_in_force(settings), folder, limit)
