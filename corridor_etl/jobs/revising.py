"""Which published weeks are due for a revision: figures that readers were not told to expect to change have changed.

Making a revision belongs to ``weekly``.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.jobs.past_issues import LAST_ISSUES
from corridor_etl.reference.calendar import monday
from corridor_etl.reports.content import Change
from corridor_etl.reports.context import FINAL_AFTER_DAYS
from corridor_etl.reports.editions import WEEKLY, Edition, edition
from corridor_etl.reports.measures import BY_ADDRESS, MEASURES
from corridor_etl.reports.series import Series, service_series
from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse import Warehouse


def changed_weeks(edition_id: str = WEEKLY, weeks: Collection[str] | None = None) -> list[str]:
    """Of the last issues, or of those of ``weeks``, the weeks of which a key figure changed by ``revised_pct`` or more
    since its last revision.

    Figures that are provisional still do not count.
    """
    settings, kind = load_settings(), edition(edition_id)
    with Warehouse.open() as warehouse:
        last = (
            warehouse.issues().filter(edition=edition_id).sort("week", "revision").unique("week", keep="last")
        )
        last = last.sort("week")
        last = last.tail(LAST_ISSUES) if weeks is None else last.filter(pl.col("week").is_in(list(weeks)))
        marts = {name: warehouse.mart(name) for name in sorted({m.mart for m in MEASURES})}
        series = service_series(marts, settings.live_service.id)
        return [
            week
            for week, revision in last.select("week", "revision").iter_rows()
            if _has_changed(week, warehouse.issue_figures(edition_id, week, revision), series, kind, settings)
        ]


def _has_changed(
    week: str, published: pl.DataFrame, series: dict[str, Series], kind: Edition, settings: Settings
) -> bool:
    today = now_utc().astimezone(settings.report_zone).date()
    is_final = monday(week) + timedelta(days=7 + FINAL_AFTER_DAYS) <= today
    values = dict(published.select("address", "value_text").iter_rows())
    watched = [a for a in kind.key_figures if is_final or not BY_ADDRESS[a].provisional]
    changes = (Change(week, a, _exact(values.get(a)), series[a].value(week)) for a in watched)
    return any(c.before != c.after and c.relative_pct >= Decimal(str(kind.revised_pct)) for c in changes)


def _exact(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
