"""Builds the quarantine: every row that is not loaded, as received, with all the rules it breaks.

Two roads lead here: rows that could not be read as records (faults) and rows that break a critical rule (failures).
What becomes of them later belongs to ``jobs.replay`` and ``warehouse.healing``.
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
    "remarks_json": pl.String,
    "raw_text": pl.String,
    "raw_json": pl.String,
    "iso_week": pl.String,
    "record_key": pl.String,
    "record_version": pl.Int64,
}
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)  # json.dumps would make one per cell
_DETAIL = ("rule_id", "column", "observed", "expected")


def quarantine_frame(
    kind: str, staged: pl.DataFrame, failures: pl.DataFrame, faults: pl.DataFrame
) -> pl.DataFrame:
    """One row per row held back (:data:`QUARANTINE_SCHEMA`), by delivery and line.

    ``staged`` has the model's columns, ``row_id``, ``delivery_id``, ``line_no`` and ``raw_text``; ``failures`` has
    ``row_id``, ``rule_id``, ``severity``, ``column``, ``observed``, ``expected``, of which only critical ones hold a
    row back and the others are remarks beside them;
    ``faults`` has ``delivery_id``, ``line_no``, ``raw_text``, ``raw_json`` and the same details.
    """
    held = [*_of_failures(kind, staged, failures), *_of_faults(faults)]
    rows = [{**row, "record_kind": kind, "severity": "critical"} for row in held]
    return pl.DataFrame(rows, schema=QUARANTINE_SCHEMA).sort("delivery_id", "line_no", maintain_order=True)


def _of_failures(kind: str, staged: pl.DataFrame, failures: pl.DataFrame) -> list[dict[str, Any]]:
    critical = failures.filter(severity="critical")
    details = _details_by(critical, ("row_id",))
    remarks = _details_by(failures.filter(pl.col("severity") != "critical"), ("row_id",))
    model = record_kind(kind)
    rows = staged.join(critical, on="row_id", how="semi")
    rows = rows.with_columns(iso_week=model.iso_week(), record_key=model.key_text())
    return [
        {
            "delivery_id": row["delivery_id"],
            "line_no": row["line_no"],
            "raw_text": row["raw_text"] or "",
            "raw_json": _as_json({c: row[c] for c in model.schema if row[c] is not None}),
            "iso_week": row["iso_week"],
            "record_key": row["record_key"],
            "record_version": row[model.version],
            "remarks_json": _as_json(said) if (said := remarks.get((row["row_id"],))) else None,
            **_summed_up(details[(row["row_id"],)]),
        }
        for row in rows.sort("row_id").iter_rows(named=True)
    ]


def _of_faults(faults: pl.DataFrame) -> list[dict[str, Any]]:
    key = ("delivery_id", "line_no")
    details = _details_by(faults, key)
    rows = faults.unique(list(key), keep="first", maintain_order=True)
    return [
        {
            "delivery_id": row["delivery_id"],
            "line_no": row["line_no"],
            "raw_text": row["raw_text"] or "",
            "raw_json": row["raw_json"],
            "iso_week": None,
            **_summed_up(details[(row["delivery_id"], row["line_no"])]),
        }
        for row in rows.iter_rows(named=True)
    ]


def _details_by(broken: pl.DataFrame, key: tuple[str, ...]) -> dict[tuple[Any, ...], list[dict[str, str]]]:
    found: dict[tuple[Any, ...], list[dict[str, str]]] = {}
    for row in broken.sort("rule_id", "column", maintain_order=True).iter_rows(named=True):
        found.setdefault(tuple(row[k] for k in key), []).append({k: row[k] for k in _DETAIL})
    return found


def _summed_up(details: list[dict[str, str]]) -> dict[str, str]:
    rules = sorted({detail["rule_id"] for detail in details})
    return {"rule_ids": ",".join(rules), "details_json": _as_json(details)}


def _as_json(value: Any) -> str:
    return _ENCODER.encode(value)
