"""Bad input gives one clear sentence each, loses nothing, and never stops its neighbours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from corridor_etl.facts.corridor import Facts
from corridor_etl.jobs import intake
from corridor_etl.jobs.ingest import batches, ingest
from corridor_etl.jobs.intake import delivery_name, inbox_files, read_delivery, sender_of
from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.quality import suites
from corridor_etl.settings import Settings, checkout
from corridor_etl.sources import RawFile
from corridor_etl.staging import Staged, StagingContext, stage
from corridor_etl.warehouse import Warehouse

SAMPLES = checkout() / "tests" / "samples"


def delivered(home: Path, sender: str, name: str, content: bytes) -> Path:
    path = home / "inbox" / sender / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def the_only_outcome(path: Path) -> tuple[str, str | None, str]:
    (outcome,) = ingest([path]).deliveries
    return outcome.status, outcome.reason, outcome.message or ""


@pytest.mark.parametrize(
    ("sender", "name", "content", "reason", "hint"),
    [
        ("rail_terminals", "empty.csv", b"", "EMPTY_FILE", "has no content"),
        ("rail_terminals", "blank.csv", b"\r\n \n", "EMPTY_FILE", "has no content"),
        ("rail_terminals", "cut.csv", sample("terminal_csv.csv")[:-9], "TRUNCATED", ""),
        ("ningbo_port", "cut.edi", sample("codeco.edi")[:-30], "TRUNCATED", ""),
        ("customs_broker_cn", "koi8.csv", sample("declaration_cn_csv.csv") + b"\xff\xfe\xff\n", "ENCODING", "byte"),
        ("train_operator", "letter.txt", b"Dear colleagues,\nsee attached.\n", "UNKNOWN_FORMAT", "Dear colleagues"),
        ("train_operator", "not_a.xlsx", b"PK\x03\x04 broken", "UNKNOWN_FORMAT", ""),
    ],
    ids=["empty", "blank", "cut-csv", "cut-interchange", "wrong-encoding", "letter", "broken-zip"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_rejected_with_one_reason(
    own_home: Path, sender: str, name: str, content: bytes, reason: str, hint: str
) -> None:
    path = delivered(own_home, sender, name, content)
    status, found, message = the_only_outcome(path)
    assert status == "rejected"
    assert found == reason or (name == "not_a.xlsx" and found == "CORRUPT")
    assert hint in message
    assert "\n" not in message
    with Warehouse.open() as warehouse:
        assert warehouse.archive.read(read_delivery(path, keep=False).sha256) == content


def test_a_formula_in_an_identifier_holds_back_its_row_only(own_home: Path, tmp_path: Path) -> None:
    source = tmp_path / "list.xlsx"
    source.write_bytes(sample("manifest_xlsx.xlsx"))
    book = openpyxl.load_workbook(source)
    sheet = book.worksheets[0]
    cell = next(
        c
        for row in sheet.iter_rows()
        for c in row
        if isinstance(c.value, str) and len(c.value) == 11 and c.value[3] == "U"
    )
    cell.value = '=CONCATENATE("KXQU","1000391")'
    book.save(source)
    before = read_delivery(SAMPLES / "manifest_xlsx.xlsx", keep=False).rows_read
    path = delivered(own_home, "train_operator", "formula.xlsx", source.read_bytes())
    (outcome,) = ingest([path]).deliveries
    assert (outcome.status, outcome.rows_read, outcome.rows_quarantined) == ("loaded", before, 1)
    with Warehouse.open() as warehouse:
        (row,) = warehouse.quarantine().to_dicts()
    assert row["rule_ids"] == "FORMULA_CELL"
    assert row["line_no"] == cell.row
    assert "CONCATENATE" in row["raw_text"]


def test_a_bad_file_does_not_stop_its_neighbours(own_home: Path) -> None:
    delivered(own_home, "rail_terminals", "a_empty.csv", b"")
    delivered(own_home, "rail_terminals", "b_good.csv", sample("terminal_csv.csv"))
    result = ingest()
    assert [d.status for d in result.deliveries] == ["rejected", "loaded"]
    assert result.total("rows_loaded") > 0


def test_files_still_being_written_are_left_alone(own_home: Path) -> None:
    delivered(own_home, "rail_terminals", "slow.csv.part", sample("terminal_csv.csv"))
    delivered(own_home, "rail_terminals", ".hidden.csv", sample("terminal_csv.csv"))
    assert inbox_files() == []


@pytest.fixture
def broken_port_event_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A suite whose rule names a column that no event has, as a typing mistake would."""
    folder = tmp_path / "suites"
    shutil.copytree(checkout() / "expectations" / "suites", folder)
    suite = folder / "port_event.json"
    suite.write_text(
        suite.read_text(encoding="utf-8").replace('"facility_node"', '"facility_nod"'), encoding="utf-8"
    )
    monkeypatch.setattr(suites, "suite_folder", lambda: folder)
    suites.suite_text.cache_clear()
    yield
    suites.suite_text.cache_clear()


