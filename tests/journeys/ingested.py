"""Simulated weeks that went through the whole line, with the truth about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor_etl.jobs.ingest import BatchResult, ingest
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from tests.made_homes import KeptHome

WEEKS = "2025-W09:2025-W26"


@dataclass(frozen=True)
class Ingest:
    """Files that went through the whole line: what they should come to, and what was said of them."""

    truth: dict[str, Any]
    result: BatchResult

    @classmethod
    def of(cls, home: Path, weeks: str, *, faults: bool) -> Ingest:
        """Simulates the weeks in ``CORRIDOR_HOME``, which is ``home``."""
        simulation = simulate(home, parse_range(weeks), seed=1, faults=faults, settings=load_settings())
        return cls(json.loads(simulation.truth_path.read_text(encoding="utf-8")), ingest())


@dataclass(frozen=True)
class Season(Ingest):
    """The season with every fault; who changes its home puts it back first, as does who needs it unchanged."""

    kept: KeptHome

    def put_back(self) -> Path:
        """Its home as it was made."""
        self.kept.put_back()
        return self.kept.home
