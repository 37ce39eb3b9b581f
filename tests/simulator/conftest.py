"""One simulated spring of the corridor, with and without faults, for all tests of the simulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate

SPRING = "2025-W09:2025-W26"


class Simulated:
    """An output folder and its truth."""

    def __init__(self, out: Path, faults: bool, seed: int = 1, weeks: str = SPRING) -> None:
        self.out = out
        self.inbox = out / "inbox"
        self.result = simulate(out, parse_range(weeks), seed=seed, faults=faults, settings=load_settings())
        self.truth: dict[str, Any] = json.loads(self.result.truth_path.read_text(encoding="utf-8"))

    def rows(self, mart: str, **wanted: str) -> list[dict[str, Any]]:
        return [r for r in self.truth["marts"][mart] if all(r[k] == v for k, v in wanted.items())]

    def fault(self, name: str) -> dict[str, Any]:
        return next(f for f in self.truth["faults"] if f["name"] == name)

    def fault_bytes(self, name: str) -> bytes:
        return (self.inbox / self.fault(name)["file"]).read_bytes()


@pytest.fixture(scope="session")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return Simulated(tmp_path_factory.mktemp("spring"), faults=False)


@pytest.fixture(scope="session")
def broken_spring(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return Simulated(tmp_path_factory.mktemp("broken"), faults=True)


@pytest.fixture(scope="session")
def simulated_over() -> Callable[..., Simulated]:
    """Simulates other weeks or another seed into a folder."""

    def run(out: Path, weeks: str = SPRING, *, faults: bool = True, seed: int = 1) -> Simulated:
        return Simulated(out, faults, seed, weeks)

    return run
