"""EDIFACT: bytes to canonical port events, with line numbers, envelope checks and the independent count.

The stream is made up here: gate reports as terminals send them, with the references, places, seals, remarks and
parties of real messages (eleven segments for a container, two hundred containers in a message). The peer only splits
and parses segments; it gives no rows.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks._bar import Bar, in_a_child

LARGE_BYTES = int(os.environ.get("EDIFACT_BYTES", 1_000_000_000))
SMALL_BYTES = 200_000_000
PEER_BYTES = 1_000_000
ROUNDS = 3
PEER_PYTHON = "EDIFACT_PEER_PYTHON"
"""Names a Python that has pydifact, where this one has not."""

BOXES = 200
REMARKS = ("CERAMIC TILES", "TOOLS?: HAND", "O?'CLOCK PARTS", "SPARES ?+ ACCESSORIES", "FURNITURE")


def run() -> list[Bar]:
    """Segments per CPU second and by the clock on 200 MB, peak memory on 1 GB, and the peer on 1 MB."""
    with tempfile.TemporaryDirectory() as folder:
        large, small, peer = (Path(folder) / name for name in ("large.edi", "small.edi", "peer.edi"))
        for path, size in ((large, LARGE_BYTES), (small, SMALL_BYTES), (peer, PEER_BYTES)):
            write(path, size)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(in_a_child("benchmarks._edifact_ours", str(small)))
            theirs.append(_peer(peer))
        stream = in_a_child("benchmarks._edifact_ours", str(large))
    best = max(ours, key=lambda r: r["segments"] / r["cpu_s"])
    fastest = max(ours, key=lambda r: r["segments"] / r["wall_s"])
    found = [r for r in theirs if r is not None]
    note = "" if found else f"peer not installed (pydifact; or name a Python with it in {PEER_PYTHON})"
    per_cpu = max((r["segments"] / r["cpu_s"] for r in found), default=None)
    by_clock = max((r["segments"] / r["wall_s"] for r in found), default=None)
    label = f"{LARGE_BYTES / 1e9:g} GB"
    return [
        Bar(
            "edifact: CPU",
            "segments per CPU second",
            best["segments"] / best["cpu_s"],
            800_000,
            per_cpu,
            note=note,
        ),
        Bar(
            "edifact: clock",
            "segments per second",
            fastest["segments"] / fastest["wall_s"],
            1_000_000,
            by_clock,
        ),
        Bar(
            f"edifact: {label}, CPU",
            "segments per CPU second",
            stream["segments"] / stream["cpu_s"],
            800_000,
            per_cpu,
        ),
        Bar(f"edifact: {label}, peak memory", "MiB", stream["peak_mib"], 300, is_ceiling=True),
    ]


def _peer(path: Path) -> dict[str, float] | None:
    python = os.environ.get(PEER_PYTHON)
    if python:
        return in_a_child("benchmarks._edifact_peer", str(path), python=python)
    if importlib.util.find_spec("pydifact") is None:
        return None
    return in_a_child("benchmarks._edifact_peer", str(path))


def write(path: Path, size: int, seed: int = 1) -> None:
    """One interchange of gate reports of about ``size`` bytes."""
    source, count, written = Random(seed), 0, 0
    with path.open("w", encoding="ascii") as file:
        written += file.write("UNA:+.? '\nUNB+UNOC:3+NBPORT+CORRIDOR+250310:0900+9001'\n")
        while written < size:
            count += 1
            written += file.write(_message(source, count))
        file.write(f"UNZ+{count}+9001'\n")


def _message(source: Random, number: int) -> str:
    code = "34" if number % 2 else "36"
    lines = [
        f"UNH+M{number:08d}+CODECO:D:95B:UN:SMDG16",
        f"BGM+{code}+G{number:08d}+9",
        "TDT+20+025W+1++QZL:172:20+++9074729:146::HAI YUE STAR",
        "NAD+CF+QZL:160:20",
        "NAD+MS+NBPORT:160:ZZZ",
    ]
    for box in range(BOXES):
        lines += _box(source, number * BOXES + box)
    lines += [f"CNT+16:{BOXES}", f"UNT+{len(lines) + 2}+M{number:08d}"]
    return "'\n".join(lines) + "'\n"


def _box(source: Random, number: int) -> Iterator[str]:
    day, minute = number // 40_000 % 28 + 1, number % 1440
    yield f"EQD+CN+QZAU{number % 10_000_000:07d}+{('22G1', '45G1', '42G1')[number % 3]}:102:5++{2 + number % 2}+5"
    yield f"RFF+BN:BK{source.randrange(10**8):08d}"
    yield f"RFF+BM:QZLNB{source.randrange(10**7):07d}"
    yield f"DTM+7:202503{day:02d}{minute // 60:02d}{minute % 60:02d}:203"
    yield "LOC+165+CNNBG:139:6+NBCT:TER:ZZZ"
    yield "LOC+11+JPOSA:139:6"
    yield f"MEA+AAE+VGM+KGM:{source.randrange(6_000, 29_000)}"
    yield f"SEL+NB{source.randrange(10**7):07d}+SH"
    yield f"FTX+AAI+++{REMARKS[number % 5]}"
    yield f"TDT+1++3++:::QZ TRUCKING+++ZB{source.randrange(10**5):05d}:146"
    yield "NAD+CA+QZL:172:20"
