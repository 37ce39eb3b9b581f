"""``corridor kpi quality``: figures about the data themselves. Those about the corridor belong to ``reports``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridor_etl.cli._moment import opened
from corridor_etl.cli._output import AsJson, say, show
from corridor_etl.cli.reports import kpi
from corridor_etl.errors import UsageError

if TYPE_CHECKING:
    from corridor_etl.jobs.quality_figures import Figures

_SHARES = (
    "source_id", "light", "files", "rows_read", "completeness_pct", "validity_pct", "uniqueness_pct", "on_time_pct",
    "lag_median_hours", "lag_p90_hours", "corrected_per_1000",
)  # fmt: skip
_QUARANTINE = (
    "source_id", "open_rows", "open_age_median_days", "open_age_most_days", "healed_rows", "decided_rows",
    "orphans_waiting", "reasons",
)  # fmt: skip
_CORRIDOR = (
    "light", "containers", "containers_linked", "containers_pending", "consistency_pct", "consistency_due_pct",
    "trains", "trains_covered", "trains_pending", "coverage_pct", "coverage_due_pct", "reasons",
)  # fmt: skip
_RULES = ("source_id", "rule_id", "severity", "rows")


def register(_app: typer.Typer) -> None:
    """Adds the command to the group of figures, which ``reports`` adds to the application."""
    kpi.command("quality")(quality)


def quality(
    week: Annotated[
        str | None, typer.Option(help="ISO week of receipt; that of the last file unless given.")
    ] = None,
    delivery: Annotated[int | None, typer.Option(help="Only this delivery, by its number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the data quality figures of each source with its traffic light, and what the sources have in common."""
    from corridor_etl.jobs import quality_figures as job
    from corridor_etl.settings import load_settings

    if week is not None and delivery is not None:
        raise UsageError("--week and --delivery are both given", expected="one of them")
    with opened() as warehouse:
        settings = load_settings()
        found = (
            job.of_week(warehouse, settings, week)
            if delivery is None
            else job.of_delivery(warehouse, settings, delivery)
        )
    show(_nested(found), as_json=True, columns=(), empty="") if as_json else _print(found)


def _nested(found: Figures) -> list[dict[str, Any]]:
    """One record per source with its rules, and one for the corridor, whose source_id is null."""
    sources = [
        {**row, "rules": found.rules.filter(source_id=row["source_id"]).drop("source_id").to_dicts()}
        for row in found.sources.to_dicts()
    ]
    return [*sources, *({"source_id": None, **row} for row in found.corridor.to_dicts())]


def _print(found: Figures) -> None:
    rows = [_rounded(row) for row in found.sources.to_dicts()]
    show(rows, as_json=False, columns=_SHARES, empty="nothing was received or due")
    if not rows:
        return
    say("")
    show(rows, as_json=False, columns=_QUARANTINE, empty="")
    for row in found.corridor.to_dicts():
        say("")
        show([_rounded(row)], as_json=False, columns=_CORRIDOR, empty="")
    say("")
    ordered = found.rules.sort("rows", descending=True, maintain_order=True).head(10)
    show(ordered.to_dicts(), as_json=False, columns=_RULES, empty="no rule was broken")


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 1) if isinstance(value, float) else value for name, value in row.items()}
