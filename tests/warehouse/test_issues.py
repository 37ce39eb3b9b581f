"""An issue is written once with its figures and messages, and never changes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from sqlalchemy.exc import IntegrityError

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import IssueParts, IssueRow, LetOutRow, OutboxRow, Warehouse

FIGURES = pl.DataFrame(
    {
        "address": ["trade.value_cny", "throughput.teu"],
        "value_text": ["1000.00", None],
        "unit": ["CNY", "TEU"],
    }
)


def issue(make: SimpleNamespace, **overrides: Any) -> IssueRow:
    values = {
        "edition": "weekly",
        "week": "2025-W24",
        "revision": 0,
        "language": "en",
        "issue_no": 1,
        "state": "published",
        "snapshot": 0,
        "published_at_utc": make.now,
        "scheduled_at_utc": None,
        "content_sha256": "a" * 64,
        "context_json": "{}",
        "folder": "site/internal/weekly/2025-W24/r0/en",
    }
    return IssueRow(**{**values, **overrides})


def message(
    make: SimpleNamespace, recipient: str = "managers@corridor.example", **overrides: Any
) -> OutboxRow:
    values = {
        "report_key": "weekly/2025-W24",
        "revision": 0,
        "recipient": recipient,
        "message_id": f"<1.{recipient}>",
        "content_sha256": "b" * 64,
        "eml_path": "outbox/1.eml",
        "queued_at_utc": make.now,
    }
    return OutboxRow(**{**values, **overrides})


def test_an_issue_comes_with_figures_and_messages(warehouse: Warehouse, make: SimpleNamespace) -> None:
    assert warehouse.record_issue(issue(make), FIGURES, [message(make)])
    assert warehouse.issues()["published_at_utc"].to_list() == [make.now]
    assert warehouse.issue_figures("weekly", "2025-W24", 0).equals(FIGURES.sort("address"))
    assert warehouse.outbox().select("state", "attempts", "sent_at_utc").rows() == [("queued", 0, None)]


def test_the_same_issue_again_changes_nothing(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.record_issue(issue(make), FIGURES, [message(make)])
    assert not warehouse.record_issue(issue(make), FIGURES, [message(make)])
    assert (warehouse.issues().height, warehouse.outbox().height) == (1, 1)


def test_other_content_needs_a_new_revision(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.record_issue(issue(make), FIGURES, [])
    changed = {"content_sha256": "c" * 64}
    with pytest.raises(UsageError, match="revision 1"):
        warehouse.record_issue(issue(make, **changed), FIGURES, [])
    warehouse.record_issue(issue(make, revision=1, **changed), FIGURES, [])
    assert warehouse.issues()["content_sha256"].to_list() == ["a" * 64, "c" * 64]


def test_an_issue_whose_message_cannot_be_queued_is_not_published(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    with pytest.raises(IntegrityError):
        warehouse.record_issue(issue(make), FIGURES, [message(make), message(make)])
    assert warehouse.issues().is_empty()
    assert warehouse.issue_figures("weekly", "2025-W24", 0).is_empty()


def test_who_let_an_issue_out_is_kept_with_it(warehouse: Warehouse, make: SimpleNamespace) -> None:
    row = LetOutRow(make.now, "duty officer", "strike is over", "Throughput changed by +400% on the week")
    warehouse.record_issue(issue(make), FIGURES, [], parts=IssueParts(let_out=[row]))
    kept = warehouse.issues_let_out().row(0, named=True)
    assert (kept["week"], kept["let_out_by"], kept["why"]) == ("2025-W24", "duty officer", "strike is over")
    nobody = LetOutRow(make.now, "", "", "Throughput changed")
    with pytest.raises(IntegrityError):
        warehouse.record_issue(issue(make, week="2025-W25"), FIGURES, [], parts=IssueParts(let_out=[nobody]))
    assert warehouse.issues().height == 1
