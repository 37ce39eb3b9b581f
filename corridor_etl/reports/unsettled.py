"""The worst reconciliation outcome that is open in a week, as one thing that needs attention, with owner and age.

Boxes without a declaration have an exception of their own. Which outcome is worse is decided by the rank of outcomes.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.reconciliation import BY_NAME, OPEN_OUTCOMES, OUTCOME_OF_RULE
from corridor_etl.reference.calendar import weeks_between
from corridor_etl.reports import formats
from corridor_etl.reports.content import Exception_

PHRASES = {
    "moved_not_manifested": "loaded at the port, on no train list",
    "declared_not_moved": "released by customs, on no train list",
    "manifested_not_moved": "on a train list, never seen leaving the port",
    "duplicate": "on two train lists within days",
    "seal_changed": "seals changed",
    "status_mismatch": "laden for one source, empty for another",
    "weight_gap": "weights apart",
    "package_gap": "packages apart",
    "value_gap": "values apart",
    "hs_gap": "goods not as declared",
    "size_mismatch": "sizes apart",
}
_OWNERS = {"declaration": "customs broker", "manifest": "train operator", "port": "port"}
_OTHERS = 2


def unsettled(discrepancies: pl.DataFrame | None, week: str) -> tuple[Exception_, ...]:
    """One exception or none. ``discrepancies``: the open ones with rule_id and iso_week; later weeks do not count."""
    if discrepancies is None or "rule_id" not in discrepancies.columns:
        return ()
    outcome = pl.col("rule_id").replace_strict(OUTCOME_OF_RULE, default=None, return_dtype=pl.String)
    found = discrepancies.with_columns(outcome.alias("outcome")).filter(
        pl.col("outcome").is_in(list(PHRASES)), pl.col("iso_week") <= week
    )
    counts = dict(found.filter(iso_week=week).group_by("outcome").len().iter_rows())
    ranked = [name for name in OPEN_OUTCOMES if name in counts]
    if not ranked:
        return ()
    worst, *others = ranked
    told = [f"{PHRASES[name]} ({formats.number(counts[name])})" for name in others[:_OTHERS]]
    oldest = found.filter(outcome=worst)["iso_week"].sort()[0]
    return (
        Exception_(
            f"{formats.counted(counts[worst], 'case')} to settle: {PHRASES[worst]}",
            f"Also open: {'; '.join(told)}." if told else "Nothing else of the week is open.",
            _OWNERS[BY_NAME[worst].sides[0]],
            _since(oldest, week),
        ),
    )


def _since(oldest: str, week: str) -> str:
    age = len(weeks_between(oldest, week)) - 1
    return (
        "New this week."
        if age == 0
        else f"The oldest is of week {oldest}, {formats.counted(age, 'week')} ago."
    )
