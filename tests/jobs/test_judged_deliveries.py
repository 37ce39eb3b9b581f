"""Deliveries through the whole line: another unit is held, gaps and repeats are told, late sources are seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.jobs.decisions import Filter
from corridor_etl.jobs.ingest import BatchResult, ingest
from corridor_etl.jobs.replay import replay, waive
from corridor_etl.quality import suites
from corridor_etl.settings import checkout
from corridor_etl.warehouse import Warehouse
from tests.jobs.port_weeks import BOXES, deliver, week_file
from tests.made_homes import KeptHome


def usual(home: Path, *weeks: int) -> BatchResult:
    for n in weeks:
        deliver(home, f"week_{n:02d}.edi", week_file(n))
    return ingest()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> KeptHome:
    """A home with six weeks of one sender."""
    home = tmp_path_factory.mktemp("judged") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        usual(home, *range(6))
    return KeptHome.of(home)


@pytest.fixture(scope="module")
def made_of_one(tmp_path_factory: pytest.TempPathFactory) -> KeptHome:
    """A home with the first week of one sender."""
    home = tmp_path_factory.mktemp("first") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        usual(home, 0)
    return KeptHome.of(home)


@pytest.fixture
def one_week(made_of_one: KeptHome, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a sender who has sent once."""
    made_of_one.put_back()
    monkeypatch.setenv("CORRIDOR_HOME", str(made_of_one.home))
    return made_of_one.home


