"""One line of a benchmark: what was measured, ours and the peer's figure, and the goal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """``ratio`` is ours / peer in ``unit``; ``is_met`` compares it with ``goal`` (None: shown only)."""

    name: str
    unit: str
    ours: float
    peer: float
    goal: float | None
    more_is_better: bool = True
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.peer

    @property
    def is_met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.more_is_better else self.ratio <= self.goal

    def __str__(self) -> str:
        said = {True: "met", False: "NOT MET", None: "shown"}[self.is_met]
        goal = "" if self.goal is None else f"goal {'>=' if self.more_is_better else '<='} {self.goal:g}"
        figures = f"ours {self.ours:8.1f}  peer {self.peer:8.1f} {self.unit:12} ratio {self.ratio:5.2f}"
        return f"{self.name:44} {figures}  {goal:12} {said:8} {self.note}".rstrip()
