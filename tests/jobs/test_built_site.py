"""Building the site writes what the ledger says, once, and leaves the issues alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from corridor_etl.jobs.site import build_site
from corridor_etl.warehouse import IssueRow, Warehouse


@pytest.fixture(autouse=True)
def a_still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_NOW", "2025-06-20T06:00:00+05:00")


FIGURES = pl.DataFrame(schema={"address": pl.String, "value_text": pl.String, "unit": pl.String})
AT = datetime(2025, 6, 17, 1, tzinfo=UTC)


def publish(week: str, revision: int = 0) -> Path:
    with Warehouse.open() as warehouse:
        folder = warehouse.home / f"site/internal/weekly/{week}/r{revision}/en"
        folder.mkdir(parents=True)
        said = {"headline": "84 TEU moved", "dates": "9–15 Jun 2025", "published_at": AT.isoformat()}
        (folder / "issue.json").write_text(json.dumps(said), encoding="utf-8")
        (folder / "index.html").write_text("the issue as sent", encoding="utf-8")
        row = IssueRow(
            edition="weekly", week=week, revision=revision, language="en", issue_no=1, state="published", snapshot=0,
            published_at_utc=AT + timedelta(days=revision), scheduled_at_utc=AT, content_sha256="0" * 64,
            context_json="{}", folder=f"site/internal/weekly/{week}/r{revision}",
        )  # fmt: skip
        warehouse.record_issue(row, FIGURES, [])
        return folder / "index.html"


def test_a_second_build_writes_nothing(own_home: Path) -> None:
    publish("2025-W24")
    first = build_site()
    assert first.index == own_home / "site" / "index.html"
    before = {p: p.stat().st_mtime_ns for p in own_home.rglob("*.html")}
    again = build_site()
    assert (first.written, again.written, again.pages) == (first.pages, 0, first.pages)
    assert {p: p.stat().st_mtime_ns for p in own_home.rglob("*.html")} == before


def test_a_revision_changes_the_pages_around_it_and_no_issue(own_home: Path) -> None:
    old = publish("2025-W23"), publish("2025-W24")
    build_site()
    sent = {p: p.read_bytes() for p in old}
    week = own_home / "site/internal/weekly/2025-W23/index.html"
    assert "r1/en" not in week.read_text(encoding="utf-8")
    publish("2025-W23", revision=1)
    assert (
        build_site().written == 18
    )  # in four languages the week, its year, the index, the feed; the status twice
    assert 'href="r1/en/index.html"' in week.read_text(encoding="utf-8")
    assert {p: p.read_bytes() for p in old} == sent


def test_a_build_that_fails_half_way_leaves_whole_pages(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("2025-W24")
    build_site()
    before = {p: p.read_bytes() for p in (own_home / "site").rglob("*") if p.is_file()}
    publish("2025-W25")
    index = own_home / "site/internal/index.html"
    index.unlink()
    index.mkdir()  # nothing can be written there
    with pytest.raises(OSError):
        build_site()
    index.rmdir()
    for path, content in before.items():
        if path != index:
            now = path.read_bytes()
            assert now == content or now.rstrip().endswith((b"</html>", b"</feed>", b"\n}"))
    build_site()
    assert b"2025-W25" in index.read_bytes()
    assert not list(own_home.rglob("*.tmp"))


def test_the_rules_have_a_door_once_they_are_built(own_home: Path) -> None:
    assert "validation/" not in build_site().index.read_text(encoding="utf-8")
    (own_home / "site/validation").mkdir()
    (own_home / "site/validation/index.html").write_text("rules")
    assert 'href="validation/index.html"' in build_site().index.read_text(encoding="utf-8")
