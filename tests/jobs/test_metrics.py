"""What a monitoring system collects: readable by Prometheus' own parser, and equal to what the ledger holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.clock import now_utc
from corridor_etl.jobs import metrics
from corridor_etl.jobs.ingest import ingest
from corridor_etl.settings import checkout, load_settings
from corridor_etl.warehouse import HELD_BATCH, Cause, Warehouse
from corridor_etl.warehouse.engine import writing
from tests.delivery import outboxes

SAMPLES = checkout() / "tests" / "samples"
INGESTED = "2025-06-02T06:00:00+05:00"
NOW = datetime(2025, 6, 9, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two loaded files, one of them with rows held back, a rejected one, and mails of which one is unknown."""
    home = tmp_path_factory.mktemp("metrics") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", INGESTED)
        folder = home / "inbox" / "booking_desk"
        folder.mkdir(parents=True)
        bookings = (SAMPLES / "booking_csv.csv").read_text(encoding="utf-8")
        (folder / "bad.csv").write_text(bookings.replace("YIN-ALA", "NO-SUCH"), encoding="utf-8")
        (folder / "empty.csv").touch()
        ingest()
        ingest([SAMPLES / "codeco.edi"])
        with Warehouse.open(home) as warehouse, writing(warehouse.engine) as connection:
            outboxes.put(connection, home, 3)
            unknown = {"m": outboxes.message_id(1)}
            connection.execute(text("UPDATE outbox SET state = 'unknown' WHERE message_id = :m"), unknown)
    return home


@pytest.fixture
def warehouse(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    monkeypatch.setenv("CORRIDOR_NOW", NOW.isoformat())
    with Warehouse.open(home) as opened:
        yield opened


def values(exposed: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = list(text_string_to_metric_families(exposed))
    assert all(family.documentation and family.type == "gauge" for family in families)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def test_the_text_is_read_by_prometheus_and_says_what_the_ledger_holds(warehouse: Warehouse) -> None:
    found = values(metrics.exposition(metrics.samples(warehouse, load_settings(), NOW)))

    def value(name: str, **labels: str) -> float:
        return found[f"corridor_{name}", frozenset(labels.items())]

    held = warehouse.quarantine(state="open")
    assert held.height > 0
    assert value("quarantine_rows") == held.height
    assert value("snapshot") == warehouse.snapshot()
    week_later = timedelta(days=7, hours=5).total_seconds()
    assert value("last_commit_age_seconds") == value("quarantine_oldest_age_seconds") == week_later
    by_status = warehouse.deliveries().filter(source_id="bookings").group_by("status").len()
    for status, files in by_status.iter_rows():
        assert value("deliveries", source="bookings", status=status) == files
    loaded = warehouse.deliveries().filter(source_id="bookings")
    for became in ("read", "loaded", "quarantined", "duplicate"):
        assert value("rows", source="bookings", became=became) == loaded[f"rows_{became}"].sum()
    assert value("outbox_mails", state="unknown") == 1
    assert value("outbox_mails", state="queued") == 2
    assert value("issues_held") == 0
    assert value("disk_free_bytes") <= value("disk_bytes")


def test_coverage_counts_files_and_weeks_that_are_late(warehouse: Warehouse) -> None:
    later = NOW + timedelta(weeks=2)
    found = values(metrics.exposition(metrics.samples(warehouse, load_settings(), later)))
    label = frozenset({("source", "bookings")})
    late = found["corridor_source_weeks_late", label]
    assert late >= 1
    assert found["corridor_source_files", label] < found["corridor_source_files_expected", label]


def test_how_long_batches_took_and_how_fast_they_were_is_told(warehouse: Warehouse) -> None:
    took = "UPDATE batch SET committed_at_utc = :c WHERE snapshot = 1"
    last = warehouse.batches().row(0, named=True)
    with writing(warehouse.engine) as connection:
        connection.execute(
            text(took), {"c": str(last["received_at_utc"] + timedelta(seconds=20))[:19] + ".000000"}
        )
    found = metrics.measured(warehouse, load_settings(), NOW)
    by_name = dict(found.filter(labels="").select("metric", "value").iter_rows())
    loaded = warehouse.batches().filter(warehouse.batches()["deliveries"] > 0)["rows_loaded"].sum()
    assert by_name["corridor_batch_seconds_longest"] == 20
    assert by_name["corridor_batch_rows_per_second"] == pytest.approx(loaded / 20)


def test_incidents_are_counted_by_state(own_home: Path) -> None:
    with Warehouse.open(own_home) as warehouse:
        assert list(metrics._incidents(warehouse)) == []
        warehouse.incidents.look([Cause(HELD_BATCH, name, "held", now_utc()) for name in ("a", "b", "c")])
        warehouse.incidents.resolve(f"{HELD_BATCH}/b", by="desk")
        counted = {sample.labels["state"]: sample.value for sample in metrics._incidents(warehouse)}
    assert counted == {"open": 2, "resolved": 1}


def test_an_empty_warehouse_has_metrics_too(own_home: Path) -> None:
    with Warehouse.open(own_home) as empty:
        found = values(metrics.exposition(metrics.samples(empty, load_settings(), NOW)))
    assert found["corridor_snapshot", frozenset()] == 0


@pytest.mark.usefixtures("warehouse")
def test_the_command_writes_the_file_or_prints_it(tmp_path: Path) -> None:
    out = tmp_path / "corridor.prom"
    assert CliRunner().invoke(app, ["metrics", "--out", str(out)]).output == ""
    printed = CliRunner().invoke(app, ["metrics"]).output
    assert values(out.read_text(encoding="utf-8")).keys() == values(printed).keys()
