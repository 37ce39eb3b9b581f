"""Builds the quarantine: every row that is not loaded, as received, with all the rules it breaks.

Two roads lead here: rows that could not be read as records (faults) and rows that break a critical rule (failures).
Keeping, replaying and waiving quarantined rows belongs to ``warehouse``.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from corridor_etl.model import kind as record_kind

QUARANTINE_SCHEMA = {
    "delivery_id": pl.String,
    "line_no": pl.Int64,
    "record_kind": pl.String,
    "rule_ids": pl.String,
    "severity": pl.String,
    "details_json": pl.String,
    "raw_text": pl.String,
    "raw_json": pl.String,
    "iso_week": pl.String,
}
_HELD = {name: dtype for name, dtype in QUARANTINE_SCHEMA.items() if name not in ("record_kind", "severity")}
_DETAIL = ("rule_id", "column", "observed", "expected")


def quarantine_frame(
    kind: str, staged: pl.DataFrame, failures: pl.DataFrame, faults: pl.DataFrame
) -> pl.DataFrame:
    """One row per row held back (:data:`QUARANTINE_SCHEMA`), by delivery and line.

    ``staged`` has the model's columns, ``row_id``, ``delivery_id``, ``line_no`` and ``raw_text``; ``failures`` has
    ``row_id``, ``rule_id``, ``severity``, ``column``, ``observed``, ``expected``, of which only critical ones count;
    ``faults`` has ``delivery_id``, ``line_no``, ``raw_text``, ``raw_json`` and the same details.
    """
    held = pl.concat([_of_failures(kind, staged, failures), _of_faults(faults)])
    return (
        held.with_columns(record_kind=pl.lit(kind), severity=pl.lit("critical"))
        .select(*QUARANTINE_SCHEMA)
        .sort("delivery_id", "line_no", maintain_order=True)
    )


def _of_failures(kind: str, staged: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    critical = failures.filter(severity="critical")
    model = record_kind(kind)
    rows = staged.join(critical, on="row_id", how="semi").sort("row_id")
    return (
        rows.with_columns(
            pl.col("raw_text").fill_null(""),
            iso_week=model.iso_week(),
            raw_json=_rows_as_json(rows.select(*model.schema)),
        )
        .join(_summed_up(critical, "row_id"), on="row_id", maintain_order="left")
        .select(*_HELD)
        .cast(_HELD)
    )


def _of_faults(faults: pl.DataFrame) -> pl.DataFrame:
    key = ("delivery_id", "line_no")
    return (
        faults.unique(list(key), keep="first", maintain_order=True)
        .with_columns(pl.col("raw_text").fill_null(""), iso_week=pl.lit(None, dtype=pl.String))
        .join(_summed_up(faults, *key), on=key, maintain_order="left", nulls_equal=True)
        .select(*_HELD)
        .cast(_HELD)
    )


def _summed_up(broken: pl.DataFrame, *key: str) -> pl.DataFrame:
    """Per row its rules, each once, and all details as JSON, both by rule."""
    detail = pl.DataFrame({"details_json": list(map(_as_json, broken.select(_DETAIL).iter_rows(named=True)))})
    return (
        pl.concat([broken, detail.cast({"details_json": pl.String})], how="horizontal")
        .sort("rule_id", "column", maintain_order=True)
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("rule_id").unique(maintain_order=True).str.join(",").alias("rule_ids"),
            pl.format("[{}]", pl.col("details_json").str.join(", ")),
        )
    )


def _rows_as_json(rows: pl.DataFrame) -> pl.Series:
    """Each row as a JSON object of its filled cells, written by column."""
    cells = [
        [None if cell is None else f"{_as_json(name)}: {_as_json(cell)}" for cell in rows[name].to_list()]
        for name in rows.columns
        if rows[name].null_count() < rows.height
    ]
    texts = ["{" + ", ".join(filter(None, row)) + "}" for row in zip(*cells, strict=True)]
    return pl.Series("raw_json", texts or ["{}"] * rows.height, dtype=pl.String)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
