"""Made-up port events over 52 ISO weeks, 20 columns filled, a delivery a day; and the weekly mart beside them.

All cells follow from the row's number. Events lie up to a day and a half before their place in the order, so that a
delivery speaks about two weeks now and then. Deliveries are in the order of their ids, rows in that of their lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from corridor_etl.model import kind
from corridor_etl.warehouse import DeliveryRow

KIND = kind("port_event")
WEEKS, DAYS = 52, 364
_PART_ROWS = 500_000
_MONDAY = datetime(2025, 1, 6, tzinfo=UTC)
_DAY_US = 86_400_000_000
_JITTER_US = 130_000  # times at most a million: a day and a half
RECEIVED_AT_UTC = datetime(2026, 1, 5, 1, tzinfo=UTC)
_row = pl.col("row_no")
_h = _row * 7_368_787 % 1_000_003


def weeks() -> list[str]:
    """The ISO weeks the events lie in."""
    return [(_MONDAY + timedelta(weeks=n)).strftime("%G-W%V") for n in range(WEEKS)]


def write(path: Path, rows: int) -> None:
    """One Parquet file of this many parsed rows: the model's columns, ``delivery_id`` and ``line_no``."""
    frames = [_events(min(_PART_ROWS, rows - first), first, rows) for first in range(0, rows, _PART_ROWS)]
    pl.concat(frames).sink_parquet(path, row_group_size=100_000)


def write_correction(source: Path, path: Path, week: str) -> None:
    """The rows of one week again, by one delivery, each as version 2."""
    rows = pl.scan_parquet(source).filter(KIND.iso_week() == week)
    again = {"version": pl.lit(2, dtype=pl.Int64), "delivery_id": pl.lit(identity("correction"))}
    rows.with_columns(**again).with_columns(line_no=pl.int_range(2, pl.len() + 2)).sink_parquet(path)


def identity(name: str) -> str:
    """A delivery id."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def deliveries(source: Path) -> list[DeliveryRow]:
    """The deliveries a file of rows came in, each with all its rows loaded."""
    counted = pl.scan_parquet(source).group_by("delivery_id").len("rows").sort("delivery_id").collect()
    return [_delivery(name, rows) for name, rows in counted.iter_rows()]


def _delivery(name: str, rows: int) -> DeliveryRow:
    return DeliveryRow(
        delivery_id=name,
        sha256=name + hashlib.sha256(name.encode()).hexdigest()[16:],
        file_name=f"quay/{name}.csv",
        size_bytes=rows * 200,
        received_at_utc=RECEIVED_AT_UTC,
        status="loaded",
        sender_id="quay",
        source_id="port_events",
        record_kind=KIND.name,
        format="terminal_csv",
        rows_read=rows,
        rows_loaded=rows,
    )


def mart(changed: Sequence[str] = ()) -> dict[str, pl.DataFrame]:
    """Throughput of 52 weeks by service, direction, flow, chapter and load; other figures in the ``changed`` weeks."""
    cells = pl.DataFrame({"iso_week": weeks()})
    for name, values in _DIMENSIONS.items():
        cells = cells.join(pl.DataFrame({name: values}), how="cross")
    boxes = pl.int_range(1, cells.height + 1, dtype=pl.Int64) % 90 + pl.col("iso_week").is_in(changed)
    measures = ("boxes", "boxes_unknown_size", "teu_x100", "cargo_gross_g", "cargo_net_g")
    return {
        "mart_throughput_week": cells.with_columns(
            (boxes * 10**n).alias(name) for n, name in enumerate(measures)
        )
    }


_DIMENSIONS = {
    "service_id": ["YIN-ALA", "YXE", "NGB-KZ"],
    "direction": ["W", "E"],
    "flow": ["EXPORT_DOMESTIC", "IMPORT"],
    "hs_chapter": [f"{n:02}" for n in range(1, 41)],
    "full_empty": ["F"],
}


def _pick(values: str | Sequence[object]) -> pl.Expr:
    return pl.lit(pl.Series(list(values))).gather(_h % len(values))


def _events(rows: int, first: int, total: int) -> pl.LazyFrame:
    numbered = pl.select(pl.int_range(first, first + rows, dtype=pl.Int64).alias("row_no")).lazy()
    ids = [f"{day:04x}{identity(str(day))[:12]}" for day in range(DAYS)]
    lineage = {
        "delivery_id": pl.lit(pl.Series(ids)).gather(_row * DAYS // total),
        "line_no": _row - (_row * DAYS // total * total // DAYS) + 2,
    }
    cells = _cells(total)
    typed = {
        name: cells.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in KIND.schema.items()
    }
    return numbered.select(*typed.values(), **lineage)


def _cells(total: int) -> dict[str, pl.Expr]:
    start = pl.lit(_MONDAY.replace(tzinfo=None)).dt.cast_time_unit("us")
    at = start + pl.duration(microseconds=_row * (WEEKS * 7 * _DAY_US // total) - _h * _JITTER_US)
    at = pl.max_horizontal(at, start)
    return {
        "event_code": _pick(["GTIN", "GTOT", "LOAD", "DISC", "RAIL_LOAD", "RAIL_UNLD", "ARRI", "DEPA"]),
        "classifier": pl.lit("ACT"),
        "container_no": pl.lit("QZ")
        + _pick("ABCDEFGH")
        + "U"
        + (_row * 7_919 % 9_999_991).cast(pl.String).str.zfill(7),
        "size_type": _pick(["45G1", "22G1", "42G1", "45R1"]),
        "teu": _pick([2, 1, 2, 2]),
        "full_empty": _pick("FFFE"),
        "facility_code": _pick(["CNNBG", "CNYIU", "CNYIN", "KZHOR", "KZALA"]),
        "facility_node": _pick(["NGB", "YIU", "YIN", "ALT", "ALA"]),
        "transport_mode": _pick(["road", "sea", "rail"]),
        "conveyance_name": pl.lit("QINGZHOU ") + (_h % 400).cast(pl.String),
        "gross_gross_kg": 4_000 + _row * 104_729 % 24_001,
        "booking_no": pl.lit("BK") + (_row // 3).cast(pl.String),
        "event_at_utc": (at - pl.duration(hours=8)).dt.replace_time_zone("UTC"),
        "event_at_local": at,
        "event_on_local": at.dt.date(),
        "timezone": pl.lit("Asia/Shanghai"),
        "timezone_source": pl.lit("node"),
        "document_key": pl.lit("D") + (_row // 50).cast(pl.String),
        "version": pl.lit(1),
        "action": pl.lit("insert"),
    }
