"""Marts and facts made anew from the lake by the code and rules of now, and how they differ from the live ones.

All weeks are made at once, as by a commit; a week is a slice of that. Nothing is written here; putting a week in
belongs to ``warehouse.backfills``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from corridor_etl.facts.cross_source import sources, subjects_of
from corridor_etl.facts.reconciliation import reconciled
from corridor_etl.facts.trips import stored_trips
from corridor_etl.jobs import port_weeks
from corridor_etl.jobs.affected import ITEMS, KINDS_OF, TRIPS, kinds_for
from corridor_etl.jobs.current import known_to
from corridor_etl.jobs.material import Material
from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.reports.measures import MEASURES
from corridor_etl.reports.series import service_series
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse, history, mart_tables
from corridor_etl.warehouse.backfills import DIFF_COLUMNS
from corridor_etl.warehouse.schema import MARTS
from corridor_etl.warehouse.schema.backfills import FIGURE

_SPOKEN_OF = {measure.mart for measure in MEASURES}


@dataclass(frozen=True)
class Comparison:
    """How a week made anew differs from the live one; ``frames`` are its marts and facts where it does, else none."""

    differences: pl.DataFrame
    counts: Mapping[str, int]
    frames: Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Remade:
    """All marts and facts as they come out of the lake as of snapshot ``base``."""

    base: int
    frames: Mapping[str, pl.DataFrame]
    service_id: str

    @classmethod
    def of(cls, warehouse: Warehouse, settings: Settings) -> Remade:
        """Makes them; errors as in ``facts.corridor.corridor_facts``."""
        base, current = warehouse.snapshot(), known_to(warehouse)
        made = port_weeks.tables(current, settings, KINDS_OF, is_standing=False)
        others = KINDS_OF.keys() - made.keys()
        material = Material.of(current, settings, kinds_for(others))
        facts = material.facts(settings)
        known = sources(material.records, settings, facts.trips)
        made |= weekly_marts(material.records, settings, facts, among=others)
        made |= {
            TRIPS: stored_trips(facts.trips),
            ITEMS: reconciled(known, subjects_of(known, with_visits=False)),
        }
        frames = {name: mart_tables.checked(name, mart_tables.rows_of(made[name])) for name in made}
        return cls(base, frames, settings.live_service.id)

    def compared(self, warehouse: Warehouse, week: str) -> Comparison:
        """A week beside the live one."""
        after = {name: mart_tables.of_weeks(name, frame, [week]) for name, frame in self.frames.items()}
        before = {name: _live(warehouse, name, week) for name in after}
        cells = [
            history.mart_differences(table, before[name], after[name])
            .with_columns(pl.lit(name).alias("mart"), pl.col("value_before", "value_after").cast(pl.String))
            .select(list(DIFF_COLUMNS))
            for name, table in MARTS.items()
        ]
        figures = _figures(week, before, after, self.service_id)
        changed = {name: after[name] for name in after if not before[name].equals(after[name])}
        counts = {
            "cells_changed": sum(frame.height for frame in cells),
            "facts_changed": sum(_differing_rows(before[n], after[n]) for n in (TRIPS, ITEMS)),
            "figures_changed": figures.height,
        }
        return Comparison(pl.concat([*cells, figures]), counts, changed)


def _live(warehouse: Warehouse, name: str, week: str) -> pl.DataFrame:
    read = {TRIPS: warehouse.trips, ITEMS: warehouse.reconciled_items}.get(name)
    found = read(weeks=[week]) if read is not None else warehouse.mart(name, weeks=[week])
    return found.drop("snapshot")


def _differing_rows(before: pl.DataFrame, after: pl.DataFrame) -> int:
    """Rows that came, went or are another; one that is another counts once."""
    if before.equals(after):
        return 0
    on = before.columns
    gone = before.join(after, on=on, how="anti", nulls_equal=True)
    came = after.join(before, on=on, how="anti", nulls_equal=True)
    return max(gone.height, came.height)


def _figures(
    week: str, before: Mapping[str, pl.DataFrame], after: Mapping[str, pl.DataFrame], service_id: str
) -> pl.DataFrame:
    """The figures of the weekly issue that differ, as rows of :data:`DIFF_COLUMNS`."""
    old, new = (
        service_series({name: frames[name] for name in _SPOKEN_OF}, service_id) for frames in (before, after)
    )
    values = ((address, old[address].value(week), new[address].value(week)) for address in sorted(new))
    rows = [
        (week, FIGURE, "", address, *(None if v is None else format(v, "f") for v in (was, now)))
        for address, was, now in values
        if was != now
    ]
    return pl.DataFrame(rows, schema=DIFF_COLUMNS, orient="row")
