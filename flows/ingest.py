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
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from corridor_etl.errors import TransientError
from corridor_etl.jobs.ingest import BatchResult, batches, concluded, publish_readings
from corridor_etl.jobs.intake import delivery_name, inbox_files, read_deliveries
from corridor_etl.jobs.reading import Reading
from corridor_etl.jobs.run_facts import findings_by_rule, last_snapshot, recent_coverage
from corridor_etl.jobs.turns import INGEST, turn
from corridor_etl.warehouse import Lease
from flows import events
from flows._runtime import RETRIED, parameter

# Parsing already uses every core; a second reader only hides the time spent waiting for the disk.
READERS: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=2)
SHOWN_DELIVERIES = 500
TASK_SECONDS = 2 * 3600
BALANCE = ("name", "status", "rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate", "message")


def run_name() -> str:
    """``ingest inbox``, or how many paths were named."""
    paths = parameter("paths")
    return f"ingest {len(paths)} given paths" if paths else "ingest inbox"


class Tray:
    """The readings of one batch, in a place that can be emptied.

    Prefect holds what tasks take and give until the run ends; frames given that way would pile up over all batches.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files
        self.readings: dict[Path, list[Reading]] = {}

    def in_order(self) -> list[Reading]:
        """What has been read, in the order of the files, whichever thread was first."""
        return [reading for file in self.files for reading in self.readings.get(file, ())]


@task(task_run_name="read {path.name}", timeout_seconds=TASK_SECONDS, **RETRIED)
def read(path: Path, tray: Tray) -> str:
    """Archives, recognises, reads and stages one delivery; a bad file is a rejected reading, not a failure."""
    tray.readings[path] = readings = read_deliveries(path)
    return "; ".join(f"{r.name}: {r.status}, {r.rows_read:,} rows" for r in readings[:20])


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
        for number, files in enumerate(waiting, start=1):
            tray = Tray(files)
            failed += _unread(tray)
            state = commit(number, tray, lease, return_state=True)
            if state.is_completed():
                results.append(state.result())
            else:
                failed += [reading.name for reading in tray.in_order()]
            tray.readings.clear()
    return _concluded(concluded(results), failed, base)


def _unread(tray: Tray) -> list[str]:
    """Reads every file of a batch; the names of those whose task failed."""
    futures = [read.submit(file, tray) for file in tray.files]
    for future in futures:
        future.wait()  # the state of a future lags behind until it has been waited for
    pairs = zip(tray.files, futures, strict=True)
    return [delivery_name(file) for file, future in pairs if not future.state.is_completed()]


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
