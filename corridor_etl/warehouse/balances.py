"""Moves rows between the counts of their delivery and of its weeks, so that both add up at any time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from corridor_etl.warehouse import history
from corridor_etl.warehouse.schema import DELIVERY, DELIVERY_WEEK

COUNTED = ("rows_loaded", "rows_quarantined", "rows_duplicate")
HELD = "rows_quarantined"


@dataclass(frozen=True)
class Move:
    """One row out of quarantine, from the week it was counted under to its week and ``counter`` of now."""

    delivery_id: str
    from_week: str
    to_week: str
    counter: str


def move(connection: Connection, moves: Iterable[Move], snapshot: int) -> None:
    """Adds up the moves of each delivery and week and writes them; a week nothing is counted under is removed."""
    by_delivery: dict[str, Counter[tuple[str, str]]] = {}
    for one in moves:
        changes = by_delivery.setdefault(one.delivery_id, Counter())
        changes[one.from_week, HELD] -= 1
        changes[one.to_week, one.counter] += 1
    numbers = {delivery_id: _number(connection, delivery_id) for delivery_id in sorted(by_delivery)}
    with (
        history.recorded(connection, DELIVERY, snapshot, "delivery_no", numbers.values()),
        history.recorded(connection, DELIVERY_WEEK, snapshot, "delivery_no", numbers.values()),
    ):
        for delivery_id, number in numbers.items():
            _apply(connection, number, by_delivery[delivery_id])


def _number(connection: Connection, delivery_id: str) -> int:
    loaded = (DELIVERY.c.delivery_id == delivery_id) & (DELIVERY.c.status == "loaded")
    return int(connection.execute(select(DELIVERY.c.delivery_no).where(loaded)).scalar_one())


def _apply(connection: Connection, number: int, changes: Counter[tuple[str, str]]) -> None:
    totals = Counter[str]()
    for (_, counter), change in changes.items():
        totals[counter] += change
    values = {name: DELIVERY.c[name] + totals[name] for name in COUNTED}
    connection.execute(update(DELIVERY).where(DELIVERY.c.delivery_no == number).values(values))
    for week in sorted({week for week, _ in changes}):
        _apply_week(connection, number, week, {name: changes[week, name] for name in COUNTED})


def _apply_week(connection: Connection, number: int, week: str, changes: dict[str, int]) -> None:
    mine = (DELIVERY_WEEK.c.delivery_no == number) & (DELIVERY_WEEK.c.iso_week == week)
    columns = [DELIVERY_WEEK.c[name] for name in COUNTED]
    before = connection.execute(select(*columns).where(mine)).one_or_none() or (0, 0, 0)
    after = {name: have + changes[name] for name, have in zip(COUNTED, before, strict=True)}
    connection.execute(DELIVERY_WEEK.delete().where(mine))
    if any(after.values()):
        connection.execute(DELIVERY_WEEK.insert().values(delivery_no=number, iso_week=week, **after))
