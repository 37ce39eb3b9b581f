"""What an issue says of corrections: how many rows of its week were changed on their way, and which were not applied.

Which corrections there are and what they do belongs to ``quality``; here are only their stored effects.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridor_etl.reports import formats
from corridor_etl.reports.language import N_, NN_, tr, tr_n

_DONE = {
    "override": NN_("%(count)s row corrected", "%(count)s rows corrected"),
    "scale": NN_("%(count)s row scaled", "%(count)s rows scaled"),
    "drop": NN_("%(count)s row dropped", "%(count)s rows dropped"),
    "flag": NN_("%(count)s row flagged", "%(count)s rows flagged"),
}
_NOT_DONE = {
    "failed": N_("guard failed"),
    "conflict": N_("met another correction"),
    "expired": N_("expired"),
}
_WHY = {
    "failed": N_("the rows are not as it expects; the source may have been mended"),
    "conflict": N_("an earlier correction changes the same cells"),
    "expired": N_("it has expired"),
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
    parts = [tr_n(*forms, rows[action]) for action, forms in _DONE.items() if rows.get(action)]
    done = tr("Corrections of known errors: %(rows)s.", rows=", ".join(parts)) if parts else ""
    left = [
        f"{r['correction_id']} ({tr(_NOT_DONE[r['guard_outcome']])})"
        for r in _not_applied(mine).iter_rows(named=True)
    ]
    not_done = tr("Not applied: %(corrections)s.", corrections=", ".join(left)) if left else ""
    return " ".join(s for s in (done, not_done) if s)


def refused(effects: pl.DataFrame | None, week: str) -> list[Refusal]:
    """Corrections whose guard failed or that met another one, by id."""
    mine = _of_week(effects, week)
    if mine is None:
        return []
    urgent = _not_applied(mine).filter(pl.col("guard_outcome").is_in(_URGENT))
    return [Refusal(r["correction_id"], _reason(r)) for r in urgent.iter_rows(named=True)]


def _reason(row: dict[str, object]) -> str:
    return tr_n(
        "%(count)s row of the week matched: %(why)s. Provider: %(provider)s.",
        "%(count)s rows of the week matched: %(why)s. Provider: %(provider)s.",
        int(str(row["rows"])),
        why=tr(_WHY[str(row["guard_outcome"])]),
        provider=formats.clean(str(row["provider"])),
    )


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
