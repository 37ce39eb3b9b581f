"""Takes the pictures of the README from what the demo made, with the system's Chromium.

Run by `make pictures` after `make demo`. Pictures of Prefect need a server and are taken with --prefect URL.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def page_picture(
    browser: Browser, url: str, name: str, width: int, *, dark: bool = False, wait_ms: int = 0
) -> None:
    """One full-page picture at a width."""
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    page.goto(url)
    page.wait_for_timeout(wait_ms)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    page.close()


def main() -> None:
    """Takes the pictures the README shows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--week", default="2025-W26")
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "demo")
    parser.add_argument("--prefect", help="URL of a Prefect page to take as well")
    options = parser.parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    issue = options.home / "site" / "weekly" / options.week / "r0"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page_picture(browser, (issue / "index.html").as_uri(), "weekly_page", 1100)
        page_picture(browser, (issue / "mail.html").as_uri(), "weekly_mail", 600)
        if options.prefect:
            page_picture(browser, options.prefect, "prefect_run", 1280, wait_ms=9000)
        browser.close()


if __name__ == "__main__":
    main()
