"""How a batch is judged as a whole: nothing is lost, nothing is mixed, and a rule that cannot run holds the batch."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from corridor_etl.errors import BatchHeld, UsageError
from corridor_etl.model import KINDS
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


def test_threads_do_not_mix_their_frames(frame_of: Any, settings: Settings, now_utc: Any) -> None:
    frames = [
        frame_of(
            "booking", *[{"booking_no": f"B{n}", "containers": 0 if n == wrong else 2} for n in range(9)]
        )
        for wrong in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(lambda f: validate("booking", f, settings, now_utc=now_utc), frames))
    assert [v.failures["row_id"].to_list() for v in verdicts] == [[0], [1], [2], [3]]


def test_great_expectations_is_not_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, corridor_etl.quality.runner, corridor_etl.quality.quarantine, corridor_etl.quality.suites;"
        "print('great_expectations' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
