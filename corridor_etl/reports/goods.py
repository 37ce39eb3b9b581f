"""Trade by goods of one service and week: the table of HS chapters and the largest chapter by direction."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl

from corridor_etl.reference import hs
from corridor_etl.reference.calendar import shifted
from corridor_etl.reports import formats, units
from corridor_etl.reports.content import Cell, Table, columns, row
from corridor_etl.reports.counts import counted
from corridor_etl.reports.flows_table import money_head
from corridor_etl.reports.language import spoken, tr, tr_n
from corridor_etl.reports.tables import direction_word
from corridor_etl.reports.wording import shortened

SHOWN = 8
MEAN_WEEKS = 8
_TAILS = re.compile(r",? and (?:parts|articles)(?: and accessories)? (?:there)?of.*$")
_FEN = Decimal(100)


def goods_name(chapter: str, limit: int = 40) -> str:
    """A chapter's name with its number: ``Optical, photographic (90)``.

    It is the short name of the language spoken, else as many clauses of the English description as fit.
    """
    name = hs.chapter_names(spoken()).get(chapter) or _english_name(chapter, limit)
    if name:
        return tr("%(goods)s (%(chapter)s)", goods=shortened(name, limit), chapter=chapter)
    stated = formats.clean(chapter)
    return tr("Chapter %(chapter)s", chapter=stated) if stated else tr("Chapter not stated")


def _english_name(chapter: str, limit: int) -> str:
    clauses = _TAILS.sub("", hs.descriptions().get(chapter, "").split(";")[0]).split(",")
    name = clauses[0].strip()
    for clause in clauses[1:]:
        if len(name) + 1 + len(clause) > limit:
            break
        name += f",{clause}"
    return name


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
        name = tr("In the weeks before only")
        if rest:
            name = tr("All other (%(chapters)s)", chapters=counted(rest, "chapter"))
        lines.append((name, "", total - shown, gone))
    if lines:
        lines.append((tr("Total"), "", total, sum((line[3] for line in lines), Decimal(0))))
    rows = tuple(_row(*line, total=total, has_mean=bool(weeks)) for line in lines)
    on_mean = tr_n("On %(count)s-week mean, %(unit)s", "On %(count)s-week mean, %(unit)s", len(weeks) or MEAN_WEEKS,
                   unit=money_head("CNY"))  # fmt: skip
    heads = columns(
        tr("Goods (HS chapter)"),
        tr("Direction"),
        money_head("CNY"),
        tr("Share"),
        on_mean,
        words=2,
        minor=(3,),
        steps=dict.fromkeys((2, 4), units.scale("CNY").step),
    )
    title = tr("Goods by value") if is_final or not rows else tr("Goods by value (provisional)")
    note = (
        tr(
            "Changes are amounts of money, so that they add up; percentages of a few containers would mislead."
        )
        if rows
        else tr("No released declaration in this week.")
    )
    return Table("goods", 0, title, heads, rows, note, has_total=bool(rows))


def _row(
    name: str, direction: str, fen: Decimal, mean: Decimal, *, total: Decimal, has_mean: bool
) -> tuple[Cell, ...]:
    scale = units.scale("CNY")
    change = scale.signed((fen - mean) / _FEN) if has_mean else formats.NOT_AVAILABLE
    return row(name, direction, scale.number(fen / _FEN), formats.share(fen, total), change)


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
    """Direction -> name of its largest chapter, larger direction first."""
    now = _by_chapter(trade, service_id).filter(iso_week=week)
    now = now.sort("fen", "hs_chapter", "direction", descending=[True, False, False])
    found: dict[str, str] = {}
    for _week, direction, chapter, _fen in now.iter_rows():
        found.setdefault(direction, _in_sentence(goods_name(chapter)))
    return found


def _in_sentence(name: str) -> str:
    return name[:1].lower() + name[1:]
