"""The flow ``backfill`` from request to end, and what a server is shown of a run: progress, and assets with lineage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.events.clients import AssertingEventsClient
from prefect.events.worker import EventsWorker

from corridor_etl.jobs.ingest import BatchResult, DeliveryOutcome
from corridor_etl.jobs.trays import Origins
from corridor_etl.jobs.weekly import IssueResult
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from flows import assets, offline

WEEK = "2025-W20"
LOADED = BatchResult(7, (DeliveryOutcome("a.edi", "loaded", None, None, 3, 2, 1, 0),))
ORIGINS = Origins(("port_records", "rail_records"), ("port_event",))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A week of deliveries, not ingested yet."""
    folder = tmp_path_factory.mktemp("platform") / "home"
    simulate(folder, parse_range(WEEK), seed=3, faults=False, settings=load_settings())
    return folder


@pytest.fixture(autouse=True)
def at_home(home: Path, temporary_server: Path, english_only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    monkeypatch.setenv("CORRIDOR_CONFIG", str(english_only))
    monkeypatch.setenv("CORRIDOR_NOW", "2025-07-07T01:00:00+00:00")


@pytest.fixture
def progress_of_runs(temporary_server: Path) -> Callable[[], dict[str, Any]]:
    """What a server shows of the runs since the test began."""
    with offline.own_prefect():
        before = {a.id for a in progress_artifacts()}
    return lambda: {a.description: a.data for a in progress_artifacts() if a.id not in before}


def progress_artifacts() -> list[Any]:
    with get_client(sync_client=True) as client:
        return [a for a in client.read_artifacts() if a.type == "progress"]


def test_an_ingest_shows_its_progress_and_a_run_without_work_shows_none(
    progress_of_runs: Callable[[], dict[str, Any]],
) -> None:
    with offline.own_prefect():
        from flows.ingest import ingest

        assert ingest().total("rows_loaded") > 0
        assert progress_of_runs() == {"1 batches": 100.0}
        ingest()
        assert len(progress_of_runs()) == 1


def test_a_backfill_waits_for_approval_then_publishes_without_mail_and_then_has_nothing_to_do(
    home: Path, progress_of_runs: Callable[[], dict[str, Any]]
) -> None:
    with offline.own_prefect():
        from corridor_etl.jobs.backfill import reject
        from flows.backfill import backfill

        held = backfill(WEEK, "first look", mode="all", hold_for_approval=True)
        assert "is waiting for approval" in held
        with Warehouse.open(home) as warehouse:
            assert warehouse.issues().is_empty()
        reject(1, by="an operator")
        assert "backfill 2 is done" in backfill(WEEK, "first issues")
        again = backfill(WEEK, "first issues")
        assert progress_of_runs()["backfill 2"] == 100.0
    with Warehouse.open(home) as warehouse:
        assert set(warehouse.issues()["week"]) == {WEEK}
        assert warehouse.outbox().is_empty()
        assert warehouse.backfills.all().height == 2, again


def test_a_batch_makes_lake_and_marts_of_the_inbox_and_an_issue_is_made_of_the_marts() -> None:
    (made,) = assets.of_batch(LOADED, ORIGINS)
    assert made.keys == ["corridor://lake/port_event", "corridor://marts"]
    assert made.of == ["corridor://inbox/port_records", "corridor://inbox/rail_records"]
    assert made.said == {"snapshot": 7, "rows_loaded": 2}
    (issued,) = assets.of_issue(IssueResult(WEEK, "published as r1", "trade", Path("/srv/site/x.html")))
    assert (issued.keys, issued.of) == (["corridor://issue/trade"], ["corridor://marts"])


def test_what_made_nothing_is_no_asset() -> None:
    assert assets.of_batch(BatchResult(None, LOADED.deliveries), ORIGINS) == []
    assert assets.of_issue(IssueResult(WEEK, "was published before", "trade", None)) == []
    assert assets.of_issue(IssueResult(WEEK, "is held", "trade", None)) == []


def test_a_server_is_told_the_lineage() -> None:
    @flow
    def telling() -> None:
        assets.tell(assets.of_batch(LOADED, ORIGINS))

    AssertingEventsClient.reset()
    EventsWorker.set_client_override(AssertingEventsClient)
    try:
        with offline.own_prefect():
            telling()
            EventsWorker.drain_all()
    finally:
        EventsWorker.set_client_override(None)
    told = [
        e
        for client in AssertingEventsClient.all
        for e in client.events
        if e.event.startswith("prefect.asset")
    ]
    made = {
        e.resource.id: {r.id for r in e.related if r.role == "asset"} for e in told if "succeeded" in e.event
    }
    sources = {"corridor://inbox/port_records", "corridor://inbox/rail_records"}
    assert made == {"corridor://lake/port_event": sources, "corridor://marts": sources}
    assert {e.resource.id for e in told if e.event == "prefect.asset.referenced"} == sources
