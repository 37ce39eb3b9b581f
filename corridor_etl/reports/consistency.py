"""Whether the parts of an issue agree with each other: totals, directions, counts, words and signs.

It looks at the finished context only and computes nothing from the marts. What a reader's program gets is judged by
``checks``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from corridor_etl.reports import counts, formats
from corridor_etl.reports.content import Cell, Table, WeeklyContext
from corridor_etl.reports.editions import edition
from corridor_etl.reports.language import speaking
from corridor_etl.reports.measures import LEGS
from corridor_etl.reports.signs import sign

_SIGNED_ZERO = re.compile(rf"[+{formats.MINUS}-]0(?:[.,]0+)?(?![\d.,]*\d)")
_SUMS = (
    ("throughput.teu", "throughput.teu_westbound", "throughput.teu_eastbound"),
    ("trade.value_cny", "trade.value_cny_westbound", "trade.value_cny_eastbound"),
)
_PARTS = (
    ("departures.on_time", "departures.timed"),
    ("departures.timed", "departures.trains"),
    ("transit.within_target", "transit.door_to_door_trips"),
    ("match.declared_boxes", "match.laden_boxes"),
)
_HOURS_PER_DAY = 24
_FINENESS = Decimal("0.001")  # days; the legs are rounded one by one


def problems(context: WeeklyContext) -> list[str]:
    """Every disagreement within a context; empty where there is none."""
    with speaking(context.language):
        return [problem for rule in RULES for problem in rule(context)]


def totals_add_up(context: WeeklyContext) -> Iterator[str]:
    """The last row of a table with a total is the sum of the rows above, but for rounding."""
    for table in (t for t in context.tables.values() if t.has_total):
        for n, column in enumerate(table.columns):
            *parts, total = (_number(row[n]) for row in table.rows)
            known = [p for p in parts if p is not None]
            if not column.is_number or total is None or len(known) < len(parts):
                continue
            if abs(sum(known, Decimal(0)) - total) > _rounding(table, n):
                yield f"column {column.label} of table {table.id} adds up to {sum(known)}, its total is {total}"


def _number(cell: Cell) -> Decimal | None:
    return formats.parsed(cell.text)


def _rounding(table: Table, column: int) -> Decimal:
    """Half of what a number is rounded to, usually its last digit, for each row and the total."""
    digits = max(-int((_number(row[column]) or Decimal(0)).as_tuple().exponent) for row in table.rows)
    step = table.columns[column].step or Decimal(1).scaleb(-digits)
    return step / 2 * len(table.rows)


def directions_add_up(context: WeeklyContext) -> Iterator[str]:
    """Westbound and eastbound together are the whole."""
    for whole, *parts in _SUMS:
        value = context.figure(whole).value
        found = sum((context.figure(p).value or Decimal(0) for p in parts), Decimal(0))
        if value is not None and value != found:
            yield f"{whole} is {value}, its directions are {found} together"


def parts_fit(context: WeeklyContext) -> Iterator[str]:
    """What is counted of a whole is at most the whole."""
    for part, whole in _PARTS:
        some, most = context.figure(part).value, context.figure(whole).value
        if some is not None and some > (most or 0):
            yield f"{part} is {some}, more than {whole}, which is {most}"


def legs_are_the_whole(context: WeeklyContext) -> Iterator[str]:
    """The legs add up to door to door where both are means of the same containers."""
    door, boxes = (context.figure(f"transit.{n}") for n in ("door_to_door_days", "door_to_door_trips"))
    if door.value is None or boxes.value != context.figure("transit.legs_trips").value:
        return
    hours = sum((context.figure(f"transit.{leg}_hours").value or Decimal(0) for leg in LEGS), Decimal(0))
    if abs(hours / _HOURS_PER_DAY - door.value) > _FINENESS:
        yield f"the legs take {hours} hours together, door to door takes {door.value} days"


def target_agrees(context: WeeklyContext) -> Iterator[str]:
    """Headline, tile and exceptions say the same of the transit target."""
    kind = edition(context.edition).seen_by(context.audience)
    if "transit.door_to_door_days" not in kind.tiles or "target" not in kind.attention:
        return
    tile = any(sign("missed") in t.verdict for t in context.tiles)
    if sign("target") in context.headline and (sign("missed") in context.headline) != tile:
        yield "the headline and the tile disagree on the transit target"
    if tile != any(sign("over target") in e.title for e in context.attention):
        yield "the exceptions and the tile disagree on the transit target"


def nouns_agree(context: WeeklyContext) -> Iterator[str]:
    """One train, two trains."""
    for text in dict.fromkeys(_texts(context)):
        for found in counts.misfits(text):
            yield f"'{found}' in '{text}'"


def zeros_are_plain(context: WeeklyContext) -> Iterator[str]:
    """Zero has no sign."""
    for text in _texts(context):
        if found := _SIGNED_ZERO.search(text):
            yield f"'{found[0]}' in '{text}'"


def _texts(context: WeeklyContext) -> Iterable[str]:
    words: Sequence[str] = (
        context.headline,
        context.subject,
        context.partial,
        context.match,
        context.quality,
        context.corrections,
        context.revised,
        context.notice,
    )
    exceptions = (t for e in context.attention for t in (e.title, e.text, e.since))
    tiles = (t for tile in context.tiles for t in (tile.value, *tile.lines, tile.verdict))
    targets = (t for target in context.targets for t in (target.name, target.state, target.note))
    charts = (t for c in context.charts for t in (c.title, c.subtitle, c.alt))
    cells = (cell.text for table in context.tables.values() for row in table.rows for cell in row)
    figures = (t for f in context.figures for t in (f.text, f.on_week.text, f.on_year.text))
    return (
        *words,
        context.balance,
        *context.points,
        *exceptions,
        *tiles,
        *targets,
        *charts,
        *cells,
        *figures,
    )


RULES: tuple[Callable[[WeeklyContext], Iterable[str]], ...] = (
    totals_add_up,
    directions_add_up,
    parts_fit,
    legs_are_the_whole,
    target_agrees,
    nouns_agree,
    zeros_are_plain,
)
