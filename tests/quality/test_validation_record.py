"""What is kept of a validation: it is what Great Expectations reads and writes, counted from the verdict alone."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import TerminalError
from corridor_etl.quality.suites import suite_folder, suite_rules
from corridor_etl.quality.validation_record import EXAMPLES, LONGEST_EXAMPLE, recorded
from corridor_etl.quality.verdicts import CHECK_SCHEMA, FAILURE_SCHEMA, Verdict

SUITES = sorted(path.stem for path in suite_folder().glob("*.json"))


def kept(verdict: Verdict, rows: int, now_utc: datetime, suite: str = "booking") -> dict[str, Any]:
    frame = recorded(suite, verdict, rows=rows, run_at_utc=now_utc, parameters={"latest_at_utc": "later"})
    return dict(json.loads(frame["result_json"][0]))


def of_rule(record: dict[str, Any], rule_id: str) -> dict[str, Any]:
    return next(r for r in record["results"] if r["expectation_config"]["meta"]["rule_id"] == rule_id)


@pytest.mark.parametrize("suite", SUITES)
def test_failures_of_two_expectations_of_a_suite_can_be_told_apart(suite: str) -> None:
    keys = [(r["meta"]["rule_id"], r["severity"], tuple(r["meta"]["columns"])) for r in suite_rules(suite)]
    assert len(keys) == len(set(keys))


def test_great_expectations_reads_the_record_and_writes_the_same(judge: Any, now_utc: datetime) -> None:
    from great_expectations.core.expectation_validation_result import (
        expectationSuiteValidationResultSchema as schema,
    )

    record = kept(
        judge("manifest_container", {}, {"container_no": "MSKU9070324"}), 2, now_utc, "manifest_container"
    )
    read = schema.load(record)
    assert read.success is False
    assert [r.expectation_config.type for r in read.results] == [
        rule["type"] for rule in suite_rules("manifest_container")
    ]
    written = json.loads(json.dumps(read.to_json_dict()))
    for result in written["results"]:
        result["expectation_config"].pop("description", None)
        result["expectation_config"].pop("id", None)
    assert written == record


def test_counts_are_those_of_the_verdict(judge: Any, now_utc: datetime) -> None:
    changes = [{"booking_no": f"B{i}", "containers": 0 if i < 5 else 2} for i in range(9)]
    verdict = judge("booking", *changes)
    record = kept(verdict, 9, now_utc)
    rule_id = verdict.failures["rule_id"][0]
    result = of_rule(record, rule_id)
    assert (result["success"], result["result"]["unexpected_count"], result["result"]["element_count"]) == (
        False,
        5,
        9,
    )
    assert record["statistics"]["unsuccessful_expectations"] == 1
    assert record["meta"]["rows"] == 9
    assert sum(r["result"]["unexpected_count"] for r in record["results"]) == verdict.failures.height


def test_rows_a_rule_does_not_apply_to_are_missing(judge: Any, now_utc: datetime) -> None:
    record = kept(judge("booking"), 1, now_utc)
    assert of_rule(record, "ST-011")["result"]["missing_count"] == 0
    empty = kept(Verdict(pl.DataFrame(schema=FAILURE_SCHEMA), pl.DataFrame(schema=CHECK_SCHEMA)), 4, now_utc)
    assert {r["result"]["missing_count"] for r in empty["results"]} == {4}


def failing(observed: list[str]) -> Verdict:
    rule = next(r for r in suite_rules("booking") if r["meta"]["rule_id"] == "ST-012")
    rows = [
        (i, "ST-012", rule["severity"], ", ".join(rule["meta"]["columns"]), cell, "W or E")
        for i, cell in enumerate(observed)
    ]
    checks = [("ST-012", rule["severity"], len(rows), len(rows), False)]
    return Verdict(
        pl.DataFrame(rows, schema=FAILURE_SCHEMA, orient="row"),
        pl.DataFrame(checks, schema=CHECK_SCHEMA, orient="row"),
    )


def test_a_few_different_cells_are_kept_as_examples_and_long_ones_cut(now_utc: datetime) -> None:
    cells = ["N", "N", "x" * 5000, "S", "<b>", "=1+1"]
    examples = of_rule(kept(failing(cells), 6, now_utc), "ST-012")["result"]["partial_unexpected_list"]
    assert examples == ["N", "x" * LONGEST_EXAMPLE + "…", "S"]
    assert len(examples) == EXAMPLES


def test_size_does_not_grow_with_the_failures(now_utc: datetime) -> None:
    few, many = (
        recorded("booking", failing([str(i) for i in range(n)]), rows=n, run_at_utc=now_utc)["result_json"][0]
        for n in (10, 20_000)
    )
    assert len(many) - len(few) < 100
    assert "index" not in many


def test_same_verdict_gives_the_same_bytes(judge: Any, now_utc: datetime) -> None:
    verdict = judge("booking", {}, {"containers": 0})
    assert recorded("booking", verdict, rows=2, run_at_utc=now_utc).equals(
        recorded("booking", verdict, rows=2, run_at_utc=now_utc)
    )


def test_unknown_suite_is_refused(now_utc: datetime) -> None:
    with pytest.raises(TerminalError, match="no suite for waybill"):
        recorded("waybill", failing(["N"]), rows=1, run_at_utc=now_utc)


def test_great_expectations_is_not_needed_to_record() -> None:
    code = "import sys, corridor_etl.quality.validation_record; print('great_expectations' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
