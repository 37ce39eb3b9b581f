"""The site and the status page in a real browser: nothing scrolls sideways, nothing bars a reader, dark is dark."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe

from corridor_etl.quality.rule_words import all_in_words
from corridor_etl.reports.site import pages
from corridor_etl.reports.site_issues import frozen_issues
from corridor_etl.reports.site_looks import page as site_page
from corridor_etl.reports.status import status
from corridor_etl.reports.status_beside import MEASURES, Beside, beside
from corridor_etl.reports.status_calendar import calendar
from corridor_etl.reports.unsubscribe_page import unsubscribe_page
from corridor_etl.settings import load_settings
from corridor_etl.warehouse.overview import Overview

NOW = datetime(2025, 6, 25, 7, tzinfo=UTC)
LONG = "customs_broker_cn/declarations_of_a_very_long_name_without_any_blank_2025-W16_part.csv"
TOO_WIDE = """[...document.querySelectorAll('main *')].filter(e => !e.closest('.spoken'))
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
PAGES = ("internal/ru/index.html", "internal/weekly/2025-W24/kk/index.html", "internal/dictionary/ru/index.html",
         "unsubscribe/zh.html", "internal/status/index.html")  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks, one of them revised, in four languages; a status page with something in every block."""
    folder = tmp_path_factory.mktemp("site")
    said = {"headline": "84 TEU moved, in line with recent weeks; border crossing slowed to 20.4 hours",
            "dates": "9–15 Jun 2025", "published_at": "2025-06-16T06:00:00+05:00"}  # fmt: skip
    ledger = []
    for week, revision in (("2025-W23", 0), ("2025-W24", 0), ("2025-W24", 1)):
        for language in ("en", "zh", "ru", "kk"):
            issue = folder / f"internal/weekly/{week}/r{revision}/{language}"
            issue.mkdir(parents=True)
            (issue / "index.html").write_text("<html></html>")
            (issue / "issue.json").write_text(json.dumps(said), encoding="utf-8")
        ledger.append({"edition": "weekly", "week": week, "revision": revision, "language": "en", "issue_no": 7,
                       "state": "partial", "published_at_utc": NOW, "folder": ""})  # fmt: skip
    settings = load_settings()
    made = pages(frozen_issues(folder, ledger), settings.corridor)
    made[PAGES[-1]] = _status_page()
    made[PAGES[-2]] = unsubscribe_page("ask", settings.corridor, "zh", "managers@corridor.example")
    for name, content in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _status_page() -> bytes:
    settings = load_settings()
    rules = list(all_in_words())[:40]
    counts = dict.fromkeys(("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate"), 2_345_678)
    found = Overview(
        deliveries=pl.DataFrame([{"source_id": s.id, "status": "rejected", "files": 1234, **counts,
                                  "last_received_at_utc": NOW} for s in settings.sources]),
        rejected=pl.DataFrame([{"delivery_no": 12_345, "file_name": LONG, "sender_id": "customs_broker_cn",
                                "reason": "UNTERMINATED_LAST_ROW", "received_at_utc": NOW}] * 3),
        quarantine=pl.DataFrame({"rule_ids": rules, "rows": [12_345] * 40, "oldest_at_utc": [NOW] * 40}),
        discrepancies=pl.DataFrame({"rule_id": [f"XR-{n:03}" for n in range(1, 16)], "severity": ["critical"] * 15,
                                    "items": [123_456] * 15, "oldest_at_utc": [NOW - timedelta(days=400)] * 15}),
        outbox=pl.DataFrame([{"state": s, "messages": 20, "oldest_at_utc": NOW} for s in ("queued", "unknown")]),
        batches=pl.DataFrame([{"snapshot": 4711, "received_at_utc": NOW - timedelta(hours=2), "committed_at_utc": NOW,
                               "deliveries": 64, "rows_loaded": 2_345_678}]),
        issues=pl.DataFrame([{"edition": "throughput", "week": "2025-W24", "revision": 1, "state": state, "snapshot": 4711,
                              "published_at_utc": NOW} for state in ("published", "partial")]),
    )  # fmt: skip
    weeks = [f"2025-W{n:02}" for n in range(1, 27)]
    judged = pl.DataFrame([{"source_id": s.id, "iso_week": w, "expected_files": 168, "status": "late" if n % 3 else ""}
                           for s in settings.sources for n, w in enumerate(weeks)])  # fmt: skip
    files = pl.DataFrame([{"source_id": s.id, "iso_week": w, "files": (0, 17, 12_345)[n % 3]}
                          for s in settings.sources for n, w in enumerate(weeks) if n % 3])  # fmt: skip
    grid = calendar(judged, files, weeks[-1], settings.sources)
    said = status(found, grid, all_in_words(), settings.sources, NOW, _beside(found))
    values = {"corridor": settings.corridor, "status": said,
              "weeks": 4, "at": NOW, "zone": "UTC"}  # fmt: skip
    return site_page("status.html", PAGES[-1], values)


def _beside(found: Overview) -> Beside:
    hold = {"edition": "throughput", "week": "2025-W25", "revision": 1, "snapshot": 4711, "held_at_utc": NOW - timedelta(days=2),
            "reasons": "Check failed: the total differs --anyway.\nTrain manifests: 1 of 20 expected files received."}  # fmt: skip
    return beside(
        pl.DataFrame([hold]),
        found.issues,
        pl.DataFrame([{"incident_no": n, "incident_key": f"delivery.rejected/{LONG}", "state": "open", "times_seen": 12,
                       "message": f"{LONG}: the last row has no end", "opened_at_utc": NOW} for n in (1, 2)]),
        [{"backfill_id": 12, "weeks": "2025-W01:2025-W24", "weeks_first": "2025-W01", "weeks_last": "2025-W24",
          "state": state, "done": "12 of 24", "differ": 123_456, "reason": LONG, "requested_at_utc": NOW}
         for state in ("planned", "waiting_approval")],
        pl.DataFrame([{"metric": m.metric.partition("{")[0], "labels": m.metric.partition("{")[2].rstrip("}"), "value": 123_456.7}
                      for m in MEASURES]),
        NOW,
    )  # fmt: skip


@pytest.fixture(scope="module", params=["light", "dark"])
def view(browser: Any, request: pytest.FixtureRequest) -> Any:
    context = browser.new_context(color_scheme=request.param)
    yield context.new_page(), request.param
    context.close()


@pytest.mark.parametrize("widths", [(320, 1100), pytest.param((375, 600), marks=pytest.mark.long)])
@pytest.mark.parametrize("name", PAGES)
def test_every_width_and_theme_can_be_read(view: Any, site: Path, name: str, widths: tuple[int, int]) -> None:
    page, scheme = view
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((site / name).as_uri())
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        if width in (320, 1100):
            found = Axe().run(page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], (width, scheme)
    ground, ink = (
        sum(
            page.evaluate(
                f"getComputedStyle(document.querySelector('.card')).{what}.match(/\\d+/g).map(Number)"
            )[:3]
        )
        for what in ("backgroundColor", "color")
    )
    assert (ground < ink) is (scheme == "dark")


@pytest.mark.parametrize("name", [PAGES[-1], *(pytest.param(n, marks=pytest.mark.long) for n in PAGES[:-1])])
def test_a_page_prints_on_a4(browser: Any, site: Path, name: str) -> None:
    page = browser.new_context().new_page()
    page.goto((site / name).as_uri())
    sizes = set(re.findall(rb"/MediaBox ?\[0 0 (\d+)\.\d+ (\d+)", page.pdf(prefer_css_page_size=True)))
    assert sizes == {(b"594", b"841")}
    page.context.close()


def test_the_calendar_shows_fewer_weeks_on_narrow_screens(browser: Any, site: Path) -> None:
    page = browser.new_context().new_page()
    seen = {}
    for width in (320, 600, 1100):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((site / PAGES[-1]).as_uri())
        script = "[...document.querySelectorAll('.calendar thead th')].filter(e => e.offsetWidth).length - 1"
        seen[width] = page.evaluate(script)
    assert seen == {320: 6, 600: 13, 1100: 26}
    page.context.close()
