"""The page and the mail in a real browser: no horizontal scroll, everything visible, dark mode is dark, no look changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
import report_samples as samples
from axe_playwright_python.sync_playwright import Axe

from corridor_etl.reports.language import LANGUAGES
from corridor_etl.reports.render import render
from tests.reports import golden_pictures
from tests.reports.golden_pictures import LOOKS as GOLDEN_LOOKS
from tests.reports.golden_pictures import Look, differences, kept, taken

OF_A_MAIL = {"landmark-one-main", "region"}
"""What a mail need not have: it is an article within the page of a mail program."""
LONG = pytest.mark.long
LOOKS = ((320, "dark"), (1100, "light"))
"""Widths and colour schemes, the hardest first."""
OTHER_LOOKS = ((320, "light"), (1100, "dark"))
SOME_AND_OTHERS = pytest.mark.parametrize(
    "looks", [LOOKS, pytest.param(OTHER_LOOKS, marks=LONG)], ids=["some", "others"]
)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def files(language: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("layout")
    return golden_pictures.written(render(samples.context(language=language)), folder)


@pytest.fixture(scope="module")
def shown(browser: Any, files: dict[str, str]) -> Callable[..., Any]:
    """Page or mail in a window of this width; each is loaded once, for all that look at it."""
    loaded = {name: browser.new_context().new_page() for name in files}
    for name, page in loaded.items():
        page.goto(files[name])

    def look(name: str, width: int, scheme: str = "light") -> Any:
        loaded[name].set_viewport_size({"width": width, "height": 900})
        loaded[name].emulate_media(color_scheme=scheme)
        return loaded[name]

    return look


def test_a_mail_with_every_block_is_far_smaller_than_what_mail_programs_cut(files: dict[str, str]) -> None:
    mail = Path(url2pathname(urlsplit(files["mail"]).path)).read_text(encoding="utf-8")
    assert mail.count("<h2") == 8
    assert len(mail.encode()) < 75_000


@pytest.mark.parametrize("width", [320, 1100, *(pytest.param(w, marks=LONG) for w in (375, 600, 1280))])
@pytest.mark.parametrize("name", ["page", "mail"])
def test_nothing_scrolls_sideways(shown: Callable[..., Any], name: str, width: int) -> None:
    page = shown(name, width)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [600, *(pytest.param(w, marks=LONG) for w in (1100, 1280))])
def test_wide_tables_of_the_page_fit_their_cards(shown: Callable[..., Any], width: int) -> None:
    page = shown("page", width)
    script = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
    assert page.evaluate(script) == 0


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
@pytest.mark.parametrize("name", ["page", "mail"])
def test_dark_mode_is_dark(shown: Callable[..., Any], name: str, scheme: str, is_dark: bool) -> None:
    page = shown(name, 600, scheme)
    ground, ink = (
        page.evaluate(
            f"getComputedStyle(document.querySelector('{where}')).{what}.match(/\\d+/g).map(Number)"
        )
        for where, what in ((".card, .main", "backgroundColor"), ("h1", "color"))
    )
    assert (sum(ground[:3]) < sum(ink[:3])) is is_dark


@SOME_AND_OTHERS
@pytest.mark.parametrize(("name", "allowed"), [("page", set()), ("mail", OF_A_MAIL)])
def test_nothing_bars_a_reader(
    shown: Callable[..., Any], language: str, name: str, allowed: set[str], looks: tuple[tuple[int, str], ...]
) -> None:
    for width, scheme in looks if language == "en" else looks[:1]:
        page = shown(name, width, scheme)
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["id"] not in allowed] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mail_shows_one_picture_per_chart(shown: Callable[..., Any], scheme: str) -> None:
    page = shown("mail", 600, scheme)
    script = "[...document.images].filter(i => i.offsetWidth > 0).map(i => [i.offsetWidth, i.naturalWidth])"
    assert page.evaluate(script) == [[552, 1104]] * 3


def test_no_text_is_smaller_than_eleven_pixels(shown: Callable[..., Any]) -> None:
    for name in ("page", "mail"):
        page = shown(name, 600)
        script = (
            "[...document.querySelectorAll('body *:not(svg *)')].filter(e => [...e.childNodes].some("
            "n => n.nodeType === 3 && n.data.trim())).map(e => parseFloat(getComputedStyle(e).fontSize))"
            ".filter(s => s > 0 && s < 11).length"
        )
        assert page.evaluate(script) == 0


def test_the_page_prints_on_a4(shown: Callable[..., Any]) -> None:
    page = shown("page", 1100)
    pdf = page.pdf(prefer_css_page_size=True)
    pages = re.findall(rb"/MediaBox ?\[0 0 (\d+)\.\d+ (\d+)", pdf)
    assert set(pages) == {(b"594", b"841")}
    assert len(pages) <= 4


UPDATE = "python -m tests.reports.golden_pictures --update, and look at what it changed"


@SOME_AND_OTHERS
def test_page_and_mail_look_as_their_golden_pictures(
    browser: Any, files: dict[str, str], language: str, looks: tuple[tuple[int, str], ...]
) -> None:
    for look in (
        one for one in GOLDEN_LOOKS if one.language == language and (one.width, one.scheme) in looks
    ):
        assert differences(taken(browser, files[look.name], look), kept(look)) == [], f"{look}: {UPDATE}"


BROKEN = {
    "a chart is missing": ".pair .column:first-child .card:nth-child(2) svg{visibility:hidden}",
    "a block is moved": ".tiles{position:relative;top:16px}",
    "a colour is lost": ":root{--west:#777777!important}",
    "a block is gone": ".notes{display:none}",
}


@pytest.mark.parametrize("language", ["en"], indirect=True)
@pytest.mark.parametrize(
    "broken", [[*BROKEN][::2], pytest.param([*BROKEN][1::2], marks=LONG)], ids=["some", "others"]
)
def test_golden_pictures_notice_what_a_reader_would(
    browser: Any, files: dict[str, str], broken: list[str]
) -> None:
    look = Look("en", "page", 1100, "light")
    seen = {
        what: differences(taken(browser, files["page"], look, BROKEN[what]), kept(look)) for what in broken
    }
    assert [what for what, found in seen.items() if not found] == []
    nudged = taken(
        browser, files["page"], look, "body{text-rendering:geometricPrecision;transform:translate(.3px,.3px)}"
    )
    assert differences(nudged, kept(look)) == []
