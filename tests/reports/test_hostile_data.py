"""Nothing a sender writes acts in anything a reader gets: no script, markup, header, formula or template of his.

Once from end to end, with real files through the real jobs; and once with every payload in every text an issue has, so
that it holds also for texts that do not come from senders today, in each language.
"""

from __future__ import annotations

import csv
import dataclasses
import email
import io
import json
import re
import sys
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import html5lib
import openpyxl
import pytest
import report_samples as samples

from corridor_etl.delivery.message import build_message
from corridor_etl.jobs import status as status_job
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.site import build_site
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.reports.figures_csv import figures_csv
from corridor_etl.reports.formats import clean
from corridor_etl.reports.language import LANGUAGES
from corridor_etl.reports.render import Rendered, render
from corridor_etl.spreadsheet_text import is_risky
from corridor_etl.warehouse import Warehouse

sys.path.insert(0, str(Path(__file__).parent))
from hostile_files import PAYLOADS, WEEK, inbox

SHORT = [payload for payload in PAYLOADS.values() if len(payload) < 1000]
ACTIVE = {"script", "iframe", "object", "embed", "base", "form", "input", "link", "meta", "svg", "img"}
OURS = {"meta", "link"}  # in the head, as we write them
CHART = {"svg"}
NAMED = {"edition", "audience", "blocks", "week", "language", "languages", "id", "tone", "address", "contact", "maturity", "range_class", "package_version",
         "template_version", "data", "history"}  # fmt: skip
"""Fields whose text programs read: none of them can hold what a sender wrote."""


class Tags(HTMLParser):
    """Every element of a document with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def shape(html: str) -> list[tuple[str, list[str]]]:
    """Elements and names of their attributes: what stays the same whatever the words are."""
    return [(tag, sorted(attributes)) for tag, attributes in Tags(html).found]


def words(html: str) -> str:
    """The text of a document, as a browser reads it."""
    return "".join(html5lib.parse(html, namespaceHTMLElements=False).itertext())


def acting(html: str, allowed: set[str]) -> list[str]:
    """Elements, attributes and links that could act."""
    found = []
    for tag, attributes in Tags(html).found:
        if tag in ACTIVE - allowed or any(name.startswith("on") for name in attributes):
            found.append(f"<{tag} {attributes}>")
        for name in ("href", "src", "action", "style"):
            if re.match(r"\s*(?:javascript|data|vbscript):|.*expression\(", attributes.get(name, ""), re.I):
                found.append(f"{tag} {name}={attributes[name]}")
    return found


def steering(text: str) -> list[str]:
    """Characters that drive a terminal or turn the direction of a text."""
    return [repr(c) for c in text if unicodedata.category(c) in ("Cc", "Cf") and c not in "\n"]


# From end to end


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose inbox was hostile: ingested, published, its site built with every rejected file named."""
    folder = tmp_path_factory.mktemp("hostile") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(folder))
        patch.setattr(status_job, "TOP", 1000)
        inbox(folder)
        ingest()
        assert publish_week(WEEK).state == "published"
        build_site()
    return folder


def files(home: Path, pattern: str) -> dict[str, str]:
    found = {
        p.relative_to(home).as_posix(): p.read_bytes().decode()
        for p in sorted((home / "site").rglob(pattern))
    }
    assert found
    return found


def test_hostile_rows_load_as_text_or_are_held_and_none_is_lost(home: Path) -> None:
    with Warehouse.open(home) as warehouse:
        deliveries = warehouse.deliveries()
        goods = set(warehouse.current("manifest_container")["goods_description"])
        declared = set(warehouse.current("declaration_item")["goods_name"])
    assert deliveries.filter(status="loaded").height == 5
    parts = ("rows_loaded", "rows_quarantined", "rows_duplicate")
    assert deliveries["rows_read"].sum() == sum(deliveries[name].sum() for name in parts)
    plain = [p for p in SHORT if not steering(p.replace("\n", "\x00"))]
    assert len(plain) > 25
    for payload in plain:
        assert payload.strip() in goods
        assert payload.strip() in declared


def test_no_page_of_the_site_acts(home: Path) -> None:
    for name, html in files(home, "*.html").items():
        is_mail = name.endswith("mail.html")
        assert acting(html, OURS | CHART | ({"img"} if is_mail else set())) == [], name
        assert "\u202e" not in html
        assert "\x1b" not in html
        assert "<script" not in html


