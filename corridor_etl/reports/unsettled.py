"""The worst reconciliation outcome that is open in a week, as one thing that needs attention, with owner and age.

Boxes without a declaration have an exception of their own. Which outcome is worse is decided by the rank of outcomes.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.reconciliation import BY_NAME, OPEN_OUTCOMES, OUTCOME_OF_RULE
from corridor_etl.reference.calendar import weeks_between
from corridor_etl.reports import formats
from corridor_etl.reports.content import Exception_
from corridor_etl.reports.language import N_, NP_, tr, tr_in, tr_n

PHRASES = {
    "moved_not_manifested": N_("loaded at the port, on no train list"),
    "declared_not_moved": N_("released by customs, on no train list"),
    "manifested_not_moved": N_("on a train list, never seen leaving the port"),
    "duplicate": N_("on two train lists within days"),
    "seal_changed": N_("seals changed"),
    "status_mismatch": N_("laden for one source, empty for another"),
    "weight_gap": N_("weights apart"),
    "package_gap": N_("packages apart"),
    "value_gap": N_("values apart"),
    "hs_gap": N_("goods not as declared"),
    "size_mismatch": N_("sizes apart"),
}
_OWNERS = {
    "declaration": NP_("owner", "customs broker"),
    "manifest": NP_("owner", "train operator"),
    "port": NP_("owner", "port"),
}
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
    told = [f"{tr(PHRASES[name])} ({formats.number(counts[name])})" for name in others[:_OTHERS]]
    oldest = found.filter(outcome=worst)["iso_week"].sort()[0]
    return (
        Exception_(
            tr_n(
                "%(count)s case to settle: %(what)s",
                "%(count)s cases to settle: %(what)s",
                counts[worst],
                what=tr(PHRASES[worst]),
            ),
            tr("Also open: %(cases)s.", cases="; ".join(told))
            if told
            else tr("Nothing else of the week is open."),
            tr_in("owner", _OWNERS[BY_NAME[worst].sides[0]]),
            _since(oldest, week),
        ),
    )


def _since(oldest: str, week: str) -> str:
    age = len(weeks_between(oldest, week)) - 1
    if age == 0:
        return tr("New this week.")
    return tr_n(
        "The oldest is of week %(week)s, %(count)s week ago.",
        "The oldest is of week %(week)s, %(count)s weeks ago.",
        age,
        week=oldest,
    )
