"""Delimited text: our stream of balanced parts against Polars' own scan of the same file, all columns as text.

Ours has line numbers, raw text, the count beside the parser and every check; the peer has cells. The two are run in
turn, several times; the median of the processor time decides, the wall clock stands beside it. Peak memory is that of
a child which reads one file, at two sizes. Run alone with ``python -m benchmarks.csv``.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from benchmarks._bar import Bar
from corridor_etl.sources import sources

ROUNDS = 7
SPEED_MB = int(os.environ.get("BENCH_CSV_MB", "100"))
MEMORY_MB = (100, 1000)
GOAL_SPEED, GOAL_MEMORY = 0.5, 1.2
_CHUNK_ROWS = 20_000
_HEADER = (
    "container;iso_type;load_status;event;terminal;locode;event_time;train_no;wagon_no;gross_kg;remarks\n"
)


def run() -> list[Bar]:
    """Speed by kind of text, then peak memory by size of file."""
    with tempfile.TemporaryDirectory() as folder:
        speed = [_speed(name, Path(folder), chunk) for name, chunk in _KINDS.items()]
        return [*speed, _memory(Path(folder))]


def _plain(first: int) -> str:
    return "".join(_row(n) for n in range(first, first + _CHUNK_ROWS))


def _row(n: int) -> str:
    event, remark = ("DEPA", "ARRI", "GTIN")[n % 3], "seal checked" if n % 7 == 0 else ""
    when = f"{1 + n % 28:02d}.{1 + n // 28 % 12:02d}.2025 {n % 24:02d}:{n % 60:02d}"
    box, wagon, gross = f"QZAU{n % 10_000_000:07d}", 5_270_000 + n % 9999, f"{10_000 + n % 20_000},500"
    return f"{box};45G1;F;{event};Yining;CNYIN;{when};X9{n % 999:03d};{wagon};{gross};{remark}\n"


def _quoted(first: int) -> str:
    return "".join(_in_quotes(line) for line in _plain(first).splitlines())


def _in_quotes(line: str) -> str:
    return '"' + line.replace(";", '";"') + '"\n'


def _with_odd_rows(first: int) -> str:
    """A short row in every thousand: what one bad export does to a whole file."""
    lines = _plain(first).splitlines(keepends=True)
    return "".join(line if i % 1000 else line.replace(";", "", 1) for i, line in enumerate(lines))


def _chinese(first: int) -> str:
    return _plain(first).replace("Yining", "伊宁").replace("seal checked", "铅封完好")


_KINDS: dict[str, Callable[[int], str]] = {
    "plain": _plain,
    "every field quoted": _quoted,
    "Chinese words, UTF-8": _chinese,
    "one bad row in a thousand": _with_odd_rows,
}


def _write(path: Path, chunk: Callable[[int], str], megabytes: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_in_quotes(_HEADER.rstrip("\n")) if chunk is _quoted else _HEADER)
        first = 0
        while file.tell() < megabytes * 1_000_000:
            file.write(chunk(first))
            first += _CHUNK_ROWS


def _ours(path: Path) -> int:
    stream = sources()["terminal_csv"].stream
    assert stream is not None
    with path.open("rb") as file:
        return sum(part.rows_counted for part in stream(file, None))


def _peer(path: Path) -> int:
    return pl.read_csv(path, separator=";", infer_schema=False).height


def _speed(name: str, folder: Path, chunk: Callable[[int], str]) -> Bar:
    path = folder / "speed.csv"
    _write(path, chunk, SPEED_MB)
    if _ours(path) != _peer(path):
        raise AssertionError(f"{name}: the two disagree on the number of rows")
    times = [(_timed(_peer, path), _timed(_ours, path)) for _ in range(ROUNDS)]
    (peer_cpu, peer_wall), (cpu, wall) = (list(zip(*side, strict=True)) for side in zip(*times, strict=True))
    megabytes = path.stat().st_size / 1e6
    rates = [megabytes / statistics.median(values) for values in (cpu, peer_cpu, wall, peer_wall)]
    note = f"wall: ours {rates[2]:.0f}, peer {rates[3]:.0f} MB/s"
    return Bar(f"csv {name}", "MB/CPU s", rates[0], GOAL_SPEED, rates[1], is_of_ratio=True, note=note)


def _timed(read: Callable[[Path], int], path: Path) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    read(path)
    return time.process_time() - cpu, time.perf_counter() - wall


def _memory(folder: Path) -> Bar:
    small, large = _peaks(folder)
    note = f"peer is the peak at {MEMORY_MB[0]} MB, ours at {MEMORY_MB[1]} MB"
    return Bar(
        "csv peak memory", "MiB", large, GOAL_MEMORY, small, is_ceiling=True, is_of_ratio=True, note=note
    )


def _peaks(folder: Path) -> Iterator[float]:
    for megabytes in MEMORY_MB:
        path = folder / "memory.csv"
        _write(path, _plain, megabytes)
        child = [sys.executable, "-m", "benchmarks.csv", str(path)]
        yield float(subprocess.run(child, check=True, capture_output=True, text=True).stdout)


def _peak_mib() -> float:
    """Of this program alone: the figure of ``getrusage`` begins with that of the parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _main() -> None:
    if len(sys.argv) > 1:
        _ours(Path(sys.argv[1]))
        print(_peak_mib())
        return
    for bar in run():
        print(bar)


if __name__ == "__main__":
    _main()