@pytest.mark.usefixtures("broken_port_event_suite")
def test_what_cannot_be_judged_is_held_and_its_neighbours_load(own_home: Path) -> None:
    good = delivered(own_home, "train_operator", "good.xlsx", sample("manifest_xlsx.xlsx"))
    bad = delivered(own_home, "ningbo_port", "bad.edi", sample("codeco.edi"))
    result = ingest()
    assert {d.name: (d.status, d.reason) for d in result.deliveries} == {
        "train_operator/good.xlsx": ("loaded", None),
        "ningbo_port/bad.edi": ("held", "VALIDATION_ERROR"),
    }
    assert "1 held" in result.line()
    assert batches([good, bad]) == [[bad]]


def test_the_sender_is_known_by_the_folder(settings: Settings) -> None:
    sender = sender_of("ningbo_port/CODECO_2025-W10.edi", settings)
    assert sender is not None
    assert sender.id == "ningbo_port"
    assert sender_of("elsewhere/CODECO.edi", settings) is None


def test_a_copy_of_an_inbox_is_read_like_the_inbox(tmp_path: Path, own_home: Path) -> None:
    copy = tmp_path / "copy" / "customs_broker_cn" / "declarations.csv"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(sample("declaration_cn_csv.csv"))
    assert delivery_name(copy) == "customs_broker_cn/declarations.csv"
    assert delivery_name(own_home / "inbox" / "a" / "b.csv") == "a/b.csv"
    assert delivery_name(tmp_path / "letter.txt") == "letter.txt"
    (outcome,) = ingest([tmp_path / "copy"]).deliveries
    assert outcome.status == "loaded"


def test_a_rejected_file_is_read_again_when_it_is_named_and_never_by_the_poll(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (checkout() / "corridor.toml").read_text(encoding="utf-8")
    mistaken = tmp_path / "mistaken.toml"
    mistaken.write_text(
        text.replace('encodings = ["utf-8", "gb18030"]', 'encodings = ["utf-8"]'), encoding="utf-8"
    )
    path = delivered(own_home, "customs_broker_cn", "declarations.csv", sample("declaration_cn_csv.csv"))
    monkeypatch.setenv("CORRIDOR_CONFIG", str(mistaken))
    assert [d.reason for d in ingest().deliveries] == ["ENCODING"]
    assert ingest().deliveries == ()
    monkeypatch.delenv("CORRIDOR_CONFIG")
    assert ingest().deliveries == ()
    (outcome,) = ingest([path]).deliveries
    assert (outcome.status, outcome.rows_loaded) == ("loaded", outcome.rows_read)
    assert ingest([path]).deliveries == ()
    with Warehouse.open() as warehouse:
        assert warehouse.deliveries()["status"].to_list() == ["rejected", "loaded"]


def test_a_booking_of_an_unknown_service_costs_its_row_and_no_neighbour(own_home: Path) -> None:
    good = sample("booking_csv.csv").decode()
    bad = good.replace("YIN-ALA", "NO-SUCH").replace("BK25000001", "BK25000009")
    delivered(own_home, "booking_desk", "bad.csv", bad.encode())
    delivered(own_home, "booking_desk", "good.csv", good.encode())
    assert [(d.rows_loaded, d.rows_quarantined) for d in ingest().deliveries] == [(0, 3), (3, 0)]
    with Warehouse.open() as warehouse:
        assert warehouse.quarantine()["rule_ids"].to_list() == ["SV-001"] * 3


def test_a_file_name_that_is_no_text_is_escaped_and_loads(own_home: Path) -> None:
    folder = delivered(own_home, "rail_terminals", "good.csv", sample("terminal_csv.csv")).parent
    odd = os.fsencode(folder) + b"/bad\xff\nname.csv"
    (folder / "good.csv").rename(os.fsdecode(odd))
    (outcome,) = ingest().deliveries
    assert outcome.name == r"rail_terminals/bad\xff\nname.csv"
    assert outcome.status == "loaded"
    assert ingest().deliveries == ()


def test_a_file_that_breaks_its_reader_is_rejected_and_its_neighbours_load(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(kind: str, raw: RawFile, context: StagingContext) -> Staged:
        if kind == "booking":
            raise ValueError("a digit\nno one thought of")
        return stage(kind, raw, context)

    monkeypatch.setattr(intake, "stage", breaking)
    delivered(own_home, "booking_desk", "bad.csv", sample("booking_csv.csv"))
    delivered(own_home, "rail_terminals", "good.csv", sample("terminal_csv.csv"))
    bad, good = ingest().deliveries
    assert (bad.status, bad.reason) == ("rejected", "PARSER_CRASH")
    assert "ValueError: a digit no one thought of" in (bad.message or "")
    assert good.status == "loaded"


def test_a_delivery_that_breaks_the_marts_is_held_and_its_neighbours_load(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(
        current: dict[str, pl.DataFrame], settings: Settings, facts: Facts, *, among: Collection[str]
    ) -> dict[str, pl.DataFrame]:
        if not current["booking"].is_empty():
            raise OverflowError("a sum too large")
        return weekly_marts(current, settings, facts, among=among)

    monkeypatch.setattr("corridor_etl.jobs.consequences.weekly_marts", breaking)
    delivered(own_home, "booking_desk", "bad.csv", sample("booking_csv.csv"))
    delivered(own_home, "rail_terminals", "good.csv", sample("terminal_csv.csv"))
    assert {d.name: d.status for d in ingest().deliveries} == {
        "booking_desk/bad.csv": "held",
        "rail_terminals/good.csv": "loaded",
    }
