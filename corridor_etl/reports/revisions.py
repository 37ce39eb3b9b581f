"""What an issue says of changed figures: those a revision changes, and those of earlier weeks that changed since.

Where the values and causes come from belongs to ``jobs.past_issues``. Values are exact; they are rounded where they are
shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import reduce

import polars as pl

from corridor_etl.marts.vintages import triangle as triangle_of
from corridor_etl.reports import formats
from corridor_etl.reports.content import Change, Column, Table, columns, row
from corridor_etl.reports.figures import Figure, scale_of
from corridor_etl.reports.language import N_, tr, tr_n
from corridor_etl.reports.measures import BY_ADDRESS, THROUGHPUT, TRADE, Measure
from corridor_etl.reports.report_data import Past
from corridor_etl.reports.series import service_series
from corridor_etl.reports.units import Scale

SHOWN = 10
WEEKS = 53
ADDING_UP = {
    "teu_x100": (THROUGHPUT, "teu_x100"),
    "cargo_gross_g": (THROUGHPUT, "cargo_gross_g"),
    "value_cny_fen": (TRADE, "value_cny_fen"),
}
"""Figures of the triangle, in the units of their names -> mart and column."""
REASONS = {
    "new": N_("first records"),
    "late": N_("late records"),
    "corrected": N_("corrected records"),
    "cancelled": N_("cancelled records"),
    "replayed": N_("rows released from quarantine"),
    "waived": N_("rows accepted as they are"),
    "corrections": N_("known errors corrected"),
    "configuration": N_("settings or method"),
}
_LONG_NAMES = {
    "trade.value_cny_westbound": N_("Trade value, westbound"),
    "trade.value_cny_eastbound": N_("Trade value, eastbound"),
    "throughput.teu_westbound": N_("Throughput, westbound"),
    "throughput.teu_eastbound": N_("Throughput, eastbound"),
}


def changed(
    week: str,
    published: Mapping[str, str | None],
    numbers: Mapping[str, Figure],
    changes: pl.DataFrame,
    service_id: str,
) -> tuple[Change, ...]:
    """Every figure whose value is not the published one (address -> exact text), in the order of figures."""
    found = []
    for address, figure in numbers.items():
        before = None if (text := published.get(address)) is None else Decimal(text)
        if before != figure.value:
            found.append(_caused(Change(week, address, before, figure.value), changes, service_id))
    return tuple(found)


def since(past: Past, now: Mapping[str, pl.DataFrame], service_id: str, addresses: Sequence[str],
          least_pct: float) -> tuple[Change, ...]:  # fmt: skip
    """The figures of earlier issues that changed since the last of them by ``least_pct`` or more, newest week first."""
    if not past.before or past.changes is None or past.changes.is_empty():
        return ()
    touched = set(past.changes["iso_week"])
    old, new = service_series(past.before, service_id), service_series(now, service_id)
    found = [
        Change(week, address, old[address].value(week), new[address].value(week))
        for week in sorted(set(past.weeks) & touched, reverse=True)
        for address in addresses
    ]
    return tuple(
        _caused(change, past.changes, service_id)
        for change in found
        if change.before != change.after and change.relative_pct >= Decimal(str(least_pct))
    )


def _caused(change: Change, changes: pl.DataFrame, service_id: str) -> Change:
    measure = BY_ADDRESS[change.address]
    mine = changes.filter(
        pl.col("row_key").str.split("|").list.first() == service_id,
        mart=measure.mart, iso_week=change.week,
    )  # fmt: skip
    own = mine.filter(pl.col("measure").is_in(_columns(measure)))
    told = (own if own.height else mine).sort("snapshot")
    causes = sorted({c for text in told["cause"] for c in text.split(",")}) or ["configuration"]
    files = tuple(dict.fromkeys(name for name in told["file_name"] if name))
    return Change(change.week, change.address, change.before, change.after, tuple(causes), files)


def _columns(measure: Measure) -> list[str]:
    derived = ["boxes"] if measure.mart == THROUGHPUT else []
    return [measure.column, *([measure.over] if measure.over else []), *derived]


def changes_table(changes: Sequence[Change]) -> Table | None:
    """What a revision changes, figure by figure; None for a first issue."""
    if not changes:
        return None
    heads = columns(tr("Measure"), tr("Published"), tr("Now"), tr("Change"), tr("Reason"), minor=(4,))
    rows = tuple(row(_name(c), *_values(c), _reason(c)) for c in changes)
    return Table("changes", 0, tr("What this revision changes"), _words_last(heads), rows)


def revisions_table(changes: Sequence[Change]) -> Table | None:
    """What changed in earlier weeks since the last issue; None without any."""
    if not changes:
        return None
    heads = columns(
        tr("Week"),
        tr("Measure"),
        tr("Published"),
        tr("Now"),
        tr("Change"),
        tr("Reason"),
        words=2,
        minor=(5,),
    )
    rows = tuple(row(c.week, _name(c), *_values(c), _reason(c)) for c in changes[:SHOWN])
    more = len(changes) - SHOWN
    note = tr_n(
        "%(count)s more figure changed; all values are in triangle.csv.",
        "%(count)s more figures changed; all values are in triangle.csv.",
        more,
    )
    return Table(
        "revisions", 0, tr("Revised since the last issue"), _words_last(heads), rows, note if more > 0 else ""
    )


def _words_last(heads: tuple[Column, ...]) -> tuple[Column, ...]:
    return (*heads[:-1], replace(heads[-1], is_number=False))


def _name(change: Change) -> str:
    return tr("%(name)s, %(unit)s", name=_said(BY_ADDRESS[change.address]), unit=_scale(change).name)


def _said(measure: Measure) -> str:
    return tr(_LONG_NAMES[measure.address]) if measure.address in _LONG_NAMES else measure.said_name


def _scale(change: Change) -> Scale:
    return scale_of(BY_ADDRESS[change.address], change.before if change.after is None else change.after)


def _values(change: Change) -> tuple[str, str, str]:
    scale, unknown = _scale(change), formats.NOT_AVAILABLE
    is_known = change.before is not None and change.after is not None
    moved = (
        scale.signed((change.after or Decimal(0)) - (change.before or Decimal(0))) if is_known else unknown
    )
    return scale.number(change.before), scale.number(change.after), moved


def _reason(change: Change) -> str:
    causes = _in_a_row([tr(REASONS[c]) if c in REASONS else c for c in change.causes])
    files = _in_a_row([formats.clean(name.rsplit("/", 1)[-1], 60) for name in change.files[:2]])
    return tr("%(causes)s: %(files)s", causes=causes, files=files) if files else causes


def _in_a_row(parts: Sequence[str]) -> str:
    return (
        reduce(lambda said, part: tr("%(first)s, %(second)s", first=said, second=part), parts)
        if parts
        else ""
    )


def notice(changes: Sequence[Change], revision: int) -> str:
    """What the masthead says of a revision: how many figures, and what brought it."""
    if not revision:
        return ""
    files = list(dict.fromkeys(name for c in changes for name in c.files))
    if len(files) != 1:
        return tr_n(
            "Corrected issue r%(revision)s: %(count)s figure changed.",
            "Corrected issue r%(revision)s: %(count)s figures changed.",
            len(changes),
            revision=revision,
        )
    return tr_n(
        "Corrected issue r%(revision)s: %(count)s figure changed after %(file)s.",
        "Corrected issue r%(revision)s: %(count)s figures changed after %(file)s.",
        len(changes),
        revision=revision,
        file=formats.clean(files[0].rsplit("/", 1)[-1], 60),
    )


def triangle(vintages: pl.DataFrame | None, week: str) -> tuple[tuple[str, ...], ...]:
    """What each figure that adds up was known as, a line per figure and week up to ``week``, the head first.

    ``vintages`` as :func:`.marts.vintages.vintages` gives them, of one service; the last 53 weeks.
    """
    if vintages is None or vintages.is_empty():
        return ()
    mine = vintages.filter(pl.col("iso_week") <= week)
    parts = [
        triangle_of(mine, mart, column).tail(WEEKS).select(pl.lit(address).alias("figure"), pl.all())
        for address, (mart, column) in ADDING_UP.items()
    ]
    whole = pl.concat(parts, how="diagonal")
    ages = sorted((c for c in whole.columns if c.startswith("after_")), key=lambda c: int(c.split("_")[1]))
    whole = whole.select("figure", "iso_week", "first", *ages, "now").select(pl.all().cast(pl.String))
    return (tuple(whole.columns), *(tuple(cell or "" for cell in line) for line in whole.iter_rows()))


def quality(past: Past, now: Mapping[str, pl.DataFrame], service_id: str, addresses: Sequence[str]) -> str:
    """Mean and largest revision of first prints over the last issues, for each figure that was revised."""
    if past.printed is None or past.printed.is_empty():
        return ""
    series = service_series(now, service_id)
    first = {(w, a): Decimal(v) for w, a, v in past.printed.iter_rows() if v is not None}
    told = []
    for address in addresses:
        sizes = [
            Change(w, a, value, series[a].value(w)).relative_pct
            for (w, a), value in first.items()
            if a == address
        ]
        if any(sizes):
            mean = (sum(sizes, Decimal(0)) / len(sizes)).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
            told.append(
                tr(
                    "%(figure)s %(mean)s (largest %(largest)s)",
                    figure=_said(BY_ADDRESS[address]).lower(),
                    mean=formats.per_cent(formats.number(mean, 1)),
                    largest=formats.per_cent(formats.number(max(sizes), 1)),
                )
            )
    if not told:
        return tr_n(
            "No first figure of the last %(count)s issue has changed since.",
            "No first figure of the last %(count)s issues has changed since.",
            len(past.weeks),
        )
    figures = reduce(lambda said, figure: tr("%(fact)s; %(other)s", fact=said, other=figure), told)
    return tr_n(
        "Mean revision of the first figures of the last %(count)s issue: %(figures)s.",
        "Mean revision of the first figures of the last %(count)s issues: %(figures)s.",
        len(past.weeks),
        figures=figures,
    )
