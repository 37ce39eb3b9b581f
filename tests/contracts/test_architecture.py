"""What the layout promises: one direction, small modules, one clock, no drawers."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from corridor_etl.settings import checkout

ROOT = checkout()
MODULES = sorted([*ROOT.glob("corridor_etl/**/*.py"), *ROOT.glob("flows/*.py")])
CODE = [m for m in MODULES if "migrations/versions" not in m.as_posix()]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_stages_import_in_one_direction() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@cache
def source(module: Path) -> str:
    return module.read_text(encoding="utf-8")


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(source(module))


def test_every_module_says_what_it_is_for_and_stays_small() -> None:
    assert [name(m) for m in CODE if not ast.get_docstring(tree(m))] == [], "no module docstring"
    assert [name(m) for m in CODE if source(m).count("\n") > 300] == [], "a module has at most 300 lines"
    assert [name(m) for m in CODE if m.stem in {"utils", "helpers", "common", "misc"}] == []


def test_functions_stay_small() -> None:
    functions = [
        (name(m), f)
        for m in CODE
        for f in ast.walk(tree(m))
        if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) > len(CODE)
    too_long = [(m, f.name) for m, f in functions if (f.end_lineno or 0) - f.lineno >= 45]
    assert too_long == []


def test_the_wall_clock_is_asked_in_one_place() -> None:
    pattern = re.compile(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|time\.time\(")
    asking = [name(m) for m in MODULES if pattern.search(source(m))]
    # The engine is a package of its own, and stamps a batch with the moment it is loaded, as every engine does.
    assert asking == ["corridor_etl/clock.py", "corridor_etl/quality/polars_engine/engine.py"]


def test_nothing_is_read_with_a_lossy_flag() -> None:
    pattern = re.compile(
        r"utf8-lossy|ignore_errors\s*=\s*True|truncate_ragged_lines|errors=[\"'](ignore|replace)"
    )
    assert [name(m) for m in MODULES if pattern.search(source(m))] == []
