"""What is made of an inbox is the same byte for byte on every host: hash seed, threads, locale and time zone are of no
account."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import checkout, load_settings
from corridor_etl.simulator import simulate

WEEK = "2025-W09"
HOSTS = (
    {"PYTHONHASHSEED": "0", "POLARS_MAX_THREADS": "1", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "7", "POLARS_MAX_THREADS": "2", "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Shanghai"},
    {"PYTHONHASHSEED": "1234", "POLARS_MAX_THREADS": "2", "LC_ALL": "C.UTF-8", "TZ": "Asia/Almaty"},
    {"PYTHONHASHSEED": "99", "POLARS_MAX_THREADS": "1", "LC_ALL": "POSIX", "TZ": "America/New_York"},
)


def made(home: Path, host: dict[str, str]) -> dict[str, str]:
    """Everything made of the inbox by a process of its own."""
    environment = {
        **os.environ,
        **host,
        "CORRIDOR_HOME": str(home),
        "CORRIDOR_NOW": "2025-03-10T03:30:00+00:00",
    }
    argv = [sys.executable, "-m", "tests.journeys.made", WEEK]
    run = subprocess.run(argv, cwd=checkout(), env=environment, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    hashes: dict[str, str] = json.loads(run.stdout.splitlines()[-1])
    return hashes


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_hash_seed_threads_locale_and_time_zone_change_no_byte(tmp_path: Path) -> None:
    results = []
    for number, host in enumerate(HOSTS):
        home = tmp_path / str(number)
        simulate(home, parse_range(WEEK), seed=1, faults=True, settings=load_settings())
        results.append(made(home, host))
    first = results[0]
    kinds = {Path(name).suffix for name in first}
    assert {".html", ".txt", ".json", ".csv", ".eml", ".parquet"} <= kinds
    for host, result in zip(HOSTS[1:], results[1:], strict=True):
        assert {n for n in result if result[n] != first.get(n)} == set(), host
        assert result.keys() == first.keys(), host
