"""How a batch is judged as a whole: nothing is lost, nothing is mixed, and a rule that cannot run holds the batch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from corridor_etl.errors import BatchHeld, UsageError
from corridor_etl.model import KINDS
from corridor_etl.quality import suites
from corridor_etl.quality.polars_engine import keeping_failing_rows
from corridor_etl.quality.runner import validate
from corridor_etl.quality.verdicts import CHECK_SCHEMA, FAILURE_SCHEMA
from corridor_etl.settings import Settings


def test_missing_column_holds_the_batch(frame_of: Any, settings: Settings, now_utc: Any) -> None:
    frame = frame_of("port_event").drop("event_code")
    with pytest.raises(BatchHeld, match="event_code") as caught:
        validate("port_event", frame, settings, now_utc=now_utc)
    assert caught.value.facts["kind"] == "port_event"


def test_column_of_another_type_holds_the_batch(frame_of: Any, settings: Settings, now_utc: Any) -> None:
    frame = frame_of("booking").with_columns(departure_on_local=pl.lit("next Tuesday"))
    with pytest.raises(BatchHeld, match="booking could not be run"):
        validate("booking", frame, settings, now_utc=now_utc)


def test_repeated_row_id_holds_the_batch(frame_of: Any, settings: Settings, now_utc: Any) -> None:
    frame = frame_of("booking", {}, {}).with_columns(row_id=pl.lit(7, dtype=pl.Int64))
    with pytest.raises(BatchHeld, match="row_id is not unique"):
        validate("booking", frame, settings, now_utc=now_utc)


def test_unknown_kind_is_a_usage_error(frame_of: Any, settings: Settings, now_utc: Any) -> None:
    with pytest.raises(UsageError, match="no record kind 'waybill'"):
        validate("waybill", frame_of("booking"), settings, now_utc=now_utc)


@pytest.mark.parametrize("kind", KINDS)
def test_empty_frame_passes_with_nothing_judged(
    kind: str, frame_of: Any, settings: Settings, now_utc: Any
) -> None:
    verdict = validate(kind, frame_of(kind).clear(), settings, now_utc=now_utc)
    assert verdict.failures.schema == pl.Schema(FAILURE_SCHEMA)
    assert verdict.checks.schema == pl.Schema(CHECK_SCHEMA)
    assert verdict.failures.is_empty()
    assert set(verdict.checks.select("evaluated", "success").iter_rows()) == {(0, True)}


@pytest.mark.parametrize("kind", KINDS)
def test_columns_without_any_value_break_only_the_required_cells(
    kind: str, frame_of: Any, settings: Settings, now_utc: Any
) -> None:
    frame = frame_of(kind, {}, {}).with_columns(pl.lit(None).alias(c) for c in KINDS[kind].schema)
    failures = validate(kind, frame, settings, now_utc=now_utc).failures
    of_rows = failures.filter(~pl.col("rule_id").is_in(["DU-001", "DU-003"]))
    assert of_rows.select("row_id", "rule_id").rows() == [(0, "ST-011"), (1, "ST-011")]


def test_every_failing_row_is_named_beyond_the_first_hundreds(judge: Any) -> None:
    changes = [{"booking_no": f"B{i}", "containers": 0 if i % 2 else 2} for i in range(1200)]
    failures = judge("booking", *changes).failures
    assert failures["row_id"].to_list() == list(range(1, 1200, 2))


def test_row_ids_are_taken_as_given(frame_of: Any, settings: Settings, now_utc: Any) -> None:
    frame = frame_of("booking", {}, {"containers": 0}).with_columns(row_id=pl.Series([900, 17]))
    failures = validate("booking", frame, settings, now_utc=now_utc).failures
    assert failures["row_id"].to_list() == [17]


def test_future_limit_comes_from_the_settings(frame_of: Any, settings: Settings, now_utc: Any) -> None:
    soon = now_utc + timedelta(days=3)
    frame = frame_of("booking", {"booked_at_utc": soon.isoformat(), "departure_on_local": "2025-07-20"})
    wider = settings.model_copy(
        update={"thresholds": settings.thresholds.model_copy(update={"future_event_days": 5})}
    )
    assert validate("booking", frame, settings, now_utc=now_utc).failures["rule_id"].to_list() == ["DT-001"]
    assert validate("booking", frame, wider, now_utc=now_utc).failures.is_empty()


def test_frame_is_left_as_it_was_and_twice_gives_the_same(
    frame_of: Any, settings: Settings, now_utc: Any
) -> None:
    frame = frame_of("manifest_container", {}, {"container_no": "MSKU9070324"})
    before = frame.clone()
    first = validate("manifest_container", frame, settings, now_utc=now_utc)
    second = validate("manifest_container", frame, settings, now_utc=now_utc)
    assert_frame_equal(frame, before)
    assert_frame_equal(first.failures, second.failures)
    assert_frame_equal(first.checks, second.checks)


def test_eight_threads_do_not_mix_their_frames(frame_of: Any, settings: Settings, now_utc: Any) -> None:
    frames = [
        frame_of(
            "booking", *[{"booking_no": f"B{n}", "containers": 0 if n == wrong else 2} for n in range(9)]
        )
        for wrong in range(8)
    ]
    at_once = Barrier(8)

    def judged(frame: pl.DataFrame) -> list[int]:
        at_once.wait()
        return validate("booking", frame, settings, now_utc=now_utc).failures["row_id"].to_list()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(judged, frames)) == [[wrong] for wrong in range(8)]


FIRST_USE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
import polars as pl
import corridor_etl.quality.quarantine, corridor_etl.quality.suites
from corridor_etl.model import kind
from corridor_etl.quality.runner import validate
from corridor_etl.settings import load_settings
print("great_expectations" in sys.modules)
schema = {**kind("booking").schema, "row_id": pl.Int64(), "delivery_id": pl.String()}
settings, at_once = load_settings(), Barrier(4)
import corridor_etl.quality.context
of_distributions = ("altair.vegalite", "scipy.stats.distributions")
print([part in sys.modules for part in of_distributions])
def judged(_):
    at_once.wait()
    return validate("booking", pl.DataFrame(schema=schema), settings, now_utc=datetime.now(UTC)).failures.height
with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(judged, range(4))))
import altair, scipy.stats
altair.Chart
print(scipy.stats.norm.cdf(0), [part in sys.modules for part in of_distributions])
"""


