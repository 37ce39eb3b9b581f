"""How mail leaves: the relay, who may be written to, how fast, how often. Secrets come from the environment only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator

from corridor_etl.errors import SettingsError
from corridor_etl.settings._section import Positive, PositiveCount, Section

if TYPE_CHECKING:
    from corridor_etl.settings._sections import Settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")
GREYLISTING_MINUTES = 15
_OVERRIDES = ("host", "port", "security", "ca_file", "sandbox")
_PREFIX = "CORRIDOR_SMTP_"
UNSUBSCRIBE_KEY = "CORRIDOR_UNSUBSCRIBE_KEY"
LEAST_KEY_CHARS = 32
_NO_PASSWORD = SecretStr("")


def _growing(minutes: tuple[int, ...]) -> tuple[int, ...]:
    if not minutes or minutes[0] < GREYLISTING_MINUTES or any(a > b for a, b in pairwise(minutes)):
        raise ValueError(
            f"minutes to wait, the first {GREYLISTING_MINUTES} or more, none below the one before"
        )
    return minutes


Waits = Annotated[tuple[PositiveCount, ...], AfterValidator(_growing)]
Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Address = Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")]
NoAddress = Annotated[str, Field(pattern=r"^([^@\s<>]+@[^@\s<>]+\.[^@\s<>]+)?$")]


class Mail(Section):
    """The section ``[mail]``; without ``host`` nothing is sent."""

    host: str = ""
    port: Annotated[int, Field(gt=0, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: str = ""
    allowed_domains: tuple[Domain, ...] = ()
    sandbox: NoAddress = ""
    connections: Annotated[int, Field(ge=1, le=4)] = 2
    messages_per_minute: PositiveCount = 60
    timeout_seconds: Positive = 60
    answer_seconds: Positive = 600
    retry_minutes: Waits = (15, 30, 60, 120, 240)
    give_up_hours: Positive = 72
    claim_minutes: Positive = 30

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.security == "none" and self.host and self.host not in LOOPBACK:
            raise ValueError('security "starttls" or "tls" for a relay that is not on this machine')
        if self.claim_minutes * 60 <= self.answer_seconds + self.timeout_seconds:
            raise ValueError("claim_minutes longer than answer_seconds and timeout_seconds together")
        return self


class Operators(Section):
    """The section ``[operators]``: who is told of incidents; nobody where it is empty."""

    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True)
class Credentials:
    """Who signs in at the relay; nobody where ``user`` is empty. The password is shown by no print and no log."""

    user: str = ""
    password: SecretStr = _NO_PASSWORD


def unsubscribe_keys() -> tuple[SecretStr, ...]:
    """The keys of links to leave the list, from ``CORRIDOR_UNSUBSCRIBE_KEY``; none where it is not set.

    Several are separated by blanks: the first makes links, those after it are still taken. ``SettingsError`` for one
    that is short.
    """
    keys = os.environ.get(UNSUBSCRIBE_KEY, "").split()
    if any(len(key) < LEAST_KEY_CHARS for key in keys):
        raise SettingsError(
            f"{UNSUBSCRIBE_KEY} has a key that can be guessed",
            expected=f"{LEAST_KEY_CHARS} characters or more of chance, without a blank",
            fix="Make one: python -c 'import secrets; print(secrets.token_hex(32))'",
        )
    return tuple(SecretStr(key) for key in keys)


def mail_in_force(settings: Settings) -> Mail:
    """The section with what ``CORRIDOR_SMTP_*`` overrides; ``SettingsError`` where that does not fit.

    Without ``allowed_domains`` only the domain of the corridor's own contact may be written to.
    """
    given = {n: v for n in _OVERRIDES if (v := os.environ.get(_PREFIX + n.upper())) is not None}
    contact_domain = settings.corridor.contact.rpartition("@")[2].lower()
    allowed = settings.mail.allowed_domains or (contact_domain,)
    try:
        return Mail.model_validate(settings.mail.model_dump() | given | {"allowed_domains": allowed})
    except ValidationError as error:
        first = error.errors()[0]
        named = " ".join(_PREFIX + str(n).upper() for n in first["loc"] or given)
        said = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        raise SettingsError(f"{named} cannot be used", expected=said, fix="Correct or unset it.") from None


def credentials(password: SecretStr | None = None) -> Credentials:
    """Who signs in: ``CORRIDOR_SMTP_USER`` with ``CORRIDOR_SMTP_PASSWORD``, or ``password`` where that is not set."""
    own = os.environ.get(_PREFIX + "PASSWORD")
    secret = SecretStr(own) if own is not None else password or _NO_PASSWORD
    return Credentials(os.environ.get(_PREFIX + "USER", ""), secret)
