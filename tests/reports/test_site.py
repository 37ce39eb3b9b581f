"""The pages around issues: who sees which, permanent addresses, every link leads somewhere, the same bytes."""

from __future__ import annotations

import json
import posixpath
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import html5lib
import pytest

from corridor_etl.errors import ReportCheckFailed
from corridor_etl.kpis import kpis
from corridor_etl.reports.language import LANGUAGES
from corridor_etl.reports.site import FEED, Door, pages
from corridor_etl.reports.site_issues import Issue, frozen_issues
from corridor_etl.reports.site_looks import in_language
from corridor_etl.settings import load_settings

ATOM = "{http://www.w3.org/2005/Atom}"
FIRST = datetime(2025, 1, 6, 6, tzinfo=UTC)
NAMES = ("index.html", "issue.json", "figures.xlsx", "figures.csv", "issue.txt")


def row(edition: str, week: str, revision: int = 0, state: str = "published") -> dict[str, Any]:
    weeks = (int(week[:4]) - 2025) * 52 + int(week[-2:])
    return {
        "edition": edition,
        "week": week,
        "revision": revision,
        "language": "en",
        "issue_no": weeks,
        "state": state,
        "published_at_utc": FIRST + timedelta(weeks=weeks, days=revision),
        "folder": f"site/{edition}/{week}/r{revision}",
    }


