"""Whole weeks that leave the lake by policy, in a commit of their own that the ledger keeps.

The rows are counted per delivery, kind and week before they go, so that every balance can still be told. Marts of such
weeks stay as they were (:func:`.ledger.last_expired_week`), and so do published figures. What the policy is belongs to
``corridor.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import polars as pl
from sqlalchemy import Connection, Engine, select

from corridor_etl.clock import now_utc
from corridor_etl.model import kind
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.frames import fetched, insert
from corridor_etl.warehouse.lake import Lake, LiveFile
from corridor_etl.warehouse.publish import decision, last_snapshot, transaction
from corridor_etl.warehouse.schema import LAKE_EXPIRY

Expiring = Mapping[str, list[LiveFile]]
"""Files whose week the policy no longer keeps, by record kind."""


def planned(connection: Connection, lake: Lake, lake_weeks: Mapping[str, int]) -> Expiring:
    """The files of weeks older than the policy keeps: the week that runs now and so many before it stay."""
    found = {}
    for name, weeks in sorted(lake_weeks.items()):
        first_kept = (now_utc() - timedelta(weeks=weeks)).strftime("%G-W%V")
        old = [file for file in lake.files(connection, name) if file.iso_week < first_kept]
        if old:
            found[name] = old
    return found


def expiring(engine: Engine, lake: Lake, lake_weeks: Mapping[str, int]) -> pl.DataFrame:
    """record_kind, iso_week, files and rows of what the policy no longer keeps."""
    with reading(engine) as connection:
        plan = planned(connection, lake, lake_weeks)
    files = [(name, file.iso_week, file.rows) for name, some in plan.items() for file in some]
    frame = pl.DataFrame(files, schema=["record_kind", "iso_week", "rows"], orient="row")
    summed = frame.group_by("record_kind", "iso_week").agg(pl.len().alias("files"), pl.col("rows").sum())
    return summed.sort("record_kind", "iso_week")


def expire(engine: Engine, lake: Lake, lake_weeks: Mapping[str, int]) -> int | None:
    """Takes those weeks out of the lake in one commit; its snapshot, or None where nothing is that old.

    ``BaseMoved`` if a batch was committed meanwhile. The files stay until they are swept.
    """
    with reading(engine) as connection:
        base = last_snapshot(connection)
        plan = planned(connection, lake, lake_weeks)
    if not plan:
        return None
    gone = pl.concat([_counted(lake, name, files) for name, files in plan.items()])
    with transaction(engine, base=base) as connection:
        snapshot = decision(connection)
        for name, files in plan.items():
            lake.replace(connection, name, [file.name for file in files], [])
        insert(connection, LAKE_EXPIRY, gone, snapshot=snapshot)
    return snapshot


def _counted(lake: Lake, name: str, files: list[LiveFile]) -> pl.DataFrame:
    rows = (
        lake.scan(files, kind(name))
        .group_by("delivery_id", "iso_week")
        .agg(pl.len().cast(pl.Int64).alias("rows"))
    )
    counted = rows.sort("delivery_id", "iso_week").collect()
    return counted.select("delivery_id", pl.lit(name).alias("record_kind"), "iso_week", "rows")


def read(connection: Connection) -> pl.DataFrame:
    """What has left the lake by policy, in order of leaving."""
    return fetched(connection, select(LAKE_EXPIRY).order_by(LAKE_EXPIRY.c.expiry_no))
