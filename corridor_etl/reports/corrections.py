"""What an issue says of corrections: how many rows of its week were changed on their way, and which were not applied.

Which corrections there are and what they do belongs to ``quality``; here are only their stored effects.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridor_etl.reports import formats

_DONE = {"override": "corrected", "scale": "scaled", "drop": "dropped", "flag": "flagged"}
_NOT_DONE = {"failed": "guard failed", "conflict": "met another correction", "expired": "expired"}
_WHY = {
    "failed": "the rows are not as it expects; the source may have been mended",
    "conflict": "an earlier correction changes the same cells",
    "expired": "it has expired",
}
_URGENT = ("failed", "conflict")


@dataclass(frozen=True)
class Refusal:
    """A correction that somebody counts on and that was not applied to rows of the week."""

    correction_id: str
    text: str


def sentence(effects: pl.DataFrame | None, week: str) -> str:
    """Rows of the week by what was done to them, then the corrections that were not applied; nothing without any."""
    mine = _of_week(effects, week)
    if mine is None:
        return ""
    sums = mine.filter(guard_outcome="passed").group_by("action").agg(pl.col("rows").sum())
    rows = dict(sums.iter_rows())
    parts = [f"{formats.counted(rows[a], 'row')} {word}" for a, word in _DONE.items() if rows.get(a)]
    done = f"Corrections of known errors: {', '.join(parts)}." if parts else ""
    left = [
        f"{r['correction_id']} ({_NOT_DONE[r['guard_outcome']]})"
        for r in _not_applied(mine).iter_rows(named=True)
    ]
    not_done = f"Not applied: {', '.join(left)}." if left else ""
    return " ".join(s for s in (done, not_done) if s)


def refused(effects: pl.DataFrame | None, week: str) -> list[Refusal]:
    """Corrections whose guard failed or that met another one, by id."""
    mine = _of_week(effects, week)
    if mine is None:
        return []
    urgent = _not_applied(mine).filter(pl.col("guard_outcome").is_in(_URGENT))
    return [Refusal(r["correction_id"], _reason(r)) for r in urgent.iter_rows(named=True)]


def _reason(row: dict[str, object]) -> str:
    count = formats.counted(int(str(row["rows"])), "row")
    provider = formats.clean(str(row["provider"]))
    return f"{count} of the week matched: {_WHY[str(row['guard_outcome'])]}. Provider: {provider}."


def _of_week(effects: pl.DataFrame | None, week: str) -> pl.DataFrame | None:
    mine = effects.filter(iso_week=week) if effects is not None else None
    return mine if mine is not None and mine.height else None


def _not_applied(mine: pl.DataFrame) -> pl.DataFrame:
    return (
        mine.filter(pl.col("guard_outcome") != "passed")
        .group_by("correction_id", "guard_outcome")
        .agg(pl.col("rows").sum(), pl.col("provider").first())
        .sort("correction_id", "guard_outcome")
    )
