"""Gate reports of a port, one interchange a week, for tests that need a sender with a history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from corridor_etl.simulator.containers import numbered
from tests.sources.message_writer import interchange, message

MONDAY = date(2025, 4, 7)
BOXES = 20


def week_file(
    n: int,
    *,
    kilograms: float = 1.0,
    reference: str | None = None,
    document: str | None = None,
    function: str = "9",
    boxes: int = BOXES,
    owner: str = "QZAU",
) -> bytes:
    """The gate report of week ``n``: boxes of 20 to 24 tonnes; ``kilograms`` is how many the unit written has."""
    document = document or f"G{n:04d}"
    groups = [s for box in range(boxes) for s in _box(n, box, owner, kilograms)]
    body = message("CODECO", f"BGM+34+{document}+{function}", "NAD+CF+SMPL:160:20", *groups, f"CNT+16:{boxes}",
                   reference=f"M{n:04d}", directory="D:95B:UN:SMDG16")  # fmt: skip
    return interchange(
        body,
        reference=reference or f"{100 + n:06d}",
        prepared=f"{MONDAY + timedelta(weeks=n + 1):%y%m%d}:0800",
    )


def _box(n: int, box: int, owner: str, kilograms: float) -> Sequence[str]:
    day = MONDAY + timedelta(weeks=n, days=box % 5)
    weight = (20_000 + 200 * box) / kilograms
    return (
        f"EQD+CN+{numbered(owner, n * 1000 + box)}+45G1:102:5++2+5",
        f"DTM+7:{day:%Y%m%d}{8 + box % 10:02d}00:203",
        "LOC+165+CNNBG:139:6+NBCT:TER:ZZZ",
        f"MEA+AAE+VGM+KGM:{weight:.3f}".rstrip("0").rstrip("."),
        "TDT+1++3",
    )


def deliver(home: Path, name: str, content: bytes, sender: str = "ningbo_port") -> Path:
    """Puts a file into the inbox."""
    path = home / "inbox" / sender / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
