"""The validation site: whole, offline, the same each time, and safe to open whatever was in the data."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from html5lib import HTMLParser as StrictParser

from corridor_etl.quality.data_docs.site import Run, build_site
from corridor_etl.quality.data_docs.view import OfflinePageView, inert
from corridor_etl.quality.suites import suite_folder, suite_rules
from corridor_etl.quality.validation_record import recorded
from corridor_etl.reports import palette

NOW = datetime(2025, 7, 1, tzinfo=UTC)
SUITES = sorted(path.stem for path in suite_folder().glob("*.json"))
HOSTILE = [
    "<script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=\'owned\'">',
    '=HYPERLINK("http://evil.example/","x")',
    "\u202egnp.exe\u2066\u0000\u001b[31m",
    "$PARAMETER ${cell_0} $$ {{ 7 * 7 }} {% raw %}",
    "https://evil.example/" + "w" * 4000,
]


def run(suite: str, verdict: Any, rows: int, snapshot: int = 1) -> Run:
    row = recorded(suite, verdict, rows=rows, run_at_utc=NOW + timedelta(days=snapshot), parameters={}).row(
        0, named=True
    )
    return Run(suite, snapshot, row["run_at_utc"], row["result_json"])


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest) -> list[Run]:
    """Two runs of bookings, the newer with hostile directions, and one of declarations."""
    from corridor_etl.quality.runner import validate
    from corridor_etl.settings import load_settings

    frame_of = request.getfixturevalue("frame_of")

    def judged(kind: str, *changes: dict[str, Any]) -> Any:
        return validate(kind, frame_of(kind, *changes), load_settings(), now_utc=NOW)

    hostile = [{"booking_no": f"B{i}", "direction": cell} for i, cell in enumerate(HOSTILE)]
    return [
        run("booking", judged("booking"), 1),
        run("booking", judged("booking", *hostile[:3]), 3, snapshot=2),
        run("booking", judged("booking", *hostile[3:]), 3, snapshot=3),
        run("declaration_item", judged("declaration_item", {"currency": "XXX"}), 1, snapshot=3),
    ]


@pytest.fixture(scope="module")
def site(runs: list[Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "validation"
    build_site(folder, runs, pages_per_suite=2)
    return folder


class Words(HTMLParser):
    """The text of a page, and its elements with their attributes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.parts).split())


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_every_suite_has_a_page_and_every_run_up_to_the_limit(site: Path) -> None:
    found = set(files(site))
    assert found == {
        "index.html",
        *(f"expectations/{suite}.html" for suite in SUITES),
        *(f"validations/booking/{name}.html" for name in ("index", "3", "2")),
        *(f"validations/declaration_item/{name}.html" for name in ("index", "3")),
    }


def test_every_link_leads_to_a_page_of_the_site(site: Path) -> None:
    for path in site.rglob("*.html"):
        for tag, attributes in Words(path).elements:
            if tag == "a":
                assert (path.parent / str(attributes["href"])).resolve().is_file(), (path, attributes)


def test_nothing_is_loaded_from_anywhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        page = Words(path)
        assert {tag for tag, _ in page.elements}.isdisjoint(
            {"script", "link", "img", "iframe", "object", "base"}
        )
        assert not any({"src", "srcset", "style", "background"} & set(a) for _, a in page.elements)
        style = path.read_text(encoding="utf-8").split("</style>")[0]
        assert "url(" not in style
        assert "@import" not in style
        assert not re.search(r"https?:|//[a-z]", style)


def test_pages_of_harmless_data_name_no_address_at_all(site: Path) -> None:
    assert all(b"http" not in data for name, data in files(site).items() if "booking/" not in name)


def test_pages_are_valid_html(site: Path) -> None:
    for path in site.rglob("*.html"):
        parser = StrictParser(strict=False)
        parser.parse(path.read_text(encoding="utf-8"))
        assert parser.errors == [], path


def test_same_results_give_the_same_bytes(site: Path, runs: list[Run], tmp_path: Path) -> None:
    folder = tmp_path / "again"
    build_site(folder, list(reversed(runs)), pages_per_suite=2)
    assert files(folder) == files(site)


def test_a_site_takes_the_place_of_the_old_one_whole(runs: list[Run], tmp_path: Path) -> None:
    folder = tmp_path / "validation"
    build_site(folder, runs, pages_per_suite=2)
    assert build_site(folder, [], pages_per_suite=2) == len(SUITES) + 1
    assert [p.name for p in tmp_path.iterdir()] == ["validation"]
    assert not (folder / "validations").exists()


def test_hostile_cells_are_words_on_the_page(site: Path) -> None:
    old, new = (Words(site / "validations/booking" / name) for name in ("2.html", "index.html"))
    assert HOSTILE[0] in old.text
    assert HOSTILE[1] in old.text
    assert HOSTILE[2] in old.text
    assert "[U+202E]gnp.exe[U+2066]\ufffd\ufffd[31m" in new.text
    assert "$PARAMETER ${cell_0} $$ {{ 7 * 7 }} {% raw %}" in new.text
    assert "https://evil.example/www" in new.text
    assert "w" * 200 not in new.text