def put(site: Path, folder: str, headline: str = "84 TEU moved") -> None:
    (site / folder).mkdir(parents=True)
    for name in NAMES:
        (site / folder / name).write_text("<html></html>", encoding="utf-8")
    said = {"headline": headline, "dates": "9–15 Jun 2025", "published_at": "2025-06-16T06:00:00+05:00"}
    (site / folder / "issue.json").write_text(json.dumps(said), encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for week in ("2025-W23", "2025-W24"):
        for audience in ("internal", "public"):
            for language in ("en", "zh"):
                put(tmp_path, f"{audience}/weekly/{week}/r0/{language}", f"{audience} {week} {language}")
    put(tmp_path, "internal/weekly/2025-W24/r1/en", "corrected")
    put(tmp_path, "internal/brief/2026-W01/r0/kk", "қысқаша")
    put(tmp_path, "internal/trade/2025-W24/r0/en", "held back")
    put(tmp_path, "internal/weekly/2025-W30/r0/en", "left by a run that was cut off")
    put(tmp_path, "weekly/2024-W52/r0", "before audiences")
    return tmp_path


LEDGER = (
    row("weekly", "2024-W52"), row("weekly", "2025-W23"), row("weekly", "2025-W24"), row("weekly", "2025-W24", 1),
    row("brief", "2026-W01", state="partial"), row("trade", "2025-W24", state="held"),
)  # fmt: skip


@pytest.fixture
def issues(site: Path) -> list[Issue]:
    return frozen_issues(site, LEDGER)


@pytest.fixture
def made(issues: list[Issue]) -> dict[str, bytes]:
    return pages(issues, load_settings().corridor)


def test_what_is_held_or_unknown_to_the_ledger_is_not_shown(issues: list[Issue]) -> None:
    shown = {(i.audience, i.key, tuple(r.number for r in i.revisions)) for i in issues}
    assert shown == {
        ("internal", "weekly/2024-W52", (0,)),
        ("internal", "weekly/2025-W23", (0,)),
        ("internal", "weekly/2025-W24", (1, 0)),
        ("internal", "brief/2026-W01", (0,)),
        ("public", "weekly/2025-W23", (0,)),
        ("public", "weekly/2025-W24", (0,)),
    }


def test_the_public_tree_has_public_words_and_links_only(made: dict[str, bytes]) -> None:
    public = {name: data.decode() for name, data in made.items() if name.startswith("public/")}
    assert {f"public/weekly/2025-W2{n}/index.html" for n in (3, 4)} < set(public)
    for name, text in public.items():
        assert "internal" not in text
        assert "corrected" not in text
        for link in re.findall(r'href="([^"#]*)"', text):
            if not link.startswith(("https:", "mailto:")):
                assert posixpath.normpath(posixpath.join(posixpath.dirname(name), link)).startswith("public/")
    assert "public 2025-W24 en" in public["public/index.html"]


def test_every_link_leads_to_a_file(made: dict[str, bytes], site: Path) -> None:
    known = {*made, *(p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file())}
    count = 0
    for name, data in made.items():
        for link in re.findall(r'href="([^"#]*)"', data.decode()):
            if not link.startswith(("https:", "mailto:")):
                assert posixpath.normpath(posixpath.join(posixpath.dirname(name), link)) in known, (
                    name,
                    link,
                )
                count += 1
    assert count > 50


def test_a_week_leads_to_its_newest_revision_and_keeps_the_older_one(made: dict[str, bytes]) -> None:
    page = made["internal/weekly/2025-W24/index.html"].decode()
    newest, older = page.split("<h2>")[1:]
    assert newest.startswith("Revision 1 <span")
    assert "newest" in newest
    assert 'href="r1/en/index.html"' in newest
    assert older.startswith("First issue</h2>")
    assert 'href="r0/zh/index.html"' in older
    assert "Kept as it was published" in older
    assert "week.html" not in page


def test_weeks_link_to_the_one_before_and_after(made: dict[str, bytes]) -> None:
    page = made["internal/weekly/2025-W23/index.html"].decode()
    assert 'rel="prev" href="../2024-W52/index.html"' in page
    assert 'rel="next" href="../2025-W24/index.html"' in page
    assert 'rel="next"' not in made["internal/weekly/2025-W24/index.html"].decode()


def test_each_language_calls_itself_by_its_name(made: dict[str, bytes]) -> None:
    page = made["internal/index.html"].decode()
    assert '<a href="brief/2026-W01/r0/kk/index.html" lang="kk" hreflang="kk">Қазақша</a>' in page
    assert '<p class="headline" lang="kk">қысқаша</p>' in page
    assert 'lang="zh" hreflang="zh">中文</a>' in made["public/index.html"].decode()


def test_every_page_is_at_its_address_in_every_language_and_leads_to_the_others(
    made: dict[str, bytes],
) -> None:
    english = [name for name in made if not set(name.split("/")) & {"zh", "ru", "kk"}]
    assert sorted(made) == sorted(in_language(name, language) for name in english for language in LANGUAGES)
    for language in LANGUAGES:
        page = made[in_language("public/weekly/2025-W24/index.html", language)].decode()
        assert f'<html lang="{language}">' in page
        assert page.count('<link rel="alternate" hreflang=') == 3
    chinese = made["public/weekly/2025-W24/zh/index.html"].decode()
    assert '<a href="../index.html" lang="en" hreflang="en">English</a>' in chinese
    assert '<a rel="prev" href="../../2025-W23/zh/index.html">上一期：第23周</a>' in chinese
    assert '<span aria-current="page">中文</span>' in chinese


def test_a_page_tells_issues_in_its_language_or_else_in_the_preferred_one(made: dict[str, bytes]) -> None:
    page = made["public/zh/index.html"].decode()
    assert '<p class="headline" lang="zh">public 2025-W24 zh</p>' in page
    assert 'href="../weekly/2025-W24/r0/zh/index.html">走廊周报，第24周</a>' in page
    assert "2025年6月9日至15日" in page
    russian = made["public/ru/index.html"].decode()
    assert '<p class="headline" lang="en">public 2025-W24 en</p>' in russian
    assert 'href="../weekly/2025-W24/r0/en/index.html"' in russian


def test_every_figure_is_defined_on_a_page_that_the_index_leads_to(made: dict[str, bytes]) -> None:
    assert 'href="../dictionary/zh/index.html">定义</a>' in made["public/zh/index.html"].decode()
    page = made["public/dictionary/zh/index.html"].decode()
    assert re.findall(r'<section class="card[^"]*" id="(\w+)">', page) == list(kpis())
    assert "<dt>公式</dt><dd>集装箱箱次数；其TEU之和；货物毛重之和；货物净重之和</dd>" in page
    assert "<dt>formula</dt>" in made["public/dictionary/index.html"].decode()


@pytest.mark.parametrize("language", ["zh", "ru", "kk"])
def test_no_english_word_is_left_on_a_page(made: dict[str, bytes], language: str) -> None:
    names = {
        "English",
        "CSV",
        "JSON",
        "UTC",
        "W",
        "Excel",
    }
    for name in (
        "index.html",
        "public/index.html",
        "public/2025/index.html",
        "internal/weekly/2025-W24/index.html",
    ):
        page = made[in_language(name, language)].decode()
        shown = re.sub(r'<style.*?</style>|<(p|a)[^>]* lang="\w+".*?</\1>|\S+@\S+', " ", page, flags=re.S)
        spoken = " ".join([*re.findall(r'aria-label="([^"]*)"', shown), re.sub("<[^>]+>", " ", shown)])
        assert set(re.findall("[A-Za-z]+", spoken)) - names == set(), name


def test_a_word_that_is_not_translated_stops_the_build(issues: list[Issue]) -> None:
    with pytest.raises(ReportCheckFailed, match="'Never written' has no translation"):
        pages(issues, load_settings().corridor, [Door("Never written", "x/index.html", "Status")])


def test_issues_are_listed_by_year_and_edition(made: dict[str, bytes]) -> None:
    assert [n for n in made if re.match(r"internal/\d{4}/index", n)] == [
        f"internal/{year}/index.html" for year in (2026, 2025, 2024)
    ]
    page = made["internal/2025/index.html"].decode()
    assert page.index("Week 24") < page.index("Week 23")
    assert "Week 52" not in page
    assert '<span aria-current="page">2025</span>' in page
    assert '<span class="mark warn">partial</span>' in made["internal/2026/index.html"].decode()


def test_the_feed_is_atom_with_the_newest_first(made: dict[str, bytes]) -> None:
    feed = ElementTree.fromstring(made[f"internal/{FEED}"])
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}title") for e in entries] == [
        "Corridor brief 2026-W01",
        "Corridor weekly 2025-W24, revision 1",
        "Corridor weekly 2025-W23",
        "Corridor weekly 2024-W52",
    ]
    corrected = entries[1]
    assert corrected.findtext(f"{ATOM}id") == "https://corridor.example/internal/weekly/2025-W24/"
    assert (
        corrected.find(f"{ATOM}link").get("href")
        == "https://corridor.example/internal/weekly/2025-W24/r1/en/"
    )
    assert corrected.findtext(f"{ATOM}published") < corrected.findtext(f"{ATOM}updated")
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    assert len({e.findtext(f"{ATOM}id") for e in entries}) == 4


