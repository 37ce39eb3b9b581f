"""One batch, from staged readings to a commit: validate, quarantine, resolve versions, marts, publish.

The balance of every delivery is made here and checked again by the warehouse. Reading a file belongs to
``intake``; how a commit is made safe belongs to ``warehouse.publish``.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.errors import BatchHeld, TerminalError
from corridor_etl.jobs.assembly import assembled
from corridor_etl.jobs.consequences import consequences
from corridor_etl.jobs.corrections import mended
from corridor_etl.jobs.deliveries import judged
from corridor_etl.jobs.firm_ground import on_firm_ground
from corridor_etl.jobs.incidents import look_after
from corridor_etl.jobs.intake import delivery_name, inbox_files, read_deliveries
from corridor_etl.jobs.reading import Reading
from corridor_etl.jobs.resolution import resolved
from corridor_etl.jobs.turns import INGEST, turn
from corridor_etl.model import KINDS
from corridor_etl.quality.corrections import GUARD_RULES, load_corrections
from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse import Batch, DeliveryRow, Lease, Warehouse

BATCH_FILES = 64
BATCH_BYTES = 256 * 1024 * 1024
# What values may raise on their way; a full disk or a locked database is no fault of a delivery.
_OF_VALUES = (ArithmeticError, LookupError, TypeError, ValueError, pl.exceptions.PolarsError)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeliveryOutcome:
    """What became of one delivery; the four counts satisfy read = loaded + quarantined + duplicate.

    ``correction_problems`` says which corrections were not applied to it, and why.
    """

    name: str
    status: str
    reason: str | None
    message: str | None
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    correction_problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchResult:
    """What one commit did; ``snapshot`` is None when there was nothing new."""

    snapshot: int | None
    deliveries: tuple[DeliveryOutcome, ...]

    def total(self, field: str) -> int:
        """The sum of one count over the deliveries."""
        return sum(getattr(outcome, field) for outcome in self.deliveries)

    def count(self, status: str) -> int:
        """How many deliveries ended with a status."""
        return sum(outcome.status == status for outcome in self.deliveries)

    def line(self) -> str:
        """The summary every run ends with."""
        held = self.count("held")
        if self.snapshot is None:
            return (
                f"{held} files held: they could not be judged"
                if held
                else "nothing new: every file was ingested before"
            )
        return (
            f"{self.total('rows_read'):,} rows read = {self.total('rows_loaded'):,} loaded"
            f" + {self.total('rows_quarantined'):,} quarantined + {self.total('rows_duplicate'):,} duplicate;"
            f" {self.count('loaded')} files loaded, {self.count('rejected')} rejected,"
            f" {self.count('duplicate')} sent before{f', {held} held' if held else ''}"
        )


def batches(files: Sequence[Path], *, retry_rejected: bool = False) -> list[list[Path]]:
    """The files that are not in the ledger yet, in order, in groups that fit one commit.

    A group has at most 64 files or 256 MiB. A file is in the ledger if its name and bytes are. One that was rejected
    is read again only if asked for: somebody who names it may have mended what was wrong, a poll of the inbox has not.
    """
    groups: list[list[Path]] = []
    size = 0
    for file in _not_ingested(files, retry_rejected):
        size += file.stat().st_size
        if not groups or len(groups[-1]) >= BATCH_FILES or size > BATCH_BYTES:
            groups.append([])
            size = file.stat().st_size
        groups[-1].append(file)
    return groups


def _not_ingested(files: Sequence[Path], retry_rejected: bool) -> list[Path]:
    with Warehouse.open() as warehouse:
        known = warehouse.known_files(with_rejected=not retry_rejected)
    return [file for file in files if (delivery_name(file), _sha256(file)) not in known]


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def ingest(paths: Sequence[Path] | None = None) -> BatchResult:
    """Ingests the inbox (or the given files), batch by batch; the result is over all of them.

    One process at a time: ``LeaseHeld`` where another was at it for too long.
    """
    with turn(INGEST) as lease:
        groups = batches(inbox_files(paths), retry_rejected=bool(paths))
        return concluded(
            [
                publish_readings([r for f in group for r in read_deliveries(f)], lease=lease)
                for group in groups
            ]
        )


def concluded(results: Sequence[BatchResult]) -> BatchResult:
    """The batches of a whole run as one result; incidents are brought up to date with it."""
    result = combined(results)
    look_after({d.name: d.message or "" for d in result.deliveries if d.status == "held"})
    return result


def combined(results: Sequence[BatchResult]) -> BatchResult:
    """Several batches as one result."""
    snapshots = [r.snapshot for r in results if r.snapshot is not None]
    return BatchResult(
        max(snapshots, default=None), tuple(outcome for r in results for outcome in r.deliveries)
    )


def publish_readings(readings: Sequence[Reading], *, lease: Lease | None = None) -> BatchResult:
    """Validates and commits a batch of readings; retried when another writer moved the base in between.

    ``LeaseLost`` where a ``lease`` is given and another process has taken it over: nothing was committed then.

    Where validation itself fails, the halves of the batch are tried by themselves, and so on, so that one that cannot
    be judged does not hold its neighbours. It is reported as held, is not in the ledger, and is tried again by the
    next run.
    """
    try:
        return _publish_together(readings, lease)
    except BatchHeld as error:
        if len(readings) == 1:
            log.error("%s is held: %s", readings[0].name, error.message)
            return BatchResult(None, (_held(readings[0], error),))
    half = len(readings) // 2
    return combined([publish_readings(part, lease=lease) for part in (readings[:half], readings[half:])])


def _held(reading: Reading, error: BatchHeld) -> DeliveryOutcome:
    return DeliveryOutcome(reading.name, "held", "VALIDATION_ERROR", error.message, 0, 0, 0, 0)


def _publish_together(readings: Sequence[Reading], lease: Lease | None) -> BatchResult:
    result = on_firm_ground(lambda warehouse: _publish(readings, warehouse, load_settings(), lease))
    log.info("batch of %d files: %s", len(readings), result.line())
    return result


def _publish(
    readings: Sequence[Reading], warehouse: Warehouse, settings: Settings, lease: Lease | None
) -> BatchResult:
    base = warehouse.snapshot()
    new, known = _split_known(readings, warehouse)
    if not new:
        return BatchResult(None, tuple(known))
    corrections = load_corrections(settings)
    with held_if_it_breaks():
        whole = judged(mended(new, settings, corrections), warehouse, settings, now_utc=now_utc())
        rows = [
            resolved(kind, new, warehouse, settings, corrections, held=whole.held) for kind in KINDS.values()
        ]
        batch = assembled(new, [r for r in rows if r is not None], whole)
        batch, marts = consequences(batch, warehouse, base, settings)
        snapshot = warehouse.publish(batch, marts, base=base, lease=lease)
    return BatchResult(snapshot, (*_outcomes(batch), *known))


@contextmanager
def held_if_it_breaks() -> Iterator[None]:
    """An error that values can cause becomes ``BatchHeld``, so that each delivery is tried alone."""
    try:
        yield
    except BatchHeld:
        raise
    except (TerminalError, *_OF_VALUES) as error:
        log.exception("a batch broke the line")
        raise BatchHeld(
            f"the rows could not be brought into the warehouse ({type(error).__name__}: "
            f"{' '.join(str(error).split())[:200]})",
            expected="every row to be loaded, held back or counted as a duplicate",
            fix="Nothing was published. Report the file as a defect; the next run tries it again.",
        ) from error


def _split_known(
    readings: Sequence[Reading], warehouse: Warehouse
) -> tuple[list[Reading], list[DeliveryOutcome]]:
    """Readings to record, and outcomes of those whose very name and bytes are in the ledger already."""
    new: list[Reading] = []
    known: list[DeliveryOutcome] = []
    in_ledger = warehouse.known_files(with_rejected=False)
    loaded = warehouse.loaded_names([reading.sha256 for reading in readings])
    for reading in readings:
        if (reading.name, reading.sha256) in in_ledger:
            known.append(DeliveryOutcome(reading.name, "known", None, "ingested before", 0, 0, 0, 0))
        else:
            new.append(_marked_duplicate(reading, new, loaded))
    return new, known


def _marked_duplicate(reading: Reading, earlier: Sequence[Reading], loaded: Mapping[str, str]) -> Reading:
    """The reading as it is, or as a duplicate of the first delivery of its bytes that could be read.

    ``loaded``: SHA-256 -> name of what is loaded already.
    """
    names = [loaded[reading.sha256]] if reading.sha256 in loaded else []
    names += [r.name for r in earlier if r.sha256 == reading.sha256 and r.status == "read"]
    if not names:
        return reading
    return replace(
        reading,
        status="duplicate",
        reason="DUPLICATE_FILE",
        message=f"the same bytes were delivered before as {names[0]}",
        frames={},
        faults={},
        findings=(),
        references=reading.references.clear(),
        rows_read=0,
    )


def _outcomes(batch: Batch) -> Iterator[DeliveryOutcome]:
    critical = batch.finding_frame().filter(pl.col("rule_id").is_in(GUARD_RULES))
    for row in batch.deliveries:
        mine = critical.filter(delivery_id=row.delivery_id) if row.status == "loaded" else critical.clear()
        yield _outcome(row, tuple(mine["message"]))


def _outcome(row: DeliveryRow, correction_problems: tuple[str, ...]) -> DeliveryOutcome:
    return DeliveryOutcome(
        row.file_name,
        row.status,
        row.reason,
        row.message,
        row.rows_read,
        row.rows_loaded,
        row.rows_quarantined,
        row.rows_duplicate,
        correction_problems,
    )
