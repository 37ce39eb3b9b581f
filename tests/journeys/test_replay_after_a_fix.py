"""Two senders are mapped wrongly, their files are ingested, the mapping is put right and the quarantine replayed: the
warehouse and the issue are those of a corridor that was never wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.replay import replay
from corridor_etl.jobs.standing import standing
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.model import KINDS
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse

WEEKS, WEEK = "2025-W09:2025-W11", "2025-W10"
NOW = "2025-06-02T01:00:00+00:00"
PORT, BROKER = 'source = "port_records"\n', 'source = "declarations"\n'
# The port's gate-in is given an event no model knows; the broker's columns of gross and net weight are changed about.
WRONG = {
    PORT: 'dialect = { document_codes = { "34" = "GATE-IN" } }\n',
    BROKER: 'dialect = { header_names = { "毛重" = "net_kg", "净重" = "gross_kg" } }\n',
}


class Corridor:
    """One home folder, its warehouse as frames, and the files of one issue."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, right: Path, mistaken: Path | None) -> None:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", NOW)
        patch.setenv("CORRIDOR_CONFIG", str(right))
        simulate(home, parse_range(WEEKS), seed=1, faults=False, settings=load_settings())
        if mistaken is not None:
            patch.setenv("CORRIDOR_CONFIG", str(mistaken))
        ingest()
        with Warehouse.open() as warehouse:
            self.held = warehouse.quarantine()
            self.before = warehouse.deliveries()
        if mistaken is not None:
            patch.setenv("CORRIDOR_CONFIG", str(right))
            self.replayed = replay(by="operator")
            self.again = replay(by="operator")
        self.issue = publish_week(WEEK, queue_mail=False)
        assert self.issue.page
        self.files = {p.name: p.read_bytes() for p in self.issue.page.parent.iterdir()}
        with Warehouse.open() as warehouse:
            self.problems = problems(warehouse)
            self.snapshot = warehouse.snapshot()
            self.quarantine = warehouse.quarantine()
            self.tables = {name: warehouse.mart(name) for name in warehouse.mart_tables()}
            self.tables |= {name: warehouse.current(name) for name in KINDS}
            self.tables |= {f"rows of {name}": warehouse.rows(name) for name in KINDS}
            self.deliveries, self.coverage = warehouse.deliveries(), warehouse.coverage()
            self.findings, self.checks = warehouse.findings(), warehouse.checks()


@pytest.fixture(scope="module")
def corridors(
    tmp_path_factory: pytest.TempPathFactory, english_only: Path
) -> Iterator[tuple[Corridor, Corridor]]:
    folder = tmp_path_factory.mktemp("corridors")
    text = english_only.read_text(encoding="utf-8")
    for place, mistake in WRONG.items():
        text = text.replace(place, place + mistake, 1)
    mistaken = folder / "mistaken.toml"
    mistaken.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        yield (
            Corridor(folder / "clean", patch, english_only, None),
            Corridor(folder / "mended", patch, english_only, mistaken),
        )


@pytest.fixture
def clean(corridors: tuple[Corridor, Corridor]) -> Corridor:
    return corridors[0]


@pytest.fixture
def mended(corridors: tuple[Corridor, Corridor]) -> Corridor:
    return corridors[1]


def test_the_mistake_held_rows_of_both_senders_back(clean: Corridor, mended: Corridor) -> None:
    assert clean.held.is_empty()
    assert set(mended.held["sender_id"]) == {"ningbo_port", "customs_broker_cn"}
    rules = {r for ids in mended.held["rule_ids"] for r in ids.split(",")}
    assert {"CD-015", "WT-001"} <= rules
    assert mended.held.height > 100
    assert mended.before["rows_quarantined"].sum() == mended.held.height


def test_every_row_comes_back_in_one_commit_and_a_second_replay_has_nothing_to_do(mended: Corridor) -> None:
    assert mended.replayed.snapshot == mended.snapshot == 2
    assert mended.replayed.count("loaded") == mended.held.height
    assert (mended.again.line(), mended.again.snapshot) == ("nothing to do", None)
    assert set(mended.quarantine["state"]) == {"replayed"}
    assert set(mended.quarantine["decided_by"]) == {"operator"}
    assert mended.problems == []


def without_snapshot(frame: pl.DataFrame) -> pl.DataFrame:
    """All of a table but the number of the batch; rows of the lake are in the order of batches, so they are sorted."""
    rest = frame.drop("snapshot")
    return rest.sort("delivery_id", "line_no") if "line_no" in rest.columns else rest


def test_records_and_marts_are_those_of_a_clean_ingest(clean: Corridor, mended: Corridor) -> None:
    assert clean.tables.keys() == mended.tables.keys()
    for name, frame in clean.tables.items():
        assert_frame_equal(without_snapshot(mended.tables[name]), without_snapshot(frame), check_exact=True)


def test_ledger_and_coverage_are_those_of_a_clean_ingest(clean: Corridor, mended: Corridor) -> None:
    assert_frame_equal(mended.deliveries, clean.deliveries)
    assert_frame_equal(mended.coverage, clean.coverage)


def test_what_the_rules_say_as_it_stands_is_what_they_say_of_a_clean_ingest(
    clean: Corridor, mended: Corridor
) -> None:
    """How often a rule was asked differs by nature: files that are read again are judged again."""
    said = [standing(c.checks).drop("evaluated").sort("record_kind", "rule_id") for c in (clean, mended)]
    assert_frame_equal(*said)


def test_findings_of_the_mistake_stay_in_the_ledger_beside_those_of_a_clean_ingest(
    clean: Corridor, mended: Corridor
) -> None:
    def kinds_of_findings(corridor: Corridor) -> set[Any]:
        return set(corridor.findings.select("delivery_id", "record_kind", "rule_id").iter_rows())

    assert kinds_of_findings(clean) <= kinds_of_findings(mended)


def test_the_issue_is_the_same_byte_for_byte_but_for_the_number_of_the_snapshot(
    clean: Corridor, mended: Corridor
) -> None:
    assert clean.files.keys() == mended.files.keys() >= {"index.html", "mail.html", "issue.json", "issue.txt"}
    assert clean.files["figures.csv"] == mended.files["figures.csv"]
    for name, content in mended.files.items():
        for part, stored in parts(content).items():
            renumbered = stored
            for before, after in RENUMBERED:
                renumbered = renumbered.replace(before, after)
            assert renumbered == parts(clean.files[name])[part], (name, part)


RENUMBERED = (
    (b"data snapshot 2", b"data snapshot 1"),
    (b'"snapshot": 2', b'"snapshot": 1'),
)


def parts(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook, which is a ZIP archive; any other file is one part."""
    if not content.startswith(b"PK"):
        return {"": content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