def test_the_status_page_names_hostile_files_as_text(home: Path) -> None:
    status = files(home, "status/index.html")["site/internal/status/index.html"]
    shown = words(status)
    for name in ('"><img src=x onerror=alert(1)>.csv', "<svg onload=alert(1)>.csv", "{{7*7}}.csv",
                 "&lt;b&gt; &#60;i&#62; &amp;.csv", '"><img src=x onerror=alert(1)>/=1+1.csv'):  # fmt: skip
        assert name in shown
    assert "49.csv" not in shown
    said = json.loads(files(home, "status.json")["site/internal/status/status.json"])
    assert any(row["file_name"].endswith("{{7*7}}.csv") for row in said["rejected"])
    assert steering(json.dumps(said, ensure_ascii=False)) == []


def test_text_data_and_feed_are_inert(home: Path) -> None:
    for text in files(home, "issue.txt").values():
        assert steering(text) == []
        assert "Bcc:" not in text
    for text in files(home, "*.xml").values():
        assert ElementTree.fromstring(text).tag.endswith("feed")
    for text in files(home, "issue.json").values():
        assert json.loads(text)["week"] == WEEK
    for text in files(home, "figures.csv").values():
        assert_no_formula(text)


def test_names_of_parties_and_goods_are_in_no_page_and_no_mail(home: Path) -> None:
    everything = [p for p in [*(home / "site").rglob("*"), *(home / "outbox").rglob("*.eml")] if p.is_file()]
    assert len(everything) > 10
    for path in everything:
        if "status" not in path.parts:
            assert b"DROP TABLE" not in path.read_bytes(), path.name


def test_workbooks_and_mails_are_inert(home: Path) -> None:
    books = list((home / "site").rglob("*.xlsx"))
    mails = list((home / "outbox").rglob("*.eml"))
    assert books
    assert mails
    for path in books:
        assert_no_formula_in(path.read_bytes())
    for path in mails:
        message = email.message_from_bytes(path.read_bytes(), policy=SMTP)
        assert isinstance(message, EmailMessage)
        assert not message.defects
        assert sorted(message.keys()) == sorted(samples_message().keys())
        assert len(message["To"].addresses) == 1


