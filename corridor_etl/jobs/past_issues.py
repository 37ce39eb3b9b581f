"""What earlier issues said and how their figures changed since, for the block of revisions and for corrections.

Everything is as of the snapshot of the issue to be made, so that it can be made again. What is said of it belongs to
``reports.revisions``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl

from corridor_etl.errors import UsageError
from corridor_etl.marts.vintages import vintages
from corridor_etl.reports.editions import Edition
from corridor_etl.reports.measures import MEASURES
from corridor_etl.reports.report_data import Correction, Past
from corridor_etl.reports.revisions import ADDING_UP
from corridor_etl.warehouse import Warehouse

LAST_ISSUES = 26
_MARTS = sorted({measure.mart for measure in MEASURES})


def past_of(
    warehouse: Warehouse, then: Warehouse, kind: Edition, week: str, issue_no: int, service_id: str
) -> Past:
    """Of the issues of earlier weeks with a lower number; ``then`` is the warehouse as of the issue's snapshot."""
    first = then.issues().filter(
        pl.col("week") < week, pl.col("issue_no") < issue_no, edition=kind.id, revision=0
    )
    last = first.sort("week").tail(LAST_ISSUES)
    if last.is_empty():
        return Past(vintages=_vintages(then, service_id))
    known_at = int(last["snapshot"][-1])
    changes = with_files(then.revisions(since=known_at), then)
    return Past(
        weeks=tuple(last["week"]),
        before=_marts_at(warehouse, known_at) if changes.height else {},
        changes=changes,
        printed=_printed(then, kind, last["week"].to_list()),
        vintages=_vintages(then, service_id),
        redefined=redefined(definitions(last["context_json"][-1])),
    )


def definitions(context_json: str) -> dict[str, str]:
    """How an issue computed its figures, by address; none of an issue that did not say so."""
    found: dict[str, str] = json.loads(context_json).get("definitions", {})
    return found


def redefined(before: Mapping[str, str]) -> tuple[str, ...]:
    """The figures that are computed otherwise than ``before`` says; one it does not speak of counts as unchanged."""
    return tuple(m.address for m in MEASURES if before.get(m.address, m.formula) != m.formula)


def correction_of(then: Warehouse, kind: Edition, week: str, revision: int, known_at: int) -> Correction:
    """What a revision is compared with: the issue before it, made of snapshot ``known_at``."""
    figures = then.issue_figures(kind.id, week, revision - 1)
    published = dict(figures.select("address", "value_text").iter_rows())
    return Correction(published, with_files(then.revisions(week=week, since=known_at), then))


def with_files(changes: pl.DataFrame, then: Warehouse) -> pl.DataFrame:
    """Revisions of the warehouse with ``file_name``, null where no delivery brought them."""
    files = then.deliveries().select("delivery_no", "file_name")
    return changes.join(files, on="delivery_no", how="left", maintain_order="left")


def _marts_at(warehouse: Warehouse, snapshot: int) -> dict[str, pl.DataFrame]:
    try:
        before = warehouse.at(snapshot)
    except UsageError:
        # Of before changes were recorded: then nothing is known to compare with.
        return {}
    return {name: before.mart(name) for name in _MARTS}


def _printed(then: Warehouse, kind: Edition, weeks: list[str]) -> pl.DataFrame:
    figures = [
        then.issue_figures(kind.id, week, 0).select(pl.lit(week).alias("week"), "address", "value_text")
        for week in weeks
    ]
    return pl.concat(figures).filter(pl.col("address").is_in(kind.key_figures))


def _vintages(then: Warehouse, service_id: str) -> pl.DataFrame:
    names = sorted({mart for mart, _ in ADDING_UP.values()})
    marts = {name: then.mart(name).filter(service_id=service_id) for name in names}
    own = pl.col("row_key").str.split("|").list.first() == service_id
    changes = then.revisions().filter(own, pl.col("mart").is_in(names))
    return vintages(marts, changes)
