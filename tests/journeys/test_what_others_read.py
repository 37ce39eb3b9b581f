"""What is withheld from partners and the public is in no byte of what they get, and the cells they may see are there."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.known_facts import known_facts
from corridor_etl.jobs.rebuild import rebuild
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.marts.public import public_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.reports import outside
from corridor_etl.reports.language import speaking, tr
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from tests.journeys.spoken import two_or_all

WEEK = "2025-W21"
NOW = "2025-06-02T01:00:00+00:00"
NAMES = ("consignor_name", "consignee_name", "trader_name", "trader_uscc")


class Published:
    """One week of the throughput edition for three audiences, and everything that must stay inside."""

    def __init__(self, home: Path, config: Path, languages: tuple[str, ...]) -> None:
        self.config, self.languages = config, languages
        settings = load_settings()
        simulate(home, parse_range("2025-W20:2025-W21"), seed=1, faults=True, settings=settings)
        ingest()
        self.result = publish_week(WEEK, edition_id="throughput", queue_mail=False)
        self.folder = home / "site"
        with Warehouse.open() as warehouse:
            current, facts = known_facts(warehouse, settings)
            self.cells = public_week(current, facts, WEEK, settings.live_service.id, settings.confidentiality)
            lines = facts.trade_lines.filter(release_week=WEEK, service_id=settings.live_service.id)
            trips = facts.trips.filter(departure_week=WEEK, service_id=settings.live_service.id)
            self.value_cny = Decimal(lines["value_cny"].sum())
            self.cargo_kg = Decimal(trips["cargo_gross_kg"].sum())
            self.values = [*lines["value_cny"].drop_nulls()]
            frames = (current["manifest_container"], current["declaration_item"])
            self.names = {n for f in frames for c in NAMES if c in f.columns for n in f[c].drop_nulls()}
            self.boxes = set(current["manifest_container"]["container_no"].drop_nulls())
            self.file_names = {name.rsplit("/", 1)[-1] for name in warehouse.deliveries()["file_name"]}

    def files(self, audience: str, language: str = "en") -> dict[str, bytes]:
        """File name -> bytes; a workbook is unpacked."""
        folder = self.folder / audience / "throughput" / WEEK / "r0" / language
        return {p.name: plain(p) for p in sorted(folder.iterdir())}


def plain(path: Path) -> bytes:
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as parts:
        return b"\n".join(parts.read(name) for name in parts.namelist())


@pytest.fixture(scope="module", **two_or_all("zh"))
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, only_in: Callable[..., Path]
) -> Iterator[Published]:
    """In two languages, or in all of them."""
    home, config = tmp_path_factory.mktemp("others"), only_in(*request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_CONFIG", str(config))
        patch.setenv("CORRIDOR_NOW", NOW)
        yield Published(home, config, request.param)


@pytest.fixture(params=["partner", "public"])
def read(request: pytest.FixtureRequest, published: Published) -> list[dict[str, bytes]]:
    """What an audience gets in each language."""
    return [published.files(request.param, language) for language in published.languages]


def written(amount: Decimal) -> set[str]:
    """A number as a file may hold it, where it is long enough not to be met by chance."""
    forms = {
        f"{amount:f}",
        f"{amount:,f}",
        f"{amount:.2f}",
        f"{amount:,.2f}",
        f"{amount:.0f}",
        f"{amount:,.0f}",
    }
    forms |= {form.translate({ord(","): "\u00a0", ord("."): ","}) for form in forms}
    return {form for form in forms if sum(c.isdigit() for c in form) >= 6}


def suppressed(published: Published) -> set[str]:
    """Amounts of the cells that are withheld, exact; of the lines they are made of; of the week where it is withheld."""
    found = {form for value in published.values for form in written(Decimal(value))}
    totals = published.cells.filter(flow="total", hs_chapter="total")
    hidden = {table for table, why in totals.select("table", "withheld").iter_rows() if why}
    for table, whole in (("trade_value", published.value_cny), ("cargo_weight", published.cargo_kg)):
        if table in hidden:
            found |= written(whole) | written(whole * 100) | written(whole * 1000)
    return found


def test_the_week_is_published_for_each_audience(published: Published) -> None:
    assert published.result.state == "published", published.result.line()
    assert published.cells["withheld"].drop_nulls().len() > 0
    assert set(published.files("internal")) >= {"index.html", "mail.html", "issue.txt", "issue.json"}


def test_no_byte_holds_a_suppressed_amount(published: Published, read: list[dict[str, bytes]]) -> None:
    wanted = suppressed(published)
    assert len(wanted) > 50
    for name, data in (file for files in read for file in files.items()):
        text = data.decode()
        assert [form for form in wanted if form in text] == [], name


def test_the_hunt_finds_the_amounts_where_they_are(published: Published) -> None:
    inside = published.files("internal")["figures.csv"].decode()
    assert any(form in inside for form in written(published.value_cny))


def test_no_byte_names_a_firm_a_container_or_a_file(
    published: Published, read: list[dict[str, bytes]]
) -> None:
    wanted = published.names | published.boxes | published.file_names
    assert len(wanted) > 20
    for name, data in (file for files in read for file in files.items()):
        text = data.decode()
        assert [word for word in wanted if word in text] == [], name


def test_withheld_figures_are_marked_and_have_no_value(read: list[dict[str, bytes]]) -> None:
    for files in read:
        rows = csv.DictReader(io.StringIO(files["figures.csv"].decode("utf-8-sig")))
        mine = [r for r in rows if r["address"].startswith(("trade.", "throughput.cargo"))]
        assert mine
        for row in mine:
            assert (row["text"], row["maturity"]) == ("c", "c")
            assert {row[c] for c in ("value", "on_week", "on_year", "range_low", "range_high")} == {""}


def test_the_cells_that_may_be_seen_are_there_and_the_others_say_that_they_are_withheld(
    published: Published, read: list[dict[str, bytes]]
) -> None:
    for files in read:
        assert_cells_are_seen_or_said_to_be_withheld(published, files)


def assert_cells_are_seen_or_said_to_be_withheld(published: Published, read: dict[str, bytes]) -> None:
    text = read["issue.txt"].decode()
    said = json.loads(read["issue.json"])
    with speaking(said["language"]):
        title, note = tr("Trade by flow and goods"), tr(outside.NOTE)
    assert "".join(note.split()) in "".join(text.split())
    table = text.split(title)[1].split(note[:4])[0]
    cells = published.cells.filter(pl.col("withheld").is_not_null())
    told: list[Any] = [word for line in table.splitlines() for word in line.split()[-2:]]
    assert told.count("c") == cells.height
    assert (">Trade</h2>" in read["index.html"].decode()) is (said["language"] == "en")


def test_the_public_reads_of_no_exception_and_nobody_outside_of_the_state_of_the_data(
    published: Published,
) -> None:
    assert "Needs attention" not in published.files("public")["index.html"].decode()
    for audience in ("partner", "public"):
        page = published.files(audience)["index.html"].decode()
        assert "Data behind this issue" not in page
        assert "validation" not in page
        assert f"report {audience}/throughput/{WEEK}/r0/en" in page


def test_every_version_is_made_again_with_the_same_bytes(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(published.folder.parent))
    monkeypatch.setenv("CORRIDOR_CONFIG", str(published.config))
    monkeypatch.setenv("CORRIDOR_NOW", NOW)
    assert (
        rebuild(WEEK, edition_id="throughput", revision=0, with_checks=True).line().endswith("the same bytes")
    )
