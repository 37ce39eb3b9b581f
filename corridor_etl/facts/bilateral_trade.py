"""What two countries traded, from published statistics: one total per flow, partner and period, at one level only.

A publisher's file holds the same trade several times: as a total, by chapter, by heading, by item, by mode of
transport. Nothing here is ever added across levels, and parts are added only where no total of them is published.
The corridor's own trade as a share of such a total is context for a report, not a key figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from corridor_etl.facts.records import records
from corridor_etl.reference.currency import converted

ALL, TOTAL = "all", "TOTAL"
_DIMENSIONS = ("second_partner_code", "procedure_code", "transport_mode_code", "customs_office_code")
_OF_A_TOTAL = ("source_id", "reporter_code", "partner_code", "region_code", "flow", "period")
# The coarser a level, the less a publisher has left out of it for secrecy.
_COARSE_FIRST = (TOTAL, "HS2", "HS4", "HS6", "HS8", "HS10", "OTHER")
_FLOWS = {
    "export": ("EXPORT_DOMESTIC", "RE_EXPORT"),
    "import": ("IMPORT", "RE_IMPORT"),
    "re-export": ("RE_EXPORT",),
    "re-import": ("RE_IMPORT",),
}

TOTALS_SCHEMA: dict[str, pl.DataType] = {
    **dict.fromkeys(_OF_A_TOTAL, pl.String()), "classification": pl.String(), "commodity_level": pl.String(),
    "mode_basis": pl.String(), "value_usd": pl.Decimal(38, 5), "net_kg": pl.Decimal(38, 3), "rows": pl.Int64(),
    "flags": pl.String(),
}  # fmt: skip


class _Level(NamedTuple):
    """One candidate: a level of one classification with what it sums to, and how its modes were taken."""

    classification: str
    level: str
    mode_basis: str
    value_usd: Decimal
    net_kg: Decimal | None
    rows: int


def bilateral_totals(statistics: pl.DataFrame | None) -> pl.DataFrame:
    """One row per publisher, reporter, partner, region, flow and period, columns :data:`TOTALS_SCHEMA`, sorted.

    The stated TOTAL is taken where there is one, else the level that sums to most (the coarser of two equal ones):
    a finer level can only leave out. ``mode_basis`` is ``all`` for a published total of all modes of transport, else
    ``sum``. ``flags``: LEVELS_DIFFER (with every level's sum), NO_STATED_TOTAL, and on the partner ``all``
    PARTNERS_INCOMPLETE where a list of partners holds only some (with what it sums to). Nothing is rounded.
    """
    levels: dict[tuple[str, ...], list[_Level]] = {}
    found = records("trade_statistic", statistics)
    for group, rows in found.group_by([*_OF_A_TOTAL, "classification", "commodity_level"]):
        *key, classification, level = (str(part) for part in group)
        levels.setdefault(tuple(key), []).append(_level(classification, level, rows))
    made = [(*key, *_chosen(candidates), _flags(candidates)) for key, candidates in levels.items()]
    frame = pl.DataFrame(made, schema=TOTALS_SCHEMA, orient="row").sort(_OF_A_TOTAL)
    return _with_partners(frame, levels)


def _level(classification: str, level: str, rows: pl.DataFrame) -> _Level:
    mode_basis = ALL
    for name in _DIMENSIONS:
        is_total = rows[name] == ALL
        if is_total.any():
            rows = rows.filter(is_total)
        elif name == "transport_mode_code":
            mode_basis = "sum"
    value, weight = _sum(rows["value_usd"]), _sum(rows["net_kg"])
    return _Level(classification, level, mode_basis, value or Decimal(0), weight, rows.height)


def _sum(amounts: pl.Series) -> Decimal | None:
    known = amounts.drop_nulls().to_list()
    return sum(known, Decimal(0)) if known else None


def _chosen(candidates: Sequence[_Level]) -> _Level:
    stated = [c for c in candidates if c.level == TOTAL]
    return max(
        stated or candidates, key=lambda c: (c.value_usd, -_COARSE_FIRST.index(c.level), c.classification)
    )


def _flags(candidates: Sequence[_Level]) -> str:
    flags = [] if any(c.level == TOTAL for c in candidates) else ["NO_STATED_TOTAL"]
    if len({c.value_usd for c in candidates}) > 1:
        ordered = sorted(candidates, key=lambda c: (_COARSE_FIRST.index(c.level), c.classification))
        flags.append(
            "LEVELS_DIFFER: " + ", ".join(f"{_named(c)} {c.value_usd.normalize():,f}" for c in ordered)
        )
    return "; ".join(flags)


def _named(candidate: _Level) -> str:
    return candidate.classification if candidate.level == "OTHER" else candidate.level


def _with_partners(frame: pl.DataFrame, levels: Mapping[tuple[str, ...], Sequence[_Level]]) -> pl.DataFrame:
    """The totals of all partners, flagged where a list of single partners does not sum to them."""
    at = _OF_A_TOTAL.index("partner_code")
    sums: dict[tuple[str, ...], dict[str, list[Decimal]]] = {}
    for key, candidates in levels.items():
        if key[at] != ALL:
            by_level = sums.setdefault((*key[:at], *key[at + 1 :]), {})
            for candidate in candidates:
                by_level.setdefault(_named(candidate), []).append(candidate.value_usd)
    flags = []
    for row in frame.iter_rows(named=True):
        key = tuple(row[c] for c in _OF_A_TOTAL if c != "partner_code")
        lists = sums.get(key, {}) if row["partner_code"] == ALL else {}
        flags.append("; ".join(f for f in (row["flags"], *_incomplete(row["value_usd"], lists)) if f))
    return frame.with_columns(flags=pl.Series(flags, dtype=pl.String))


def _incomplete(total: Decimal, lists: Mapping[str, Sequence[Decimal]]) -> list[str]:
    sums = {name: (len(values), sum(values, Decimal(0))) for name, values in sorted(lists.items())}
    return [
        f"PARTNERS_INCOMPLETE: {count} partners by {name} sum to {value.normalize():,f}"
        for name, (count, value) in sums.items()
        if value != total
    ]


def corridor_share(
    lines: pl.DataFrame, totals: pl.DataFrame, *, partner: str, max_age_days: int = 7
) -> pl.DataFrame:
    """The corridor's trade lines beside the published totals of one partner: one row per total.

    ``lines`` are ``trade_lines``; their ``value_cny`` becomes US dollars at the rate of each line's ``rate_date``,
    rounded once per line; lines without a rate are left out. Adds ``corridor_usd``, ``corridor_lines`` and
    ``corridor_share`` (null where the published total is 0). A line belongs to a total whose flow is its own and whose
    month, year or span holds its release. ``ReferenceMissing`` where there is no rate within ``max_age_days`` before.
    """
    dated = [
        (flow, day, converted(value, "CNY", "USD", rate_day, max_age_days))
        for flow, day, rate_day, value in lines.select("flow", "released_on_local", "rate_date", "value_cny")
        .drop_nulls()
        .iter_rows()
    ]
    rows = []
    for total in totals.filter(pl.col("partner_code") == partner).iter_rows(named=True):
        first, last = _span(total["period"])
        own = [v for flow, day, v in dated if flow in _FLOWS[total["flow"]] and first <= day <= last]
        value = sum(own, Decimal(0))
        share = value / total["value_usd"] if total["value_usd"] else None
        rows.append({**total, "corridor_usd": value, "corridor_lines": len(own), "corridor_share": share})
    schema = {**TOTALS_SCHEMA, "corridor_usd": pl.Decimal(38, 2), "corridor_lines": pl.Int64(),
              "corridor_share": pl.Decimal(38, 12)}  # fmt: skip
    return pl.DataFrame([{**r, "corridor_share": _places(r["corridor_share"])} for r in rows], schema=schema)


def _places(share: Decimal | None) -> Decimal | None:
    return share.quantize(Decimal("1e-12")) if share is not None else None


def _span(period: str) -> tuple[date, date]:
    """First and last day of a month (2024-01), a year (2024) or a span of years (2020-2025)."""
    if len(period) == 7:
        year, month = int(period[:4]), int(period[5:])
        following = date(year + month // 12, month % 12 + 1, 1)
        return date(year, month, 1), date.fromordinal(following.toordinal() - 1)
    years = period.split("-")
    return date(int(years[0]), 1, 1), date(int(years[-1]), 12, 31)