def test_what_is_dear_is_loaded_when_it_is_needed_and_many_threads_may_need_it_first() -> None:
    """Great Expectations for judging, and by it what only distributions need when that is asked for."""
    done = subprocess.run([sys.executable, "-c", FIRST_USE], capture_output=True, text=True)
    assert (done.stdout.splitlines(), done.stderr[-500:]) == (
        ["False", "[False, False]", "0", "0.5 [True, True]"],
        "",
    )


@contextmanager
def _rule_that_raises(when: str) -> Iterator[dict[str, Any]]:
    """An expectation whose check raises while the query is planned or while it runs; unknown again afterwards."""
    from great_expectations.expectations import registry

    from corridor_etl.quality.expectations._row import RowExpectation, judged_by

    def raising(_: pl.Series) -> pl.Series:
        raise ZeroDivisionError("the rule divides by zero")

    def check(cell: pl.Expr) -> pl.Expr:
        if when == "planning":
            raise ZeroDivisionError("the rule divides by zero")
        return cell.map_batches(raising, return_dtype=pl.Boolean)

    before = {
        name: dict(getattr(registry, name)) for name in ("_registered_expectations", "_registered_metrics")
    }

    @judged_by(check)
    class ExpectNoDivision(RowExpectation):
        map_metric = f"raises.{when}"

    meta = {"rule_id": "QQ-001", "columns": ["teu"], "expected": "an answer"}
    try:
        yield {"type": ExpectNoDivision.expectation_type, "kwargs": {"column_list": ["teu"]}, "meta": meta}
    finally:
        for name, held in before.items():
            getattr(registry, name).clear()
            getattr(registry, name).update(held)


@pytest.mark.parametrize("when", ["planning", "running"])
def test_exception_inside_a_rule_holds_the_batch(
    when: str, frame_of: Any, settings: Settings, now_utc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = json.loads(suites.suite_text("booking"))
    with _rule_that_raises(when) as rule:
        suite["expectations"].append({**rule, "severity": "critical"})
        monkeypatch.setattr(suites, "suite_text", lambda _: json.dumps(suite))
        with pytest.raises(BatchHeld, match=r"(?s)rule QQ-001.*the rule divides by zero") as caught:
            validate("booking", frame_of("booking"), settings, now_utc=now_utc)
    assert caught.value.facts == {"kind": "booking", "rule_id": "QQ-001"}


def test_failing_rows_are_kept_for_the_thread_that_asked(
    frame_of: Any, settings: Settings, now_utc: Any
) -> None:
    rows = [{"booking_no": f"B{n}", "containers": 0} for n in range(3)]
    with ThreadPoolExecutor(1) as pool, keeping_failing_rows(["row_id"]) as kept:
        elsewhere = pool.submit(
            validate, "booking", frame_of("booking", *rows), settings, now_utc=now_utc
        ).result()
    assert elsewhere.failures["row_id"].to_list() == [0, 1, 2]
    assert kept.parts == []
