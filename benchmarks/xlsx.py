"""A loading list of 100,000 rows and 20 columns from the bytes of an .xlsx to raw rows, against openpyxl read-only.

Ours includes recognising the rows, the independent count and the transfer from the child; openpyxl only gives the
cells. Both run in processes of their own, in turn, and the best of each is taken.
"""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass

import xlsxwriter

from benchmarks._bar import Bar
from corridor_etl.sources import manifest_xlsx
from corridor_etl.sources._child import ask, close_children
from corridor_etl.sources._child_wire import raw_file

ROWS, ROUNDS = 100_000, 2
GOAL_SECONDS, GOAL_BYTES = 10.0, 1024**3
_HEADER = (
    "序号", "车号", "箱号", "箱型", "重空", "封号", "件数", "包装", "毛重(KG)", "净重(KG)", "箱皮重", "品名", "HS编码",
    "发货人", "收货人", "原产国", "订舱号", "运单号", "报关单号", "备注",
)  # fmt: skip
_TRAIN = (("班列号", "X9001"), ("发车日期", "2025-02-28"), ("始发站", "伊宁站"), ("到站", "Алматы"))
_PEER = """
import io, json, resource, sys, openpyxl
data = sys.stdin.buffer.read()
sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
rows = sum(1 for row in sheet.iter_rows(min_row=7, values_only=True) if row[2])
used = resource.getrusage(resource.RUSAGE_SELF)
peak = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([rows, used.ru_utime + used.ru_stime, peak]))
"""


@dataclass(frozen=True)
class _Cost:
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int


def run() -> list[Bar]:
    """Wall, CPU and memory of one read."""
    data = workbook(ROWS)
    pairs = [(_ours(data), _peer(data)) for _ in range(ROUNDS)]
    ours, peer = (min(costs, key=lambda c: c.cpu_seconds) for costs in zip(*pairs, strict=True))
    return [
        _bar("wall", "s", ours.wall_seconds, peer.wall_seconds, GOAL_SECONDS),
        _bar("CPU", "s", ours.cpu_seconds, peer.cpu_seconds, GOAL_SECONDS),
        _bar("peak memory", "MB", ours.peak_bytes / 1e6, peer.peak_bytes / 1e6, GOAL_BYTES / 1e6),
    ]


def _bar(name: str, unit: str, ours: float, peer: float, goal: float) -> Bar:
    return Bar(f"xlsx {ROWS:,} rows, {name}", unit, ours, goal, peer, is_ceiling=True)


def workbook(rows: int) -> bytes:
    """A loading list of this many boxes."""
    dice, out = random.Random(1), io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("清单")
        for number, line in enumerate((*_TRAIN, (), _HEADER)):
            sheet.write_row(number, 0, line)
        for i in range(rows):
            sheet.write_row(len(_TRAIN) + 2 + i, 0, _box(i, dice))
    return out.getvalue()


def _box(i: int, dice: random.Random) -> tuple[object, ...]:
    return (
        i + 1, f"527{i // 2:06d}", f"QZAU{i:07d}", "45G1", "重", f"S{i:08d}", dice.randrange(1000), "CT",
        round(dice.random() * 20_000, 1), round(dice.random() * 18_000, 1), 3900, f"灯具 {i % 50}", "9405110000",
        "Firm A", f"Firm {i % 90}", "CN", f"BK{i // 3:08d}", f"SM{i:08d}", f"31042025{i:010d}", "",
    )  # fmt: skip


def _ours(data: bytes) -> _Cost:
    close_children()
    before = time.process_time()
    started = time.perf_counter()
    answer = ask(manifest_xlsx._read, data, {"sender": None})
    raw = raw_file(answer)
    wall = time.perf_counter() - started
    assert raw.frame.height == raw.rows_counted == ROWS
    return _Cost(wall, answer.cpu_seconds + time.process_time() - before, answer.peak_bytes)


def _peer(data: bytes) -> _Cost:
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _PEER], input=data, stdout=subprocess.PIPE, check=True)
    rows, cpu_seconds, peak_bytes = json.loads(done.stdout)
    assert rows == ROWS
    return _Cost(time.perf_counter() - started, cpu_seconds, peak_bytes)


if __name__ == "__main__":
    for bar in run():
        peer = "" if bar.peer is None else f"{bar.peer:.1f}"
        print(
            f"{bar.name}: {bar.ours:.1f} {bar.unit}, openpyxl {peer}, goal {bar.goal:.1f}, met: {bar.is_met}"
        )
