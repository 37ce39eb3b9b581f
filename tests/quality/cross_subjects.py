"""Subjects in a few words: one good subject of each kind, and frames made of them with single cells changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from corridor_etl.model import CROSS_SCHEMA

_ABOUT = {"record_kind": "manifest_container", "record_key": "K", "delivery_id": "0123456789abcdef", "line_no": 2,
          "iso_week": "2025-W23", "container_nos": "MSKU9070323", "train_no": "X9001"}  # fmt: skip

GOOD_SUBJECTS: dict[str, dict[str, Any]] = {
    "trip": {
        **_ABOUT, "is_transit": False, "declared_gap_days": 0, "declarations_ahead_days": 20, "port_exit_hours": "96.5",
        "port_ahead_days": 20, "full_empty": "F", "port_full_empty": "F", "size_type": "45G1", "port_size_type": "45G1",
        "gross_gross_kg": "27900", "port_weighed_kg": "27900", "laden_gap_days": 40, "seal_changes": 0,
        "seal_trail": "GTIN CN1 > list CN1", "booked_at_utc": "2025-05-20T02:00:00",
        "stuffed_at_utc": "2025-05-30T02:00:00", "gate_in_at_utc": "2025-06-01T02:00:00",
        "departed_at_utc": "2025-06-05T02:00:00", "border_arrived_at_utc": "2025-06-05T06:00:00",
        "transshipped_at_utc": "2025-06-05T12:00:00", "border_departed_at_utc": "2025-06-05T18:00:00",
        "arrived_at_utc": "2025-06-06T04:00:00", "delivered_at_utc": "2025-06-06T14:00:00",
        "returned_at_utc": "2025-06-12T02:00:00",
    },
    "leg": {
        **_ABOUT, "leg": "YIN-HRS", "leg_hours": "3.5", "leg_least_hours": "1", "leg_most_hours": "48",
        "leg_p95_hours": "4.3", "leg_trips": 30,
    },
    "visit": {
        **_ABOUT, "gate_in_at_utc": "2025-06-01T02:00:00", "loaded_at_utc": "2025-06-01T06:00:00",
        "left_at_utc": "2025-06-01T09:00:00", "visit_on_local": "2025-06-01",
    },
    "declared": {**_ABOUT, "train_gap_days": 1, "lists_after_release_days": 30},
    "consignment": {
        **_ABOUT, "listed_gross_kg": "24000", "declared_gross_kg": "24000", "listed_packages": 900,
        "declared_packages": 900, "listed_chapters": "69", "declared_chapters": "69 85",
    },
    "reexport": {
        **_ABOUT, "is_transit": False, "origin_country": "JP", "supervision_mode": "1234", "imports_ahead_days": 30,
    },
    "port_load": {**_ABOUT, "list_gap_days": 4, "lists_after_loading_days": 30},
    "train": {
        **_ABOUT, "border_in_boxes": 20, "border_out_boxes": 20, "left_behind": "", "border_ahead_days": 30,
        "booked_boxes": 20, "no_show_boxes": 0, "booked_teu": "40", "capacity_teu": "40", "lists_after_train_days": 7,
    },
    "mirror": {
        **_ABOUT, "export_value_usd": "100000", "import_value_usd": "112000", "export_net_kg": "23000",
        "import_net_kg": "23000",
    },
}  # fmt: skip


def subject_frame(*rows: tuple[str, dict[str, Any]]) -> pl.DataFrame:
    """One row per (kind of subject, change of the good one)."""
    full = [{**GOOD_SUBJECTS[subject], "subject": subject, **change} for subject, change in rows]
    cells = {name: [_typed(row.get(name), dtype) for row in full] for name, dtype in CROSS_SCHEMA.items()}
    cells["subject_key"] = [f"S{i}" for i in range(len(full))]
    frame = pl.DataFrame(cells, schema=CROSS_SCHEMA)
    return frame.with_row_index("row_id").cast({"row_id": pl.Int64})


def _typed(value: Any, dtype: pl.DataType) -> Any:
    if not isinstance(value, str) or dtype == pl.String():
        return value
    if dtype == pl.Date():
        return date.fromisoformat(value)
    if isinstance(dtype, pl.Datetime):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return Decimal(value)
