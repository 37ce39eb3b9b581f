"""The worked example of each KPI comes out, and no longer does once the formula is another."""

from __future__ import annotations

import ast
import copy
import inspect
import sys
import types
from collections.abc import Iterator

import polars as pl
import pytest

from corridor_etl.kpis import Kpi, kpis
from corridor_etl.kpis._example import facts_of, marts_of
from corridor_etl.settings import Settings

WORKED = [k for k in kpis().values() if not k.unavailable]
CALLS = {
    "sum": "max",
    "min": "max",
    "max": "min",
    "n_unique": "len",
    "len": "n_unique",
    "drop_nulls": "unique",
}
SILENT = {
    "border_sides": {"p90_s"},
    "border_time": {"within_target", "saving_ppm"},
    "chain_time": {"p90_s", "within_limit"},
    "transit_time": {"p90_s"},
    "turn_time": {"cv_ppm", "p90_s", "within_limit"},
}
"""Figures of a shared mart that a KPI never has, or that the example of another one shows."""
OPERATORS = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.LtE: ast.Gt, ast.GtE: ast.Lt, ast.Lt: ast.GtE, ast.Gt: ast.LtE,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
}  # fmt: skip


def figures(kpi: Kpi, settings: Settings) -> list[tuple[object, ...]]:
    """The rows the KPI makes of its example."""
    assert kpi.example is not None
    if kpi.compute is not None:
        made: pl.DataFrame = kpi.compute(facts_of(kpi.example.given, settings), settings)
    else:
        assert kpi.derive is not None
        made = kpi.derive(marts_of(kpi.example.given), settings)
    return kpi.rows(made).rows()


@pytest.mark.parametrize("kpi", WORKED, ids=lambda k: k.name)
def test_the_example_of_a_kpi_comes_out(kpi: Kpi, settings: Settings) -> None:
    assert kpi.example is not None
    assert figures(kpi, settings) == sorted(kpi.example.figures)


@pytest.mark.parametrize("kpi", WORKED, ids=lambda k: k.name)
def test_the_example_shows_every_figure_other_than_nothing(kpi: Kpi) -> None:
    assert kpi.example is not None
    first = len(kpi.dimensions)
    silent = {
        name for at, name in enumerate(kpi.columns, first) if not any(row[at] for row in kpi.example.figures)
    }
    assert silent == SILENT.get(kpi.name, set())


@pytest.mark.parametrize("each", [3, pytest.param(1, marks=pytest.mark.long)], ids=["some", "all"])
@pytest.mark.parametrize("kpi", WORKED, ids=lambda k: k.name)
def test_the_example_fails_once_the_formula_is_another(kpi: Kpi, each: int, settings: Settings) -> None:
    """``each``: every third change, or all of them."""
    assert kpi.example is not None
    expected = sorted(kpi.example.figures)
    survived = []
    for what, changed in changed_formulas(kpi, each):
        try:
            found = figures(changed, settings)
        except Exception:  # a formula that no longer runs is noticed too
            continue
        if found == expected:
            survived.append(what)
    assert survived == []


def changed_formulas(kpi: Kpi, each: int) -> Iterator[tuple[str, Kpi]]:
    """(what was changed, the KPI as its file then declares it), for one small change after the other."""
    module = sys.modules[(kpi.compute or kpi.derive).__module__]
    tree = ast.parse(inspect.getsource(module))
    count = 0
    while True:
        changed = copy.deepcopy(tree)
        what = _change(changed, count)
        if what is None:
            assert count, "nothing of the formula was changed"
            return
        other = types.ModuleType(f"{module.__name__}_changed")
        sys.modules[other.__name__] = other
        exec(compile(changed, module.__file__ or "", "exec"), other.__dict__)
        yield what, other.__dict__["KPI"]
        count += each


def _change(tree: ast.Module, wanted: int) -> str | None:
    """Changes the place number ``wanted`` of the functions that make the figures; None where there are no more."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    settled = [n for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) != "KPI"]
    places = [node for part in (*functions, *settled) for node in ast.walk(part)]
    for node in places:
        if isinstance(node, ast.Attribute) and node.attr in CALLS:
            if wanted == 0:
                old, node.attr = node.attr, CALLS[node.attr]
                return f"line {node.lineno}: {old} -> {node.attr}"
            wanted -= 1
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Stretch":
            if wanted == 0:
                node.args[1:3] = node.args[1:3][::-1]
                return f"line {node.lineno}: the ends of a stretch swapped"
            wanted -= 1
        elif isinstance(node, ast.Compare | ast.BinOp):
            operator = node.ops[0] if isinstance(node, ast.Compare) else node.op
            if type(operator) not in OPERATORS:
                continue
            if wanted == 0:
                other = OPERATORS[type(operator)]()
                if isinstance(node, ast.Compare):
                    node.ops[0] = other
                else:
                    node.op = other
                return f"line {node.lineno}: {type(operator).__name__} -> {type(other).__name__}"
            wanted -= 1
        elif isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant) and node.arg:
            if wanted == 0:
                node.value.value = (
                    "nothing" if not isinstance(node.value.value, bool) else not node.value.value
                )
                return f"line {node.lineno}: {node.arg}"
            wanted -= 1
    return None
