"""Flow ``deliver``: sends the mails that are due.

The ledger of the outbox decides what is sent and what is tried again, never the state of a run: the task has no
retries, and a run that was killed leaves messages unknown that a person resolves. See ``corridor_etl.jobs.deliver``.
"""

from __future__ import annotations

from typing import Annotated, Any, cast

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.blocks.system import Secret
from prefect.cache_policies import NO_CACHE
from pydantic import Field, SecretStr

from corridor_etl.delivery.sender import SendReport
from corridor_etl.jobs import deliver as job
from flows import events

BlockName = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", examples=["corridor-smtp-password"])]


SENDING: dict[str, Any] = {
    "retries": 0,
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "tags": ["corridor-smtp"],
}
"""For every task that sends: tried again by the ledger only, one at a time where the server limits the tag."""


@task(task_run_name="send mails", **SENDING)
def send(limit: int | None, password_block: str | None) -> SendReport:
    """Sends what is due; the password is read here, so that it is no parameter and no result of anything."""
    return job.deliver(limit=limit, password=relay_password(password_block) if password_block else None)


def relay_password(block: str) -> SecretStr:
    """The password in a Secret block."""
    found = cast("Secret[str]", Secret.load(block))  # a coroutine only where the caller is one
    return SecretStr(found.get())


@flow(name="deliver", flow_run_name="deliver what is due", persist_result=False)
def deliver(
    limit: Annotated[int, Field(ge=1)] | None = None, password_block: BlockName | None = None
) -> SendReport:
    """Send the mails that are due: each once, to its one recipient. A relay that is down fails the run.

    Args:
        limit: At most so many mails; all that are due if empty.
        password_block: Secret block with the password of the relay; the worker's environment wins.
    """
    report = send(limit, password_block)
    log = get_run_logger()
    (log.warning if report.needs_somebody else log.info)(report.line())
    if report.needs_somebody:
        create_markdown_artifact(_told(report), key="outbox", description=report.line())
    events.tell(events.of_sending(report))
    if report.problem is not None:
        raise report.problem
    return report


def _told(report: SendReport) -> str:
    """Message-IDs of what somebody has to look at; addresses stay in the ledger."""
    rows = [(what, m) for what in ("failed", "unknown", "held") for m in getattr(report, what)]
    return "\n".join(["| what | mail |", "|---|---|", *(f"| {what} | `{m}` |" for what, m in rows)])
