"""One connection to the relay: opened with its certificate checked, and messages handed over step by step.

Nothing here decides what an answer means or writes to the ledger; that is ``verdicts`` and ``sender``. Steps are told
apart because they differ in what may have happened: until the final dot is on its way the relay has no message, and
after it only its answer says whether it took it.
"""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import ssl
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Self

from corridor_etl.errors import RelayDown, RelayRefused
from corridor_etl.settings import Credentials, Mail

MESSAGES_PER_CONNECTION = 100
_LONGEST_ANSWER = 300
_LEADING_DOT = re.compile(rb"(?m)^\.")


class Step(Enum):
    """Where a conversation was when its answer came, or when it ended."""

    SENDER = "the sender"
    RECIPIENT = "the recipient"
    DATA = "the message"
    BODY = "the text of the message"
    FINAL_DOT = "the end of the message"


@dataclass(frozen=True)
class Answer:
    """The relay's last word about a message; ``code`` is None where the connection ended without one."""

    step: Step
    code: int | None
    text: str

    def line(self) -> str:
        """``550 5.1.1 no such user (the recipient)``."""
        said = self.text if self.code is None else f"{self.code} {self.text}"
        return f"{said} ({self.step.value})"


class Relay:
    """A connection that is opened when needed and used for many messages, one after the other."""

    def __init__(self, mail: Mail, credentials: Credentials, hello: str) -> None:
        self._mail, self._credentials, self._hello = mail, credentials, hello
        self._secrets = _forms(credentials)
        self._smtp: smtplib.SMTP | None = None
        self.used = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Connects and signs in unless that is done; ``RelayDown`` or ``RelayRefused``."""
        if self._smtp is not None and self.used < MESSAGES_PER_CONNECTION:
            return
        self.close()
        try:
            with _explained(self._mail, self._secrets):
                self._smtp = self._connected()
                self._sign_in(self._smtp)
        except BaseException:
            self._drop()
            raise
        self.used = 0

    def _connected(self) -> smtplib.SMTP:
        mail, name = self._mail, self._hello
        if mail.security != "tls":
            return smtplib.SMTP(mail.host, mail.port, name, timeout=mail.timeout_seconds)
        return smtplib.SMTP_SSL(
            mail.host, mail.port, name, timeout=mail.timeout_seconds, context=_context(mail)
        )

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        if self._mail.security == "starttls":
            smtp.starttls(context=_context(self._mail))
        smtp.ehlo_or_helo_if_needed()
        if self._credentials.user:
            # smtplib speaks of neither to anybody as long as its debug level stays 0.
            smtp.login(self._credentials.user, self._credentials.password.get_secret_value())

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hands one message (lines end in CR LF) over; what the relay said, or that it said nothing."""
        smtp, self.used = self._smtp, self.used + 1
        if smtp is None:
            raise RelayDown("the connection to the relay is not open")
        step = Step.SENDER
        try:
            for step, expected, command in _envelope(smtp, sender, recipient, message):
                code, text = smtp.docmd(command)
                if code not in expected:
                    self._reset(smtp)
                    return Answer(step, code, clean(text, self._secrets))
            step = Step.BODY
            smtp.send(_LEADING_DOT.sub(b"..", message))
            step = Step.FINAL_DOT
            _wait_for(smtp, self._mail.answer_seconds)
            smtp.send(b".\r\n")
            code, text = smtp.getreply()
            _wait_for(smtp, self._mail.timeout_seconds)
            return Answer(step, code, clean(text, self._secrets))
        except OSError as error:
            self._drop()
            return Answer(step, None, clean(f"the connection ended: {error}", self._secrets))

    def _reset(self, smtp: smtplib.SMTP) -> None:
        try:
            is_ready = smtp.rset()[0] == 250
        except OSError:
            is_ready = False
        if not is_ready:
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

    def close(self) -> None:
        """Says goodbye, if anybody listens."""
        if self._smtp is not None:
            with contextlib.suppress(OSError):
                self._smtp.docmd("QUIT")
        self._drop()


def _envelope(
    smtp: smtplib.SMTP, sender: str, recipient: str, message: bytes
) -> Iterator[tuple[Step, tuple[int, ...], str]]:
    """Step, codes that let it go on, and the command."""
    size = f" SIZE={len(message)}" if smtp.has_extn("size") else ""
    yield Step.SENDER, (250,), f"MAIL FROM:<{sender}>{size}"
    yield Step.RECIPIENT, (250, 251), f"RCPT TO:<{recipient}>"
    yield Step.DATA, (354,), "DATA"


def _wait_for(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)


def _context(mail: Mail) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=mail.ca_file or None)


def _forms(credentials: Credentials) -> tuple[str, ...]:
    """The password in the forms in which a relay could repeat it."""
    password = credentials.password.get_secret_value()
    if not password:
        return ()
    plain = f"\0{credentials.user}\0{password}"
    return (password, *(base64.b64encode(text.encode()).decode() for text in (password, plain)))


def clean(said: bytes | str, secrets: Iterable[str] = ()) -> str:
    """What a relay said as one line that can go into ledgers and terminals, without ``secrets``."""
    text = said.decode("utf-8", "backslashreplace") if isinstance(said, bytes) else said
    for secret in secrets:
        text = text.replace(secret, "***")
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(plain.split())[:_LONGEST_ANSWER]


@contextmanager
def _explained(mail: Mail, secrets: Iterable[str]) -> Iterator[None]:
    """Errors of connecting in our words; none of them carries what was sent to sign in."""
    name = f"the relay {mail.host}:{mail.port}"
    try:
        yield
    except smtplib.SMTPNotSupportedError as error:
        wanted = "AUTH" if "AUTH" in str(error) else "STARTTLS"
        raise _not_trusted(f"{name} does not offer {wanted}") from None
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise RelayDown(f"{name} cannot check passwords now: {error.smtp_code}") from None
        raise RelayRefused(
            f"{name} does not accept user and password: {error.smtp_code}",
            fix="Check CORRIDOR_SMTP_USER and CORRIDOR_SMTP_PASSWORD, or the block of the flow. Nothing was sent.",
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise _not_trusted(f"{name} shows a certificate that is not valid: {error.verify_message}") from None
    except ssl.SSLError as error:
        raise _not_trusted(f"{name} does not speak TLS as expected: {clean(str(error.reason))}") from None
    except smtplib.SMTPResponseException as error:
        said = clean(error.smtp_error, secrets)
        kind = RelayRefused if 500 <= error.smtp_code < 600 else RelayDown
        raise kind(f"{name} answers {error.smtp_code} {said}", fix="Nothing was sent.") from None
    except OSError as error:
        if (
            type(error) is smtplib.SMTPException
        ):  # what the library says of ways to sign in that it does not know
            raise _not_trusted(f"{name} does not offer AUTH that is known here") from None
        said = clean(str(error), secrets)
        raise RelayDown(f"{name} cannot be reached: {said}", fix="Messages wait; run this again.") from None


def _not_trusted(fact: str) -> RelayRefused:
    return RelayRefused(
        fact,
        expected="an encrypted connection to a relay whose certificate is valid for its name",
        fix="Check host, port, security and ca_file of [mail]; nothing was sent.",
    )
