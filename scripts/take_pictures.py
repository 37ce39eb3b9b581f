"""Takes the pictures of the README from what the demo made, with the system's Chromium.

Run by `make pictures` after `make demo`. Pictures of Prefect need a server that has run the weekly report, and are
taken with --prefect and its address, such as http://127.0.0.1:4200.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def picture(
    browser: Browser,
    url: str,
    path: Path,
    width: int,
    *,
    height: int = 0,
    dark: bool = False,
    wait_ms: int = 0,
) -> Path:
    """A page at a width, whole or its first ``height`` pixels."""
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    page.goto(url)
    page.wait_for_timeout(wait_ms)
    clip = {"x": 0, "y": 0, "width": width, "height": height} if height else None
    page.screenshot(path=path, full_page=True, clip=clip)
    page.close()
    return path


def sheet(browser: Browser, mail: str, folder: Path) -> None:
    """The mail at three widths and in both colour schemes, side by side."""
    shots = [(600, False), (600, True), (375, False)]
    taken = [
        picture(browser, mail, folder / f"mail_{width}_{dark}.png", width, height=1500, dark=dark)
        for width, dark in shots
    ]
    images = "".join(f'<img src="{path.as_uri()}" style="margin-right:24px">' for path in taken)
    page = folder / "sheet.html"
    page.write_text(
        f'<body style="margin:0;background:#888;white-space:nowrap">{images}</body>', encoding="utf-8"
    )
    picture(browser, page.as_uri(), PICTURES / "weekly_mail.png", 1624, height=1500)


def of_demo(browser: Browser, site: Path, week: str, folder: Path) -> None:
    """Page, mail, status page and validation page of the demo."""
    versions = site / "internal" / "weekly" / week / "r0"
    picture(browser, (versions / "en" / "index.html").as_uri(), PICTURES / "weekly_page.png", 1100)
    chinese = (versions / "zh" / "index.html").as_uri()
    picture(browser, chinese, PICTURES / "weekly_page_zh.png", 1100, height=1300, dark=True)
    status = (site / "internal" / "status" / "index.html").as_uri()
    picture(browser, status, PICTURES / "status_page.png", 1100, height=1200)
    results = site / "validation" / "validations" / "manifest_container" / "index.html"
    picture(browser, results.as_uri(), PICTURES / "validation_page.png", 1100, height=880)
    sheet(browser, (versions / "en" / "mail.html").as_uri(), folder)


def asked(url: str, path: str, **body: Any) -> list[dict[str, Any]]:
    """What Prefect's API answers to a filter."""
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/api{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def of_prefect(browser: Browser, url: str) -> None:
    """Deployments, the last run of the weekly report with its artifacts, and the form of a backfill."""
    ids = {d["name"]: d["id"] for d in asked(url, "/deployments/filter")}
    runs = asked(
        url,
        "/flow_runs/filter",
        sort="START_TIME_DESC",
        flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}},
    )
    run = next(r["id"] for r in runs if r["deployment_id"] == ids["weekly-reports"])
    pages = {
        "prefect_deployments": "/deployments",
        "prefect_run": f"/runs/flow-run/{run}?tab=Artifacts",
        "prefect_backfill": f"/deployments/deployment/{ids['backfill']}/run",
    }
    for name, path in pages.items():
        picture(browser, url + path, PICTURES / f"{name}.png", 1280, wait_ms=9000)


def require_font() -> None:
    """Ends with the command that helps where no font has Chinese characters: pictures would show boxes instead."""
    lister = shutil.which("fc-list")
    if lister is None or not subprocess.run([lister, ":lang=zh"], capture_output=True, check=True).stdout:
        raise SystemExit("no font with Chinese characters; apt-get install fontconfig fonts-noto-cjk")


def main() -> None:
    """Takes the pictures the README shows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--week", default="2025-W24")
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "demo")
    parser.add_argument("--prefect", help="address of a Prefect server to take pictures of as well")
    parser.add_argument(
        "--only-prefect", action="store_true", help="leave the pictures of the demo as they are"
    )
    options = parser.parse_args()
    require_font()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        if not options.only_prefect:
            of_demo(browser, options.home / "site", options.week, Path(folder))
        if options.prefect:
            of_prefect(browser, options.prefect)
        browser.close()


if __name__ == "__main__":
    main()
