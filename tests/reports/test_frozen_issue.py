"""Files of an issue: permanent address, whole or not at all, the same hash for the same content."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.reports.figures_csv import figures_csv, safe
from corridor_etl.reports.issue import freeze
from corridor_etl.reports.render import VALIDATION_PATH, validation_url


def test_an_issue_has_a_permanent_address(issue: Any, tmp_path: Path) -> None:
    context, rendered, _ = issue
    files = freeze(context, rendered, tmp_path)
    assert files.folder == tmp_path / "site" / "internal" / "weekly" / "2025-W46" / "r0" / "en"
    assert {p.name for p in files.folder.iterdir()} == set(files.names)
    assert files.page.read_text(encoding="utf-8") == rendered.page_html
    assert (
        json.loads((files.folder / "issue.json").read_text(encoding="utf-8"))["headline"] == context.headline
    )


def test_an_issue_links_to_the_rules_and_their_results_at_one_address(issue: Any, tmp_path: Path) -> None:
    context, rendered, _ = issue
    files = freeze(context, rendered, tmp_path)
    assert (files.folder / VALIDATION_PATH).resolve() == (tmp_path / "site/validation/index.html").resolve()
    assert f'href="{VALIDATION_PATH}"' in rendered.page_html.split("Data behind this issue")[1]
    address = validation_url(context)
    assert address == validation_url(replace(context, revision=3, week="2026-W01"))
    assert address in rendered.text.split("Data behind this issue")[1]
    assert f'href="{address}"' in rendered.mail_html.split("Data behind this issue")[1]


def test_freezing_again_touches_nothing(issue: Any, tmp_path: Path) -> None:
    context, rendered, _ = issue
    first = freeze(context, rendered, tmp_path)
    before = {p: p.stat().st_mtime_ns for p in first.folder.iterdir()}
    assert freeze(context, rendered, tmp_path).content_sha256 == first.content_sha256
    assert {p: p.stat().st_mtime_ns for p in first.folder.iterdir()} == before


def test_files_of_a_run_that_was_cut_off_are_replaced_whole(issue: Any, tmp_path: Path) -> None:
    context, rendered, _ = issue
    first = freeze(context, rendered, tmp_path)
    first.page.unlink()
    (first.folder / "left.tmp").write_text("x")
    again = freeze(context, rendered, tmp_path)
    assert {p.name for p in again.folder.iterdir()} == set(again.names)
    assert [p.name for p in again.folder.parent.iterdir()] == ["en"]


def test_the_hash_follows_the_content(issue: Any, tmp_path: Path) -> None:
    context, rendered, _ = issue
    one = freeze(context, rendered, tmp_path / "a").content_sha256
    assert freeze(context, replace(rendered, text="other"), tmp_path / "b").content_sha256 != one


def test_a_revision_leaves_the_old_issue(issue: Any, tmp_path: Path) -> None:
    context, rendered, _ = issue
    freeze(context, rendered, tmp_path)
    freeze(replace(context, revision=1), rendered, tmp_path)
    assert sorted(p.name for p in (tmp_path / "site/internal/weekly/2025-W46").iterdir()) == ["r0", "r1"]


def test_figures_are_exact_in_the_csv(issue: Any) -> None:
    context = issue[0]
    data = figures_csv(context)
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert data.startswith(b"\xef\xbb\xbf")
    assert [r["address"] for r in rows] == [f.address for f in context.figures]
    assert [r["value"] for r in rows] == ["" if f.value is None else str(f.value) for f in context.figures]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("-1.5", "-1.5"),
        ("+5", "+5"),
        ("plain", "plain"),
        ("\tx", "'\tx"),
    ],
)
def test_no_cell_is_a_formula(text: str, kept: str) -> None:
    assert safe(text) == kept
