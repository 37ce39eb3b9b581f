"""What the flows tell a server: one event for what somebody may act on, none for what did not happen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from corridor_etl.delivery.sender import SendReport
from corridor_etl.errors import RelayDown
from corridor_etl.jobs.ingest import BatchResult, DeliveryOutcome
from corridor_etl.jobs.weekly import IssueResult
from flows import events

PAGE = Path("/srv/site/index.html")


def outcome(name: str, status: str) -> DeliveryOutcome:
    return DeliveryOutcome(name, status, "ENCODING", "no text", 0, 0, 0, 0)


def test_only_rejected_and_held_deliveries_are_told() -> None:
    result = BatchResult(1, tuple(outcome(status, status) for status in ("loaded", "rejected", "held")))
    told = events.of_batch(result)
    assert [e["event"] for e in told] == ["corridor.delivery.rejected", "corridor.batch.held"]
    assert told[0]["payload"] == {"delivery": "rejected", "reason": "ENCODING", "message": "no text"}


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("is held", ["corridor.issue.held"]),
        ("published", ["corridor.issue.published"]),
        ("published as r2", ["corridor.issue.revised"]),
        ("was published before", []),
        ("has no data yet, nothing published", []),
        ("has not changed since r0", []),
    ],
)
def test_an_issue_is_told_when_something_happened_to_it(state: str, told: list[str]) -> None:
    issue = IssueResult("2025-W24", state, "trade", PAGE, reasons=("nothing was received",))
    assert [e["event"] for e in events.of_issue(issue)] == told


def test_sending_is_told_only_where_somebody_has_to_look() -> None:
    assert events.of_sending(SendReport(sent=["<1@corridor.example>"])) == []
    (down,) = events.of_sending(SendReport(problem=RelayDown("the relay is away")))
    assert down["payload"] == {"failed": 0, "unknown": 0, "problem": "the relay is away."}


def test_an_event_says_neither_more_nor_less_than_its_table() -> None:
    with pytest.raises(ValueError, match="zip"):
        events.event("corridor.issue.published", "issue.weekly.2025-W24", "weekly")


def test_telling_of_issues_costs_other_flows_no_imports() -> None:
    code = (
        "import sys, flows.ingest, flows.deliver, flows.notify;"
        "print([m for m in ('altair', 'fontTools', 'great_expectations') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
