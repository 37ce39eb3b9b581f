"""The mutation sweep itself: small modules and suites whole, and the proof that a missing row lets a mutant live."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutants import suite_mutants
from tests.mutants.source_mutants import mutants_of, reaching
from tests.mutants.sweep import CHECKS, Tally, disagreeing, equivalents, sweep_module, sweep_suite
from tests.quality.boundary_rows import Boundary, boundaries
from tests.quality.boundary_suites import SUITES


def _rule(kind: str, key: str) -> Boundary:
    return next(rule for rule in boundaries(kind) if rule.key == key)


def _without(rule: Boundary, **cells: object) -> Boundary:
    """The rule without the rows that have these cells."""
    kept = tuple(row for row in rule.rows if not cells.items() <= row[0].items())
    assert len(kept) < len(rule.rows)
    return replace(rule, rows=kept)


def _survivors(tally: Tally) -> list[str]:
    return [name for name, _ in tally.survived if name not in equivalents()]


@pytest.mark.parametrize("module", ["repeats", "sequences", "deliveries"])
def test_every_mutant_of_a_module_is_caught(module: str) -> None:
    tally = Tally()
    sweep_module(module, [rule for suite in SUITES for rule in boundaries(suite)], tally)
    assert _survivors(tally) == []
    assert tally.killed[module] > 40


@pytest.mark.parametrize("suite", ["booking", "cross_source", "delivery"])
def test_every_mutant_of_a_suite_is_caught(suite: str) -> None:
    tally = Tally()
    sweep_suite(boundaries(suite), tally)
    assert _survivors(tally) == []
    assert tally.killed[f"{suite}.json"] > 40


def test_a_limit_that_no_row_is_at_lets_a_comparison_live() -> None:
    rule = _rule("declaration_item", "VA-004 critical total_price")
    bare = replace(rule, rows=tuple(row for row in rule.rows if row[0].get("total_price") != "0"))
    tally = Tally()
    sweep_module("values", [bare], tally)
    assert "values.is_worth_something: total > 0 -> total >= 0" in _survivors(tally)


def test_an_empty_cell_that_no_row_has_lets_a_guard_live() -> None:
    rule = _without(_rule("manifest_container", "WT-005 warning wagon_no"), wagon_no=None)
    tally = Tally()
    sweep_module("weights", [rule], tally)
    assert "weights.wagon_is_within: wagon.is_not_null() -> pl.lit(True)" in _survivors(tally)


def test_a_member_that_no_row_has_may_be_taken_from_its_list() -> None:
    rule = _without(_rule("booking", "ST-012 critical booking_status"), booking_status="cancelled")
    tally = Tally()
    sweep_suite([rule], tally)
    assert _survivors(tally) == [f"{rule.kind} {rule.key}: values: without 'cancelled'"]


def test_a_table_that_is_wrong_is_named_before_the_sweep() -> None:
    rule = _rule("booking", "BK-002 warning booked_at_utc")
    assert disagreeing([rule]) == []
    wrong = replace(rule, rows=tuple((change, True) for change, _ in rule.rows))
    assert disagreeing([wrong]) == ["booking BK-002 warning booked_at_utc"]


@pytest.mark.parametrize(
    "change",
    [
        "instant <= datetime.fromisoformat(latest_at_utc) -> instant < datetime.fromisoformat(latest_at_utc)",
        "instant.dt.date() <= day -> instant.dt.date() > day",
        "(c.cast(pl.Date) >= floor).fill_null(True) -> c.cast(pl.Date) >= floor",
        "pl.when(is_any_filled) -> pl.when(pl.lit(True))",
        "pl.any_horizontal((c.is_not_null() for c in columns)) -> pl.all_horizontal((c.is_not_null() for c in columns))",
    ],
)
def test_source_is_mutated_as_one_would_err(change: str) -> None:
    assert change in {mutant.change for mutant in mutants_of(CHECKS / "times.py")}


def test_constants_of_one_statement_reach_whoever_uses_one_of_them() -> None:
    path = CHECKS / "customs.py"
    (change,) = {m.function for m in mutants_of(path) if m.change.endswith("('CN', 'EAEU~')")}
    assert reaching(path, change) >= {"in_customs_list", "in_union_list", "are_union_unit_codes"}


def test_a_weight_is_moved_by_a_gram_and_a_severity_by_name() -> None:
    rule = _rule("port_event", "WT-003 warning gross_gross_kg")
    assert {mutant.change for mutant in suite_mutants.mutants_of(rule)} >= {
        "limit_kg: 36000.0 -> 36000.001",
        "limit_kg: 36000.0 -> 35999.999",
        "severity warning -> critical",
    }
