"""What the checks of an issue look at: page, mail and message, taken apart once."""

from __future__ import annotations

import email
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from functools import cached_property
from html.parser import HTMLParser

from corridor_etl.reports.content import WeeklyContext
from corridor_etl.reports.editions import Edition, edition
from corridor_etl.reports.render import Rendered


class _Tags(HTMLParser):
    """Every start tag of a document with its attributes, and the language of its root."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))


@dataclass(frozen=True)
class Issue:
    """What the checks look at."""

    rendered: Rendered
    context: WeeklyContext
    message: bytes

    @cached_property
    def mail(self) -> list[tuple[str, dict[str, str]]]:
        """Tags of the mail."""
        return _Tags(self.rendered.mail_html).tags

    @cached_property
    def page(self) -> list[tuple[str, dict[str, str]]]:
        """Tags of the page."""
        return _Tags(self.rendered.page_html).tags

    @cached_property
    def parsed(self) -> EmailMessage:
        """The message, read back."""
        return email.message_from_bytes(self.message, policy=SMTP)

    @cached_property
    def edition(self) -> Edition:
        """What the edition's ``report.toml`` says."""
        return edition(self.context.edition).seen_by(self.context.audience)
