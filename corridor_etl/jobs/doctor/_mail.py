"""Checks of how mail leaves: the relay lets us in, and everybody who is to get an issue may be written to."""

from __future__ import annotations

from collections.abc import Iterable

from corridor_etl.delivery.addresses import is_allowed
from corridor_etl.delivery.smtp import Relay
from corridor_etl.errors import CorridorError
from corridor_etl.jobs.doctor._finding import Patient, Said, failed
from corridor_etl.settings import Mail, credentials, mail_in_force

WAIT_SECONDS = 10.0


_NO_RELAY = Said(
    "warn",
    "no relay is set: issues are published and no mail leaves",
    "a relay, once somebody is to get mail",
    "Set mail.host in corridor.toml or CORRIDOR_SMTP_HOST.",
)


def relay(patient: Patient) -> Iterable[Said]:
    """Whether the relay takes a connection, encrypts it, shows a valid certificate and knows user and password."""
    if patient.settings is None:
        return
    mail = mail_in_force(patient.settings)
    if not mail.host:
        yield _NO_RELAY
        return
    signing_in = credentials()
    if signing_in.user and mail.security == "none":
        yield Said(
            "fail",
            "a password would cross an open line",
            'security "starttls" or "tls"',
            "Set mail.security.",
        )
        return
    contact = patient.settings.corridor.contact.rpartition("@")[2]
    quick = mail.model_copy(update={"timeout_seconds": min(mail.timeout_seconds, WAIT_SECONDS)})
    try:
        with Relay(quick, signing_in, contact) as connection:
            connection.open()
    except CorridorError as error:
        yield failed(error, expected="a relay that takes mail from us")
        return
    yield Said(
        "ok",
        f"{mail.host}:{mail.port} takes mail ({mail.security}{', signed in' if signing_in.user else ''})",
    )


def recipients(patient: Patient) -> Iterable[Said]:
    """Whether each recipient is in a domain that may be written to, and gets the mail instead of the sandbox."""
    if patient.settings is None:
        return
    mail = mail_in_force(patient.settings)
    outside = [r.address for r in patient.settings.recipients if not is_allowed(r.address, mail)]
    if outside:
        yield Said(
            "fail", f"{len(outside)} recipients may not be written to, first {outside[0]}",
            f"addresses of {', '.join(mail.allowed_domains)}",
            "Add the domain to mail.allowed_domains or remove the recipient; till then no issue is published.",
        )  # fmt: skip
    yield from _sandbox(mail)
    if not outside:
        yield Said(
            "ok", f"{len(patient.settings.recipients)} recipients, all of domains that may be written to"
        )


def _sandbox(mail: Mail) -> Iterable[Said]:
    if mail.sandbox:
        yield Said("warn", f"all mail goes to the sandbox {mail.sandbox}", "each recipient gets its own",
                   "unset mail.sandbox and CORRIDOR_SMTP_SANDBOX when the trial is over")  # fmt: skip
