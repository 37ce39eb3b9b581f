"""The deliveries of a batch as wholes: profiled, compared with those before, judged; which of them are held.

The rules are those of the suites ``delivery``, ``delivery_column`` and ``source_week``. Rows are judged in
``resolution``; how a commit keeps profiles belongs to ``warehouse.profiles``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from corridor_etl.jobs.reading import Reading
from corridor_etl.model import KINDS
from corridor_etl.quality.comparison import compared
from corridor_etl.quality.delivery_rules import DELIVERY, DELIVERY_COLUMN, FRAMES, SOURCE_WEEK, validate_frame
from corridor_etl.quality.file_rules import rule_of, said_by
from corridor_etl.quality.freshness import HISTORY, NOT_DUE, source_weeks
from corridor_etl.quality.numbering import known, numbered
from corridor_etl.quality.profile import Profile, profiled
from corridor_etl.quality.verdicts import Verdict
from corridor_etl.settings import Settings
from corridor_etl.warehouse import FINDING_COLUMNS, Warehouse

HELD_SCHEMA: dict[str, pl.DataType] = {
    "delivery_id": pl.String(),
    "rule_id": pl.String(),
    "severity": pl.String(),
    "column": pl.String(),
    "observed": pl.String(),
    "expected": pl.String(),
}
CHECKED_KIND = "delivery"
"""What check results about deliveries have as their record kind."""


@dataclass(frozen=True)
class Judged:
    """What is said about the deliveries of a batch. ``held`` has one line per held delivery, rule and column."""

    held: pl.DataFrame
    findings: pl.DataFrame
    checks: pl.DataFrame
    profiles: pl.DataFrame
    profile_columns: pl.DataFrame
    references: pl.DataFrame


@dataclass
class _Facts:
    """The frames the suites run on, and the profile they were made from."""

    profile: Profile
    sizes: pl.DataFrame
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)


def judged(
    readings: Sequence[Reading], warehouse: Warehouse, settings: Settings, *, now_utc: datetime
) -> Judged:
    """Judges the deliveries of a batch; ``BatchHeld`` where a rule cannot be run."""
    facts = _facts(readings, warehouse, settings, now_utc)
    verdicts = {suite: validate_frame(suite, frame) for suite, frame in facts.frames.items()}
    said = _said(readings, facts.frames, verdicts)
    is_read = pl.col("delivery_id").is_in([r.delivery_id for r in readings if r.status == "read"])
    held = said.filter(is_read & (pl.col("severity") == "critical"))
    is_held = pl.col("delivery_id").is_in(held["delivery_id"].to_list())
    comparable = facts.sizes.select("delivery_id", "record_kind", "comparable")
    return Judged(
        held=held.select(pl.col(name).cast(dtype) for name, dtype in HELD_SCHEMA.items()),
        findings=_findings(readings, said),
        checks=_checks(list(verdicts.values())),
        profiles=facts.profile.kinds.join(comparable, on=["delivery_id", "record_kind"], how="left")
        .drop("sender_id", "source_id", "format")
        .with_columns(is_held=is_held),
        profile_columns=facts.profile.columns,
        references=_references(readings),
    )


def held_rows(staged: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Every staged row of the held deliveries as a failure, with the columns of a verdict's failures."""
    return staged.select("row_id", "delivery_id").join(held, on="delivery_id").drop("delivery_id")


def _facts(
    readings: Sequence[Reading], warehouse: Warehouse, settings: Settings, now_utc: datetime
) -> _Facts:
    profile = _profile(readings)
    sources = sorted({r.source_id for r in readings if r.source_id})
    latest = profile.kinds["middle_on"].max()
    earlier = warehouse.earlier_profiles(sources, latest if isinstance(latest, date) else None)
    sizes, columns = compared(profile, earlier)
    facts = _Facts(profile, sizes)
    facts.frames[DELIVERY] = _deliveries(readings, profile, sizes, warehouse)
    facts.frames[DELIVERY_COLUMN] = columns
    facts.frames[SOURCE_WEEK] = _weeks(readings, warehouse, settings, now_utc)
    return facts


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
    nothing = profiled(
        pl.DataFrame(schema={**KINDS["booking"].schema, "delivery_id": pl.String()}), KINDS["booking"]
    )
    found = [nothing, *of_kinds]
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
    main = {r.delivery_id: r.record_kind for r in readings}
    is_main = pl.col("record_kind") == pl.col("delivery_id").replace_strict(main, return_dtype=pl.String)
    read = read.join(sizes.filter(is_main).drop("record_kind"), on="delivery_id", how="left")
    return (
        pl.concat([own.filter(pl.col("status") != "read"), read], how="diagonal").sort("order").drop("order")
    )


_OWN = {name: FRAMES[DELIVERY][name] for name in list(FRAMES[DELIVERY])[:8]}


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
    return pl.concat([weeks.filter(is_new), mine]).unique(maintain_order=True).filter(~is_told)


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


def _said(
    readings: Sequence[Reading], frames: dict[str, pl.DataFrame], verdicts: dict[str, Verdict]
) -> pl.DataFrame:
    """Every breach with the delivery it is about (null for a week of a source) and the column concerned."""
    parts = []
    for suite, verdict in verdicts.items():
        frame = frames[suite].with_row_index("row_id").with_columns(pl.col("row_id").cast(pl.Int64))
        names = ("delivery_id", "record_kind", "column_name", "status", "reason")
        kept = [pl.col(n) if n in frame.columns else pl.lit(None, dtype=pl.String).alias(n) for n in names]
        parts.append(verdict.failures.join(frame.select("row_id", *kept), on="row_id", how="left"))
    return pl.concat(parts)


def _findings(readings: Sequence[Reading], said: pl.DataFrame) -> pl.DataFrame:
    """What readers have not said themselves; a duplicate is told by its status, which names the first delivery."""
    by_reader = {(r.delivery_id, f.rule_id) for r in readings for f in r.findings}
    messages = {r.delivery_id: r.message for r in readings if r.status == "rejected"}
    kinds = {r.delivery_id: r.record_kind for r in readings if r.status == "read"}
    rows = [
        {
            "delivery_id": row["delivery_id"],
            "record_kind": row["record_kind"] or kinds.get(row["delivery_id"]),
            "rule_id": row["rule_id"],
            "severity": row["severity"],
            "column_name": row["column_name"],
            "message": messages.get(row["delivery_id"]) or f"{row['observed']}; expected {row['expected']}",
            "rows": 0,
            "observed": row["observed"],
            "expected": row["expected"],
        }
        for row in said.iter_rows(named=True)
        if (row["delivery_id"], row["rule_id"]) not in by_reader and row["status"] != "duplicate"
    ]
    return pl.DataFrame(rows, schema=FINDING_COLUMNS)


def _checks(verdicts: Sequence[Verdict]) -> pl.DataFrame:
    return pl.concat([v.checks for v in verdicts]).with_columns(record_kind=pl.lit(CHECKED_KIND))


def _references(readings: Sequence[Reading]) -> pl.DataFrame:
    return pl.concat(list(_numbered_lines(readings)))


def _numbered_lines(readings: Sequence[Reading]) -> Iterator[pl.DataFrame]:
    for reading in readings:
        frame = reading.references if reading.status == "read" else reading.references.clear()
        yield frame.with_columns(delivery_id=pl.lit(reading.delivery_id))
