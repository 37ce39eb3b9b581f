"""Small changes of a rule as a suite writes it: thresholds by one step, members of lists, columns and severity."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from corridor_etl.quality.verdicts import SEVERITIES
from corridor_etl.reference._tables import table
from tests.mutants.source_mutants import SHARE
from tests.quality.boundary_rows import Boundary

STEP_KG = 0.001
"""The model writes weights with three places."""
_ADDED_AT_MOST = 3


@dataclass(frozen=True)
class SuiteMutant:
    """One change of one rule: other columns or thresholds for its check, or another severity."""

    boundary: Boundary
    change: str
    columns: list[str]
    thresholds: dict[str, Any]
    severity: str

    @property
    def name(self) -> str:
        return f"{self.boundary.kind} {self.boundary.key}: {self.change}"


def mutants_of(boundary: Boundary) -> Iterator[SuiteMutant]:
    """Every mutant of a rule."""
    columns, given = boundary.columns, boundary.thresholds
    severity = boundary.rule["severity"]
    for other in SEVERITIES:
        if other != severity:
            yield SuiteMutant(boundary, f"severity {severity} -> {other}", columns, given, other)
    for change, others in _other_columns(boundary):
        yield SuiteMutant(boundary, change, others, given, severity)
    for name in boundary.implementation.parameters:
        if given.get(name) is None:
            continue
        for value in _other_values(boundary, name, given[name]):
            shown = _difference(given[name], value)
            yield SuiteMutant(boundary, f"{name}: {shown}", columns, {**given, name: value}, severity)


def _other_columns(boundary: Boundary) -> Iterator[tuple[str, list[str]]]:
    """Without one of the columns that a check takes any number of, and with two others in each other's place."""
    columns = boundary.columns
    parameters = inspect.signature(boundary.implementation.check).parameters.values()
    named = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    has_more = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    optional = sum(p.default is not p.empty for p in named)
    fixed = len(named) - optional
    for i in range(max(fixed, 1 - (fixed > 0)), len(columns)):
        if has_more or optional:
            yield f"without {columns[i]}", columns[:i] + columns[i + 1 :]
    if len(named) > 1 and len(columns) > 1:
        yield f"{columns[0]} and {columns[1]} swapped", [columns[1], columns[0], *columns[2:]]


def _other_values(boundary: Boundary, name: str, value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value - 1, value + 1)
    elif isinstance(value, float):
        step = STEP_KG if name.endswith("_kg") else value * SHARE
        yield from (value - step, value + step)
    elif isinstance(value, str):
        yield from _other_texts(value)
    elif isinstance(value, list):
        yield from (value[:i] + value[i + 1 :] for i in range(len(value)))
        yield from ([*value, member] for member in _added(boundary, value))
    if not boundary.implementation.__fields__[name].required:
        yield None


def _other_texts(value: str) -> Iterator[str]:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        yield from ((date.fromisoformat(value) + timedelta(days=d)).isoformat() for d in (-1, 1))
    elif re.match(r"\d{4}-\d\d-\d\dT", value):
        steps = (timedelta(microseconds=-1), timedelta(microseconds=1))
        yield from ((datetime.fromisoformat(value) + step).isoformat() for step in steps)
    else:
        lists = table("cn_customs_codes")["list"].unique(maintain_order=True).to_list()
        yield from (name for name in lists if name != value)


def _added(boundary: Boundary, members: list[Any]) -> list[Any]:
    """Members that a list might wrongly have: neighbours of numbers, else cells of the rule's own rows."""
    if all(isinstance(m, int) for m in members):
        near = {m + step for m in members for step in (-1, 1)}
        return sorted(near - set(members))
    if all(m.isdigit() for m in members):
        near = {str(int(m) + step).zfill(len(m)) for m in members for step in (-1, 1)}
        return sorted(n for n in near - set(members) if len(n) == len(members[0]))
    frame = boundary.frame().with_columns(pl.Series("expected", boundary.expected, dtype=pl.Boolean))
    for rows in (frame.filter(pl.col("expected").is_not_null()), frame):
        cells = [c for name in boundary.columns for c in _cells_beside(rows, frame, name, members)]
        if cells:
            return list(dict.fromkeys(cells))[:_ADDED_AT_MOST]
    return []


def _cells_beside(rows: pl.DataFrame, frame: pl.DataFrame, column: str, members: list[str]) -> list[str]:
    """The cells of a column that holds members, which are no members themselves."""
    if frame[column].dtype != pl.String or not frame[column].is_in(members).any():
        return []
    return [c for c in rows[column].drop_nulls().to_list() if c not in members]


def _difference(before: Any, after: Any) -> str:
    if isinstance(before, list) and isinstance(after, list):
        gone, new = [m for m in before if m not in after], [m for m in after if m not in before]
        return f"without {gone[0]!r}" if gone else f"with {new[0]!r}"
    return f"{before!r} -> {after!r}"
