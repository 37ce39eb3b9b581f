"""Versions of what figures are computed by: they change only when results can.

The version of the code is a digest of the files that figures are made by, byte for byte, and of no other part of the
platform; an edited comment is another version too, and a week made again by it is found unchanged. The version of the
rules is one of the suites, without their explanations, and of the sections of corridor.toml that figures depend on.
Whether a week is of these belongs to ``backfill_states``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from corridor_etl.settings import Settings, checkout
from corridor_etl.warehouse import Build

DIGITS = 16
_PACKAGES = ("facts", "kpis", "marts", "model", "reference")
_MODULES = ("warehouse/versions.py",)
_NOT_COUNTED = (
    "senders", "recipients", "mail", "retention", "grades", "quality", "confidentiality", "reports",
)  # fmt: skip


def build_of(settings: Settings) -> Build:
    """By what figures are made now."""
    return Build(_code_version(), _rules_version(settings))


@cache
def _code_version() -> str:
    return digest_of(checkout() / "corridor_etl")


def digest_of(package: Path) -> str:
    """The version of the code that lies in the folder of the package: of its names and bytes, without caches."""
    files = [
        *(p for name in _PACKAGES for p in (package / name).rglob("*")),
        *(package / m for m in _MODULES),
    ]
    return digest_of_files(files, package)


def digest_of_files(files: Iterable[Path], folder: Path) -> str:
    """A digest of the bytes of files and of their names below ``folder``; without caches, and whatever their order."""
    digest = hashlib.sha256()
    for path in sorted(p for p in files if p.is_file() and "__pycache__" not in p.parts):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:DIGITS]


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
