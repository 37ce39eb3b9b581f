"""Writes the ledger records of a batch, after checking that every row is accounted for."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, func, select

from corridor_etl.errors import BalanceBroken, UsageError
from corridor_etl.warehouse import profiles, validation_results
from corridor_etl.warehouse.batch import Batch, DeliveryRow
from corridor_etl.warehouse.frames import insert
from corridor_etl.warehouse.schema import (
    CHECK_RESULT,
    CORRECTION_EFFECT,
    DELIVERY,
    DELIVERY_WEEK,
    FINDING,
    QUARANTINE,
)

CORRECTION_RULE = "CORRECTION"
_COUNTED = ("rows_loaded", "rows_quarantined", "rows_duplicate")


def check_balance(batch: Batch, written: pl.DataFrame) -> None:
    """``BalanceBroken`` if a loaded delivery's counts do not add up or are not the rows that were written.

    ``written`` are all rows of the batch by record kind, delivery and week (:data:`.parts.COUNTS`).
    """
    loaded = Counter(dict(own_rows(batch, written).group_by("delivery_id").agg(pl.sum("rows")).iter_rows()))
    quarantined = Counter(_per_delivery(batch.quarantine_frame()))
    ids = Counter(d.delivery_id for d in batch.deliveries if d.status == "loaded")
    if twice := sorted(i for i, n in ids.items() if n > 1):
        raise UsageError(f"the batch loads {twice[0]} twice", fix="Record the second as a duplicate.")
    if unknown := sorted((set(loaded) | set(quarantined)) - set(ids)):
        raise BalanceBroken(
            f"the batch has rows of {unknown[0]}, which it does not load", delivery_id=unknown[0]
        )
    for delivery in batch.deliveries:
        if delivery.status == "loaded":
            _check_delivery(delivery, loaded[delivery.delivery_id], quarantined[delivery.delivery_id])


def _check_delivery(delivery: DeliveryRow, loaded: int, quarantined: int) -> None:
    accounted = loaded + quarantined + delivery.rows_duplicate
    claimed = (delivery.rows_loaded, delivery.rows_quarantined)
    if delivery.rows_read != accounted or claimed != (loaded, quarantined):
        raise BalanceBroken(
            f"{delivery.file_name}: {delivery.rows_read} rows read, {delivery.rows_loaded} said to be loaded "
            f"and {delivery.rows_quarantined} quarantined",
            expected=f"{loaded} loaded + {quarantined} quarantined + {delivery.rows_duplicate} duplicate",
            fix="The reader loses or invents rows; nothing was published.",
            delivery_id=delivery.delivery_id,
        )


def own_rows(batch: Batch, written: pl.DataFrame) -> pl.DataFrame:
    """What was written of the batch's own deliveries: all but the rows that left the quarantine."""
    healed = batch.healed_counts().with_columns(-pl.col("rows"))
    keys = [c for c in written.columns if c != "rows"]
    return pl.concat([written, healed]).group_by(keys).sum().filter(pl.col("rows") != 0).sort(keys)


def _per_delivery(frame: pl.DataFrame) -> dict[str, int]:
    return dict(frame.group_by("delivery_id").len().iter_rows()) if frame.height else {}


def insert_batch(connection: Connection, batch: Batch, written: pl.DataFrame, snapshot: int) -> None:
    """Inserts deliveries, their weeks, quarantine, findings, checks, effects of corrections, validation results.

    ``written`` is as in :func:`check_balance`.
    """
    recorded = [(d, _insert_delivery(connection, d, snapshot)) for d in batch.deliveries]
    numbers = {d.delivery_id: number for d, number in recorded if d.status == "loaded"}
    weeks = _weeks(batch, written).with_columns(
        pl.col("delivery_id").replace_strict(numbers, return_dtype=pl.Int64)
    )
    insert(connection, DELIVERY_WEEK, weeks.rename({"delivery_id": "delivery_no"}))
    seen = dict.fromkeys(("first_seen_at_utc", "last_seen_at_utc"), batch.received_at_utc)
    held = _decided(batch.quarantine_frame(), batch.received_at_utc, snapshot)
    insert(connection, QUARANTINE, held, **seen, snapshot=snapshot)
    insert(connection, FINDING, batch.finding_frame(), snapshot=snapshot)
    insert(connection, CHECK_RESULT, batch.check_frame(), snapshot=snapshot)
    insert(connection, CORRECTION_EFFECT, batch.effect_frame(), snapshot=snapshot)
    validation_results.record(connection, batch.validation_frame(), snapshot)
    profiles.record(connection, batch, numbers)


def _decided(held: pl.DataFrame, at_utc: datetime, snapshot: int) -> pl.DataFrame:
    """What a correction drops was decided by whoever wrote it; everything else in quarantine waits for a person."""
    is_dropped = pl.col("rule_ids") == CORRECTION_RULE
    decision = {
        "decided_by": pl.lit("correction"),
        "decision_reason": pl.col("details_json").str.json_path_match("$[0].expected"),
        "decided_at_utc": pl.lit(at_utc).cast(pl.Datetime("us", "UTC")),
        "decided_snapshot": pl.lit(snapshot, dtype=pl.Int64),
    }
    state = pl.when(is_dropped).then(pl.lit("discarded")).otherwise(pl.lit("open"))
    told = {name: pl.when(is_dropped).then(value) for name, value in decision.items()}
    return held.with_columns(state=state, **told)


def _insert_delivery(connection: Connection, delivery: DeliveryRow, snapshot: int) -> int:
    values = {**asdict(delivery), "snapshot": snapshot}
    del values["delivery_no"]
    if delivery.status == "duplicate" and delivery.first_delivery_no is None:
        values["first_delivery_no"] = connection.scalar(
            select(func.min(DELIVERY.c.delivery_no)).where(DELIVERY.c.sha256 == delivery.sha256)
        )
    recorded = connection.execute(DELIVERY.insert().returning(DELIVERY.c.delivery_no), values)
    return int(recorded.scalar_one())


def _weeks(batch: Batch, written: pl.DataFrame) -> pl.DataFrame:
    """delivery_id, iso_week and the three counts: which weeks each loaded delivery speaks about."""
    held = batch.quarantine_frame().group_by("delivery_id", "iso_week").len("rows")
    repeated = batch.duplicate_frame().group_by("delivery_id", "iso_week").len("rows")
    counted = [
        frame.select(
            "delivery_id",
            pl.col("iso_week").fill_null(""),
            *((pl.col("rows").cast(pl.Int64) * int(c == counter)).alias(c) for c in _COUNTED),
        )
        for frame, counter in zip((own_rows(batch, written), held, repeated), _COUNTED, strict=True)
    ]
    keys = ["delivery_id", "iso_week"]
    return pl.concat(counted).group_by(keys).sum().sort(keys)
