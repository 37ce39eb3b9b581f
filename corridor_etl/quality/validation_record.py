"""What is kept of a validation: one result per suite, in the form in which Great Expectations serialises it.

Made from the suite as written and a :class:`Verdict` alone, without loading Great Expectations, because this happens
at each commit. Counts are kept, and a few cells as examples; which rows failed is the quarantine's to know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from corridor_etl.quality.suites import suite_text
from corridor_etl.quality.verdicts import Verdict

EXAMPLES = 3
LONGEST_EXAMPLE = 160
_LOOKED_AT = 100
"""Failing rows of a rule among which examples are looked for."""
RECORD_SCHEMA = {
    "suite": pl.String(),
    "run_at_utc": pl.Datetime("us", "UTC"),
    "success": pl.Boolean(),
    "result_json": pl.String(),
}
_KEY = ("rule_id", "severity", "column")
_NOTHING_RAISED = {"raised_exception": False, "exception_traceback": None, "exception_message": None}


def recorded(
    suite: str,
    verdict: Verdict,
    *,
    rows: int,
    run_at_utc: datetime,
    parameters: Mapping[str, Any] | None = None,
) -> pl.DataFrame:
    """One row (:data:`RECORD_SCHEMA`) for the batch: what the suite said about ``rows`` rows at ``run_at_utc``.

    ``parameters`` are the run's values of what the suite names with ``$PARAMETER``. ``TerminalError`` where there is
    no such suite.
    """
    written = json.loads(suite_text(suite))
    broken = _broken(verdict.failures)
    evaluated = dict(verdict.checks.select("rule_id", "evaluated").iter_rows())
    results = [_result(rule, rows, evaluated, broken) for rule in written["expectations"]]
    record = {
        "success": all(result["success"] for result in results),
        "results": results,
        "suite_name": suite,
        "suite_parameters": dict(parameters or {}),
        "statistics": _statistics(results),
        "meta": {**written["meta"], "rows": rows, "run_id": _run_id(suite, run_at_utc)},
        "id": None,
    }
    row = [(suite, run_at_utc, record["success"], json.dumps(record, ensure_ascii=False))]
    return pl.DataFrame(row, schema=RECORD_SCHEMA, orient="row")


def _broken(failures: pl.DataFrame) -> dict[tuple[str, ...], dict[str, Any]]:
    """Rows and observed cells by rule, severity and columns, which together name one expectation."""
    first_cells = pl.col("observed").head(_LOOKED_AT)
    counted = failures.group_by(_KEY).agg(pl.len().alias("rows"), first_cells)
    return {tuple(row[k] for k in _KEY): row for row in counted.iter_rows(named=True)}


def _examples(cells: list[str | None]) -> list[str]:
    """The first different cells, long ones cut."""
    shown = [cell or "" for cell in cells]
    cut = [c if len(c) <= LONGEST_EXAMPLE else c[:LONGEST_EXAMPLE] + "…" for c in shown]
    return list(dict.fromkeys(cut))[:EXAMPLES]


def _result(
    rule: dict[str, Any],
    rows: int,
    evaluated: Mapping[str, int],
    broken: Mapping[tuple[str, ...], dict[str, Any]],
) -> dict[str, Any]:
    meta = {key: value for key, value in rule["meta"].items() if key != "example"}
    found = broken.get((meta["rule_id"], rule["severity"], ", ".join(meta["columns"])))
    unexpected = found["rows"] if found else 0
    counts = _counts(rows, evaluated.get(meta["rule_id"], 0), unexpected)
    return {
        "success": unexpected == 0,
        "expectation_config": {**rule, "meta": meta},
        "result": {**counts, "partial_unexpected_list": _examples(found["observed"] if found else [])},
        "meta": {},
        "exception_info": dict(_NOTHING_RAISED),
    }


def _counts(rows: int, evaluated: int, unexpected: int) -> dict[str, Any]:
    """The counts of a summary; rows the rule does not apply to are missing, as in the engine's own results."""
    missing = max(rows - evaluated, 0)
    return {
        "element_count": rows,
        "missing_count": missing,
        "missing_percent": _percent(missing, rows),
        "unexpected_count": unexpected,
        "unexpected_percent": _percent(unexpected, evaluated),
        "unexpected_percent_total": _percent(unexpected, rows),
        "unexpected_percent_nonmissing": _percent(unexpected, evaluated),
    }


def _percent(part: int, whole: int) -> float | None:
    return min(part / whole * 100, 100.0) if whole else None


def _statistics(results: list[dict[str, Any]]) -> dict[str, Any]:
    met = sum(result["success"] for result in results)
    return {
        "evaluated_expectations": len(results),
        "successful_expectations": met,
        "unsuccessful_expectations": len(results) - met,
        "success_percent": _percent(met, len(results)),
    }


def _run_id(suite: str, run_at_utc: datetime) -> dict[str, str]:
    return {"run_name": suite, "run_time": run_at_utc.isoformat()}
