"""What the layout promises: one direction, small modules, one clock, no drawers."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("module", CODE, ids=name)
def test_a_module_says_what_it_is_for_and_stays_small(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), "no module docstring"
    assert source.count("\n") <= 300, "a module has at most 300 lines"
    assert module.stem not in {"utils", "helpers", "common", "misc"}


@pytest.mark.parametrize("module", CODE, ids=name)
def test_functions_stay_small(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    too_long = [
        f"{f.name}: {f.end_lineno - f.lineno + 1}" for f in functions if f.end_lineno - f.lineno >= 45
    ]
    assert not too_long


def test_the_wall_clock_is_asked_in_one_place() -> None:
    pattern = re.compile(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|time\.time\(")
    asking = [name(m) for m in MODULES if pattern.search(m.read_text(encoding="utf-8"))]
    # The engine is a package of its own, and stamps a batch with the moment it is loaded, as every engine does.
    assert asking == ["corridor_etl/clock.py", "corridor_etl/quality/polars_engine/engine.py"]


def test_nothing_is_read_with_a_lossy_flag() -> None:
    pattern = re.compile(
        r"utf8-lossy|ignore_errors\s*=\s*True|truncate_ragged_lines|errors=[\"'](ignore|replace)"
    )
    assert [name(m) for m in MODULES if pattern.search(m.read_text(encoding="utf-8"))] == []
