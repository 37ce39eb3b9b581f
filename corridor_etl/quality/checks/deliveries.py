"""Checks of whole deliveries, of their columns, and of what a source has sent for a week; null is "not judged"."""

from __future__ import annotations

import math

import polars as pl

_TINY = 1e-9  # what floating point adds to a share
_NORMAL = 1.4826  # median distances of a normal distribution to its standard deviation


def is_not_refused(refused_rule: pl.Expr, status: pl.Expr, *, rule: str) -> pl.Expr:
    """A file was not refused for a reason that breaks the rule; the same bytes again are not judged again."""
    return pl.when(status != "duplicate").then(refused_rule.fill_null("") != rule)


def reader_says_nothing(
    said_rules: pl.Expr, status: pl.Expr, messages: pl.Expr, *, rule: str, needs_messages: bool
) -> pl.Expr:
    """The reader of a file has no finding or fault of the rule; judged where a file was read."""
    is_judged = (status == "read") & (messages > 0 if needs_messages else pl.lit(True))
    padded = pl.concat_str(pl.lit(" "), said_rules.fill_null(""), pl.lit(" "))
    return pl.when(is_judged).then(~padded.str.contains(f" {rule} ", literal=True))


def is_new(status: pl.Expr) -> pl.Expr:
    """The bytes were not delivered before."""
    return status != "duplicate"


def counts_agree(counted: pl.Expr, found: pl.Expr) -> pl.Expr:
    """As many rows were found as the count over the bytes says."""
    return counted == found


def is_told_once(numbered: pl.Expr, repeat_days: pl.Expr, *, within_days: int) -> pl.Expr:
    """No message that says it is an original was there before; counters may begin again after ``within_days``."""
    return pl.when(numbered > 0).then(repeat_days.is_null() | (repeat_days > within_days))


def has_originals(orphans: pl.Expr) -> pl.Expr:
    """Every correction is of a document that came before."""
    return orphans == 0


def nothing_is_missing(missing: pl.Expr, *, most_missing: int) -> pl.Expr:
    """No interchange lies between the last one and this; more than ``most_missing`` are a counter set anew."""
    return pl.when(missing <= most_missing).then(missing == 0)


def is_of_usual_size(rows: pl.Expr, baseline_rows: pl.Expr, *, lowest: float, highest: float) -> pl.Expr:
    """The rows are between two multiples of the usual number."""
    is_within = (rows >= lowest * baseline_rows - _TINY) & (rows <= highest * baseline_rows + _TINY)
    return pl.when(baseline_rows > 0).then(is_within)


def is_filled_as_usual(
    null_pct: pl.Expr, baseline_pct: pl.Expr, spread_pct: pl.Expr, *, points: float, deviations: float
) -> pl.Expr:
    """No more cells are empty than usual, by some points or by what chance and habit explain, if that is more."""
    allowed = pl.max_horizontal(pl.lit(points), deviations * spread_pct)
    return pl.when(baseline_pct.is_not_null()).then(null_pct <= baseline_pct + allowed + _TINY)


def has_known_codes(new_codes: pl.Expr) -> pl.Expr:
    """No code that was never seen before."""
    return new_codes == ""


def is_in_the_usual_unit(
    median: pl.Expr, baseline: pl.Expr, spread: pl.Expr, *, factor: float, deviations: float
) -> pl.Expr:
    """The median is not off by ``factor`` or more, either way, or no more than it always moves."""
    moved = _moved(median, baseline)
    return (moved < math.log(factor) - _TINY) | (moved <= deviations * _NORMAL * spread)


def median_is_usual(
    median: pl.Expr, baseline: pl.Expr, spread: pl.Expr,
    *, factor: float, deviations: float, unit_factor: float,
) -> pl.Expr:  # fmt: skip
    """The median is within a factor of the usual, or within deviations if that is wider; another unit is not judged."""
    moved = _moved(median, baseline)
    allowed = pl.max_horizontal(pl.lit(math.log(factor)), deviations * _NORMAL * spread)
    return pl.when(moved < math.log(unit_factor) - _TINY).then(moved <= allowed + _TINY)


def is_on_time(arrived_at: pl.Expr, due_at: pl.Expr, not_judged: pl.Expr) -> pl.Expr:
    """The last file expected of a source for a week came before it was due."""
    return pl.when(not_judged.is_null()).then((arrived_at <= due_at).fill_null(False))


def _moved(median: pl.Expr, baseline: pl.Expr) -> pl.Expr:
    """How far a median is from the usual one, as the absolute natural logarithm of their ratio."""
    return (median / baseline).log().abs()
