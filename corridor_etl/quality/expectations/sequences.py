"""Expectations about what happened after what."""

from __future__ import annotations

import polars as pl

from corridor_etl.quality.checks import sequences
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(sequences.instants_in_order)
class ExpectInstantsInOrder(RowExpectation):
    """Events follow each other as the way does."""

    map_metric = "sequence.in_order"
    sentence = (
        "{columns}, where known, must follow each other in this order ({tolerance_minutes} minutes allowed)."
    )
    tolerance_minutes: int

    @classmethod
    def observed(cls, columns: list[str]) -> pl.Expr:
        """The instants that are known, to the minute."""
        shown = [pl.concat_str(pl.lit(f"{c}="), pl.col(c).dt.strftime("%Y-%m-%d %H:%M")) for c in columns]
        return pl.concat_str(shown, separator=", ", ignore_nulls=True)


@judged_by(sequences.leg_is_plausible)
class ExpectLegPlausible(RowExpectation):
    """A leg takes about as long as it usually does."""

    map_metric = "sequence.leg_plausible"
    sentence = (
        "{first} should take more than 0 hours, at least what corridor.toml says, and at most {times} times what 95 of"
        " 100 trips need (below {min_trips} trips: at most what corridor.toml says)."
    )
    times: float
    min_trips: int


@judged_by(sequences.cycle_is_possible)
class ExpectPossibleCycle(RowExpectation):
    """A box is not on two trains at once."""

    map_metric = "sequence.possible_cycle"
    sentence = "A container must not leave laden westbound again within {days} days."
    days: int


@judged_by(sequences.seal_is_kept)
class ExpectSealKept(RowExpectation):
    """Seals stay as they are on the way."""

    map_metric = "sequence.seal_kept"
    sentence = "The seal must not change between gate-in and delivery without an inspection or a new seal."
