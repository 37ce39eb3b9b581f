"""Versions of what figures are computed by: they change only when results can.

The version of the code is a digest of what its modules do, not of how they are written down: comments, docstrings and
layout do not count, nor does any other part of the platform. The version of the rules is one of the suites, without
their explanations, and of the sections of corridor.toml that figures depend on. Whether a week is of these belongs to
``backfill_states``.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from corridor_etl.settings import Settings, checkout
from corridor_etl.warehouse import Build

DIGITS = 16
_PACKAGES = ("facts", "kpis", "marts", "model", "reference")
_MODULES = ("warehouse/versions.py",)
_NOT_COUNTED = (
    "senders", "recipients", "mail", "retention", "grades", "quality", "confidentiality",
)  # fmt: skip
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def build_of(settings: Settings) -> Build:
    """By what figures are made now."""
    return Build(_code_version(), _rules_version(settings))


@cache
def _code_version() -> str:
    root = checkout() / "corridor_etl"
    files = [*(p for name in _PACKAGES for p in (root / name).rglob("*")), *(root / m for m in _MODULES)]
    digest = hashlib.sha256()
    for path in sorted(p for p in files if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(meaning(path))
    return digest.hexdigest()[:DIGITS]


def meaning(path: Path) -> bytes:
    """A file as far as it matters for results: of a Python module the code without docstrings and comments."""
    if path.suffix != ".py":
        return path.read_bytes()
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED):
            node.body = [s for s in node.body if not _is_text(s)]
    return ast.dump(tree).encode()


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _rules_version(settings: Settings) -> str:
    chosen = {k: v for k, v in settings.model_dump(mode="json").items() if k not in _NOT_COUNTED}
    told = json.dumps([chosen, _suites()], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:DIGITS]


@cache
def _suites() -> list[Any]:
    return list(_rules(checkout() / "expectations" / "suites"))


def _rules(folder: Path) -> Iterator[list[Any]]:
    for path in sorted(folder.glob("*.json")):
        for rule in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
            yield [path.stem, rule["meta"].get("rule_id"), rule["type"], rule["kwargs"], rule["severity"]]
