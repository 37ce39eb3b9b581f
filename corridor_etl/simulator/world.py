"""The whole story: every record that any sender will ever write, up to the last train of the horizon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from corridor_etl.reference.calendar import monday, shifted
from corridor_etl.settings import Settings
from corridor_etl.simulator.between import between
from corridor_etl.simulator.bookings import booked_slots
from corridor_etl.simulator.containers import TEU_X100, Stock
from corridor_etl.simulator.customs import declared_items
from corridor_etl.simulator.movements import passage, trip_events
from corridor_etl.simulator.rates import daily_rates
from corridor_etl.simulator.records import BookedSlots, DailyRate, DeclaredItem, Event, ListedBox
from corridor_etl.simulator.story import LOOKAHEAD_WEEKS
from corridor_etl.simulator.trains import Box, Lot, Train, loaded, timetable

EMPTIED_AFTER = timedelta(days=2)


@dataclass
class World:
    """Records by kind, trains in the order of the timetable."""

    lists: list[list[ListedBox]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    items: list[DeclaredItem] = field(default_factory=list)
    bookings: list[BookedSlots] = field(default_factory=list)
    rates: list[DailyRate] = field(default_factory=list)


def world(seed: int, last_week: str, settings: Settings) -> World:
    """Everything that happens to trains planned until a few weeks after ``last_week``."""
    stock = Stock(seed)
    told = World(rates=list(daily_rates(seed, monday(shifted(last_week, 1)))))
    for route, departure, consist in timetable(seed, shifted(last_week, LOOKAHEAD_WEEKS), settings):
        train = loaded(seed, route, departure, consist, stock, settings.service(route.service_id))
        told.bookings += booked_slots(seed, train)
        told.items += declared_items(seed, train, passage(seed, train))
        for box, events in trip_events(seed, train):
            told.events += [*events, *between(seed, train, box, events)]
            last = events[-1]
            stock.put(route.service_id, last.node, box.number, box.size_type, last.at_utc + EMPTIED_AFTER)
        told.lists.append(list(_listed(train)))
    return told


def _listed(train: Train) -> Iterator[ListedBox]:
    papers = {b.number: lot for lot in train.lots for b in lot.boxes}
    for box in sorted(train.boxes, key=lambda b: (b.wagon_no, b.number)):
        yield _line(train, box, papers.get(box.number))


def _line(train: Train, box: Box, lot: Lot | None) -> ListedBox:
    goods = box.goods
    is_export = train.route.direction == "W"
    return ListedBox(
        departure=train.departure,
        wagon_no=box.wagon_no,
        container_no=box.number,
        size_type=box.size_type,
        size_text=box.size_text,
        teu_x100=TEU_X100[box.size_type],
        full_empty="F" if goods else "E",
        seal_no=box.seal_no,
        packages=box.packages if goods else None,
        package_type=goods.package if goods else "",
        gross_g=box.gross_g if goods else None,
        net_g=box.net_g if goods else None,
        tare_g=box.tare_g,
        goods_name=goods.name_en if goods else "",
        hs_code=goods.hs_code if goods else "",
        consignor=lot.consignor if lot else "",
        consignee=lot.consignee if lot else "",
        origin_country=goods.origin if goods else "",
        booking_no=box.booking_no,
        smgs_no=box.smgs_no,
        # Import declarations are made after the train has arrived: its list cannot name them.
        declaration_nos=tuple(box.declaration_nos) if is_export else (),
    )
