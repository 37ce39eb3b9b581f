"""Each KPI once: its definition in words and the function that makes its weekly rows from the facts.

A KPI is one file that declares ``KPI``. KPIs read facts only, never raw records. Putting the rows of all KPIs
into tables belongs to ``corridor_etl.marts``; wording and rounding for readers belong to ``corridor_etl.reports``.
"""

from __future__ import annotations

import sys

from corridor_etl.discovery import declared
from corridor_etl.kpis._kpi import Kpi

__all__ = ["Kpi", "kpis"]


def kpis() -> dict[str, Kpi]:
    """Every KPI by name, in alphabetical order."""
    return declared(sys.modules[__name__], "KPI")
