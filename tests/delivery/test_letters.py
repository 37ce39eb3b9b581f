"""Who gets an issue in which language."""

from __future__ import annotations

import email
from email.policy import SMTP

import pytest
import report_samples as samples

from corridor_etl.jobs.issue_versions import Letter, Version, letters, rendered
from corridor_etl.settings import Recipient, Settings


@pytest.fixture(scope="module")
def versions() -> list[Version]:
    return rendered([samples.context(edition_id="brief", language=language) for language in ("en", "kk")])


def settings_of(*recipients: tuple[str, str]) -> Settings:
    """Settings whose recipients ask for these (language, edition)."""
    made = tuple(
        Recipient(name="x", address=f"{n}@corridor.example", language=language, editions=(edition,))
        for n, (language, edition) in enumerate(recipients)
    )
    return samples.settings().model_copy(update={"recipients": made})


def sent(found: list[Letter]) -> list[tuple[str, str]]:
    return [(letter.recipient.address[0], letter.version.context.language) for letter in found]


def test_each_recipient_gets_one_mail_in_its_language(versions: list[Version]) -> None:
    found = letters(versions, settings_of(("kk", "brief"), ("en", "brief"), ("kk", "weekly")))
    assert sent(found) == [("0", "kk"), ("1", "en")]
    subject = email.message_from_bytes(found[0].message, policy=SMTP)["Subject"]
    assert subject == versions[1].context.subject != versions[0].context.subject


def test_who_asks_for_a_language_there_is_not_gets_the_first_one(versions: list[Version]) -> None:
    assert sent(letters(versions, settings_of(("zh", "brief"), ("kk", "brief")))) == [
        ("0", "en"),
        ("1", "kk"),
    ]


def test_the_languages_of_an_issue_are_linked_in_page_mail_and_text(versions: list[Version]) -> None:
    for version, other, name in zip(versions, ("kk", "en"), ("Қазақша", "English"), strict=True):
        look, mine = version.rendered, version.context.language
        address = f"https://corridor.example/internal/brief/{samples.LAST}/r0/{other}/"
        assert (
            f'<a lang="{other}" hreflang="{other}" href="../{other}/index.html">{name}</a>' in look.page_html
        )
        assert f'href="{address}"' in look.mail_html
        assert f"{name}: {address}" in look.text.splitlines()
        assert f"../{mine}/index.html" not in look.page_html
