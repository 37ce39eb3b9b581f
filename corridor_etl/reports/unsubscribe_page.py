"""The page behind the link to leave the list: it asks, thanks, or says that it does not know the link.

It names nobody: whoever was sent the mail on sees only the beginning of an address. Serving it belongs to the command
line, finding out whose link it is to ``jobs.unsubscribe``.
"""

from __future__ import annotations

from typing import Literal

from corridor_etl.reports.language import LANGUAGES, N_, speaking, tr
from corridor_etl.reports.site_looks import page
from corridor_etl.settings import Corridor

Kind = Literal["ask", "done", "unknown", "busy"]
WORDS: dict[Kind, tuple[str, str, str]] = {
    "ask": (
        N_("Unsubscribe"),
        N_("Reports are mailed to %(address)s. Press the button to get no more of them."),
        N_("Nothing changes until you press it."),
    ),
    "done": (
        N_("Unsubscribed"),
        N_("No more reports are mailed to %(address)s."),
        N_("Was it a mistake? Write to the contact below."),
    ),
    "unknown": (
        N_("This link is not valid"),
        N_("Nobody who gets reports by mail has this link, and nothing was changed."),
        N_("Use the whole link of the mail, or write to the contact below."),
    ),
    "busy": (
        N_("Please try again"),
        N_("This could not be recorded just now, and nothing was changed."),
        N_("Try again in some minutes, or write to the contact below."),
    ),
}
"""Kind of the page -> heading, what it says, and a note."""


def unsubscribe_page(kind: Kind, corridor: Corridor, language: str, address: str = "") -> bytes:
    """The page in a language; ``address`` is shown masked."""
    heading, text, note = WORDS[kind]
    with speaking(language):
        said = {"heading": tr(heading), "text": tr(text, address=masked(address)), "note": tr(note)}
        return page(
            "unsubscribe.html", "unsubscribe/index.html", {"corridor": corridor, "kind": kind, **said}
        )


def masked(address: str) -> str:
    """``m…@corridor.example``."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def first_spoken(accepted: str) -> str:
    """The first language of a browser's ``Accept-Language`` that is spoken here, else English."""
    wanted = (part.partition(";")[0].strip()[:2].lower() for part in accepted[:200].split(","))
    return next((code for code in wanted if code in LANGUAGES), LANGUAGES[0])
