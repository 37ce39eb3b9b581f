"""Flow ``ingest``: whatever waits in the inbox, or given files, into the warehouse.

One task per delivery, then one commit per batch. A delivery or batch that fails does not stop the others; the run
fails at its end and names them. What reading and committing mean belongs to ``corridor_etl.jobs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner

from corridor_etl.errors import TransientError
from corridor_etl.jobs.ingest import BatchResult, batches, concluded, publish_readings
from corridor_etl.jobs.intake import delivery_name, inbox_files
from corridor_etl.jobs.run_facts import findings_by_rule, last_snapshot, recent_coverage
from corridor_etl.jobs.trays import Order, Receipt, Tray
from corridor_etl.jobs.turns import INGEST, turn
from corridor_etl.warehouse import Lease
from flows import _task_runners, assets, events
from flows._progress import Progress
from flows._runtime import RETRIED, parameter

# Parsing already uses every core; a second reader only hides the time spent waiting for the disk.
READERS: TaskRunner[Any] = _task_runners.AsSet(max_workers=2)
SHOWN_DELIVERIES = 500
TASK_SECONDS = 2 * 3600
BALANCE = ("name", "status", "rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate", "message")


def run_name() -> str:
    """``ingest inbox``, or how many paths were named."""
    paths = parameter("paths")
    return f"ingest {len(paths)} given paths" if paths else "ingest inbox"


# No timeout of Prefect's: it cannot stop a thread, and says so of every file. Reading has limits of its own.
@task(task_run_name="read {order.name}", **RETRIED)
def read(order: Order) -> Receipt:
    """Archives, recognises, reads and stages one delivery; a bad file is a rejected reading, not a failure."""
    return order.filled()


@task(task_run_name="commit batch {number}", timeout_seconds=TASK_SECONDS, **RETRIED)
def commit(number: int, tray: Tray, lease: Lease) -> BatchResult:
    """Validates one batch and publishes it in one transaction, unless another run has taken over."""
    return publish_readings(tray.in_order(), lease=lease)


@flow(flow_run_name=run_name, task_runner=READERS, persist_result=False)
def ingest(paths: list[str] | None = None) -> BatchResult:
    """Read, validate and load new deliveries; every row is loaded, quarantined or counted as a duplicate.

    Args:
        paths: Files or folders on the worker's machine; the whole inbox if empty.
    """
    results: list[BatchResult] = []
    failed: list[str] = []
    base = last_snapshot()
    with turn(INGEST) as lease:
        waiting = batches(inbox_files([Path(p) for p in paths or []]), retry_rejected=bool(paths))
        bar = Progress(len(waiting), f"{len(waiting)} batches") if waiting else None
        for number, files in enumerate(waiting, start=1):
            tray = _task_runners.tray(files)
            failed += _unread(tray)
            state = commit(number, tray, lease, return_state=True)
            if state.is_completed():
                results.append(state.result())
                assets.tell(assets.of_batch(results[-1], tray.origins()))
            else:
                failed += tray.names()
            tray.empty(is_committed=state.is_completed())
            if bar is not None:
                bar.take()
    return _concluded(concluded(results), failed, base)


def _unread(tray: Tray) -> list[str]:
    """Reads every file of a batch; the names of those whose task failed."""
    futures = {file: _submitted(tray, file) for file in tray.files}
    receipts = {file: _receipt(future) for file, future in futures.items()}
    for file, receipt in receipts.items():
        if receipt is not None:
            tray.take(file, receipt)
    return [delivery_name(file) for file, receipt in receipts.items() if receipt is None]


def _submitted(tray: Tray, file: Path) -> PrefectFuture[Receipt] | None:
    try:
        return read.submit(tray.order(file))
    except TransientError as error:
        get_run_logger().error("%s could not be sent to a worker: %s", file.name, error.message)
        return None


def _receipt(future: PrefectFuture[Receipt] | None) -> Receipt | None:
    """What a task gave back; None where it failed."""
    try:
        found = future.result(raise_on_failure=False) if future else None
    except Exception as error:  # Dask's own errors, as when each worker dies that takes the task
        get_run_logger().error("a task was lost: %s", error)
        return None
    return found if isinstance(found, Receipt) else None


def _concluded(result: BatchResult, failed: Sequence[str], base: int) -> BatchResult:
    get_run_logger().info(result.line())
    if result.snapshot is not None:
        _show_balance(result)
        _show_ledger(base)
    events.tell(events.of_batch(result))
    if failed:
        raise TransientError(
            f"{len(failed)} deliveries could not be ingested: {', '.join(failed[:10])}",
            expected="none",
            fix="The others are loaded. These stay in the inbox and are tried again by the next run.",
        )
    return result


def _show_balance(result: BatchResult) -> None:
    new = [outcome for outcome in result.deliveries if outcome.status != "known"]
    rows = [{column: getattr(outcome, column) for column in BALANCE} for outcome in new[:SHOWN_DELIVERIES]]
    create_table_artifact(table=rows, key="ingest-balance", description=result.line())


def _show_ledger(base: int) -> None:
    """What has come of the newest weeks, and what the checks of this run found."""
    create_table_artifact(table=recent_coverage(), key="coverage", description="The newest weeks by source")
    create_table_artifact(table=findings_by_rule(base), key="findings", description="Findings of this run")
