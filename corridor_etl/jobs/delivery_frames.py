"""The frames that the suites about deliveries run on, made of the readings of a batch and of what came before.

What is read from the warehouse is read here; what is said about the lines belongs to ``deliveries``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import polars as pl

from corridor_etl.jobs.reading import Reading
from corridor_etl.model import KINDS
from corridor_etl.quality.comparison import compared
from corridor_etl.quality.delivery_rules import DELIVERY, DELIVERY_COLUMN, FRAMES, SOURCE_WEEK
from corridor_etl.quality.file_rules import rule_of, said_by
from corridor_etl.quality.freshness import HISTORY, NOT_DUE, source_weeks
from corridor_etl.quality.numbering import known, numbered
from corridor_etl.quality.profile import Profile, no_profile, profiled
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_OWN = {name: FRAMES[DELIVERY][name] for name in list(FRAMES[DELIVERY])[:8]}


class Facts(NamedTuple):
    """``frames``: suite -> the frame it runs on; ``profile`` and ``sizes`` are what they were made from."""

    profile: Profile
    sizes: pl.DataFrame
    frames: dict[str, pl.DataFrame]


def facts_of(
    readings: Sequence[Reading], warehouse: Warehouse, settings: Settings, *, now_utc: datetime
) -> Facts:
    """Everything the rules about deliveries look at, for the deliveries of a batch."""
    profile = _profile(readings)
    sources = sorted({r.source_id for r in readings if r.source_id})
    latest = profile.kinds["middle_on"].max()
    earlier = warehouse.earlier_profiles(sources, latest if isinstance(latest, date) else None)
    sizes, columns = compared(profile, earlier)
    frames = {
        DELIVERY: _deliveries(readings, profile, sizes, warehouse),
        DELIVERY_COLUMN: columns,
        SOURCE_WEEK: _weeks(readings, warehouse, settings, now_utc),
    }
    return Facts(profile, sizes, frames)


def _profile(readings: Sequence[Reading]) -> Profile:
    """The profiles of all readings; ``kinds`` also says who sent them and in which format."""
    of_kinds = []
    for kind in KINDS.values():
        frames = [r.frames[kind.name] for r in readings if kind.name in r.frames]
        if frames:
            of_kinds.append(profiled(pl.concat(frames), kind))
    senders = pl.DataFrame(
        [(r.delivery_id, r.sender_id, r.source_id, r.format) for r in readings if r.frames],
        schema=dict.fromkeys(("delivery_id", "sender_id", "source_id", "format"), pl.String()),
        orient="row",
    )
    found = [no_profile(), *of_kinds]
    kinds = pl.concat([p.kinds for p in found]).join(senders, on="delivery_id", how="left")
    return Profile(kinds, pl.concat([p.columns for p in found]))


def _deliveries(
    readings: Sequence[Reading], profile: Profile, sizes: pl.DataFrame, warehouse: Warehouse
) -> pl.DataFrame:
    days = {d: m for d, m in profile.kinds.select("delivery_id", "middle_on").iter_rows() if m is not None}
    references = pl.concat([r.references for r in readings])
    senders = references["interchange_sender"].drop_nulls().unique().to_list()
    names = pl.concat([references["document_no"], references["previous_no"]]).drop_nulls().unique().to_list()
    before = known(warehouse.interchanges(senders), warehouse.messages_numbered(names))
    # the same bytes twice in a batch are one delivery and a duplicate, which has no references
    sent = [
        (r.delivery_id, r.name, days.get(r.delivery_id), r.references) for r in readings if r.status == "read"
    ]
    numbers = numbered(sent, before)
    own = pl.DataFrame([_delivery(r) for r in readings], schema=_OWN).with_row_index("order")
    read = own.filter(status="read").join(numbers, on="delivery_id", how="left")
    main = {r.delivery_id: r.record_kind for r in readings if r.status == "read"}
    is_main = pl.col("record_kind") == pl.col("delivery_id").replace_strict(main, return_dtype=pl.String)
    read = read.join(sizes.filter(is_main).drop("record_kind"), on="delivery_id", how="left")
    return (
        pl.concat([own.filter(pl.col("status") != "read"), read], how="diagonal").sort("order").drop("order")
    )


def _delivery(reading: Reading) -> dict[str, Any]:
    is_read = reading.status == "read"
    rules = [f.rule_id for f in reading.findings]
    rules += [rule for faults in reading.faults.values() for rule in faults["rule_id"].unique().to_list()]
    found = sum(f.height for f in reading.frames.values()) + reading.unreadable_rows
    return {
        "delivery_id": reading.delivery_id,
        "file_name": reading.name,
        "status": reading.status,
        "reason": reading.reason,
        "refused_rule": rule_of(reading.reason),
        "said_rules": said_by(rules),
        "rows_counted": reading.rows_read if is_read else None,
        "rows_found": found if is_read else None,
    }


def _weeks(
    readings: Sequence[Reading], warehouse: Warehouse, settings: Settings, now_utc: datetime
) -> pl.DataFrame:
    """Weeks that fell due since the last batch, and those this batch brings something for."""
    own = _own_arrivals(readings)
    weeks = source_weeks(pl.concat([warehouse.arrivals(), own]), settings, now_utc=now_utc)
    since = warehouse.last_received_at_utc() or now_utc
    is_new = pl.col("due_at_utc").is_between(since, now_utc, closed="right")
    brought = own.select("source_id", "iso_week").unique()
    mine = weeks.join(brought, on=["source_id", "iso_week"], how="semi")
    is_told = pl.col("not_judged").is_in([NOT_DUE, HISTORY]).fill_null(False)
    return (
        pl.concat([weeks.filter(is_new), mine])
        .unique(maintain_order=True)
        .filter(~is_told)
        .select(list(FRAMES[SOURCE_WEEK]))
    )


def _own_arrivals(readings: Sequence[Reading]) -> pl.DataFrame:
    schema = {"source_id": pl.String(), "iso_week": pl.String(), "received_at_utc": pl.Datetime("us", "UTC")}
    found = {
        (r.source_id, week, r.delivery_id): r.received_at_utc
        for r in readings
        for kind, frame in r.frames.items()
        for week in frame.select(KINDS[kind].iso_week()).to_series().drop_nulls().unique()
        if r.source_id
    }
    lines = [(source, week, at) for (source, week, _), at in sorted(found.items())]
    return pl.DataFrame(lines, schema=schema, orient="row")
