"""What is stored is changed in one place only, so that one guard stands before every change."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from corridor_etl.settings import checkout

ROOT = checkout()
MODULES = sorted([*ROOT.glob("corridor_etl/**/*.py"), *ROOT.glob("flows/*.py")])
OPENING = {"writing", "begin", "connect"}
"""Calls by which a connection or a transaction of the warehouse could be opened."""
ALLOWED = {
    ("corridor_etl/warehouse/engine.py", "writing"),
    ("corridor_etl/warehouse/engine.py", "reading"),
    ("corridor_etl/warehouse/publish.py", "transaction"),
    # A copy is written beside what is stored, which is only read.
    ("corridor_etl/warehouse/database_copy.py", "_copy_sqlite"),
    # Leases say who may write: they are no content, and are taken by those who may not yet.
    ("corridor_etl/warehouse/lease.py", "acquire"),
    ("corridor_etl/warehouse/lease.py", "renew"),
    ("corridor_etl/warehouse/lease.py", "release"),
    # Questions of people, on connections that cannot write.
    ("corridor_etl/warehouse/query.py", "_ask_sqlite"),
    ("corridor_etl/warehouse/query.py", "_ask_postgresql"),
}


def opening(path: Path) -> Iterator[str]:
    """Names of the functions in which a module opens a transaction."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)):
        for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
            named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if named in OPENING:
                yield function.name


def test_one_function_opens_the_transactions_that_change_what_is_stored() -> None:
    found = {(path.relative_to(ROOT).as_posix(), name) for path in MODULES for name in opening(path)}
    assert found == ALLOWED


def test_whoever_opens_one_by_itself_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "from corridor_etl.warehouse.engine import writing\n"
        "def quickly(warehouse):\n"
        "    with writing(warehouse.engine) as connection:\n"
        "        connection.execute('UPDATE batch')\n"
        "def directly(warehouse):\n"
        "    with warehouse.engine.begin() as connection:\n"
        "        connection.execute('UPDATE batch')\n",
        encoding="utf-8",
    )
    assert list(opening(module)) == ["quickly", "directly"]
