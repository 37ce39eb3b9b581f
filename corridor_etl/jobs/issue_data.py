"""Gathers what an issue is built from: marts, departures and the state of the ledger, all of one snapshot.

What an issue says of it belongs to ``reports.context``.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.jobs.known_facts import known_departures
from corridor_etl.jobs.standing import standing
from corridor_etl.model import CROSS_SOURCE
from corridor_etl.reports.measures import BOOKING, MEASURES
from corridor_etl.reports.report_data import Balance, ReportData
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_SPOKEN_OF = sorted({measure.mart for measure in MEASURES} | {BOOKING})


def has_data(week: str, data: ReportData) -> bool:
    """Whether a mart that an issue speaks of has the week; open trips have rows in weeks in which nothing came."""
    return any(
        not data.marts[name].filter(iso_week=week).is_empty() for name in _SPOKEN_OF if name in data.marts
    )


def report_data(warehouse: Warehouse, settings: Settings) -> ReportData:
    """Everything a context is built from, as of the snapshot of ``warehouse``."""
    return ReportData(
        marts={name: warehouse.mart(name) for name in warehouse.mart_tables()},
        departures=known_departures(warehouse, settings),
        coverage=warehouse.coverage(),
        checks=standing(warehouse.checks().filter(pl.col("record_kind") != CROSS_SOURCE)),
        quarantine_open=warehouse.quarantine(state="open").height,
        discrepancies=warehouse.discrepancies(state="open"),
        balance=_balance(warehouse.deliveries()),
        corrections=warehouse.correction_effects(),
    )


def _balance(deliveries: pl.DataFrame) -> Balance:
    rows = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
    return Balance(
        files_read=deliveries.filter(status="loaded").height,
        files_rejected=deliveries.filter(status="rejected").height,
        **{name: int(deliveries[name].sum()) for name in rows},
    )
