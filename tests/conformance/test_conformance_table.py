"""Every sample file has an outcome and no reader broke on one; the counts in docs/conformance.md are current."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

import pytest

SAMPLES = os.environ.get("CORRIDOR_SAMPLES")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="set CORRIDOR_SAMPLES to a folder of sample files")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "conformance_table.py"))


@pytest.fixture(scope="module")
def found(script: dict[str, Any]) -> list[Any]:
    return script["lines"](Path(SAMPLES or ""))


def test_no_reader_breaks_on_a_file(found: list[Any]) -> None:
    assert [line for line in found if line.how == "PARSER_CRASH"] == []
    assert {line.outcome for line in found} == {"read", "set aside", "refused"}


def test_the_table_is_printed(
    script: dict[str, Any],
    found: list[Any],
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = script["table"](found)
    with capsys.disabled():
        print(f"\n{text}")
    files = {p.name for p in Path(SAMPLES or "").rglob("*") if p.is_file() and p.name != "INDEX.md"}
    assert files == {line.name for line in found}


def test_the_counts_in_the_docs_are_current(script: dict[str, Any], found: list[Any]) -> None:
    assert (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8") == script["counts"](found)
