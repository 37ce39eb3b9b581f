"""One issue as one message to one recipient (RFC 5322, MIME), the same bytes on every build.

The tree::

    multipart/mixed
      multipart/alternative
        text/plain
        multipart/related
          text/html
          image/png ...            Content-ID, inline
      application/vnd...sheet      the figures, as a workbook

Nothing is sent here, and who was sent what is kept by ``outbox``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from corridor_etl.delivery.addresses import sandbox_of
from corridor_etl.delivery.unsubscribe import link, recipient_hash
from corridor_etl.reports.context import WeeklyContext
from corridor_etl.reports.render import Rendered, archive_url, domain
from corridor_etl.reports.workbook import MEDIA_TYPE
from corridor_etl.settings import Recipient, Settings

SANDBOXED = "X-Original-To"
SANDBOX_MARK = "[sandbox] "
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
BOUNDARIES = {
    "mixed": "=_corridor_part_01",
    "alternative": "=_corridor_part_02",
    "related": "=_corridor_part_03",
}


def build_message(
    rendered: Rendered, context: WeeklyContext, recipient: Recipient, settings: Settings
) -> bytes:
    """The message with CR LF line ends; it names no other recipient.

    Where there is a sandbox, it gets the message in place of the recipient, who is named in ``X-Original-To``.
    ``AddressRefused`` for an address that may not be written to.
    """
    message = _multipart("mixed", [_body(rendered, context), _attachment(rendered, context)])
    for name, value in _headers(context, recipient, settings):
        message[name] = one_line(value) if isinstance(value, str) else value
    return message.as_bytes(policy=SMTP)


def message_id(context: WeeklyContext, address: str) -> str:
    """Made from the report key and the recipient, so that a second build is the same message."""
    key = f"{context.edition}.{context.week}.{context.language}.r{context.revision}"
    return f"<{key}.{recipient_hash(address)}@{domain(context)}>"


def _list_name(context: WeeklyContext) -> str:
    return f"corridor-{context.edition}"


def one_line(text: str) -> str:
    """A text for a header, without controls: a line end at its end is not refused, and would end the headers."""
    return _CONTROLS.sub(" ", text).strip()


def addressed(
    subject: str, at: datetime, recipient: Recipient, settings: Settings
) -> tuple[tuple[str, object], ...]:
    """Date, sender, addressee and subject as headers; ``AddressRefused`` for who may not be written to.

    Where there is a sandbox it is the addressee, and the recipient is named in ``X-Original-To``.
    """
    sandbox = sandbox_of(recipient, settings)
    return (
        ("Date", format_datetime(at)),
        ("From", Address(settings.corridor.operator, addr_spec=settings.corridor.contact)),
        ("To", Address(recipient.name, addr_spec=sandbox or recipient.address)),
        *([(SANDBOXED, recipient.address)] if sandbox else ()),
        ("Subject", f"{SANDBOX_MARK}{subject}" if sandbox else subject),
    )


def _headers(
    context: WeeklyContext, recipient: Recipient, settings: Settings
) -> Iterable[tuple[str, object]]:
    host, contact = domain(context), settings.corridor.contact
    leave = link(host, sandbox_of(recipient, settings) or recipient.address)
    return (
        ("MIME-Version", "1.0"),
        *addressed(context.subject, context.published_at, recipient, settings),
        ("Message-ID", message_id(context, recipient.address)),
        ("List-ID", f"{context.title} <{_list_name(context)}.{host}>"),
        ("List-Unsubscribe", f"<{leave}>, <mailto:{contact}?subject=unsubscribe%20{_list_name(context)}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Archive", f"<{archive_url(context)}>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Report-Key", context.report_key),
    )


def _body(rendered: Rendered, context: WeeklyContext) -> EmailMessage:
    text = _text(rendered.text, "plain", context.language)
    html = _text(rendered.mail_html, "html", context.language)
    images = [_image(cid, data) for cid, data in rendered.images.items()]
    return _multipart("alternative", [text, _multipart("related", [html, *images])])


def _multipart(subtype: str, parts: list[EmailMessage]) -> EmailMessage:
    whole = EmailMessage(policy=SMTP)
    whole["Content-Type"] = f'multipart/{subtype}; boundary="{BOUNDARIES[subtype]}"'
    for part in parts:
        del part["MIME-Version"]
        whole.attach(part)
    return whole


def _text(text: str, subtype: str, language: str) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part.set_content(text, subtype=subtype, charset="utf-8", cte="quoted-printable")
    part["Content-Language"] = language
    return part


def _image(cid: str, data: bytes) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    name = f"{cid.split('.')[0]}.png"
    part.set_content(data, "image", "png", disposition="inline", filename=name, cid=f"<{cid}>")
    return part


def _attachment(rendered: Rendered, context: WeeklyContext) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    name = f"{_list_name(context)}-{context.week}.xlsx"
    part.set_content(rendered.workbook, *MEDIA_TYPE, disposition="attachment", filename=name)
    return part
