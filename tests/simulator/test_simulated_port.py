"""The stream of port events: right sums, bounded files, the same bytes, and no box in two places."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.errors import UsageError
from corridor_etl.settings import load_settings
from corridor_etl.simulator import Stream, port, simulate_port


def streamed(out: Path, events: int, seed: int = 1) -> dict[str, Any]:
    result = simulate_port(out, events, seed=seed, settings=load_settings())
    return json.loads(result.truth_path.read_text(encoding="utf-8"))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "EVENTS_PER_PART", 400)
    monkeypatch.setattr(port, "MOVES_PER_WEEK", 1000)


@pytest.mark.usefixtures("small_parts")
def test_the_files_hold_the_events_the_truth_counts(tmp_path: Path) -> None:
    truth = streamed(tmp_path, 2_501)
    files = sorted((tmp_path / "inbox").rglob("*.*"))
    boxes = sum(p.read_bytes().count(b"EQD+CN+") for p in files if p.suffix == ".edi")
    rows = sum(len(p.read_text(encoding="utf-8").splitlines()) - 1 for p in files if p.suffix == ".csv")
    assert boxes + rows == 2_501 == sum(r["events"] for r in truth["port"])
    assert sum(d["rows_loaded"] for d in truth["deliveries"].values()) == 2_501
    assert max(d["rows_read"] for d in truth["deliveries"].values()) <= 400
    assert {r["event_code"] for r in truth["port"]} == {"GTIN", "GTOT", "DISC", "LOAD", "RAIL_LOAD"}
    assert len({r["iso_week"] for r in truth["port"]}) == 3


def test_a_denser_stream_of_small_files_fills_its_weeks(tmp_path: Path) -> None:
    stream = Stream(moves_per_week=600, rows_per_file=100)
    made = simulate_port(tmp_path, 1_200, settings=load_settings(), stream=stream)
    truth = json.loads(made.truth_path.read_text(encoding="utf-8"))
    assert len(made.files) == len(truth["deliveries"]) >= 12
    assert max(d["rows_read"] for d in truth["deliveries"].values()) == 100
    assert sum(r["events"] for r in truth["port"]) == 1_200
    assert {"2025-W09", "2025-W10"} <= {r["iso_week"] for r in truth["port"]}


@pytest.mark.usefixtures("small_parts")
def test_the_same_seed_gives_the_same_stream(tmp_path: Path) -> None:
    streams = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        streamed(tmp_path / name, 900, seed)
        streams.append({p.name: p.read_bytes() for p in sorted((tmp_path / name).rglob("*.*"))})
    assert streams[0] == streams[1] != streams[2]


@pytest.mark.usefixtures("small_parts")
def test_no_move_is_reported_twice(tmp_path: Path) -> None:
    streamed(tmp_path, 2_000)
    moves: Counter[tuple[str, ...]] = Counter()
    for path in sorted((tmp_path / "inbox/ningbo_port").iterdir()):
        code = ""
        for segment in path.read_text(encoding="ascii").splitlines():
            if segment.startswith("BGM+"):
                code = segment
            if segment.startswith("EQD+CN+"):
                number = segment
            if match := re.match(r"DTM\+\d+:(\d{12}):203", segment):
                moves[code[:6], number, match[1]] += 1
    assert moves
    assert max(moves.values()) == 1


def test_no_events_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        streamed(tmp_path, 0)
