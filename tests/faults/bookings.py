"""Batches of bookings without a file behind them, for faults below the level of jobs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import polars as pl

from corridor_etl.model import kind
from corridor_etl.warehouse import Batch, DeliveryRow

NOW = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)


def batch_of(name: str, rows: int = 8) -> Batch:
    """One delivery of so many bookings in four weeks."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    delivery = DeliveryRow(
        delivery_id=sha256[:16], sha256=sha256, file_name=f"booking_desk/{name}.csv", size_bytes=len(name),
        received_at_utc=NOW, status="loaded", sender_id="booking_desk", source_id="bookings",
        record_kind="booking", format="booking_csv", dialect="csv utf-8 ,", rows_read=rows, rows_loaded=rows,
    )  # fmt: skip
    wanted = {**kind("booking").schema, "delivery_id": pl.String(), "line_no": pl.Int64()}
    known = pl.DataFrame({"line_no": range(1, rows + 1)}).with_columns(
        booking_no=pl.format(f"{name}-{{}}-{{}}", "line_no", pl.col("line_no").hash(1)),
        service_id=pl.lit("YIN-ALA"),
        direction=pl.lit("W"),
        departure_on_local=pl.date(2025, 3, 3) + pl.duration(weeks=pl.col("line_no") % 4),
        containers=pl.lit(1),
        booked_at_utc=pl.lit(NOW),
        booking_status=pl.lit("confirmed"),
        version=pl.lit(1),
        action=pl.lit("insert"),
        delivery_id=pl.lit(delivery.delivery_id),
    )
    frame = known.select(
        pl.col(column).cast(dtype) if column in known.columns else pl.lit(None, dtype=dtype).alias(column)
        for column, dtype in wanted.items()
    )
    return Batch(deliveries=[delivery], received_at_utc=NOW, rows={"booking": frame})
