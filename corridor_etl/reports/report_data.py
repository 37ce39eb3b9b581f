"""What a context is built from: frames of marts and ledger, and the balance of everything received.

Gathering them belongs to ``jobs.weekly``; what an issue says of them to ``context``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from corridor_etl.reports.series import Series, service_series


@dataclass(frozen=True)
class Balance:
    """What became of every row of every delivery: read = loaded + held back + duplicate."""

    files_read: int = 0
    files_rejected: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0


@dataclass(frozen=True)
class Past:
    """What is known of earlier issues of an edition, and of how figures changed.

    ``weeks``: the weeks of the last of them; ``before``: the marts as the newest one knew them; ``changes``: the
    revisions since, with ``file_name``; ``printed``: week, address and value_text of first prints; ``vintages``: every
    value of the live service's weeks; ``redefined``: addresses that the newest one computed otherwise.
    """

    weeks: tuple[str, ...] = ()
    before: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    changes: pl.DataFrame | None = None
    printed: pl.DataFrame | None = None
    vintages: pl.DataFrame | None = None
    redefined: tuple[str, ...] = ()


@dataclass(frozen=True)
class Correction:
    """What a revision corrects: the figures as published (address -> exact text), and the revisions since."""

    published: Mapping[str, str | None]
    changes: pl.DataFrame


@dataclass(frozen=True)
class ReportData:
    """What a context is built from.

    ``marts``: table name -> frame; ``departures``: train_no, service_id, direction, departed_on_local, containers,
    teu_x100, delay_s; ``coverage``: source_id, iso_week, files, rows_loaded, rows_quarantined; ``checks``: rule_id,
    severity, evaluated, unexpected; ``corrections``: correction_id, iso_week, action, provider, guard_outcome, rows;
    ``discrepancies``: open ones with rule_id, severity and iso_week; ``disclosed``: what others may see of the week, as
    ``marts.public`` gives it.
    """

    marts: Mapping[str, pl.DataFrame]
    departures: pl.DataFrame
    coverage: pl.DataFrame
    checks: pl.DataFrame
    quarantine_open: int = 0
    balance: Balance = Balance()
    corrections: pl.DataFrame | None = None
    discrepancies: pl.DataFrame | None = None
    past: Past = Past()
    correction: Correction | None = None
    disclosed: pl.DataFrame | None = None
    _series: dict[str, dict[str, Series]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def series(self, service_id: str) -> dict[str, Series]:
        """Address of a figure -> its weeks, of one service; made once, however many languages ask."""
        if service_id not in self._series:
            self._series[service_id] = service_series(self.marts, service_id)
        return self._series[service_id]
