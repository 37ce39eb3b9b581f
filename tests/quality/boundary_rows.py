"""The boundary tables of the suites: rows at, inside and beyond every limit, with what one rule must say of each.

The tables are ``boundaries/<suite>.toml``; how they are written is in ``boundaries/README.md``. Here they are read and
judged by the checks themselves; making frames and running whole suites belongs to ``boundary_suites``.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import great_expectations.expectations.registry as registry
import polars as pl

import corridor_etl.quality.expectations  # noqa: F401 - registers the classes the suites name
from corridor_etl.quality.expectations._row import Rule
from corridor_etl.quality.suites import resolved, suite_rules
from tests.quality.boundary_suites import Change, frame_of_rows, own_cells, parameters

FOLDER = Path(__file__).parent / "boundaries"
NULL = "<null>"
VERDICTS: dict[str, bool | None] = {"passes": True, "breaks": False, "unjudged": None}
_WORDS: dict[str, bool | None] = {"pass": True, "break": False, "unjudged": None}

Row = tuple[Change, bool | None]


@dataclass(frozen=True)
class Boundary:
    """One rule of one suite with the rows of its table: changes of the good row, and true, false or null for each."""

    kind: str
    key: str
    rule: dict[str, Any]
    rows: tuple[Row, ...]

    @property
    def implementation(self) -> Rule:
        """The expectation class the suite names."""
        return registry.get_expectation_impl(self.rule["type"])

    @property
    def columns(self) -> list[str]:
        return list(self.rule["kwargs"]["column_list"])

    @property
    def thresholds(self) -> dict[str, Any]:
        """The values of the rule, with those of a run at the instant of the examples."""
        return resolved(self.rule["kwargs"], parameters())

    @property
    def expected(self) -> list[bool | None]:
        return [verdict for _, verdict in self.rows]

    def frame(self) -> pl.DataFrame:
        """The rows of this rule alone."""
        return frame_of_rows(self.kind, [change for change, _ in self.rows])


def key_of(rule: dict[str, Any]) -> str:
    """What a rule of a suite is called in its table: id, severity and first column."""
    return f"{rule['meta']['rule_id']} {rule['severity']} {rule['meta']['columns'][0]}"


def boundaries(kind: str) -> list[Boundary]:
    """The rules of a suite in its order; a rule without a table has no rows."""
    tables = tables_of(kind)
    own = own_cells(kind)
    rules = suite_rules(kind)
    return [
        Boundary(kind, key, rule, tuple(_rows(tables.get(key, {}), _about(rule, own))))
        for key, rule in zip(keys_of(rules), rules, strict=True)
    ]


def keys_of(rules: list[dict[str, Any]]) -> list[str]:
    """What the rules of a suite are called in its tables: :func:`key_of`, and numbered where that repeats."""
    seen: Counter[str] = Counter()
    keys = []
    for key in map(key_of, rules):
        seen[key] += 1
        keys.append(key if seen[key] == 1 else f"{key} #{seen[key]}")
    return keys


@cache
def tables_of(kind: str) -> dict[str, Any]:
    """The tables of a suite by rule, with those it takes from ``_common.toml``."""
    path = FOLDER / f"{kind}.toml"
    if not path.is_file():
        return {}
    own = _read(path)
    common = _read(FOLDER / "_common.toml")
    return {**{key: common[key] for key in own.pop("common", [])}, **own}


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _about(rule: dict[str, Any], own: Iterator[Change]) -> Iterator[Change]:
    """What a row or group has to itself, and the subject where the rule is about one."""
    subject = {"subject": rule["meta"]["subject"]} if "subject" in rule["meta"] else {}
    return ({**cells, **subject} for cells in own)


def _rows(table: dict[str, Any], own: Iterator[Change]) -> Iterator[Row]:
    """The rows as written with the cells that each row or group gets beside."""
    unknown = set(table) - {*VERDICTS, "together"}
    assert not unknown, f"a table has passes, breaks, unjudged and together, not {sorted(unknown)}"
    for word, verdict in VERDICTS.items():
        for written in table.get(word, []):
            for change in _expanded(written):
                yield {**next(own), **change}, verdict
    for group in table.get("together", []):
        cells, words = next(own), group["says"].split()
        for written, word in zip(group["rows"], words, strict=True):
            (change,) = _expanded(written)
            yield {**cells, **change}, _WORDS[word]


def _expanded(written: Change) -> Iterator[Change]:
    """A cell that lists several values stands for a row with each."""
    lists = [cell if isinstance(cell, list) else [cell] for cell in written.values()]
    for cells in product(*lists):
        yield {name: None if cell == NULL else cell for name, cell in zip(written, cells, strict=True)}


def verdicts(frame: pl.DataFrame, verdict: pl.Expr) -> list[bool | None]:
    """What a check says of every row."""
    return frame.with_columns(verdict.alias("verdict"))["verdict"].to_list()


def mismatches(boundary: Boundary, found: list[bool | None]) -> list[str]:
    """The rows of a rule that are judged otherwise than its table says, one line each."""
    return [
        f"{boundary.kind} {boundary.key}: {_shown(change)} is {says}, expected {verdict}"
        for (change, verdict), says in zip(boundary.rows, found, strict=True)
        if says is not verdict
    ]


def _shown(change: Change) -> str:
    cells = {
        name: cell for name, cell in change.items() if name not in ("version", "subject") or cell is None
    }
    return str(cells or "the good row")
