"""Asks the ledger for the status page of operators. What the page says belongs to ``reports.status``."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from corridor_etl.jobs.backfill_told import listed_of
from corridor_etl.jobs.metrics import measured
from corridor_etl.quality.freshness import source_weeks
from corridor_etl.quality.rule_words import all_in_words
from corridor_etl.reference.calendar import week_of
from corridor_etl.reports.site_issues import PAGE
from corridor_etl.reports.site_looks import page
from corridor_etl.reports.status import DELIVERY_WEEKS, TOP, Status, status
from corridor_etl.reports.status_beside import Beside, beside
from corridor_etl.reports.status_calendar import calendar, last_week
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.overview import Overview

FOLDER = "internal/status"


def status_pages(warehouse: Warehouse, settings: Settings, now: datetime) -> dict[str, bytes]:
    """Path below the site -> bytes of the page and of the same as JSON."""
    found = current_status(warehouse, settings, now)
    here = f"{FOLDER}/{PAGE}"
    zone = {"at": now.astimezone(settings.report_zone), "zone": settings.corridor.report_timezone}
    values = {"corridor": settings.corridor, "status": found, "weeks": DELIVERY_WEEKS, **zone}
    return {
        f"{FOLDER}/status.json": found.to_json(settings.corridor),
        here: page("status.html", here, values),
    }


def current_status(warehouse: Warehouse, settings: Settings, now: datetime) -> Status:
    """The status at ``now``, from counts the database makes."""
    found = warehouse.overview(now - timedelta(weeks=DELIVERY_WEEKS), TOP)
    weeks = source_weeks(warehouse.arrivals(), settings, now_utc=now)
    coverage = warehouse.coverage()
    this_week = week_of(now.astimezone(settings.report_zone).date())
    loaded = coverage.filter(pl.col("rows_loaded") > 0)["iso_week"]
    shown = calendar(weeks, coverage, last_week(loaded, this_week), settings.sources)
    return status(
        found, shown, all_in_words(), settings.sources, now, _beside(warehouse, settings, found, now)
    )


def _beside(warehouse: Warehouse, settings: Settings, found: Overview, now: datetime) -> Beside:
    return beside(
        warehouse.issue_holds(),
        found.issues,
        warehouse.incidents.all(),
        listed_of(warehouse),
        measured(warehouse, settings, now),
        now,
    )
