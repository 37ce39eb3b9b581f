"""How weekly figures were revised: what each was known as after each change, and how good the first values were.

For figures that add up over the rows of a week. The changes themselves are recorded by the warehouse (``v_revisions``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from corridor_etl.kpis import _exact
from corridor_etl.marts.weekly import members_by_mart

FIGURE = ("mart", "measure")
VALUE = {
    "mart": pl.String(), "measure": pl.String(), "iso_week": pl.String(), "vintage": pl.Int64(), "snapshot": pl.Int64(),
    "known_at_utc": pl.Datetime("us", "UTC"), "value": pl.Int64(),
}  # fmt: skip
REVISED_PPM, SETTLED_PPM = 10_000, 5_000
"""A week counts as revised from 1 % of its last value, and as settled after its last change of more than 0.5 %."""


def additive_measures() -> dict[str, tuple[str, ...]]:
    """Mart -> the columns whose sum over the rows of a week is a figure."""
    found = {mart: [c for kpi in members for c in kpi.summed] for mart, members in members_by_mart().items()}
    return {mart: tuple(dict.fromkeys(columns)) for mart, columns in found.items() if columns}


def vintages(marts: Mapping[str, pl.DataFrame], changes: pl.DataFrame) -> pl.DataFrame:
    """Every value each figure had, columns :data:`VALUE`: vintage 0 is the first print, the highest what is known now.

    ``marts`` are the tables as they are now, ``changes`` the revisions of the warehouse up to now. ``snapshot`` and
    ``known_at_utc`` of the first print are null: when its week first appeared is no revision.
    """
    measures = additive_measures()
    now = pl.concat(_totals(mart, marts[mart], measures[mart]) for mart in sorted(measures) if mart in marts)
    steps = _steps(changes, measures)
    key = [*FIGURE, "iso_week"]
    gone = steps.group_by(key).agg(pl.col("step").sum().alias("since"))
    # A figure whose last row was taken away is 0 now, and has no row to say so.
    figures = now.join(gone, on=key, how="full", coalesce=True).with_columns(
        pl.col("now", "since").fill_null(0)
    )
    first = figures.select(
        *key, vintage=pl.lit(0), snapshot=None, known_at_utc=None, value=pl.col("now") - pl.col("since")
    )
    later = steps.join(first.select(*key, "value"), on=key).sort(*key, "snapshot").with_columns(
        vintage=pl.int_range(1, pl.len() + 1).over(key), value=pl.col("value") + pl.col("step").cum_sum().over(key)
    )  # fmt: skip
    both = [
        frame.select(pl.col(name).cast(dtype) for name, dtype in VALUE.items()) for frame in (first, later)
    ]
    return pl.concat(both).sort(*key, "vintage")


def _totals(mart: str, frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    sums = frame.group_by("iso_week").agg(pl.col(columns).sum())
    long = sums.unpivot(index="iso_week", variable_name="measure", value_name="now")
    return long.select(pl.lit(mart).alias("mart"), "measure", "iso_week", pl.col("now").cast(pl.Int64))


def _steps(changes: pl.DataFrame, measures: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Per figure, week and snapshot by how much it changed; a change of its rows that leaves the sum is none."""
    rows = [(mart, column) for mart, columns in measures.items() for column in columns]
    wanted = pl.DataFrame(rows, schema={"mart": pl.String(), "measure": pl.String()}, orient="row")
    moved = pl.col("value_after").fill_null(0) - pl.col("value_before").fill_null(0)
    summed = (
        changes.join(wanted, on=FIGURE, how="semi")
        .group_by(*FIGURE, "iso_week", "snapshot")
        .agg(
            moved.sum().cast(pl.Int64).alias("step"), pl.col("committed_at_utc").first().alias("known_at_utc")
        )
    )
    return summed.filter(pl.col("step") != 0)


def revision_statistics(values: pl.DataFrame) -> pl.DataFrame:
    """How good first prints were, one row per figure: mart, measure, weeks, ``mean_revision`` (MR) and
    ``mean_absolute_revision`` (MAR) in the unit of the measure, ``relative_ppm`` (RMAR: sum of absolute revisions over
    the sum of last values), ``revised_ppm`` (weeks revised by 1 % or more) and ``settled_days``: the median of the days
    from the end of a week to its last change of more than 0.5 %, of the weeks that had one.

    A revision is the last value less the first. ``values`` are :func:`vintages`.
    """
    key = [*FIGURE, "iso_week"]
    ordered = values.sort(*key, "vintage")
    last = pl.col("value").last()
    weeks = ordered.group_by(key).agg(
        revision=last - pl.col("value").first(), last=last.abs(), settled_s=_settled_s().max()
    )
    size = pl.col("revision").abs()
    is_revised = (size > 0) & (size * _exact.MILLION >= pl.col("last") * REVISED_PPM)
    counted = weeks.with_columns(size=size, is_revised=is_revised.cast(pl.Int64)).group_by(FIGURE).agg(
        weeks=pl.len().cast(pl.Int64),
        mean_revision=_exact.mean("revision"),
        mean_absolute_revision=_exact.mean("size"),
        sizes=pl.col("size").sum(), lasts=pl.col("last").sum(), revised=pl.col("is_revised").sum(),
        settled_s=_exact.median("settled_s"),
    )  # fmt: skip
    return counted.select(
        *FIGURE, "weeks", "mean_revision", "mean_absolute_revision",
        _exact.ppm(pl.col("sizes"), pl.col("lasts")).alias("relative_ppm"),
        _exact.ppm(pl.col("revised"), pl.col("weeks")).alias("revised_ppm"),
        (pl.col("settled_s") / 86_400).round(1).alias("settled_days"),
    ).sort(FIGURE)  # fmt: skip


def _settled_s() -> pl.Expr:
    """Of each change of more than 0.5 % of the value before, the seconds since the week ended (midnight UTC)."""
    before = pl.col("value").shift(1)
    is_large = (pl.col("value") - before).abs() * _exact.MILLION > before.abs() * SETTLED_PPM
    since = (pl.col("known_at_utc") - _end(pl.col("iso_week"))).dt.total_seconds()
    return since.filter(is_large.fill_null(False))


def _end(iso_week: pl.Expr) -> pl.Expr:
    sunday = (iso_week + "-7").str.to_datetime("%G-W%V-%u", time_unit="us", time_zone="UTC")
    return sunday + pl.duration(days=1)


def triangle(values: pl.DataFrame, mart: str, measure: str) -> pl.DataFrame:
    """The revision triangle of one figure: a row per week, ``first``, then what was known ``after_1_weeks`` and so on
    from its end up to its last change, and ``now``; text and whole numbers only.
    """
    mine = values.filter(mart=mart, measure=measure).sort("iso_week", "vintage")
    age_s = (pl.col("known_at_utc") - _end(pl.col("iso_week"))).dt.total_seconds()
    aged = mine.with_columns(pl.max_horizontal(age_s.floordiv(7 * 86_400) + 1, 1).alias("age"))
    ages = aged["age"].max()
    known = [
        pl.col("value").filter(pl.col("age").fill_null(0) <= age).last().alias(f"after_{age}_weeks")
        for age in range(1, (0 if ages is None else int(str(ages))) + 1)
    ]
    return aged.group_by("iso_week", maintain_order=True).agg(
        pl.col("value").first().alias("first"), *known, pl.col("value").last().alias("now")
    )
