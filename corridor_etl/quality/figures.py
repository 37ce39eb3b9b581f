"""Data quality figures: shares, ages and lags of a source in a week, of what the corridor's sources have in common.

Pure functions of counts and of the limits of ``corridor.toml``; whole numbers until the last division. Where the counts
come from belongs to ``jobs.quality_figures``; what each figure means is said in docs/quality_figures.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor_etl.quality.grades import share
from corridor_etl.settings import Quality

_N, _T = pl.Int64(), pl.String()
SOURCE_COUNTS: dict[str, pl.DataType] = {
    "source_id": _T,
    "files": _N,
    "files_rejected": _N,
    "files_repeated": _N,
    "rows_read": _N,
    "rows_duplicate": _N,
    "rows_judged": _N,
    "rows_held": _N,
    "rows_corrected": _N,
    "cells": _N,
    "cells_empty": _N,
    "weeks_due": _N,
    "weeks_late": _N,
    "rows_timed": _N,
    "lag_median_s": _N,
    "lag_p90_s": _N,
    "open_rows": _N,
    "open_age_median_s": _N,
    "open_age_most_s": _N,
    "healed_rows": _N,
    "decided_rows": _N,
    "orphans_waiting": _N,
}
"""What is counted per source family; lags and ages are null where there is nothing to measure."""

SOURCE_LIGHTS = (
    "completeness_pct", "validity_pct", "uniqueness_pct", "on_time_pct", "corrected_per_1000", "open_age_most_days",
)  # fmt: skip
CORRIDOR_LIGHTS = ("consistency_due_pct", "coverage_due_pct")
_MEASURED = (
    *SOURCE_LIGHTS[:4], "lag_median_hours", "lag_p90_hours", "corrected_per_1000", "open_age_median_days",
    "open_age_most_days",
)  # fmt: skip
SOURCE_FIGURES = (*SOURCE_COUNTS, *_MEASURED, "light", "reasons")
CORRIDOR_FIGURES = (
    "containers", "containers_linked", "containers_pending", "trains", "trains_covered", "trains_pending",
    "consistency_pct", "coverage_pct", *CORRIDOR_LIGHTS, "light", "reasons",
)  # fmt: skip
TRAIN = ("service_id", "direction", "train_no", "departure_on_local")
TOP_RULES = 10
_COLOURS = ("green", "amber", "red")
_HOUR_S, _DAY_S = 3600, 86400


def source_figures(counts: pl.DataFrame, limits: Quality) -> pl.DataFrame:
    """Columns :data:`SOURCE_FIGURES`, by source, of :data:`SOURCE_COUNTS`; a figure of nothing is null.

    Shares in per cent, lags in hours and ages in days. ``reasons`` names each that is not green, the worst first.
    """
    passed = pl.max_horizontal(pl.col("rows_judged") - pl.col("rows_held"), 0)
    measured = counts.with_columns(
        share("cells", pl.col("cells") - pl.col("cells_empty"), 100).alias("completeness_pct"),
        share("rows_judged", passed, 100).alias("validity_pct"),
        share("rows_read", pl.col("rows_read") - pl.col("rows_duplicate"), 100).alias("uniqueness_pct"),
        share("weeks_due", pl.col("weeks_due") - pl.col("weeks_late"), 100).alias("on_time_pct"),
        share("rows_judged", pl.col("rows_corrected"), 1000).alias("corrected_per_1000"),
        (pl.col("lag_median_s") / _HOUR_S).alias("lag_median_hours"),
        (pl.col("lag_p90_s") / _HOUR_S).alias("lag_p90_hours"),
        (pl.col("open_age_median_s") / _DAY_S).alias("open_age_median_days"),
        (pl.col("open_age_most_s") / _DAY_S).alias("open_age_most_days"),
    )
    lit = lighted(measured, {name: getattr(limits, name) for name in SOURCE_LIGHTS})
    return lit.select(SOURCE_FIGURES).sort("source_id")


def corridor_figures(items: pl.DataFrame, limits: Quality) -> pl.DataFrame:
    """One row of :data:`CORRIDOR_FIGURES` about reconciled items of one week, without boxes known to be empty.

    ``items`` has subject, outcome, the three ``in_`` columns, manifest_full_empty, port_full_empty and
    :data:`TRAIN`. Consignments are left out: their boxes are items of their own. The light is that of what is due:
    without boxes and trains that lack a source whose document can still come.
    """
    load = pl.coalesce("manifest_full_empty", "port_full_empty")
    boxes = items.filter(pl.col("subject") != "consignment", load.ne_missing("E")).with_columns(
        is_pending=pl.col("outcome") == "pending",
        in_all=pl.col("in_manifest") & pl.col("in_declaration") & pl.col("in_port_record"),
    )
    counted = pl.concat(
        [_covered(boxes, "containers", "containers_linked"), _trains(boxes)], how="horizontal"
    )
    measured = counted.with_columns(
        share("containers", pl.col("containers_linked"), 100).alias("consistency_pct"),
        share("trains", pl.col("trains_covered"), 100).alias("coverage_pct"),
        _share_due("containers", "containers_linked").alias("consistency_due_pct"),
        _share_due("trains", "trains_covered").alias("coverage_due_pct"),
    )
    lit = lighted(measured, {name: getattr(limits, name) for name in CORRIDOR_LIGHTS})
    return lit.select(CORRIDOR_FIGURES)


def _covered(things: pl.DataFrame, name: str, covered: str) -> pl.DataFrame:
    """How many there are, how many all sources know, and of the others how many can still become so."""
    return things.select(
        pl.len().cast(_N).alias(name),
        pl.col("in_all").sum().cast(_N).alias(covered),
        (pl.col("is_pending") & ~pl.col("in_all")).sum().cast(_N).alias(f"{name}_pending"),
    )


def _trains(boxes: pl.DataFrame) -> pl.DataFrame:
    """The same of trains on loading lists, known to a source that knows one of their boxes."""
    sides = pl.col("in_declaration").any() & pl.col("in_port_record").any()
    listed = boxes.filter("in_manifest").group_by(TRAIN)
    trains = listed.agg(sides.alias("in_all"), pl.col("is_pending").any())
    return _covered(trains, "trains", "trains_covered")


def top_rules(hits: pl.DataFrame) -> pl.DataFrame:
    """source_id, rule_id, severity and rows of at most :data:`TOP_RULES` rules of each source, the most rows first."""
    keys = ["source_id", "rule_id", "severity"]
    summed = hits.group_by(keys).agg(pl.col("rows").sum()).filter(pl.col("rows") > 0)
    ordered = summed.sort("source_id", -pl.col("rows"), "rule_id", "severity")
    return ordered.group_by("source_id", maintain_order=True).head(TOP_RULES).select(*keys, "rows")


def lighted(measured: pl.DataFrame, limits: Mapping[str, tuple[float, float]]) -> pl.DataFrame:
    """Adds ``light`` (the colour of the worst figure, null where none is judged) and ``reasons``."""
    ranks = {name: _rank(name, pair) for name, pair in limits.items()}
    worst = pl.max_horizontal(*ranks.values())
    why = [
        pl.when(rank == colour).then(_reason(name, limits[name], colour))
        for colour in (2, 1)
        for name, rank in ranks.items()
    ]
    return measured.with_columns(
        worst.replace_strict(dict(enumerate(_COLOURS)), default=None, return_dtype=_T).alias("light"),
        pl.concat_str(why, separator="; ", ignore_nulls=True).alias("reasons"),
    )


def _share_due(of: str, part: str) -> pl.Expr:
    """The share of what is not pending."""
    due = pl.col(of) - pl.col(f"{of}_pending")
    return pl.when(due > 0).then(pl.col(part) * 100 / due)


def _is_most(name: str) -> bool:
    return not name.endswith("_pct")


def _rank(name: str, limits: tuple[float, float]) -> pl.Expr:
    """How many limits the figure misses; null where there is nothing to judge."""
    value = pl.col(name)
    missed = [(value > limit if _is_most(name) else value < limit).cast(_N) for limit in limits]
    return pl.when(value.is_not_null()).then(pl.sum_horizontal(missed))


def _reason(name: str, limits: tuple[float, float], colour: int) -> pl.Expr:
    sign = ">" if _is_most(name) else "<"
    return pl.format(f"{_COLOURS[colour]}: {name} {{}} {sign} {limits[colour - 1]:g}", pl.col(name).round(2))
