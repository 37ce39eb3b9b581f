"""Trade by goods of one service and week: the table of HS chapters and the largest chapter by direction."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl

from corridor_etl.reference import hs
from corridor_etl.reference.calendar import shifted
from corridor_etl.reports import formats
from corridor_etl.reports.content import Cell, Table, columns, row
from corridor_etl.reports.tables import direction_word
from corridor_etl.reports.wording import shortened

SHOWN = 8
MEAN_WEEKS = 8
_TAILS = re.compile(r",? and (?:parts|articles)(?: and accessories)? (?:there)?of.*$")
_MILLION_FEN = Decimal(100_000_000)


def goods_name(chapter: str, limit: int = 40) -> str:
    """A chapter's description, as many of its clauses as fit, with its number: ``Optical, photographic (90)``."""
    clauses = _TAILS.sub("", hs.descriptions().get(chapter, "").split(";")[0]).split(",")
    name = clauses[0].strip()
    for clause in clauses[1:]:
        if len(name) + 1 + len(clause) > limit:
            break
        name += f",{clause}"
    return (
        f"{shortened(name, limit)} ({chapter})"
        if name
        else f"Chapter {formats.clean(chapter) or 'not stated'}"
    )


def goods(trade: pl.DataFrame, service_id: str, week: str, *, is_final: bool) -> Table:
    """Chapters by value, largest first; the last column adds up like the values do."""
    mine = _by_chapter(trade, service_id)
    now = mine.filter(iso_week=week).sort("fen", "hs_chapter", "direction", descending=[True, False, False])
    weeks = _weeks_before(mine, week)
    means = _means(mine, weeks)
    total = Decimal(now["fen"].sum())
    lines = [(goods_name(c), direction_word(d), Decimal(fen), means.pop((c, d), Decimal(0)))
             for _, d, c, fen in now.head(SHOWN).iter_rows()]  # fmt: skip
    shown = sum((line[2] for line in lines), Decimal(0))
    rest = max(now.height - SHOWN, 0)
    gone = sum(means.values(), Decimal(0))
    if lines and (rest or gone):
        name = f"All other ({formats.counted(rest, 'chapter')})" if rest else "In the weeks before only"
        lines.append((name, "", total - shown, gone))
    if lines:
        lines.append(("Total", "", total, sum((line[3] for line in lines), Decimal(0))))
    rows = tuple(_row(*line, total=total, has_mean=bool(weeks)) for line in lines)
    heads = columns("Goods (HS chapter)", "Direction", "CNY\u00a0m", "Share",
                    f"On {len(weeks) or MEAN_WEEKS}-week mean, CNY\u00a0m",
                    words=2)  # fmt: skip
    title = "Goods by value" if is_final or not rows else "Goods by value (provisional)"
    note = (
        "Changes are in CNY million, so that they add up; percentages of a few containers would mislead."
        if rows
        else "No released declaration in this week."
    )
    return Table("goods", 0, title, heads, rows, note, has_total=bool(rows))


def _row(
    name: str, direction: str, fen: Decimal, mean: Decimal, *, total: Decimal, has_mean: bool
) -> tuple[Cell, ...]:
    change = formats.signed((fen - mean) / _MILLION_FEN, 1) if has_mean else formats.NOT_AVAILABLE
    return row(name, direction, formats.number(fen / _MILLION_FEN, 1), formats.share(fen, total), change)


def _by_chapter(trade: pl.DataFrame, service_id: str) -> pl.DataFrame:
    mine = trade.filter(pl.col("service_id") == service_id)
    return mine.group_by("iso_week", "direction", "hs_chapter").agg(fen=pl.col("value_cny_fen").sum())


def _weeks_before(mine: pl.DataFrame, week: str) -> list[str]:
    known = set(mine["iso_week"].to_list())
    return [w for w in (shifted(week, -n) for n in range(1, MEAN_WEEKS + 1)) if w in known]


def _means(mine: pl.DataFrame, weeks: list[str]) -> dict[tuple[str, str], Decimal]:
    sums = (
        mine.filter(pl.col("iso_week").is_in(weeks))
        .group_by("hs_chapter", "direction")
        .agg(pl.col("fen").sum())
    )
    return {
        (c, d): Decimal(fen) / len(weeks) for c, d, fen in sums.sort("hs_chapter", "direction").iter_rows()
    }


def largest(trade: pl.DataFrame, service_id: str, week: str) -> dict[str, str]:
    """Direction word -> name of its largest chapter, larger direction first."""
    now = _by_chapter(trade, service_id).filter(iso_week=week)
    now = now.sort("fen", "hs_chapter", "direction", descending=[True, False, False])
    found: dict[str, str] = {}
    for _, direction, chapter, _fen in now.iter_rows():
        found.setdefault(direction_word(direction).lower(), _in_sentence(goods_name(chapter)))
    return found


def _in_sentence(name: str) -> str:
    return name[:1].lower() + name[1:]
