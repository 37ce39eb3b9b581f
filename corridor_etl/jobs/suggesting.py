"""Puts suggestions for mistyped container numbers into a batch: for its own rows, and for open rows of earlier ones.

Which number is suggested is decided in ``quality.suggestions``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from corridor_etl.jobs.current import Current
from corridor_etl.model import KINDS, RecordKind
from corridor_etl.quality.suggestions import COLUMN, RULES, candidates, suggestions
from corridor_etl.warehouse import Batch, Warehouse

_TRAINS = ("train_no", "conveyance_name")
_SEEN = {COLUMN: pl.String, "source_id": pl.String, "train_no": pl.String, "iso_week": pl.String}
_HELD = {"row": pl.Int64, **_SEEN}


def with_suggestions(batch: Batch, current: Current) -> Batch:
    """The batch with a suggestion beside each of its held rows, and with those of open rows that change.

    ``current`` are the records as they are once the batch is committed.
    """
    warehouse = current.warehouse
    before = _still_open(batch, warehouse)
    rows = [*before.to_dicts(), *batch.quarantine_frame().to_dicts()]
    sources = _sources(batch, warehouse) if rows else {}
    held = pl.DataFrame([_held(i, row, sources) for i, row in enumerate(rows)], schema=_HELD)
    numbers = {c for n in held[COLUMN].drop_nulls() for c in candidates(n)}
    if not numbers and not before["suggestion"].is_not_null().any():
        return batch
    found = suggestions(held, _seen(current, numbers, sources))["suggestion"]
    changed = before.select("quarantine_id", "suggestion", now=found[: before.height]).filter(
        pl.col("suggestion").ne_missing(pl.col("now"))
    )
    return replace(
        batch,
        quarantine=batch.quarantine_frame().with_columns(suggestion=found[before.height :]),
        suggested=changed.select("quarantine_id", suggestion="now"),
    )


def _still_open(batch: Batch, warehouse: Warehouse) -> pl.DataFrame:
    """Open rows of earlier batches with a wrong container number, as they are once the batch is committed."""
    names = (
        "quarantine_id",
        "delivery_id",
        "record_kind",
        "details_json",
        "raw_json",
        "iso_week",
        "suggestion",
    )
    rows = warehouse.quarantine(state="open", rules=RULES).select(names)
    left = rows.join(batch.healed_frame(), on="quarantine_id", how="anti", maintain_order="left")
    anew = batch.refreshed_frame().select("quarantine_id", "details_json", "raw_json", "iso_week")
    return left.update(anew, on="quarantine_id", include_nulls=True) if anew.height else left


def _held(number: int, row: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, Any]:
    details = json.loads(row["details_json"])
    is_mistyped = any(d["rule_id"] in RULES and d["column"] == COLUMN for d in details)
    cells = json.loads(row["raw_json"] or "{}") if is_mistyped else {}
    return {
        "row": number,
        COLUMN: cells.get(COLUMN),
        "source_id": sources.get(row["delivery_id"], row["record_kind"]),
        "train_no": next((cells[name] for name in _TRAINS if name in cells), None),
        "iso_week": row["iso_week"],
    }


def _sources(batch: Batch, warehouse: Warehouse) -> dict[str, str]:
    """delivery_id -> source family; deliveries that belong to none are left out."""
    known = warehouse.deliveries().select("delivery_id", "source_id").drop_nulls()
    return dict(known.iter_rows()) | {d.delivery_id: d.source_id for d in batch.deliveries if d.source_id}


def _seen(current: Current, numbers: Iterable[str], sources: Mapping[str, str]) -> pl.DataFrame:
    """Where each of some container numbers is named in loaded records."""
    wanted = pl.DataFrame({COLUMN: sorted(numbers)}, schema={COLUMN: pl.String})
    boxes = wanted.to_series()
    found = [
        _named(kind, current.of_boxes(name, boxes) if COLUMN in kind.key else current[name], sources)
        for name, kind in KINDS.items()
    ]
    return pl.concat(
        [pl.DataFrame(schema=_SEEN), *(f.join(wanted, on=COLUMN, how="semi") for f in found if f is not None)]
    )


def _named(kind: RecordKind, rows: pl.DataFrame, sources: Mapping[str, str]) -> pl.DataFrame | None:
    if COLUMN in kind.schema:
        number, is_list = pl.col(COLUMN), False
    elif "container_nos" in kind.schema:
        number, is_list = pl.col("container_nos").str.split(" "), True
    else:
        return None
    train = next((pl.col(name) for name in _TRAINS if name in kind.schema), pl.lit(None, dtype=pl.String))
    source = pl.col("delivery_id").replace_strict(sources, default=kind.name, return_dtype=pl.String)
    named = rows.select(
        number.alias(COLUMN), source.alias("source_id"), train.alias("train_no"), pl.col("iso_week")
    )
    return named.explode(COLUMN) if is_list else named
