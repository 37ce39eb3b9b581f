"""What a benchmark says: one bar per measured thing, and how things are measured in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One measured thing. ``goal`` is a floor for ``ours``, or for ours / peer where ``is_of_ratio``; a ceiling where
    ``is_ceiling``.

    ``peer`` is the same thing measured for what would be used instead, None where there is none or it is not
    installed (``note`` says so).
    """

    name: str
    unit: str
    ours: float
    goal: float
    peer: float | None = None
    is_ceiling: bool = False
    is_of_ratio: bool = False
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether ours reaches the goal."""
        measured = self.ratio if self.is_of_ratio else self.ours
        if measured is None:
            return False
        return measured <= self.goal if self.is_ceiling else measured >= self.goal

    @property
    def ratio(self) -> float | None:
        """Ours / peer; None where there is no peer."""
        return self.ours / self.peer if self.peer else None

    def line(self) -> str:
        """Name, ours, peer, ratio, goal, met or not."""
        peer = "-" if self.peer is None else f"{self.peer:,.0f}"
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}x"
        limit = "at most" if self.is_ceiling else "at least"
        goal = f"{self.goal:.2f}x" if self.is_of_ratio else f"{self.goal:,.0f}"
        verdict = "met" if self.is_met else "NOT MET"
        cells = (
            f"{self.name} [{self.unit}]",
            f"{self.ours:,.0f}",
            peer,
            ratio,
            f"{limit} {goal}",
            verdict,
        )
        return " | ".join((*cells, self.note)).rstrip(" |")


def in_a_child(module: str, *arguments: str, python: str = sys.executable) -> dict[str, float]:
    """Runs ``python -m module arguments`` and reads the JSON object of numbers it prints last."""
    done = subprocess.run([python, "-m", module, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
