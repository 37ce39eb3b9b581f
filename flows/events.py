"""Events the flows tell the server, as one table: what happened -> what is said of it.

They are news for automations, never the record of anything: the ledger is. Without a server they are not sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from prefect.events import emit_event
from prefect.settings import PREFECT_API_URL

if TYPE_CHECKING:  # each flow imports what it does; news of the others' work must not cost it their imports
    from corridor_etl.delivery.sender import SendReport
    from corridor_etl.jobs.ingest import BatchResult
    from corridor_etl.jobs.weekly import IssueResult

EVENTS: dict[str, tuple[str, ...]] = {
    "corridor.delivery.rejected": ("delivery", "reason", "message"),
    "corridor.batch.held": ("delivery", "reason", "message"),
    "corridor.issue.held": ("edition", "week", "reasons"),
    "corridor.issue.published": ("edition", "week", "page"),
    "corridor.issue.revised": ("edition", "week", "page"),
    "corridor.outbox.failed": ("failed", "unknown", "problem"),
}
"""Event -> names of its payload; the resource is named by the key of what it is about."""
_OF_STATUS = {"rejected": "corridor.delivery.rejected", "held": "corridor.batch.held"}


def event(name: str, key: str, *said: Any) -> dict[str, Any]:
    """The arguments of one event; ``ValueError`` unless as many things are said as the table names."""
    payload = dict(zip(EVENTS[name], said, strict=True))
    return {"event": name, "resource": {"prefect.resource.id": f"corridor.{key}"}, "payload": payload}


def of_batch(result: BatchResult) -> list[dict[str, Any]]:
    """An event for each delivery that was rejected or could not be judged."""
    return [
        event(_OF_STATUS[d.status], f"delivery.{d.name}", d.name, d.reason, d.message)
        for d in result.deliveries
        if d.status in _OF_STATUS
    ]


def of_issue(issue: IssueResult) -> list[dict[str, Any]]:
    """An event for an issue that came out or was held; none where nothing happened to it."""
    key = f"issue.{issue.edition}.{issue.week}"
    if issue.state == "is held":
        return [event("corridor.issue.held", key, issue.edition, issue.week, list(issue.reasons))]
    happened = "revised" if issue.state.startswith("published as r") else "published"
    if issue.state.startswith("published"):
        return [event(f"corridor.issue.{happened}", key, issue.edition, issue.week, str(issue.page))]
    return []


def of_sending(report: SendReport) -> list[dict[str, Any]]:
    """An event where a mail failed, its fate is unknown, or the relay took none."""
    problem = report.problem.message if report.problem else ""
    if report.failed or report.unknown or problem:
        said = (len(report.failed), len(report.unknown), problem)
        return [event("corridor.outbox.failed", "outbox", *said)]
    return []


def tell(events: Iterable[dict[str, Any]]) -> None:
    """Sends events to the server; does nothing where the run has none of its own to listen."""
    if PREFECT_API_URL.value():
        for one in events:
            emit_event(**one)
