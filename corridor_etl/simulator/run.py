"""Runs a simulation of the corridor: story, files, truth.

The stream of port events at the scale of a harbour is in ``port``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corridor_etl.errors import UsageError
from corridor_etl.settings import Settings
from corridor_etl.simulator.documents import documents
from corridor_etl.simulator.faults import broken
from corridor_etl.simulator.files import render, write_all
from corridor_etl.simulator.story import STORY_STARTS
from corridor_etl.simulator.truth import as_json, truth
from corridor_etl.simulator.world import world


@dataclass(frozen=True)
class SimulationResult:
    """The files written, and where the truth about them is."""

    files: list[Path]
    truth_path: Path


def simulate(
    out: Path,
    weeks: Sequence[str],
    *,
    seed: int = 1,
    faults: bool = False,
    settings: Settings,
    progress: Callable[[str], None] | None = None,
) -> SimulationResult:
    """Writes ``out/inbox/<sender>/...`` for ISO weeks in a row and ``out/truth.json``.

    The same arguments give the same bytes; more weeks never change the files of earlier ones. ``faults`` injects
    every named fault once. ``UsageError`` where no train runs in the weeks.
    """
    chosen = sorted(weeks)
    if not chosen or chosen[-1] < STORY_STARTS:
        raise UsageError(
            "no train of the story runs in these weeks", expected=f"weeks from {STORY_STARTS} on"
        )
    say = progress or (lambda _: None)
    say(f"telling the story of {chosen[0]} to {chosen[-1]}")
    files = documents(world(seed, chosen[-1], settings), chosen)
    injected = broken(files) if faults else []
    say(f"writing {len(files)} files")
    render(files)
    told = truth(seed, chosen, files, [i.fault() for i in injected], settings)
    paths = write_all(files, out / "inbox")
    truth_path = out / "truth.json"
    truth_path.write_text(as_json(told), encoding="utf-8")
    say(f"{len(paths)} files, {len(injected)} faults")
    return SimulationResult(paths, truth_path)
