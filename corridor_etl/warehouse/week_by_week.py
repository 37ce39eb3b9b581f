"""The current records of some weeks without reading the others whole.

A correction may move a record to another week. So the rows of a week alone do not say what is current in it: rows of
the same keys elsewhere may win over them, complete them or end them. Those are looked for, but only in files that can
hold such a row. What wins is decided in ``versions``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from corridor_etl.model import RecordKind
from corridor_etl.warehouse import versions
from corridor_etl.warehouse.lake import Lake, LiveFile
from corridor_etl.warehouse.parts import stored_schema


def current(
    lake: Lake, files: Sequence[LiveFile], record_kind: RecordKind, weeks: Collection[str], as_of: int | None
) -> pl.DataFrame:
    """The current record of each key that is in one of the weeks now, sorted by key; ``files`` are those of all weeks.

    The same as the current records of all weeks, of which those of these weeks are taken: a record lies in the week of
    one of its own rows, and a version of a record is in the lake once.
    """
    found = [_of_week(lake, files, record_kind, week, as_of) for week in sorted(set(weeks))]
    return pl.concat([pl.DataFrame(schema=stored_schema(record_kind)), *found]).sort(record_kind.key)


def _of_week(
    lake: Lake, files: Sequence[LiveFile], record_kind: RecordKind, week: str, as_of: int | None
) -> pl.DataFrame:
    mine = [file for file in files if file.iso_week == week]
    rows = lake.collected(lake.scan(mine, record_kind, as_of))
    if rows.is_empty():
        return rows
    elsewhere = _that_matter(lake, [f for f in files if f.iso_week != week], record_kind, rows, as_of)
    keys = rows.select(record_kind.key).unique()
    key = list(record_kind.key)
    more = lake.collected(elsewhere.join(keys.lazy(), on=key, how="semi", nulls_equal=True))
    together = pl.concat([rows, more])
    others = versions.replacing(together, elsewhere, record_kind)
    together = pl.concat(
        [together, lake.collected(others.join(keys.lazy(), on=key, how="anti", nulls_equal=True))]
    )
    everything = versions.current(together, record_kind)
    return everything.join(keys, on=key, how="semi", nulls_equal=True).filter(iso_week=week)


def _that_matter(
    lake: Lake, others: Sequence[LiveFile], record_kind: RecordKind, rows: pl.DataFrame, as_of: int | None
) -> pl.LazyFrame:
    """Rows of other weeks that may win over ``rows``, or that these may be patches of."""
    if (rows["action"] == versions.PATCH).any():
        return lake.scan(others, record_kind, as_of)
    lowest = int(rows.select(pl.col(record_kind.version).min()).item())
    later = [f for f in others if f.highest_version is None or f.highest_version > lowest]
    return lake.scan(later, record_kind, as_of).filter(pl.col(record_kind.version) > lowest)
