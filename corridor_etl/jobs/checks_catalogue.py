"""Every check that an issue passes before it is sent, where it is made and when; docs/checks.md is written from it.

``python -m corridor_etl.jobs.checks_catalogue > docs/checks.md``. The checks themselves are in the modules it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

When = Literal["sending", "suite"]
_WORDS = {"sending": "before sending", "suite": "test suite"}
_CHECKS, _MESSAGE, _BOOK = "reports.checks", "reports.message_checks", "reports.workbook_check"
_PARTS, _LEDGER, _FONTS = "reports.consistency", "jobs.issue_checks", "reports.fonts"
_BROWSER, _BUILT = "tests/reports/test_layout_in_browser.py", "tests/reports/test_rendered_issue.py"
_SENT = "tests/delivery/test_sending.py"


@dataclass(frozen=True)
class Check:
    """One check: what is true of an issue that may be sent. ``where``: module below ``corridor_etl``, or file of tests,
    with the function after a colon. ``when`` it is a test of the suite, every issue of every test passes it."""

    number: int
    group: str
    what: str
    when: When
    where: tuple[str, ...]


CATALOGUE: tuple[Check, ...] = (
    Check(1, "Numbers", "Each total is what SQL adds up in the mart, and the sum of its parts", "sending",
          (f"{_LEDGER}:totals_are_the_marts", f"{_PARTS}:totals_add_up", f"{_PARTS}:directions_add_up",
           f"{_PARTS}:parts_fit")),
    Check(2, "Numbers", "The legs add up to door to door", "sending", (f"{_PARTS}:legs_are_the_whole",)),
    Check(3, "Numbers", "Each number of a sentence, tile or description is one of a figure or a table", "sending",
          (f"{_CHECKS}:numbers_known",)),
    Check(4, "Numbers", "The year so far is what the last issue said, what was revised since, and the new weeks, of "
          "figures computed as then", "sending", (f"{_LEDGER}:the_year_adds_up",)),
    Check(5, "Numbers", "No value that is none and no template syntax", "sending", (f"{_CHECKS}:nothing_left_over",)),
    Check(6, "Numbers", "A change of more than ten times the width of the normal range was let out by a person",
          "sending", (f"{_LEDGER}:jumps",)),
    Check(7, "Numbers", "Sources cover the week, else the issue is marked as partial or held", "sending",
          ("reports.gate:judge",)),
    Check(8, "Numbers", "Every loaded row was judged by its suite, and none that breaks a critical rule was loaded; "
          "few of the week are held back", "sending", (f"{_LEDGER}:rows_were_validated", "reports.gate:judge")),
    Check(9, "Numbers", "The table of revisions begins at exactly what the last issue said, of figures computed as "
          "then", "sending", (f"{_LEDGER}:revisions_begin_as_published",)),
    Check(10, "Words", "Verbs agree with where a figure lies in its range, nouns and signs with their numbers",
          "sending", (f"{_CHECKS}:verbs_agree", f"{_PARTS}:nouns_agree", f"{_PARTS}:zeros_are_plain",
                      f"{_PARTS}:target_agrees")),
    Check(11, "Words", "No message is untranslated or fuzzy", "sending", ("reports.catalogues:translations",)),
    Check(12, "Words", "Subject, headline and descriptions are short", "sending", (f"{_CHECKS}:lengths",)),
    Check(13, "HTML", "The mail is at most 90 kB", "sending", (f"{_CHECKS}:sizes",)),
    Check(14, "HTML", "Page and mail are valid HTML", "suite", (f"{_BUILT}:test_page_and_mail_are_valid_html",)),
    Check(15, "HTML", "Nothing is loaded from outside, nothing runs", "sending", (f"{_CHECKS}:mail_is_closed",)),
    Check(16, "HTML", "Each picture is attached and used once", "sending", (f"{_CHECKS}:pictures_match",)),
    Check(17, "HTML", "Each picture has a description and a width", "sending", (f"{_CHECKS}:pictures_described",)),
    Check(18, "HTML", "Each head cell has a scope, each data table a caption", "sending",
          (f"{_CHECKS}:tables_labelled",)),
    Check(19, "HTML", "Page and mail say their language", "sending", (f"{_CHECKS}:languages",)),
    Check(20, "HTML", "Links of the mail lead to the corridor's own domain or contact", "sending",
          (f"{_CHECKS}:links_known",)),
    Check(21, "HTML", "Text has contrast in both palettes and is at least 11 px high", "sending",
          (f"{_CHECKS}:colours_readable", f"{_BROWSER}:test_no_text_is_smaller_than_eleven_pixels")),
    Check(22, "HTML", "Nothing scrolls sideways from 320 to 1100 px", "suite",
          (f"{_BROWSER}:test_nothing_scrolls_sideways",)),
    Check(23, "HTML", "axe-core finds nothing that bars a reader", "suite",
          (f"{_BROWSER}:test_nothing_bars_a_reader",)),
    Check(24, "HTML", "Page and mail look as their golden pictures, two builds are the same bytes, and dark is dark",
          "suite", (f"{_BROWSER}:test_page_and_mail_look_as_their_golden_pictures",
                    f"{_BUILT}:test_two_builds_in_two_processes_are_the_same_bytes",
                    f"{_BROWSER}:test_dark_mode_is_dark")),
    Check(25, "Pictures", "Each picture decodes, is 1104 px wide and small", "sending",
          (f"{_CHECKS}:pictures_match", f"{_CHECKS}:sizes")),
    Check(26, "Pictures", "Each letter is in the font it is drawn in", "sending", (f"{_FONTS}:check_covered",)),
    Check(27, "Message", "The message is built as it should be; its text holds the headline", "sending",
          (f"{_MESSAGE}:message_built",)),
    Check(28, "Message", "All headers are there, lines can be sent, one recipient is named", "sending",
          (f"{_MESSAGE}:message_built", f"{_MESSAGE}:lines_sendable")),
    Check(29, "Message", "The message is at most 1 MB", "sending", (f"{_CHECKS}:sizes",)),
    Check(30, "Message", "Made again, it has the same bytes", "suite",
          (f"{_BUILT}:test_two_builds_in_two_processes_are_the_same_bytes",
           "tests/delivery/test_issue_message.py:test_a_second_build_is_the_same_message")),
    Check(31, "Message", "The workbook opens in another library and holds the figures of the page", "sending",
          (f"{_MESSAGE}:workbook_agrees", f"{_BOOK}:problems")),
    Check(32, "Sending", "Run twice, killed at each call, refused, cut off: no mail is lost or sent twice", "suite",
          ("tests/faults/test_senders.py:test_a_sender_that_is_killed_loses_no_mail_and_sends_none_twice",
           f"{_SENT}:test_a_cut_after_the_message_is_unknown_and_never_sent_again_by_itself",
           f"{_SENT}:test_a_temporary_refusal_waits_longer_each_time_and_is_sent_with_the_same_bytes",
           f"{_SENT}:test_a_refusal_for_good_suspends_that_address_and_stops_no_other")),
)  # fmt: skip

_HEAD = """# Checks of an issue

Generated: `python -m corridor_etl.jobs.checks_catalogue > docs/checks.md`. A check *before sending* runs on each issue,
in every language and for every recipient; one that fails holds the issue, and the reason is in `issue_hold` and
in `corridor report list`. `corridor report check WEEK` runs them on a published issue. A check of the *test suite*
looks at issues that the tests make.

| no. | of | what is true | when | where |
|---|---|---|---|---|
"""


def render_checks() -> str:
    """The page."""
    rows = (
        f"| {c.number} | {c.group} | {c.what} | {_WORDS[c.when]} | {', '.join(f'`{w}`' for w in c.where)} |"
        for c in CATALOGUE
    )
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(render_checks(), end="")
