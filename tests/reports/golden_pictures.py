"""Golden pictures of page and mail, an eighth of their size, and what a picture taken now shows that they do not.

``python -m tests.reports.golden_pictures --update`` takes them anew; look at what changed before it is committed. Fonts are
those of the product, so that a picture is the same on machines with other fonts. Charts themselves are looked at by
``test_report_pictures``.
"""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import struct
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corridor_etl.reports import fonts, png
from corridor_etl.reports.render import Rendered, render

FOLDER = Path(__file__).with_name("golden")
CELL_PX = 8
"""A pixel of a golden picture is the mean of a square of so many pixels of the page."""
STEP = 8
"""Colours are kept in steps, which makes the files small."""
VISIBLE = 24
"""Channels of 0 to 255 that differ by more are seen; a letter that is drawn a little otherwise differs by less."""
MOST_DIFFERENT = 0.001
"""The share of pixels that may differ."""
Pixels = npt.NDArray[np.uint8]


class Look(NamedTuple):
    """One picture: ``name`` is page or mail, ``width`` in pixels, ``scheme`` light or dark."""

    language: str
    name: str
    width: int
    scheme: str

    @property
    def path(self) -> Path:
        """Where its golden picture is."""
        return FOLDER / f"{'-'.join(map(str, self))}.png"


LOOKS = tuple(
    Look(language, name, width, scheme)
    for language, widths in (("en", ((320, "light"), (320, "dark"), (1100, "light"), (1100, "dark"))),
                             ("zh", ((320, "dark"), (1100, "light"))))
    for name in ("page", "mail")
    for width, scheme in widths
)  # fmt: skip


def written(rendered: Rendered, folder: Path) -> dict[str, str]:
    """Puts page and mail with its pictures into a folder; the addresses by name."""
    mail = rendered.mail_html
    for cid, data in rendered.images.items():
        (folder / f"{cid}.png").write_bytes(data)
        mail = mail.replace(f"cid:{cid}", f"{cid}.png")
    for name, html in (("page", rendered.page_html), ("mail", mail)):
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in ("page", "mail")}


def taken(browser: Any, address: str, look: Look, break_it: str = "") -> Pixels:
    """The whole page, an eighth of its size; ``break_it`` is a style that is added to it."""
    context = browser.new_context(viewport={"width": look.width, "height": 900}, color_scheme=look.scheme)
    page = context.new_page()
    page.goto(address)
    page.add_style_tag(content=_own_fonts(look.language) + break_it)
    page.evaluate("document.fonts.ready.then(() => true)")
    height = page.evaluate("document.documentElement.scrollHeight")
    picture = context.new_cdp_session(page).send(
        "Page.captureScreenshot",
        {
            "captureBeyondViewport": True,
            "optimizeForSpeed": True,
            "clip": {"x": 0, "y": 0, "width": look.width, "height": height, "scale": 1},
        },
    )
    context.close()
    return _small(png.decode(base64.b64decode(picture["data"]))[:, :, :3])


def _own_fonts(language: str) -> str:
    kind = "CorridorSansSC-{}.otf" if language == "zh" else "CorridorSans-{}.ttf"
    faces = [
        f"@font-face{{font-family:Golden;font-weight:{weight};src:url(data:font/ttf;base64,"
        f"{base64.b64encode((fonts.FOLDER / kind.format(name)).read_bytes()).decode()})}}"
        for weight, name in ((400, "Regular"), (700, "Bold"))
    ]
    return "".join(faces) + "*,svg.chart text{font-family:Golden!important}"


def _small(pixels: Pixels) -> Pixels:
    height, width = (n // CELL_PX * CELL_PX for n in pixels.shape[:2])
    cells = pixels[:height, :width].reshape(height // CELL_PX, CELL_PX, width // CELL_PX, CELL_PX, 3)
    mean = cells.mean(axis=(1, 3))
    return (np.round(mean / STEP) * STEP).clip(0, 255).astype(np.uint8)


def differences(now: Pixels, golden: Pixels) -> list[str]:
    """What is seen in one picture and not in the other; nothing where they show the same."""
    if abs(len(now) - len(golden)) > 1 or now.shape[1] != golden.shape[1]:
        return [f"it is {now.shape[1]} x {len(now)} instead of {golden.shape[1]} x {len(golden)} eighths"]
    rows = min(len(now), len(golden))
    apart = np.abs(now[:rows].astype(int) - golden[:rows]).max(axis=2) > VISIBLE
    if apart.mean() <= MOST_DIFFERENT:
        return []
    first, last = (int(y) * CELL_PX for y in np.flatnonzero(apart.any(axis=1))[[0, -1]])
    return [f"{apart.mean():.2%} of it differs, between {first} and {last + CELL_PX} pixels from the top"]


def kept(look: Look) -> Pixels:
    """The golden picture of a look."""
    return png.decode(look.path.read_bytes())


def keep(look: Look, pixels: Pixels) -> None:
    """Makes a picture the golden one."""
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    FOLDER.mkdir(exist_ok=True)
    look.path.write_bytes(
        png.SIGNATURE
        + b"".join(
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
            for kind, body in chunks
        )
    )


def main(arguments: list[str] | None = None) -> int:
    """Compares all looks, or keeps them; 1 where one differs."""
    from playwright.sync_api import sync_playwright

    from tests.reports import report_samples

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--update", action="store_true", help="keep the pictures of now")
    update, found = parser.parse_args(arguments).update, 0
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for language in dict.fromkeys(look.language for look in LOOKS):
            files = written(render(report_samples.context(language=language)), Path(name))
            for look in (one for one in LOOKS if one.language == language):
                pixels = taken(browser, files[look.name], look)
                told = differences(pixels, kept(look)) if look.path.is_file() else ["it is new"]
                found += bool(told)
                print(look.path.name, "; ".join(told) or "is as it was")
                if told and update:
                    keep(look, pixels)
        browser.close()
    return int(bool(found) and not update)


if __name__ == "__main__":
    sys.exit(main())