def assert_no_formula(data: str) -> None:
    for line in csv.reader(io.StringIO(data.removeprefix("\ufeff"), newline="")):
        for cell in line:
            assert not is_risky(cell) or re.fullmatch(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?", cell), cell


def assert_no_formula_in(workbook: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    kinds = {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line}
    assert kinds <= {"s", "n"}
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        for name in parts.namelist():
            content = parts.read(name)
            assert b"<f>" not in content
            assert b'TargetMode="External"' not in content
            assert b"macro" not in name.encode().lower()


def samples_message() -> EmailMessage:
    message = email.message_from_bytes(benign("en").message, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


# Every payload in every text of an issue


@dataclass(frozen=True)
class Made:
    """An issue with its looks and its message."""

    context: Any
    rendered: Rendered
    message: bytes


_MADE: dict[str, Made] = {}


def benign(language: str) -> Made:
    """The issue of the samples in a language."""
    if language not in _MADE:
        _MADE[language] = Made(*samples.built(language=language))
        assert _MADE[language].context.language == language
    return _MADE[language]


def planted(value: Any, payloads: Iterator[str]) -> Any:
    """A copy with the next payload in each text that is not empty, wherever it lies."""
    if isinstance(value, str):
        return next(payloads) if value else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in dataclasses.fields(value) if f.name not in NAMED]
        return replace(value, **{name: planted(getattr(value, name), payloads) for name in names})
    if isinstance(value, tuple):
        return tuple(planted(item, payloads) for item in value)
    if isinstance(value, Mapping):
        return {key: planted(item, payloads) for key, item in value.items()}
    return value


SPOKEN = [*LANGUAGES[:2], *(pytest.param(name, marks=pytest.mark.long) for name in LANGUAGES[2:])]
"""One template makes the pages of all languages."""


@pytest.fixture(scope="module", params=SPOKEN)
def raw(request: pytest.FixtureRequest) -> tuple[Made, Any, Rendered]:
    """The benign issue, its context with payloads as they are, and what is rendered of that."""
    good = benign(request.param)
    hostile = planted(good.context, cycle(SHORT))
    return good, hostile, render(hostile)


@pytest.fixture(scope="module", params=SPOKEN)
def cleaned(request: pytest.FixtureRequest) -> tuple[Made, Made]:
    """The benign issue, and one with payloads as contexts hold what senders wrote."""
    good = benign(request.param)
    hostile = planted(good.context, cycle(filter(None, (clean(p, 400) for p in SHORT))))
    rendered = render(hostile)
    recipient, settings = samples.settings().recipients[0], samples.settings()
    return good, Made(hostile, rendered, build_message(rendered, hostile, recipient, settings))


@pytest.mark.parametrize("part", ["page_html", "mail_html"])
def test_words_never_become_markup(raw: tuple[Made, Any, Rendered], part: str) -> None:
    good, _, rendered = raw
    before, after = getattr(good.rendered, part), getattr(rendered, part)
    assert shape(after) == shape(before)
    assert acting(after, OURS | CHART | {"img"}) == []


@pytest.mark.parametrize("part", ["page_html", "mail_html"])
def test_words_come_out_as_they_went_in(raw: tuple[Made, Any, Rendered], part: str) -> None:
    _, hostile, rendered = raw
    shown = " ".join(words(getattr(rendered, part)).split())
    for sentence in (*hostile.points, *hostile.notes, hostile.headline):
        if "\x00" not in sentence:
            assert " ".join(sentence.split()) in shown
    for literal in ("{{7*7}}", "{0.__class__} %(x)s %s", "__subclasses__()", "&lt;b&gt; &#60;i&#62; &amp;"):
        assert literal in shown


def test_the_text_of_a_mail_has_no_line_of_a_sender(cleaned: tuple[Made, Made]) -> None:
    _, hostile = cleaned
    assert steering(hostile.rendered.text) == []
    assert "{{7*7}}" in hostile.rendered.text
    assert not re.search(r"^(?:Bcc|To|Subject):", hostile.rendered.text, re.M)


def test_a_message_has_the_headers_and_parts_it_always_has(cleaned: tuple[Made, Made]) -> None:
    before, after = (email.message_from_bytes(made.message, policy=SMTP) for made in cleaned)
    assert after.keys() == before.keys()
    assert [p.get_content_type() for p in after.walk()] == [p.get_content_type() for p in before.walk()]
    assert after["To"] == before["To"]
    assert [p.get_filename() for p in after.walk()] == [p.get_filename() for p in before.walk()]
    assert not after.defects


@pytest.mark.parametrize("name", ["header", "line", "carriage_return", "nul", "ansi", "tab"])
def test_a_control_in_a_subject_ends_neither_line_nor_headers_nor_the_report(name: str) -> None:
    good = benign(LANGUAGES[0])
    hostile = replace(good.context, subject=PAYLOADS[name])
    recipient, settings = samples.settings().recipients[0], samples.settings()
    message = email.message_from_bytes(
        build_message(good.rendered, hostile, recipient, settings), policy=SMTP
    )
    assert message.keys() == samples_message().keys()
    assert not steering(message["Subject"].replace("\n", "\x00"))
    assert message["Subject"].split() == re.sub(r"[\x00-\x1f]+", " ", PAYLOADS[name]).split()


def test_no_cell_of_an_export_is_a_formula(raw: tuple[Made, Any, Rendered]) -> None:
    _, hostile, rendered = raw
    assert_no_formula(figures_csv(hostile).decode("utf-8"))
    assert_no_formula_in(rendered.workbook)
    book = openpyxl.load_workbook(io.BytesIO(rendered.workbook))
    held = {cell.value for sheet in book.worksheets[:2] for line in sheet.iter_rows() for cell in line}
    for payload in (PAYLOADS["cmd"], PAYLOADS["hyperlink"], PAYLOADS["sum"], PAYLOADS["script"]):
        assert payload in held


def test_every_payload_is_planted_in_many_places(raw: tuple[Made, Any, Rendered]) -> None:
    _, hostile, _ = raw
    whole = json.dumps(dataclasses.asdict(hostile), default=str, ensure_ascii=False)
    for payload in SHORT:
        assert whole.count(json.dumps(payload, ensure_ascii=False)) >= 5, payload
