"""What a backfill would do, before anybody asks for it: weeks by state, rows, time, figures that may change.

Nothing is written. The figures are really computed where that is cheap; else the marts are named that are made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor_etl.jobs.backfill_states import WeekState, taken, week_states
from corridor_etl.jobs.remaking import Remade
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import load_settings
from corridor_etl.warehouse import Warehouse

CHEAP_ROWS = 500_000
"""Up to so many rows in the lake all facts are made within seconds."""
NO_MAIL = "no mail will go out"


@dataclass(frozen=True)
class Plan:
    """``differences`` are those of the weeks it takes, None where they were not computed."""

    states: Sequence[WeekState]
    taken: Sequence[WeekState]
    mode: str
    seconds: float | None
    differences: pl.DataFrame | None
    marts: Sequence[str]

    def lines(self) -> list[str]:
        """What is said below the list of weeks."""
        counts = Counter(state.state for state in self.states)
        told = ", ".join(f"{n} {state}" for state, n in counts.items())
        rows = sum(state.rows for state in self.taken)
        lasting = f"about {self.seconds:.0f} s" if self.seconds is not None else "no measure of time yet"
        return [
            f"{told}; {len(self.taken)} weeks would run ({self.mode}), {rows:,} rows, {lasting}",
            self._figures(),
            f"{NO_MAIL}: issues are prepared and not sent unless --reissue is given",
        ]

    def _figures(self) -> str:
        if self.differences is None:
            return f"too many rows to compute what would change; made again: {', '.join(self.marts)}"
        if self.differences.is_empty():
            return "no figure would change"
        by_mart = Counter(self.differences.sort("mart")["mart"])
        told = ", ".join(f"{n} in {mart}" for mart, n in by_mart.items() if mart != "figure")
        return f"would change: {told or 'no cell'}; {by_mart['figure']} figures of weekly issues"

    def to_json(self) -> dict[str, Any]:
        """The same for scripts."""
        chosen = {state.week for state in self.taken}
        return {
            "mode": self.mode,
            "weeks": [{**vars(s), "would_run": s.week in chosen} for s in self.states],
            "weeks_to_run": len(chosen),
            "rows": sum(s.rows for s in self.taken),
            "estimated_seconds": self.seconds,
            "marts": list(self.marts),
            "differences": None if self.differences is None else self.differences.to_dicts(),
            "mails": 0,
        }


def plan(weeks: str, *, mode: str = "default") -> Plan:
    """What a backfill of a range would do; ``UsageError`` where it is no range of ISO weeks."""
    settings = load_settings()
    with Warehouse.open() as warehouse:
        states = week_states(parse_range(weeks), warehouse, settings)
        chosen = taken(states, mode)
        rebuilt = [s.week for s in chosen if s.asked(mode).is_rebuilt]
        is_cheap = int(warehouse.coverage()["rows_loaded"].sum()) <= CHEAP_ROWS
        found = None
        if not rebuilt or is_cheap:
            found = _differences(rebuilt, warehouse, Remade.of(warehouse, settings) if rebuilt else None)
        marts = warehouse.mart_tables() if rebuilt else []
        return Plan(states, chosen, mode, _seconds(chosen, mode, warehouse), found, marts)


def _differences(weeks: Sequence[str], warehouse: Warehouse, made: Remade | None) -> pl.DataFrame:
    found = [made.compared(warehouse, week).differences for week in sorted(weeks)] if made else []
    return pl.concat(found) if found else pl.DataFrame(schema={"mart": pl.String})


def _seconds(chosen: Sequence[WeekState], mode: str, warehouse: Warehouse) -> float | None:
    """By the mean of earlier weeks of the same kind; None where one is needed and there is none."""
    done = warehouse.backfills.weeks().filter(
        pl.col("finished_at_utc").is_not_null(), pl.col("state") != "failed"
    )
    means: Mapping[bool, float] = dict(done.group_by("is_rebuilt").agg(pl.col("seconds").mean()).iter_rows())
    kinds = [state.asked(mode).is_rebuilt for state in chosen]
    if any(kind not in means for kind in kinds):
        return None
    return sum(means[kind] for kind in kinds)
