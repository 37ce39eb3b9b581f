"""Who may be written to: allowed domains, and the sandbox that gets all mail in place of the recipients."""

from __future__ import annotations

from corridor_etl.errors import AddressRefused
from corridor_etl.settings import Mail, Recipient, Settings, mail_in_force


def sandbox_of(recipient: Recipient, settings: Settings) -> str | None:
    """The address that gets a recipient's mail in its place, None for the recipient itself.

    ``AddressRefused`` where the mail may not leave: nothing is queued then.
    """
    mail = mail_in_force(settings)
    for address in (recipient.address, *([mail.sandbox] if mail.sandbox else ())):
        if not is_allowed(address, mail):
            raise AddressRefused(
                f"'{address}' is outside the domains that may be written to",
                expected=f"an address in ASCII of one of {', '.join(mail.allowed_domains)}",
                fix="Add its domain to mail.allowed_domains or remove the recipient; nothing was queued.",
            )
    return mail.sandbox or None


def is_allowed(address: str, mail: Mail) -> bool:
    """Whether an address is in ASCII, which every relay takes, and its domain is one of those allowed."""
    return address.isascii() and address.rpartition("@")[2].lower() in mail.allowed_domains


def why_held(address: str, mail: Mail) -> str | None:
    """Why a message that was queued before does not leave for ``address`` as settings are now; None where it may."""
    if mail.sandbox and address.lower() != mail.sandbox.lower():
        return "all mail goes to the sandbox now"
    return None if is_allowed(address, mail) else "its domain is not allowed any more"
