"""Runs every mutant of the checks and of the suites against the boundary tables: ``make mutants``.

It covers every module of checks and every suite: those of records, of cross-source subjects and of deliveries.
A mutant is *killed* when a row is judged otherwise than its table says, or the check cannot run any more (which holds a
batch). One that survives shows a limit that no row is close to; ``equivalents.toml`` lists those that no row can tell
apart, each with its reason. Ends with 1 where a mutant survives or an entry of that list is stale.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from corridor_etl.quality import checks
from tests.mutants import source_mutants, suite_mutants
from tests.mutants.source_mutants import SourceMutant
from tests.mutants.suite_mutants import SuiteMutant
from tests.quality.boundary_rows import Boundary, boundaries, verdicts
from tests.quality.boundary_suites import SUITES

CHECKS = Path(checks.__file__).parent
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
MODULES = tuple(sorted(path.stem for path in CHECKS.glob("[!_]*.py")))
Check = Callable[..., pl.Expr]


@dataclass
class Tally:
    """What became of the mutants: how many of each module or suite were killed, and the names of the others."""

    killed: Counter[str] = field(default_factory=Counter)
    survived: list[tuple[str, str]] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)

    def add(self, where: str, name: str, place: str, is_killed: bool) -> None:
        self.tried.add(name)
        if is_killed:
            self.killed[where] += 1
        else:
            self.survived.append((name, place))


def sweep_module(module: str, rules: Iterable[Boundary], tally: Tally) -> None:
    """Tries every mutant of one module of checks against the rules that use it."""
    path = CHECKS / f"{module}.py"
    used = [r for r in rules if r.implementation.check.__module__ == f"{checks.__name__}.{module}"]
    for mutant in source_mutants.mutants_of(path):
        affected = source_mutants.reaching(path, mutant.function)
        concerned = [r for r in used if r.implementation.check.__name__ in affected]
        tally.add(module, mutant.name, f"{path.name}:{mutant.line}", _is_caught(mutant, concerned))


def sweep_suite(rules: Iterable[Boundary], tally: Tally) -> None:
    """Tries every mutant of the rules of a suite, each against its own table."""
    for rule in rules:
        for mutant in suite_mutants.mutants_of(rule):
            tally.add(f"{rule.kind}.json", mutant.name, f"{rule.kind}.json", _is_noticed(mutant))


def _is_caught(mutant: SourceMutant, rules: list[Boundary]) -> bool:
    names: dict[str, Any] = {"__name__": f"{checks.__name__}.{mutant.module}"}
    try:
        exec(mutant.code, names)
    except Exception:
        return True
    return any(_differs(r, names[r.implementation.check.__name__], r.columns, r.thresholds) for r in rules)


def _is_noticed(mutant: SuiteMutant) -> bool:
    rule = mutant.boundary
    if mutant.severity != rule.rule["severity"]:
        return True  # its table would have another name
    check = rule.implementation.check
    return _differs(rule, check, mutant.columns, mutant.thresholds)


def _differs(rule: Boundary, check: Check, columns: list[str], thresholds: dict[str, Any]) -> bool:
    given = {n: thresholds[n] for n in rule.implementation.parameters if thresholds.get(n) is not None}
    try:
        found = [
            verdicts(_frame(rule), check(*map(pl.col, columns), **given, **known))
            for known in _schemas(rule, check)
        ]
    except KeyboardInterrupt:
        raise
    except BaseException:  # a panic of Polars is no Exception
        return True
    return any(says is not verdict for f in found for says, verdict in zip(f, rule.expected, strict=True))


def _schemas(rule: Boundary, check: Check) -> Iterator[dict[str, Any]]:
    """What a check is told of the columns: nothing, and their types where it asks for them."""
    yield {}
    if "schema" in inspect.signature(check).parameters:
        yield {"schema": dict(_frame(rule).schema)}


_FRAMES: dict[int, tuple[Boundary, pl.DataFrame]] = {}


def _frame(rule: Boundary) -> pl.DataFrame:
    if id(rule) not in _FRAMES:
        _FRAMES[id(rule)] = rule, rule.frame()
    return _FRAMES[id(rule)][1]


@cache
def equivalents() -> dict[str, str]:
    """Mutants that no row can tell from the original, with the reason."""
    groups = tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))["equivalent"]
    return {name: group["because"] for group in groups for name in group["mutants"]}


def report(tally: Tally, seconds: float) -> Iterator[str]:
    """The outcome in lines: per module and suite, what survived, and the sum."""
    accepted = {name for name, _ in tally.survived} & set(equivalents())
    yield from (f"{where:24} {count:5} killed" for where, count in sorted(tally.killed.items()))
    yield from (f"survived {place} {name}" for name, place in tally.survived if name not in accepted)
    killed, survived = tally.killed.total(), len(tally.survived) - len(accepted)
    yield (
        f"{killed + len(tally.survived)} mutants: {killed} killed, {len(accepted)} equivalent,"
        f" {survived} survived; {seconds:.0f} s"
    )


def stale(tally: Tally) -> list[str]:
    """Entries of the list of equivalents that are no mutants any more, or are killed by now."""
    survivors = {name for name, _ in tally.survived}
    return sorted(name for name in equivalents() if name not in survivors)


def disagreeing(rules: Iterable[Boundary]) -> list[str]:
    """Rules that contradict their tables before anything is changed: against them every mutant would seem killed."""
    return [
        f"{r.kind} {r.key}" for r in rules if _differs(r, r.implementation.check, r.columns, r.thresholds)
    ]


def main(arguments: list[str] | None = None) -> int:
    """Sweeps all modules and suites, or the modules named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", choices=[*MODULES, "suites", []], help="by default all")
    wanted = parser.parse_args(arguments).modules or [*MODULES, "suites"]
    rules = [rule for kind in SUITES for rule in boundaries(kind)]
    if wrong := disagreeing(rules):
        print("Mend these first, see tests/quality/test_boundaries.py:", *wrong, sep="\n")
        return 1
    start, tally = time.monotonic(), Tally()
    for module in wanted:
        if module == "suites":
            sweep_suite(rules, tally)
        else:
            sweep_module(module, rules, tally)
    print(*report(tally, time.monotonic() - start), sep="\n")
    old = stale(tally) if len(wanted) > len(MODULES) else []
    print(*(f"stale in equivalents.toml: {name}" for name in old), sep="\n", end="\n" if old else "")
    return int(bool(old) or any(name not in equivalents() for name, _ in tally.survived))


if __name__ == "__main__":
    sys.exit(main())
