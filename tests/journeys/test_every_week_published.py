"""Every week of a simulated corridor gives an issue that passes its own checks, once."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from corridor_etl.jobs import issue_checks
from corridor_etl.jobs.backfill import request
from corridor_etl.jobs.backfill_run import run
from corridor_etl.jobs.issue_versions import Anyway
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.warehouse import Warehouse
from tests.journeys.ingested import WEEKS


@pytest.mark.parametrize("weeks", ["2025-W09:2025-W09", pytest.param(WEEKS, marks=pytest.mark.long)])
def test_every_week_is_published_once_and_only_the_due_one_is_mailed(
    whole_season_home: Path, monkeypatch: pytest.MonkeyPatch, weeks: str
) -> None:
    due = publish_week("2025-W26")
    assert due.state == "published"
    with monkeypatch.context() as patch:
        patch.setattr(issue_checks, "JUMP_RANGES", 0)
        stopped = publish_week("2025-W25", queue_mail=False)
        assert stopped.state == "is held"
        assert "times the width of its normal range" in stopped.line()
        let_out = publish_week("2025-W25", queue_mail=False, anyway=Anyway("duty officer", "strike is over"))
        assert let_out.state == "published"
    asked_for = [week for week in parse_range(weeks) if week < "2025-W25"]
    number = request(weeks, reason="first issues", by="desk").backfill_id
    assert number is not None
    assert run(number, said=lambda *_: None).state == "done"
    with Warehouse.open() as warehouse:
        assert warehouse.backfills.weeks(number)["iso_week"].to_list() == asked_for
        assert set(warehouse.backfills.weeks(number)["issue"]) == {"weekly published"}
    assert request(weeks, reason="first issues", by="desk").backfill_id is None
    before = due.page.read_bytes() if due.page else b""
    assert publish_week("2025-W26").state == "was published before"
    assert due.page
    assert due.page.read_bytes() == before
    with Warehouse.open() as warehouse:
        queued = warehouse.outbox().to_dicts()
        freed = warehouse.issues_let_out().to_dicts()
        figures = {
            f["address"]: f["value_text"] for f in warehouse.issue_figures("weekly", "2025-W26", 0).to_dicts()
        }
        throughput = warehouse.mart("mart_throughput_week", weeks=["2025-W26"]).filter(service_id="YIN-ALA")
    assert [(row["week"], row["let_out_by"], row["why"]) for row in freed] == [
        ("2025-W25", "duty officer", "strike is over")
    ]
    assert {row["report_key"] for row in queued} == {"weekly/2025-W26/r0/en"}
    assert [row["recipient"] for row in queued] == [
        "managers@corridor.example",
        "operations@corridor.example",
    ]
    assert float(figures["throughput.teu"]) == throughput["teu_x100"].sum() / 100
    message = message_from_bytes((whole_season_home / queued[0]["eml_path"]).read_bytes(), policy=default)
    assert message["Date"].datetime.astimezone(UTC) == datetime(2025, 6, 30, 1, 0, tzinfo=UTC)
    assert message["Subject"].startswith("2025-W26 corridor weekly:")
    assert message.get_body(("html",)) is not None
