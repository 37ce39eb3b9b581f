"""The boundary tables of the suites: rows at, inside and beyond every limit, with what one rule must say of each.

The tables are ``boundaries/<kind>.toml``; how they are written is in ``boundaries/README.md``. Here they are read,
made into frames and judged by the checks themselves. What Great Expectations says of them belongs to the tests.
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
from corridor_etl.model import KINDS
from corridor_etl.quality import history
from corridor_etl.quality.expectations._row import Rule
from corridor_etl.quality.runner import run_parameters
from corridor_etl.quality.suites import resolved, suite_rules
from corridor_etl.settings import ReferenceLists, load_settings
from tests.quality.conftest import NOW_UTC, _frame_of

FOLDER = Path(__file__).parent / "boundaries"
NULL = "<null>"
VERDICTS: dict[str, bool | None] = {"passes": True, "breaks": False, "unjudged": None}
_WORDS: dict[str, bool | None] = {"pass": True, "break": False, "unjudged": None}
_FIRST_VERSION = 1000

_DEFAULTS = load_settings()
SETTINGS = _DEFAULTS.model_copy(
    update={
        "reference": ReferenceLists(owner_prefixes=("MSK", "CSQU", "BEA")),
        "thresholds": _DEFAULTS.thresholds.model_copy(update={"train_wagons_max": 3}),
    }
)
"""With a list of owners, without which nobody's boxes are judged, and trains short enough to write down."""
HISTORY = pl.DataFrame(schema=history.SCHEMA)
"""Nothing was accepted so far, so that the starting bands are what is usual."""

Change = dict[str, Any]
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
        return resolved(self.rule["kwargs"], _parameters())

    @property
    def expected(self) -> list[bool | None]:
        return [verdict for _, verdict in self.rows]

    def frame(self) -> pl.DataFrame:
        """The rows of this rule alone."""
        return frame_of_rows(self.kind, [change for change, _ in self.rows])


@cache
def _parameters() -> dict[str, Any]:
    return run_parameters(SETTINGS, NOW_UTC)


def key_of(rule: dict[str, Any]) -> str:
    """What a rule of a suite is called in its table: id, severity and first column."""
    return f"{rule['meta']['rule_id']} {rule['severity']} {rule['meta']['columns'][0]}"


def frame_of_rows(kind: str, changes: list[Change]) -> pl.DataFrame:
    """The good row of the kind with each of the changes; a misspelt column is an error."""
    unknown = {name for change in changes for name in change} - {*KINDS[kind].schema, "delivery_id"}
    assert not unknown, f"{kind} has no columns {sorted(unknown)}"
    frame = _frame_of(kind, *changes)
    own = pl.Series("delivery_id", [change.get("delivery_id") for change in changes], dtype=pl.String)
    frame = frame.with_columns(own.fill_null(frame["delivery_id"]))
    return history.with_usual_range(frame, HISTORY, SETTINGS.thresholds) if kind == history.KIND else frame


def boundaries(kind: str) -> list[Boundary]:
    """The rules of a suite in its order; a rule without a table has no rows."""
    tables = tables_of(kind)
    versions = iter(range(_FIRST_VERSION, 10**6))
    rules = suite_rules(kind)
    return [
        Boundary(kind, key, rule, tuple(_rows(tables.get(key, {}), versions)))
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


def _rows(table: dict[str, Any], versions: Iterator[int]) -> Iterator[Row]:
    """Each row or group gets a version of its own, so that no two of them are the same record."""
    unknown = set(table) - {*VERDICTS, "together"}
    assert not unknown, f"a table has passes, breaks, unjudged and together, not {sorted(unknown)}"
    for word, verdict in VERDICTS.items():
        for written in table.get(word, []):
            for change in _expanded(written):
                yield {"version": next(versions), **change}, verdict
    for group in table.get("together", []):
        version, words = next(versions), group["says"].split()
        for written, word in zip(group["rows"], words, strict=True):
            (change,) = _expanded(written)
            yield {"version": version, **change}, _WORDS[word]


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
    cells = {name: cell for name, cell in change.items() if name != "version" or cell is None}
    return str(cells or "the good row")
