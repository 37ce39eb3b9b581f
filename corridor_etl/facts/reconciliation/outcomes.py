"""The named outcomes: what each means, which rules of the ledger say the same, and who can settle it.

Their order is their rank: the first one an item has is its leading outcome. When an outcome applies is decided by the
modules beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

MATCHED, PENDING = "matched", "pending"


@dataclass(frozen=True)
class Outcome:
    """``rules`` are the cross-source rules that tell of the same; ``sides`` whose documents can settle it.

    ``attribute`` is what the columns end in that differ; None where a document is missing.
    """

    name: str
    meaning: str
    rules: tuple[str, ...]
    sides: tuple[str, ...]
    attribute: str | None = None


OUTCOMES = (
    Outcome("manifested_not_declared", "laden on a train, and no released declaration or transit covers it",
            ("XR-001",), ("declaration",)),
    Outcome("moved_not_manifested", "loaded on rail at the port, and on no loading list", ("XR-004",),
            ("manifest", "port")),
    Outcome("declared_not_moved", "released for rail, and on no loading list", ("XR-002",),
            ("declaration", "manifest")),
    Outcome("manifested_not_moved", "on a loading list, and the port it came through never saw it leave",
            ("XR-003",), ("port", "manifest")),
    Outcome("duplicate", "laden westbound on two trains with too few days between", ("DU-004",), ("manifest",)),
    Outcome("seal_changed", "another seal, and nobody reported an opening", ("SE-002",), ("port", "manifest"), "seals"),
    Outcome("status_mismatch", "laden for one source, empty for another", ("XR-010",),
            ("manifest", "port"), "full_empty"),
    Outcome("weight_gap", "gross weights apart by more than the tolerance", ("XR-005", "XR-012"),
            ("declaration", "manifest"), "gross_g"),
    Outcome("package_gap", "other numbers of packages", ("XR-006",), ("declaration", "manifest"), "packages"),
    Outcome("value_gap", "value abroad no plausible multiple of the value at home", ("XR-008",),
            ("declaration",), "value_cent"),
    Outcome("hs_gap", "goods on the loading list that are not declared", ("XR-007",),
            ("declaration", "manifest"), "hs"),
    Outcome("size_mismatch", "other sizes or types of the container", ("XR-011",), ("manifest", "port"), "size_type"),
)  # fmt: skip
OPEN_OUTCOMES = tuple(outcome.name for outcome in OUTCOMES)
ALL_OUTCOMES = {
    **{outcome.name: outcome.meaning for outcome in OUTCOMES},
    PENDING: "something has not come that still can, or parts are missing without which nothing can be compared",
    MATCHED: "the sources that must have it have it, and agree",
}
BY_NAME = {outcome.name: outcome for outcome in OUTCOMES}
OUTCOME_OF_RULE = {rule: outcome.name for outcome in OUTCOMES for rule in outcome.rules}


def with_outcomes(
    items: pl.DataFrame, applies: Mapping[str, pl.Expr], opened_on: Mapping[str, pl.Expr], is_pending: pl.Expr
) -> pl.DataFrame:
    """``items`` with outcome, outcomes and opened_on. A null condition does not apply: it could not be judged.

    ``opened_on`` says from which day each outcome is open; ``due_on`` is kept for pending items only.
    """
    names = [name for name in OPEN_OUTCOMES if name in applies]
    flagged = items.with_columns(applies[name].fill_null(False).alias(f"is_{name}") for name in names)
    found = [pl.when(f"is_{name}").then(pl.lit(name)) for name in names]
    quiet = pl.when(is_pending.fill_null(False)).then(pl.lit(PENDING)).otherwise(pl.lit(MATCHED))
    day = pl.coalesce(pl.when(f"is_{name}").then(opened_on[name]) for name in names)
    listed = pl.concat_str(found, separator=" ", ignore_nulls=True)
    told = flagged.with_columns(
        pl.coalesce(*found, quiet).alias("outcome"),
        pl.when(listed != "").then(listed).otherwise(quiet).alias("outcomes"),
        day.alias("opened_on"),
    )
    due = pl.when(pl.col("outcome") == PENDING).then("due_on").alias("due_on")
    return told.with_columns(due).drop(f"is_{name}" for name in names)