@pytest.fixture
def six_weeks(made: KeptHome, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a sender who has a history."""
    made.put_back()
    monkeypatch.setenv("CORRIDOR_HOME", str(made.home))
    return made.home


def findings(*rules: str) -> list[dict[str, Any]]:
    with Warehouse.open() as warehouse:
        found = warehouse.findings()
    return found.filter(pl.col("rule_id").is_in(rules)).to_dicts()


def check(rule_id: str) -> tuple[int, int]:
    with Warehouse.open() as warehouse:
        checks = warehouse.checks().filter(record_kind="delivery", rule_id=rule_id).sort("snapshot")
    return checks.select("evaluated", "unexpected").row(-1)


@pytest.mark.parametrize(
    ("kilograms", "median"), [(0.001, "2.19e+07"), (1000, "21.9")], ids=["grams", "tonnes"]
)
def test_a_delivery_in_another_unit_is_held_as_a_whole_and_can_be_seen_in_quarantine(
    six_weeks: Path, kilograms: float, median: str
) -> None:
    deliver(six_weeks, "week_06.edi", week_file(6, kilograms=kilograms))
    (outcome,) = ingest().deliveries
    assert (outcome.status, outcome.rows_read, outcome.rows_loaded, outcome.rows_quarantined) == (
        "loaded",
        BOXES,
        0,
        BOXES,
    )
    with Warehouse.open() as warehouse:
        held = warehouse.quarantine()
        profile = warehouse.profile(7)
    assert all("BA-006" in rules.split(",") for rules in held["rule_ids"])
    details = json.loads(held["details_json"][0])
    (said,) = [d for d in details if d["rule_id"] == "BA-006"]
    assert "vgm_kg" in said["observed"]
    assert profile.kinds["is_held"].to_list() == [True]
    (finding,) = findings("BA-006")
    assert (finding["severity"], finding["column_name"], finding["record_kind"]) == (
        "critical",
        "vgm_kg",
        "port_event",
    )


def test_held_deliveries_are_no_measure_until_a_person_waives_them(six_weeks: Path) -> None:
    for n in range(6, 12):
        deliver(six_weeks, f"week_{n:02d}.edi", week_file(n, kilograms=1000))
    assert {d.rows_loaded for d in ingest().deliveries} == {0}
    deliver(six_weeks, "week_12.edi", week_file(12, kilograms=1000))
    assert ingest().deliveries[0].rows_loaded == 0
    waived = waive((), Filter(rule="BA-006"), by="ann", reason="tonnes it is")
    assert waived.count("loaded") == 7 * BOXES
    deliver(six_weeks, "week_13.edi", week_file(13, kilograms=1000))
    assert ingest().deliveries[0].rows_loaded == BOXES


def test_a_held_delivery_is_held_again_by_a_replay_that_finds_nothing_mended(six_weeks: Path) -> None:
    deliver(six_weeks, "week_06.edi", week_file(6, kilograms=1000))
    assert ingest().deliveries[0].rows_loaded == 0
    decision = replay((), Filter(rule="BA-006"), by="ann")
    assert (decision.count("held"), decision.count("loaded")) == (BOXES, 0)


def test_the_first_deliveries_of_a_sender_are_not_judged_and_that_is_seen(own_home: Path) -> None:
    usual(own_home, 0, 1, 2)
    deliver(own_home, "week_03.edi", week_file(3, kilograms=0.001, boxes=5))
    assert ingest().count("loaded") == 1
    assert {
        rule: check(rule) for rule in ("BA-001", "BA-003", "BA-004", "BA-005", "BA-006")
    } == dict.fromkeys(("BA-001", "BA-003", "BA-004", "BA-005", "BA-006"), (0, 0))
    with Warehouse.open() as warehouse:
        assert warehouse.profile(4).kinds["comparable"].item() == 3


def test_files_are_judged_alike_whatever_their_order_of_arrival(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for name, order in (("forth", range(7)), ("back", range(6, -1, -1))):
        home = tmp_path / name
        monkeypatch.setenv("CORRIDOR_HOME", str(home))
        for n in order:
            deliver(home, f"{'z' * (6 - n if name == 'back' else n)}week_{n:02d}.edi",
                    week_file(n, owner="XKQU" if n == 5 else "QZAU", boxes=5 if n == 6 else BOXES))  # fmt: skip
        ingest()
        found = findings("BA-001", "BA-003", "BA-004", "BA-006")
        said.append(
            sorted((f["delivery_id"], f["rule_id"], f["column_name"] or "", f["observed"]) for f in found)
        )
    assert said[0] == said[1]
    assert {(rule, column) for _, rule, column, _ in said[0]} == {("BA-001", ""), ("BA-004", "container_no")}


def test_a_file_that_never_came_is_missed_and_a_message_that_comes_again_is_told(own_home: Path) -> None:
    usual(own_home, *range(5))
    deliver(own_home, "week_07.edi", week_file(7))
    deliver(own_home, "week_08.edi", week_file(8, document="G0003").replace(b"M0008", b"M0003"))
    result = ingest()
    assert {(d.rows_loaded, d.rows_quarantined) for d in result.deliveries} == {(BOXES, 0)}
    (gap,) = findings("BA-005")
    assert (gap["severity"], gap["observed"]) == ("warning", "105 to 106")
    (again,) = findings("ST-006")
    assert (again["severity"], again["observed"]) == ("warning", "G0003 in ningbo_port/week_03.edi")


def test_the_same_file_in_another_envelope_costs_no_row_and_is_told(one_week: Path) -> None:
    deliver(one_week, "again.edi", week_file(0, reference="000200"))
    (outcome,) = ingest().deliveries
    assert (outcome.rows_loaded, outcome.rows_quarantined, outcome.rows_duplicate) == (0, 0, BOXES)
    assert [f["severity"] for f in findings("ST-006")] == ["warning"]


def test_a_correction_of_a_document_that_never_came_is_told(one_week: Path) -> None:
    deliver(one_week, "correction.edi", week_file(1, document="G0777", function="5"))
    ingest()
    (lost,) = findings("ST-007")
    assert (lost["severity"], lost["observed"]) == ("warning", "G0777")


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [("empty.edi", b"", "FI-001"), ("cut.edi", week_file(0)[:-30], "FI-002"), ("koi8.edi", week_file(0).replace(b"SMPL", b"SM\xffL"), "ST-005")],
)  # fmt: skip
def test_a_rejected_file_says_its_rule_in_the_ledger(
    own_home: Path, name: str, content: bytes, rule: str
) -> None:
    path = deliver(own_home, name, content.replace(b"UNOC", b"UNOY"))
    (outcome,) = ingest([path]).deliveries
    assert outcome.status == "rejected"
    (finding,) = findings("FI-001", "FI-002", "FI-003", "FI-004", "ST-004", "ST-005", "ST-001")
    assert (finding["rule_id"], finding["severity"], finding["message"]) == (
        rule,
        "critical",
        outcome.message,
    )
    assert check(rule) == (1, 1)


def test_what_a_reader_says_itself_is_not_said_again(own_home: Path) -> None:
    deliver(own_home, "count.edi", week_file(0).replace(b"CNT+16:20", b"CNT+16:21"))
    ingest()
    assert len(findings("ST-002")) == 1
    assert check("ST-002") == (1, 1)


def test_the_same_bytes_again_are_counted_and_not_said_of_the_first(one_week: Path) -> None:
    deliver(one_week, "copy.edi", week_file(0))
    assert ingest().count("duplicate") == 1
    assert check("ST-003") == (1, 1)
    assert findings("ST-003", "ST-006") == []


@pytest.fixture
def broken_delivery_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    folder = tmp_path / "suites"
    folder.mkdir()
    for suite in (checkout() / "expectations" / "suites").glob("*.json"):
        text = suite.read_text(encoding="utf-8")
        (folder / suite.name).write_text(text.replace('"baseline_rows"', '"baseline_row"'), encoding="utf-8")
    monkeypatch.setattr(suites, "suite_folder", lambda: folder)
    suites.suite_text.cache_clear()
    yield
    suites.suite_text.cache_clear()


@pytest.mark.usefixtures("broken_delivery_suite")
def test_a_rule_that_cannot_be_run_holds_the_batch(own_home: Path) -> None:
    result = usual(own_home, 0)
    assert [(d.status, d.reason) for d in result.deliveries] == [("held", "VALIDATION_ERROR")]
    with Warehouse.open() as warehouse:
        assert warehouse.deliveries().is_empty()


def run(*arguments: str) -> Any:
    done = CliRunner().invoke(app, [*arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_delivery_is_shown_with_its_profile_and_what_was_found(six_weeks: Path) -> None:
    deliver(six_weeks, "week_06.edi", week_file(6, kilograms=0.001))
    ingest()
    shown = run("deliveries", "show", "7")
    for words in ("vgm_kg", "kg", "BA-006", "critical", "comparable", "held"):
        assert words in shown
    told = json.loads(run("deliveries", "show", "7", "--json"))
    (kind,) = told["profile"]
    assert (kind["record_kind"], kind["rows"], kind["comparable"], kind["is_held"]) == (
        "port_event",
        BOXES,
        6,
        True,
    )
    weights = next(c for c in kind["columns"] if c["column_name"] == "vgm_kg")
    assert (weights["null_pct"], weights["median"], weights["median_unit"]) == (0.0, 21_900_000.0, "kg")
    owners = next(c for c in kind["columns"] if c["column_name"] == "container_no")
    assert owners["codes"] == ["QZAU"]


def test_coverage_shows_what_is_late(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_NOW", "2025-04-14T01:00:00+05:00")
    usual(own_home, 0)
    assert findings("BA-002") == []
    monkeypatch.setenv("CORRIDOR_NOW", "2025-04-21T05:00:00+05:00")
    usual(own_home, 2)
    late = {(f["rule_id"], f["delivery_id"], f["observed"].split(", files")[0]) for f in findings("BA-002")}
    assert ("BA-002", None, "source_id=port_records, iso_week=2025-W16") in late
    assert ("BA-002", None, "source_id=bookings, iso_week=2025-W15") in late
    assert ("BA-002", None, "source_id=port_records, iso_week=2025-W15") not in late
    count = len(late)
    lines = {(r["source_id"], r["iso_week"]): r for r in json.loads(run("coverage", "--json"))}
    assert lines["port_records", "2025-W15"]["status"] == ""
    assert (lines["port_records", "2025-W16"]["status"], lines["port_records", "2025-W16"]["files"]) == (
        "late",
        0,
    )
    assert lines["port_records", "2025-W17"]["status"] == "not due yet"
    assert "late" in run("coverage")
    usual(own_home, 1)
    told = findings("BA-002")
    assert len(told) == count + 1
    assert "arrived_at_utc=2025-04-21" in told[-1]["observed"]
