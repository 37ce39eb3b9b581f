"""Runs the suite of one record kind on staged rows and says which rows break which rule.

The engine is Great Expectations on Polars: all rules of a suite run as one query. What happens to the rows that break a
rule belongs to ``quarantine`` and to whoever publishes the batch.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from corridor_etl.errors import BatchHeld
from corridor_etl.model import kind as record_kind
from corridor_etl.quality import history as unit_values
from corridor_etl.quality.suites import load_suite
from corridor_etl.quality.verdicts import Verdict, verdict_of
from corridor_etl.settings import Settings

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite, ExpectationValidationResult

    from corridor_etl.quality.polars_engine import FailingRows

__all__ = ["Verdict", "cast_as", "run_parameters", "run_suite", "validate"]

# the counts only: which rows fail comes from the engine, as one frame
_WANTED = {"result_format": "BASIC", "partial_unexpected_count": 0}


def validate(
    kind: str,
    frame: pl.DataFrame,
    settings: Settings,
    *,
    now_utc: datetime,
    history: pl.DataFrame | None = None,
) -> Verdict:
    """Judges the staged rows of one kind of one batch.

    ``frame`` has the model's columns, ``delivery_id`` and ``row_id`` (Int64, unique in the frame). ``history`` is what
    goods were worth so far (``quality.history``); without it values are held against fixed limits only.
    ``UsageError`` for an unknown kind; ``BatchHeld`` when a rule cannot be run, because then nothing is known about
    the rows.
    """
    wanted = {**record_kind(kind).schema, "row_id": pl.Int64(), "delivery_id": pl.String()}

    def typed() -> pl.DataFrame:
        rows = cast_as(kind, frame, wanted)
        if kind != unit_values.KIND:
            return rows
        return unit_values.with_usual_range(rows, history, settings.thresholds)

    return run_suite(kind, typed, run_parameters(settings, now_utc))


def run_suite(
    suite: str, typed: Callable[[], pl.DataFrame | pl.LazyFrame], parameters: dict[str, Any]
) -> Verdict:
    """Judges the frame that ``typed`` gives, which has ``row_id``, by a suite. ``BatchHeld`` if either fails."""
    try:
        results, failing = _run(load_suite(suite, parameters), typed())
    except BatchHeld:
        raise
    except Exception as error:
        raise _held(suite, f"{type(error).__name__}: {error}") from error
    return verdict_of(failing, results, parameters)


def run_parameters(settings: Settings, now_utc: datetime) -> dict[str, Any]:
    """What suites may name with ``$PARAMETER``: limits that come from the settings and the clock."""
    limits = settings.thresholds
    latest = now_utc + timedelta(days=limits.future_event_days)
    return {
        "latest_at_utc": latest.isoformat(),
        "rate_max_age_days": settings.corridor.fx_max_age_days,
        "owner_prefixes": list(settings.reference.owner_prefixes),
        "train_gross_max_t": limits.train_gross_max_t,
        "train_wagons_max": limits.train_wagons_max,
        "charges_max_share": limits.charges_max_share,
        "invoice_tolerance_share": limits.invoice_tolerance_share,
    }


def cast_as(kind: str, frame: pl.DataFrame, wanted: dict[str, pl.DataType]) -> pl.DataFrame:
    """The frame with the model's types, because a column without any value may arrive without one."""
    if frame["row_id"].n_unique() != frame.height:
        raise _held(kind, "row_id is not unique, so failures could not be told apart")
    return frame.cast({name: dtype for name, dtype in wanted.items() if name in frame.columns})


def _run(
    suite: ExpectationSuite, frame: pl.DataFrame | pl.LazyFrame
) -> tuple[list[ExpectationValidationResult], FailingRows]:
    from corridor_etl.quality.context import whole_frame_batch
    from corridor_etl.quality.polars_engine import keeping_failing_rows

    batch = whole_frame_batch(frame)
    shown = {column for rule in suite.expectations for column in _shown(rule)} - {"row_id"}
    with keeping_failing_rows(["row_id", *sorted(shown)]) as kept:
        results = batch.validate(suite, result_format=_WANTED).results
    if len(results) != len(suite.expectations):
        raise _held(suite.name, f"{len(suite.expectations)} rules gave {len(results)} answers")
    _raise_for_exceptions(suite.name, results)
    return results, kept.together()


def _shown(rule: Any) -> set[str]:
    """The columns a failing row is shown with; a rule with words of its own may look at all it reads."""
    from corridor_etl.quality.expectations._row import RowExpectation

    has_own_words = type(rule).observed.__qualname__ != RowExpectation.observed.__qualname__
    return {*rule.meta["columns"], *(rule.column_list if has_own_words else ())}


def _raise_for_exceptions(kind: str, results: list[ExpectationValidationResult]) -> None:
    for result in results:
        message = _exception_message(result.exception_info)
        if message:
            meta = result.expectation_config.meta
            raise _held(kind, f"rule {meta['rule_id']}: {message}", rule_id=meta["rule_id"])


def _exception_message(info: dict[str, Any]) -> str:
    """The first message of an ``exception_info``, which is one record or one per metric."""
    records = [info, *(v for v in info.values() if isinstance(v, dict))]
    return next((str(r["exception_message"]) for r in records if r.get("raised_exception")), "")


def _held(kind: str, reason: str, **facts: Any) -> BatchHeld:
    return BatchHeld(
        f"the rules of {kind} could not be run: {reason}",
        expected="every rule to give an answer for every row",
        fix=f"Correct the staged columns or expectations/suites/{kind}.json; nothing was published.",
        kind=kind,
        **facts,
    )
