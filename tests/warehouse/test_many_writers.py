"""Many real processes do random work at one warehouse while some are paused and killed; what they did is one history."""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from corridor_etl.settings import checkout
from corridor_etl.warehouse import IssueRow, Warehouse

PROCESSES, OPERATIONS = 8, 5
NEMESES = (signal.SIGSTOP, signal.SIGSTOP, signal.SIGKILL)

ISSUE = IssueRow(
    edition="weekly",
    week="2025-W24",
    revision=0,
    language="en",
    issue_no=0,
    state="published",
    snapshot=0,
    published_at_utc=datetime(2025, 6, 16, tzinfo=UTC),
    scheduled_at_utc=None,
    content_sha256="",
    context_json="{}",
    folder="site/internal/weekly/2025-W24/r0/en",
)

# Each line it prints tells an operation that was acknowledged.
WORKER = """
import json, pickle, random, sys, time
from dataclasses import replace
from pathlib import Path
import polars as pl
from corridor_etl.errors import BaseMoved, TransientError
from corridor_etl.warehouse import Warehouse

home, work, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
dice, (batches, marts, issue) = random.Random(seed), pickle.loads(work.read_bytes())

def told(**facts):
    print(json.dumps(facts), flush=True)

def publish(warehouse, batch, lease):
    while True:
        base = warehouse.snapshot()
        counted = warehouse.rows("booking").height + batch.rows["booking"].height
        mart = marts["mart_match_week"].with_columns(laden_boxes=pl.lit(counted, dtype=pl.Int64))
        try:
            return warehouse.publish(batch, {"mart_match_week": mart}, base=base, lease=lease)
        except BaseMoved:
            continue

def publish_issue(warehouse):
    with warehouse.lease("issues") as lease:
        snapshot, number = warehouse.snapshot(), warehouse.issues().height + 1
        rows = warehouse.at(snapshot).rows("booking").height
        time.sleep(dice.random() / 20)
        figure = pl.DataFrame({"address": ["rows"], "value_text": [str(rows)], "unit": ["rows"]})
        mine = replace(issue, revision=number, issue_no=number, snapshot=snapshot, content_sha256=str(seed))
        if warehouse.record_issue(mine, figure, [], lease=lease):
            told(issue=number)

with Warehouse.open(home) as warehouse:
    told(ready=seed)
    for batch in batches:
        try:
            if dice.random() < 0.3:
                publish_issue(warehouse)
            if dice.random() < 0.5:
                with warehouse.lease("ingest") as lease:
                    told(delivery=batch.deliveries[0].file_name, snapshot=publish(warehouse, batch, lease))
            else:
                told(delivery=batch.deliveries[0].file_name, snapshot=publish(warehouse, batch, None))
        except TransientError as error:
            told(refused=type(error).__name__)
"""


def start(home: Path, work: Path, seed: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "CORRIDOR_LEASE_SECONDS": "1", "CORRIDOR_WAIT_SECONDS": "20"}
    argv = [sys.executable, "-c", WORKER, str(home), str(work), str(seed)]
    return subprocess.Popen(
        argv, cwd=checkout(), env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def disturb(processes: list[subprocess.Popen[str]], dice: random.Random) -> None:
    """Pauses for longer than a lease, or kills, one after the other, those that run still."""
    for _ in range(12):
        time.sleep(dice.random() / 2)
        running = [p for p in processes if p.poll() is None]
        if not running:
            return
        victim, nemesis = dice.choice(running), dice.choice(NEMESES)
        victim.send_signal(nemesis)
        if nemesis == signal.SIGSTOP:
            time.sleep(1.2)
            victim.send_signal(signal.SIGCONT)


def history(said: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for text in said for line in text.splitlines() if line.endswith("}")]


@pytest.mark.long
def test_whatever_many_processes_do_is_one_history_without_a_gap_or_a_half(
    warehouse: Warehouse, make: SimpleNamespace, tmp_path: Path
) -> None:
    works = []
    for seed in range(PROCESSES):
        works.append(tmp_path / f"work{seed}")
        batches = [make.batch(f"p{seed}n{n}", rows=4) for n in range(OPERATIONS)]
        works[-1].write_bytes(pickle.dumps((batches, make.match_mart({}), ISSUE)))
    processes = [start(warehouse.home, work, seed) for seed, work in enumerate(works)]
    disturb(processes, random.Random(1))
    ends = [p.communicate(timeout=400) for p in processes]
    codes = [p.returncode for p in processes]
    assert set(codes) <= {0, -signal.SIGKILL}, [err for _, err in ends]
    done = history([out for out, _ in ends])
    assert_one_history(warehouse, done)
    assert codes.count(0) >= 1, "nobody was left to do anything"
    assert len([d for d in done if "delivery" in d]) >= OPERATIONS


def assert_one_history(warehouse: Warehouse, done: list[dict[str, Any]]) -> None:
    snapshots = warehouse.batches()["snapshot"].to_list()
    assert snapshots == list(range(1, len(snapshots) + 1))
    found = dict(warehouse.deliveries().select("file_name", "snapshot").iter_rows())
    acknowledged = {d["delivery"]: d["snapshot"] for d in done if "delivery" in d}
    assert acknowledged.items() <= found.items(), (
        "what was acknowledged is there, in the snapshot that was told"
    )
    assert sorted(found.values()) == snapshots, "each delivery came with a batch of its own, once"
    rows = warehouse.rows("booking")
    assert rows.group_by("snapshot").len().sort("snapshot").rows() == [(s, 4) for s in snapshots]
    assert warehouse.mart("mart_match_week")["laden_boxes"].to_list() == [rows.height]
    issues = warehouse.issues().sort("issue_no")
    assert issues["issue_no"].to_list() == list(range(1, issues.height + 1))
    assert {d["issue"] for d in done if "issue" in d} <= set(issues["issue_no"])
    assert issues["snapshot"].is_sorted()
    for number, snapshot in issues.select("issue_no", "snapshot").iter_rows():
        figure = warehouse.issue_figures("weekly", "2025-W24", number)
        assert figure["value_text"].to_list() == [str(4 * snapshot)], "an issue is of the snapshot it names"
