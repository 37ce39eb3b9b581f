"""Page, mail and text: well-formed, closed, inert against hostile text, the same bytes every time."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import html5lib
import polars as pl
import pytest
import report_samples as samples
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from corridor_etl.reports import render as rendering
from corridor_etl.reports.checks import check
from corridor_etl.reports.formats import clean

HOSTILE = "<script>alert(1)</script>\r\nBcc: all@corridor.example\u202e=cmd|' /C'!A0 & \"x\""


def hostile_issue() -> tuple[Any, Any, bytes]:
    data = samples.report_data()
    departures = data.departures.with_columns(train_no=pl.lit(HOSTILE), direction=pl.lit("<b>"))
    trade = data.marts["mart_trade_week"].with_columns(hs_chapter=pl.lit(HOSTILE))
    made = samples.ReportData(
        {**data.marts, "mart_trade_week": trade}, departures, data.coverage, data.checks
    )
    return samples.built(data=made)


def test_page_and_mail_are_valid_html(issue: Any) -> None:
    for html in (issue[1].page_html, issue[1].mail_html):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(html)
        errors = [name for _, name, _ in parser.errors]
        assert errors == []


def test_the_mail_keeps_what_mail_programs_need(issue: Any) -> None:
    mail = issue[1].mail_html
    assert len(mail.encode()) <= 90_000
    assert mail.count("<!--[if mso]>") >= 6
    assert "@media (prefers-color-scheme:dark)" in mail
    assert "var(--" not in mail


def test_the_mail_reads_without_its_style_element(issue: Any) -> None:
    bare = re.sub(r"<style.*?</style>", "", issue[1].mail_html, flags=re.S)
    assert re.search(r'<h1 style="[^"]*font-size: ?24px', bare)
    assert re.search(r'<td style="[^"]*text-align: ?right', bare)


def test_the_page_has_one_main_heading_and_no_script(issue: Any) -> None:
    page = issue[1].page_html
    assert page.count("<h1>") == 1
    assert "<script" not in page
    assert "prefers-color-scheme:dark" in page
    assert "@page{size:A4" in page


def test_the_text_holds_everything_a_reader_without_html_needs(issue: Any) -> None:
    context, rendered, _ = issue
    flat = " ".join(rendered.text.split())
    for sentence in (context.headline, *context.points, *(c.alt for c in context.charts)):
        assert sentence in flat
    for table in context.tables.values():
        assert f"Table {table.number}. {table.title}" in rendered.text


def test_hostile_text_comes_out_inert() -> None:
    context, rendered, message = hostile_issue()
    for html in (rendered.page_html, rendered.mail_html):
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        assert "<b>" not in re.sub(r"<b>(?:Table|Figure) \d|<b>(?:Cargo|Trade|Westbound weeks)", "", html)
    for text in (rendered.text, rendered.page_html, rendered.mail_html):
        assert "\u202e" not in text
        assert "\nBcc:" not in text
    assert b"\r\nBcc:" not in message
    assert check(rendered, context, message) == []


@pytest.mark.parametrize(
    ("text", "inert"),
    [("a\r\nb", "a b"), ("x\u202ey", "x y"), ("\x00", ""), (None, ""), ("y" * 50, "y" * 39 + "…")],
)
def test_senders_text_loses_what_could_act(text: str | None, inert: str) -> None:
    assert clean(text) == inert


def test_two_builds_in_two_processes_are_the_same_bytes(issue: Any) -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import report_samples as s; c, r, m = s.built();"
        "print(hashlib.sha256(repr((r.page_html, r.mail_html, r.text, sorted(r.images.items()), m)).encode()).hexdigest())"
    )
    folder = str(Path(__file__).parent)
    environment = {"PYTHONHASHSEED": "2", "TZ": "Asia/Shanghai", "PATH": ""}
    run = subprocess.run(
        [sys.executable, "-c", code, folder], capture_output=True, text=True, check=True, env=environment
    )
    _, r, m = issue
    here = hashlib.sha256(
        repr((r.page_html, r.mail_html, r.text, sorted(r.images.items()), m)).encode()
    ).hexdigest()
    assert run.stdout.strip() == here


def test_a_template_cannot_reach_the_machine(issue: Any) -> None:
    template = rendering._html().from_string("{{ issue.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(SecurityError):
        template.render(issue=issue[0])


def test_an_unknown_name_in_a_template_is_an_error(issue: Any) -> None:
    with pytest.raises(UndefinedError):
        rendering._html().from_string("{{ issue.no_such_field }}").render(issue=issue[0])


@pytest.mark.parametrize("week", ["2025-W09", "2025-W20", "2025-W24", "2025-W47"])
def test_early_and_empty_weeks_pass_every_check(week: str) -> None:
    context, rendered, message = samples.built(week)
    assert check(rendered, context, message) == []
    assert rendered.page_html != replace(rendered, page_html="").page_html