def test_pages_are_valid_and_have_no_script(made: dict[str, bytes]) -> None:
    for name, data in made.items():
        if name.endswith(".html"):
            parser = html5lib.HTMLParser(strict=False)
            parser.parse(data.decode())
            assert [error for _, error, _ in parser.errors] == [], name
            assert b"<script" not in data
            assert data.count(b"<h1>") == 1


def test_the_same_issues_in_any_order_are_the_same_pages(site: Path, made: dict[str, bytes]) -> None:
    again = pages(frozen_issues(site, reversed(LEDGER)), load_settings().corridor)
    assert again == made
    assert list(again) == list(made)


def test_the_first_page_leads_to_all_parts(issues: list[Issue]) -> None:
    door = Door(
        "Rules", "validation/index.html", "What each row is judged by, and the last results", is_english=True
    )
    page = pages(issues, load_settings().corridor, [door])["index.html"].decode()
    assert re.findall(r'<p class="entry"><a href="([^"]*)">(\w+)', page) == [
        ("internal/index.html", "Internal"), ("public/index.html", "Public"), ("validation/index.html", "Rules"),
    ]  # fmt: skip
    assert "Nothing is published yet" in pages([], load_settings().corridor)["index.html"].decode()


def test_a_hostile_headline_is_text(site: Path) -> None:
    hostile = "<script>alert(1)</script>\r\n\u202e{{7*7}} ]]>"
    folder = site / "public/weekly/2025-W24/r0/en"
    said = json.loads((folder / "issue.json").read_text(encoding="utf-8")) | {"headline": hostile}
    (folder / "issue.json").write_text(json.dumps(said), encoding="utf-8")
    made = pages(frozen_issues(site, LEDGER), load_settings().corridor)
    for name in ("public/index.html", "public/feed.xml", "public/weekly/2025-W24/index.html"):
        assert b"<script" not in made[name]
        assert "\u202e" not in made[name].decode()
        assert b"{{7*7}}" in made[name]
    ElementTree.fromstring(made["public/feed.xml"])
