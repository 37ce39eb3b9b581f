"""The message of an issue: its tree, its headers, one recipient, the same bytes."""

from __future__ import annotations

import email
import hashlib
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
import report_samples as samples

from corridor_etl.delivery.message import build_message, message_id
from corridor_etl.errors import AddressRefused
from corridor_etl.settings import Recipient, Settings


@pytest.fixture(scope="module")
def issue() -> Any:
    return samples.built()


@pytest.fixture(scope="module")
def message(issue: Any) -> EmailMessage:
    return email.message_from_bytes(issue[2], policy=SMTP)


def test_the_tree(message: EmailMessage) -> None:
    assert [p.get_content_type() for p in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", *["image/png"] * 6,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]  # fmt: skip


def test_parts_are_what_was_rendered(issue: Any, message: EmailMessage) -> None:
    _, rendered, _ = issue
    parts = {p.get_content_type(): p for p in message.walk()}
    assert parts["text/plain"].get_content().splitlines() == rendered.text.splitlines()
    assert parts["text/html"].get_content().splitlines() == rendered.mail_html.splitlines()
    images = {str(p["Content-ID"]).strip("<>"): p.get_content() for p in message.walk() if p["Content-ID"]}
    assert images == dict(rendered.images)


def test_headers(issue: Any, message: EmailMessage) -> None:
    context = issue[0]
    assert message["Subject"] == context.subject
    assert message["To"] == "Managers <managers@corridor.example>"
    assert message["Date"].datetime == context.published_at
    assert message["X-Report-Key"] == "weekly/2025-W46/r0/en"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://corridor.example/unsubscribe/")
    assert message["MIME-Version"] == "1.0"
    assert not message.defects


def test_the_message_id_is_made_of_key_and_recipient(issue: Any, message: EmailMessage) -> None:
    digest = hashlib.sha256(b"managers@corridor.example").hexdigest()[:10]
    assert message["Message-ID"] == f"<weekly.2025-W46.en.r0.{digest}@corridor.example>"
    assert message_id(replace(issue[0], revision=1), "managers@corridor.example") != message["Message-ID"]


def test_no_other_recipient_is_named(issue: Any) -> None:
    assert b"managers@" in issue[2]
    assert b"operations@" not in issue[2]


def test_lines_are_short_and_end_in_cr_lf(issue: Any) -> None:
    lines = issue[2].split(b"\r\n")
    assert max(map(len, lines)) <= 79
    assert not [line for line in lines if b"\n" in line or b"\r" in line]


def test_a_second_build_is_the_same_message(issue: Any) -> None:
    context, rendered, message = issue
    settings = samples.settings()
    assert build_message(rendered, context, settings.recipients[0], settings) == message
    other = build_message(rendered, context, settings.recipients[1], settings)
    assert other != message


def test_the_message_is_small(issue: Any) -> None:
    assert len(issue[2]) < 400_000


def test_a_recipients_name_cannot_add_a_header(issue: Any) -> None:
    context, rendered, _ = issue
    hostile = Recipient(
        name="A\r\nBcc: b@c.example", address="a@corridor.example", language="en", editions=()
    )
    with pytest.raises(ValueError):
        build_message(rendered, context, hostile, samples.settings())


def settings_with(**mail: Any) -> Settings:
    made = samples.settings()
    return made.model_copy(update={"mail": made.mail.model_copy(update=mail)})


def test_the_sandbox_gets_the_mail_marked_and_with_the_recipient_named(issue: Any) -> None:
    context, rendered, _ = issue
    settings = settings_with(sandbox="sandbox@corridor.example")
    parsed = email.message_from_bytes(
        build_message(rendered, context, settings.recipients[0], settings), policy=SMTP
    )
    assert parsed["To"].addresses[0].addr_spec == "sandbox@corridor.example"
    assert parsed["X-Original-To"] == "managers@corridor.example"
    assert parsed["Subject"] == f"[sandbox] {context.subject}"


@pytest.mark.parametrize(
    "address",
    [
        "someone@elsewhere.example",
        "someone@corridor.example.evil.example",
        "someone@not-corridor.example",
        "kö@corridor.example",
    ],
)
def test_an_address_outside_the_allowed_domains_is_refused(issue: Any, address: str) -> None:
    context, rendered, _ = issue
    recipient = Recipient(name="x", address=address, language="en", editions=("weekly",))
    with pytest.raises(AddressRefused, match="outside the domains"):
        build_message(rendered, context, recipient, settings_with(allowed_domains=("corridor.example",)))


def test_the_mail_says_how_to_leave_by_one_click_and_by_mail(message: EmailMessage) -> None:
    page, mailto = (part.strip(" <>") for part in message["List-Unsubscribe"].split(","))
    assert (
        page
        == "https://corridor.example/unsubscribe/"
        + hashlib.sha256(b"managers@corridor.example").hexdigest()[:10]
    )
    assert mailto == "mailto:reports@corridor.example?subject=unsubscribe%20corridor-weekly"
