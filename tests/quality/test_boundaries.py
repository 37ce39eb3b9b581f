"""Every rule at its limits: each row of its table is judged as the table says, by the check and by the whole suite."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from corridor_etl.quality.expectations._row import judged
from corridor_etl.quality.suites import expected_text
from tests.quality.boundary_rows import (
    FOLDER,
    Boundary,
    boundaries,
    key_of,
    keys_of,
    mismatches,
    tables_of,
    verdicts,
)
from tests.quality.boundary_suites import SUITES, columns_of, frame_of_rows, run

RULES = [pytest.param(b, id=f"{b.kind}-{b.key}") for kind in SUITES for b in boundaries(kind)]
_HOW = 'Add rows to tests/quality/boundaries/{kind}.toml under ["{key}"] (see its README.md)'


@pytest.mark.parametrize("boundary", RULES)
def test_rule_judges_its_rows_as_its_table_says(boundary: Boundary) -> None:
    verdict = judged(boundary.implementation, boundary.columns, boundary.thresholds)
    assert mismatches(boundary, verdicts(boundary.frame(), verdict)) == []


@pytest.mark.parametrize("kind", SUITES)
def test_suite_fails_the_breaking_rows_and_no_others(kind: str, now_utc: Any) -> None:
    rules = boundaries(kind)
    frame = frame_of_rows(kind, [change for rule in rules for change, _ in rule.rows])
    failures = run(kind, frame, now_utc).failures
    failed = set(failures.select("rule_id", "severity", "column", "expected", "row_id").iter_rows())
    first = 0
    for rule in rules:
        meta, rows = rule.rule["meta"], range(first, first + len(rule.rows))
        first = rows.stop
        name = (
            meta["rule_id"],
            rule.rule["severity"],
            ", ".join(meta["columns"]),
            expected_text(meta["expected"], rule.thresholds),
        )
        breaking = [row for row, verdict in zip(rows, rule.expected, strict=True) if verdict is False]
        assert [row for row in rows if (*name, row) in failed] == breaking, rule.key


@pytest.mark.parametrize("boundary", RULES)
def test_rule_has_rows_on_both_sides_and_an_empty_cell_in_every_column(boundary: Boundary) -> None:
    how = _HOW.format(kind=boundary.kind, key=boundary.key)
    found = set(boundary.expected)
    assert True in found, f"no row passes. {how}: passes = [{{ column = ... }}] at the limit."
    assert False in found, f"no row breaks it. {how}: breaks = [{{ column = ... }}] just beyond the limit."
    emptied = {name for change, _ in boundary.rows for name, cell in change.items() if cell is None}
    never_empty = [c for c in boundary.columns if c in columns_of(boundary.kind) and c not in emptied]
    assert never_empty == [], f'never empty. {how}: {{ {never_empty[0]} = "<null>" }} where its verdict is.'


@pytest.mark.parametrize("kind", SUITES)
def test_tables_name_rules_of_their_suite(kind: str) -> None:
    keys = [rule.key for rule in boundaries(kind)]
    unknown = sorted(set(tables_of(kind)) - set(keys))
    assert unknown == [], (
        f"{kind}.toml has tables for rules the suite does not have, which has {sorted(keys)}"
    )


def test_folder_has_a_table_for_every_suite_and_no_other() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == {*SUITES, "_common"}


def test_a_key_tells_the_severity() -> None:
    rule = {"severity": "info", "meta": {"rule_id": "ID-003", "columns": ["container_no", "x"]}}
    assert key_of(rule) == "ID-003 info container_no"


def test_rules_of_one_key_are_numbered() -> None:
    rule = {"severity": "info", "meta": {"rule_id": "ID-003", "columns": ["container_no"]}}
    assert keys_of([rule, rule]) == ["ID-003 info container_no", "ID-003 info container_no #2"]


def test_a_misspelt_column_is_refused() -> None:
    with pytest.raises(AssertionError, match="contaner_no"):
        frame_of_rows("port_event", [{"contaner_no": "MSKU9070323"}])


def test_rows_of_one_suite_are_never_one_record() -> None:
    rows = [rule.frame() for rule in boundaries("booking")]
    versions = pl.concat(rows)["version"].drop_nulls()
    assert versions.n_unique() == versions.len()
