"""``corridor metrics``: how the platform does, as numbers a monitoring system collects and compares over time.

Counts come from the database, so that they stay cheap at the scale of a port. What is wrong with a setting belongs to
``jobs.doctor``, what people read to ``jobs.status``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
from prometheus_client import CollectorRegistry, generate_latest, write_to_textfile
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from corridor_etl.quality.freshness import LATE, source_weeks
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.overview import Overview
from corridor_etl.warehouse.schema import INCIDENT

SPAN = timedelta(weeks=4)
"""Deliveries, batches and weeks of coverage are counted over so long a time."""
NEWEST_BATCHES = 500
MEANINGS: Mapping[str, str] = {
    "corridor_snapshot": "number of the last batch",
    "corridor_last_commit_age_seconds": "time since the last batch was committed",
    "corridor_batches": "batches with deliveries of the last 28 days, at most 500",
    "corridor_batch_seconds_median": "from the begin of reading to the commit, of these batches",
    "corridor_batch_seconds_longest": "from the begin of reading to the commit, of these batches",
    "corridor_batch_rows_per_second": "rows loaded by these batches in the time they took together",
    "corridor_deliveries": "files received in the last 28 days",
    "corridor_rows": "rows of these files by what became of them",
    "corridor_source_files": "files received for the weeks that were due in the last 28 days",
    "corridor_source_files_expected": "files expected for these weeks",
    "corridor_source_weeks_late": "weeks of these of which something is late or missing",
    "corridor_quarantine_rows": "rows that are held back now",
    "corridor_quarantine_oldest_age_seconds": "how long the oldest of them has been held back",
    "corridor_quarantine_rule_rows": "rows held back by a rule; a row counts under each rule it breaks",
    "corridor_discrepancies": "open discrepancies between sources",
    "corridor_outbox_mails": "mails by state",
    "corridor_outbox_oldest_age_seconds": "how long ago the oldest mail in the state was queued",
    "corridor_issues": "issues by edition and state",
    "corridor_issues_held": "issues that are held back now",
    "corridor_last_issue_age_seconds": "time since an issue was published",
    "corridor_disk_free_bytes": "room on the disk of the home folder",
    "corridor_disk_bytes": "size of the disk of the home folder",
    "corridor_incidents": "incidents by state",
}
"""Name -> what a metric says; ages in seconds, sizes in bytes."""
SCHEMA = {"metric": pl.String(), "labels": pl.String(), "value": pl.Float64(), "meaning": pl.String()}


@dataclass(frozen=True)
class Sample:
    """One number; ``labels`` tell it from others of its metric."""

    metric: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def measured(warehouse: Warehouse, settings: Settings, now_utc: datetime) -> pl.DataFrame:
    """metric, labels (``source=port_events, status=loaded``), value and meaning, for a table people read."""
    rows = [
        (s.metric, ", ".join(f"{k}={v}" for k, v in s.labels.items()), float(s.value), MEANINGS[s.metric])
        for s in samples(warehouse, settings, now_utc)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def exposition(found: Iterable[Sample]) -> str:
    """The text format of Prometheus."""
    return generate_latest(_registry(found)).decode("utf-8")


def write(found: Iterable[Sample], file: Path) -> None:
    """The same as a file for a textfile collector; readers see the old one or the new one, never half."""
    write_to_textfile(str(file), _registry(found))


class _Found(Collector):
    def __init__(self, found: Iterable[Sample]) -> None:
        self.found = list(found)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        by_name: dict[str, list[Sample]] = {}
        for sample in self.found:
            by_name.setdefault(sample.metric, []).append(sample)
        for name, some in by_name.items():
            family = GaugeMetricFamily(name, MEANINGS[name], labels=list(some[0].labels))
            for sample in some:
                family.add_metric(list(sample.labels.values()), sample.value)
            yield family


def _registry(found: Iterable[Sample]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Found(found))
    return registry


def samples(warehouse: Warehouse, settings: Settings, now_utc: datetime) -> list[Sample]:
    """Every number at ``now_utc``."""
    found = warehouse.overview(now_utc - SPAN, NEWEST_BATCHES)
    return [
        *_batches(found, now_utc),
        *_deliveries(found),
        *_coverage(warehouse, settings, now_utc),
        *_waiting(found, now_utc),
        *_issues(warehouse, found, now_utc),
        *_disk(warehouse.home),
        *_incidents(warehouse),
    ]


def _batches(found: Overview, now: datetime) -> Iterator[Sample]:
    last = found.batches["committed_at_utc"].max()
    yield Sample("corridor_snapshot", _number(found.batches["snapshot"].max()))
    if isinstance(last, datetime):
        yield Sample("corridor_last_commit_age_seconds", _age(last, now))
    recent = found.batches.filter(
        pl.col("deliveries") > 0, pl.col("committed_at_utc") >= now - SPAN
    ).with_columns(
        seconds=(pl.col("committed_at_utc") - pl.col("received_at_utc")).dt.total_microseconds() / 1e6
    )
    yield Sample("corridor_batches", recent.height)
    if recent.is_empty():
        return
    yield Sample("corridor_batch_seconds_median", _number(recent["seconds"].median()))
    yield Sample("corridor_batch_seconds_longest", _number(recent["seconds"].max()))
    if (seconds := _number(recent["seconds"].sum())) > 0:
        yield Sample("corridor_batch_rows_per_second", _number(recent["rows_loaded"].sum()) / seconds)


def _deliveries(found: Overview) -> Iterator[Sample]:
    for row in found.deliveries.iter_rows(named=True):
        source = {"source": row["source_id"] or "unknown"}
        yield Sample("corridor_deliveries", row["files"], {**source, "status": row["status"]})
    by_source = found.deliveries.with_columns(pl.col("source_id").fill_null("unknown")).group_by("source_id")
    counts = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
    for row in by_source.agg(pl.sum(*counts)).sort("source_id").iter_rows(named=True):
        for name in counts:
            yield Sample(
                "corridor_rows", row[name], {"source": row["source_id"], "became": name.removeprefix("rows_")}
            )


def _coverage(warehouse: Warehouse, settings: Settings, now: datetime) -> Iterator[Sample]:
    weeks = source_weeks(warehouse.arrivals(), settings, now_utc=now)
    due = weeks.filter(pl.col("due_at_utc") >= now - SPAN, pl.col("due_at_utc") < now)
    sums = due.group_by("source_id").agg(
        pl.sum("files", "expected_files"), (pl.col("status") == LATE).sum().alias("late")
    )
    for row in sums.sort("source_id").iter_rows(named=True):
        source = {"source": row["source_id"]}
        yield Sample("corridor_source_files", row["files"], source)
        yield Sample("corridor_source_files_expected", row["expected_files"], source)
        yield Sample("corridor_source_weeks_late", row["late"], source)


def _waiting(found: Overview, now: datetime) -> Iterator[Sample]:
    held = found.quarantine
    yield Sample("corridor_quarantine_rows", int(held["rows"].sum()))
    oldest = held["oldest_at_utc"].min()
    yield Sample("corridor_quarantine_oldest_age_seconds", _age(oldest, now))
    rules = held.with_columns(pl.col("rule_ids").str.split(",").alias("rule")).explode(
        "rule", empty_as_null=True
    )
    for rule, rows in rules.group_by("rule").agg(pl.sum("rows")).sort("rule").iter_rows():
        yield Sample("corridor_quarantine_rule_rows", rows, {"rule": rule})
    for severity, items in (
        found.discrepancies.group_by("severity").agg(pl.sum("items")).sort("severity").iter_rows()
    ):
        yield Sample("corridor_discrepancies", items, {"severity": severity})
    for row in found.outbox.iter_rows(named=True):
        state = {"state": row["state"]}
        yield Sample("corridor_outbox_mails", row["messages"], state)
        yield Sample("corridor_outbox_oldest_age_seconds", _age(row["oldest_at_utc"], now), state)


def _issues(warehouse: Warehouse, found: Overview, now: datetime) -> Iterator[Sample]:
    key = ["edition", "week", "revision"]
    for edition, state, issues in (
        found.issues.group_by("edition", "state").len().sort("edition", "state").iter_rows()
    ):
        yield Sample("corridor_issues", issues, {"edition": edition, "state": state})
    held = warehouse.issue_holds().join(found.issues, on=key, how="anti").unique(key)
    yield Sample("corridor_issues_held", held.height)
    last = found.issues["published_at_utc"].max()
    if isinstance(last, datetime):
        yield Sample("corridor_last_issue_age_seconds", _age(last, now))


def _disk(home: Path) -> Iterator[Sample]:
    usage = shutil.disk_usage(home)
    yield Sample("corridor_disk_free_bytes", usage.free)
    yield Sample("corridor_disk_bytes", usage.total)


def _incidents(warehouse: Warehouse) -> Iterator[Sample]:
    counted = select(INCIDENT.c.state, func.count()).group_by(INCIDENT.c.state).order_by(INCIDENT.c.state)
    with reading(warehouse.engine) as connection:
        for state, incidents in connection.execute(counted):
            yield Sample("corridor_incidents", incidents, {"state": state})


def _age(at: object, now: datetime) -> float:
    return (now - at).total_seconds() if isinstance(at, datetime) else 0.0


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
