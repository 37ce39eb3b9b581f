"""What validation says: the rows that break rules, and how each rule fared over the batch.

Made from the results of Great Expectations; running the rules belongs to ``runner``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from corridor_etl.quality.suites import expected_text, resolved

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult

    from corridor_etl.quality.polars_engine import FailingRows

FAILURE_SCHEMA = {
    "row_id": pl.Int64,
    "rule_id": pl.String,
    "severity": pl.String,
    "column": pl.String,
    "observed": pl.String,
    "expected": pl.String,
}
CHECK_SCHEMA = {
    "rule_id": pl.String,
    "severity": pl.String,
    "evaluated": pl.Int64,
    "unexpected": pl.Int64,
    "success": pl.Boolean,
}
SEVERITIES = ("info", "warning", "critical")


@dataclass(frozen=True)
class Verdict:
    """``failures``: one row per row and rule broken (:data:`FAILURE_SCHEMA`), by ``row_id`` and rule. ``checks``: one
    row per rule (:data:`CHECK_SCHEMA`); ``evaluated`` counts the rows the rule could judge."""

    failures: pl.DataFrame
    checks: pl.DataFrame


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """What was said of several frames by one suite, as of one; rows of different frames may have the same number."""
    if len(verdicts) == 1:
        return verdicts[0]
    checks = pl.concat(verdict.checks for verdict in verdicts).group_by("rule_id", "severity")
    counts = checks.agg(pl.col("evaluated", "unexpected").sum(), pl.col("success").all())
    failures = pl.concat(verdict.failures for verdict in verdicts)
    return Verdict(failures, counts.select(list(CHECK_SCHEMA)).sort("rule_id"))


def verdict_of(
    failing: FailingRows,
    results: list[ExpectationValidationResult],
    parameters: dict[str, Any],
) -> Verdict:
    """The results of one suite as a verdict; ``failing`` has ``row_id`` and the columns that rules name in ``meta``.

    Rows a rule could not judge are missing in its result.
    """
    broken = [result for result in results if result.result["unexpected_count"]]
    failures = [_failures(failing, result, parameters) for result in broken]
    counts = [
        {
            "rule_id": result.expectation_config.meta["rule_id"],
            "severity": result.expectation_config.severity.value,
            "evaluated": result.result["element_count"] - result.result.get("missing_count", 0),
            "unexpected": result.result["unexpected_count"],
        }
        for result in results
    ]
    every = pl.concat([pl.DataFrame(schema=FAILURE_SCHEMA), *failures])
    return Verdict(every.sort("row_id", "rule_id", "column"), _checks(counts))


def _failures(
    failing: FailingRows, result: ExpectationValidationResult, parameters: dict[str, Any]
) -> pl.DataFrame:
    config = result.expectation_config
    columns, rule = config.meta["columns"], config.to_domain_obj()
    return failing.frame.filter(failing.flag_of(config)).select(
        "row_id",
        pl.lit(config.meta["rule_id"]).alias("rule_id"),
        pl.lit(config.severity.value).alias("severity"),
        pl.lit(", ".join(columns)).alias("column"),
        rule.observed(columns).alias("observed"),
        pl.lit(expected_text(config.meta["expected"], resolved(config.kwargs, parameters))).alias("expected"),
    )


def _checks(counts: list[dict[str, Any]]) -> pl.DataFrame:
    """One row per rule: a rule written in two degrees counts its worst severity and all its rows."""
    rank = pl.col("severity").replace_strict(SEVERITIES, range(len(SEVERITIES)))
    schema = {name: dtype for name, dtype in CHECK_SCHEMA.items() if name != "success"}
    return (
        pl.DataFrame(counts, schema=schema)
        .group_by("rule_id")
        .agg(pl.col("severity").sort_by(rank).last(), pl.col("evaluated").max(), pl.col("unexpected").sum())
        .with_columns(success=pl.col("unexpected") == 0)
        .sort("rule_id")
    )