def test_a_hostile_suite_name_in_a_link_is_not_followed() -> None:
    template = {"template": "$x", "params": {"x": "<b>"}, "styling": {"params": {"x": {"tag": "a"}}}}
    for target in (
        "javascript:alert(1)",
        "https://evil.example/",
        "//evil.example",
        'x" onclick="y',
        "/etc/passwd",
    ):
        template["styling"]["params"]["x"]["attributes"] = {"href": target}  # type: ignore[index]
        assert OfflinePageView().render_string_template(template) == "&lt;b&gt;"


def test_text_of_other_scripts_is_left_as_it_is() -> None:
    assert inert("Қазақстан 宁波 שלום\n") == "Қазақстан 宁波 שלום\n"


@pytest.mark.parametrize("suite", SUITES)
def test_suite_page_says_what_why_how_grave_and_whose(site: Path, suite: str) -> None:
    from corridor_etl.quality.catalogue import description

    text = Words(site / f"expectations/{suite}.html").text
    squeezed = text.replace(" ", "")
    for rule in suite_rules(suite):
        meta = rule["meta"]
        for said in (meta["rule_id"], rule["severity"], meta["why"], meta["standard"], description(rule)):
            assert said.replace(" ", "") in squeezed


def test_results_say_how_many_rows_break_a_rule_and_show_cells(site: Path) -> None:
    text = Words(site / "validations/declaration_item/index.html").text
    broken = text[text.index("Rules that rows break") : text.index("Rules that every row meets")]
    said = r"VA-005 info currency is usually CNY , USD , .*? Why: .*? 1 1 \(100\.0%\) XXX"
    assert re.search(said, broken), broken


def test_a_rule_that_judged_no_row_is_not_said_to_be_met(runs: list[Run], site: Path) -> None:
    record = json.loads(runs[-1].result_json)
    idle = [
        r["expectation_config"]["meta"]["rule_id"]
        for r in record["results"]
        if r["result"]["element_count"] == r["result"]["missing_count"]
    ]
    text = Words(site / "validations/declaration_item/index.html").text
    part = text[text.index("Rules that found no row to judge") :]
    assert idle
    assert all(rule_id in part for rule_id in idle)
    met = text[text.index("Rules that every row meets") : text.index("Rules that found no row")]
    only_idle = set(idle) - {
        r["expectation_config"]["meta"]["rule_id"]
        for r in record["results"]
        if r["result"]["missing_count"] == 0
    }
    assert not any(rule_id in met for rule_id in only_idle)


def test_index_says_what_the_last_run_of_each_suite_found(site: Path) -> None:
    text = Words(site / "index.html").text
    assert re.search(r"booking one booking .*? 2025-07-04 00:00 UTC 3 1 critical 7 0", text), text
    assert "Suites that have not run yet" in text


def test_older_runs_are_listed_without_a_page(site: Path) -> None:
    page = Words(site / "validations/booking/index.html")
    assert "2025-07-02 00:00 UTC, batch 1" in page.text
    assert "1.html" not in [a.get("href") for _, a in page.elements]


def test_colours_are_those_of_the_issues(site: Path) -> None:
    style = (site / "index.html").read_text(encoding="utf-8").split("</style>")[0]
    light, dark = (
        dict(re.findall(r"--([a-z-]+):(#[0-9A-F]{6})", block)) for block in style.split("@media")[:2]
    )
    assert light.keys() == dark.keys()
    assert light == {name: palette.LIGHT[name] for name in light}
    assert dark == {name: palette.DARK[name] for name in dark}


def test_project_folder_builds_the_same_pages_for_whoever_opens_a_copy(tmp_path: Path, site: Path) -> None:
    import great_expectations

    import corridor_etl.quality.expectations  # noqa: F401 - registers the classes the suites name

    copy = shutil.copytree(suite_folder().parent, tmp_path / "expectations")
    great_expectations.get_context(mode="file", context_root_dir=copy).build_data_docs()
    for suite in SUITES:
        mine = Words(copy / "data_docs" / "expectations" / f"{suite}.html").text
        assert mine == Words(site / f"expectations/{suite}.html").text.replace(" Last results ", " ")
    assert "Suites that have not run yet" in Words(copy / "data_docs" / "index.html").text


BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 33, 42)"}


@pytest.mark.parametrize(
    "name", ["index", "expectations/port_event", "validations/booking/2", "validations/booking/index"]
)
def test_page_opens_in_a_browser_without_a_request_or_sideways_scroll(
    browser: Any, site: Path, name: str
) -> None:
    page = browser.new_context(java_script_enabled=True).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    address = (site / f"{name}.html").as_uri()
    page.goto(address)
    for width, scheme in itertools.product((375, 1200), BACKGROUNDS):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        background = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
        assert background == BACKGROUNDS[scheme]
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert asked == [address]
    assert page.title() != "owned"
    page.context.close()
