"""Which records go into which file: one document per train, or per week and sender, as they would be sent.

A document holds rows, not bytes; turning it into bytes is the writers' work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from corridor_etl.reference.calendar import shifted, week_of
from corridor_etl.simulator.bookings import DESK
from corridor_etl.simulator.records import Document, Record, Row, zone_of_node
from corridor_etl.simulator.story import STORY_STARTS
from corridor_etl.simulator.world import World

R = TypeVar("R", bound=Record)

# What a declaration is worth is asked at the day it was made, also where it is released weeks later.
RATE_WEEKS_BEFORE = 10
LIST_LAYOUT = {"YIN-ALA": "manifest_xlsx", "YIU-EU": "manifest_csv"}
ENCODING = {"YIN-ALA": "gb18030", "YIU-EU": "utf-8-sig"}


def documents(told: World, weeks: list[str]) -> list[Document]:
    """The files sent in ``weeks`` (and before the story's first week, if that is asked for), sorted by path."""
    first = min(weeks) if min(weeks) > STORY_STARTS else ""
    found = [
        *_lists(told),
        *_declarations(told),
        *_port_messages(told),
        *_terminal_logs(told),
        *_booking_lists(told),
        *_rate_sheets(told),
    ]
    rates_from = shifted(first, -RATE_WEEKS_BEFORE) if first else ""
    since = {"rates_csv": rates_from}
    return sorted(
        (d for d in found if since.get(d.layout, first) <= d.week <= max(weeks)), key=lambda d: d.path
    )


def _lists(told: World) -> Iterator[Document]:
    for boxes in told.lists:
        departure = boxes[0].departure
        layout = LIST_LAYOUT[departure.service_id]
        path = f"train_operator/manifest_{departure.train_no}_{departure.departure_on}.{layout.partition('_')[2]}"
        yield Document(path, week_of(departure.departure_on), layout, _rows(boxes))


def _declarations(told: World) -> Iterator[Document]:
    by_file = _grouped(told.items, lambda i: (i.service_id, week_of(i.sent_on)))
    for (service_id, week), items in by_file:
        items.sort(key=lambda i: (i.sent_on, i.declaration_no, i.version, i.item_no))
        path = f"customs_broker_cn/declarations_{service_id}_{week}.csv"
        yield Document(path, week, "declaration_cn_csv", _rows(items), {"encoding": ENCODING[service_id]})


def _port_messages(told: World) -> Iterator[Document]:
    for channel in ("codeco", "coarri"):
        events = [e for e in told.events if e.channel == channel]
        for (week,), chosen in _grouped(events, lambda e: (week_of(e.on_local),)):
            chosen.sort(key=lambda e: (e.code, e.vessel, e.at_utc, e.container_no))
            yield Document(
                f"ningbo_port/{channel.upper()}_{week}.edi", week, channel, _rows(chosen), _habits(week)
            )


def _habits(week: str) -> dict[str, str]:
    """How the port's system wrote in a week: with or without line breaks, UNA, and the airport's code for the port."""
    number = int(week[-2:])
    return {
        "newline": "\n" if number % 3 else "",
        "una": "yes" if number % 2 else "",
        "place": "CNNGB" if number % 5 == 1 else "CNNBG",
    }


def _terminal_logs(told: World) -> Iterator[Document]:
    events = [e for e in told.events if e.channel == "terminal"]
    for (week,), chosen in _grouped(events, lambda e: (week_of(e.on_local),)):
        chosen.sort(key=lambda e: (e.at_utc, e.node, e.code, e.container_no))
        yield Document(f"rail_terminals/terminal_{week}.csv", week, "terminal_csv", _rows(chosen))


def _booking_lists(told: World) -> Iterator[Document]:
    zone = zone_of_node(DESK)
    for (week,), chosen in _grouped(
        told.bookings, lambda b: (week_of(b.booked_at_utc.astimezone(zone).date()),)
    ):
        chosen.sort(key=lambda b: (b.booked_at_utc, b.booking_no))
        yield Document(f"booking_desk/bookings_{week}.csv", week, "booking_csv", _rows(chosen))


def _rate_sheets(told: World) -> Iterator[Document]:
    for (week,), rates in _grouped(told.rates, lambda r: (week_of(r.rate_on),)):
        rates.sort(key=lambda r: (r.rate_on, r.currency))
        yield Document(f"central_banks/rates_{week}.csv", week, "rates_csv", _rows(rates))


def _rows(records: Iterable[Record]) -> list[Row]:
    return [Row(r) for r in records]


def _grouped(
    records: Iterable[R], key: Callable[[R], tuple[str, ...]]
) -> list[tuple[tuple[str, ...], list[R]]]:
    groups: dict[tuple[str, ...], list[R]] = defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return sorted(groups.items())
