"""The trains of the story: when they are planned, when they really leave, and what stands on their wagons.

Each train is built in the order of its timetable, because boxes come back and travel again. Where a box is when
belongs to ``movements``, its papers to ``customs`` and ``bookings``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random

from corridor_etl.reference.calendar import monday, weeks_between
from corridor_etl.settings import Service, Settings
from corridor_etl.simulator.containers import SIZES_20, SIZES_40, TARE_KG, TEU_X100, Stock
from corridor_etl.simulator.dice import dice, weighted
from corridor_etl.simulator.firms import firm
from corridor_etl.simulator.goods import CERAMICS, RE_EXPORTED, Goods
from corridor_etl.simulator.records import Departure, zone_of_node
from corridor_etl.simulator.story import (
    AFTER_MIDNIGHT_WEEK,
    FIRST_TRAIN_AT,
    FIRST_TRAIN_CNY,
    LATE_MINUTES,
    PER_USD,
    ROUTES,
    SHARED_BOX_PCT,
    STORY_STARTS,
    UNDECLARED_PCT,
    Route,
    consists,
)
from corridor_etl.simulator.wagons import wagon_numbers

PARTNER = {"YIN-ALA": "KZ", "YIU-EU": "DE"}
REUSE_PCT = {"W": 55, "E": 92}
_TWENTY_FOOT_LOAD = 0.52


@dataclass
class Box:
    """One container on one train, and how heavy and dear its load is."""

    number: str
    size_type: str
    size_text: str
    tare_g: int
    goods: Goods | None = None
    net_g: int = 0
    gross_g: int = 0
    packages: int = 0
    seal_no: str = ""
    wagon_no: str = ""
    booking_no: str = ""
    smgs_no: str = ""
    value_usd: Decimal = Decimal(0)
    declaration_nos: list[str] = field(default_factory=list)

    @property
    def gross_gross_g(self) -> int:
        """Goods, packaging and tare."""
        return self.gross_g + self.tare_g


@dataclass
class Lot:
    """Boxes one consignor sends to one consignee; ``partner_goods`` share the box under a second declaration."""

    no: int
    goods: Goods
    boxes: list[Box]
    consignor: str
    consignee: str
    is_declared: bool = True
    partner_goods: Goods | None = None


@dataclass
class Train:
    """One departure with its lots and empty boxes."""

    route: Route
    service: Service
    departure: Departure
    lots: list[Lot]
    empties: list[Box]

    @property
    def boxes(self) -> list[Box]:
        """Laden and empty boxes."""
        return [b for lot in self.lots for b in lot.boxes] + self.empties

    @property
    def nodes(self) -> dict[str, str]:
        """Role -> node in the direction of the train."""
        return self.service.nodes(self.route.direction)


def timetable(
    seed: int, last_week: str, settings: Settings
) -> Iterator[tuple[Route, Departure, tuple[int, int]]]:
    """Every train planned up to ``last_week``, in order of the timetable, with its consist."""
    known = {s.id: s for s in settings.services if s.status != "planned"}
    trains = []
    for route in (r for r in ROUTES if r.service_id in known):
        count = 0
        for week, label in enumerate(weeks_between(STORY_STARTS, last_week)):
            for nth, consist in enumerate(consists(route, week)):
                nodes = known[route.service_id].nodes(route.direction)
                departure = _departure(seed, route, week, label, nth, count, nodes)
                trains.append((route, departure, consist))
                count += 1
    yield from sorted(trains, key=lambda t: (t[1].planned_at_utc, t[1].train_no))


def _departure(
    seed: int, route: Route, week: int, label: str, nth: int, count: int, nodes: dict[str, str]
) -> Departure:
    weekday, hour, minute = route.departs[(count + nth) % len(route.departs)]
    late = _late_minutes(dice(seed, route.service_id, route.direction, "late", week, nth))
    if route.service_id == "YIN-ALA" and route.direction == "W":
        weekday, hour, minute, late = _told(week, weekday - 3 * nth, hour, minute, late)
    zone = zone_of_node(nodes["origin"])
    day = monday(label) + timedelta(days=weekday)
    planned = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
    number = f"X{route.train_numbers + 2 * (count % 490)}"
    return Departure(
        route.service_id, route.direction, number, day, planned, planned + timedelta(minutes=late),
        nodes["origin"], nodes["destination"],
    )  # fmt: skip


def _told(week: int, weekday: int, hour: int, minute: int, late: int) -> tuple[int, int, int, int]:
    """The departures the story fixes: the first train, and one that leaves after midnight into the next week."""
    if week == 0:
        return 4, 17, 0, FIRST_TRAIN_AT[1]
    if week == AFTER_MIDNIGHT_WEEK:
        return 6, 23, 10, 200
    return weekday, hour, minute, late


def _late_minutes(source: Random) -> int:
    least, most = weighted(source, LATE_MINUTES)
    return source.randint(least, most)


def loaded(
    seed: int, route: Route, departure: Departure, consist: tuple[int, int], stock: Stock, service: Service
) -> Train:
    """The train with boxes from the stock, lots of goods and wagons."""
    source = dice(seed, "train", departure.train_no, departure.departure_on)
    boxes = _boxes(source, route, departure, consist, stock, service)
    laden = [b for b in boxes if source.random() * 100 >= route.empty_pct or b is boxes[0]]
    empties = [b for b in boxes if b not in laden]
    is_first = route.departs[0] == (4, 17, 0) and departure.train_no == f"X{route.train_numbers}"
    lots = _lots(source, route, laden, is_first)
    train = Train(route, service, departure, lots, empties)
    _value(train, FIRST_TRAIN_CNY if is_first else None)
    for box, number in zip(boxes, wagon_numbers(source, departure.origin, consist), strict=True):
        box.wagon_no = number
    return train


def _boxes(
    source: Random,
    route: Route,
    departure: Departure,
    consist: tuple[int, int],
    stock: Stock,
    service: Service,
) -> list[Box]:
    place = service.nodes(route.direction)["door_origin"]
    by = departure.planned_at_utc - timedelta(hours=route.gate_before[1] + 24)
    boxes = []
    for feet in [40] * consist[0] + [20] * (2 * consist[1]):
        number, size = stock.take(route.service_id, place, feet, by, source, REUSE_PCT[route.direction])
        texts = dict(SIZES_40 + SIZES_20)[size]
        boxes.append(Box(number, size, source.choice(texts), source.randrange(*TARE_KG[size], 10) * 1000))
    return boxes


def _lots(source: Random, route: Route, laden: list[Box], is_first: bool) -> list[Lot]:
    lots: list[Lot] = []
    left = list(laden)
    while left:
        goods = weighted(source, CERAMICS if is_first else route.mix)
        boxes = [left.pop(0) for _ in range(min(source.choice((1, 1, 2, 2, 3, 4)), len(left)))]
        lot = Lot(len(lots) + 1, goods, boxes, *_parties(source, route, goods))
        lot.is_declared = is_first or source.random() * 100 >= UNDECLARED_PCT
        is_shared = len(boxes) == 1 and goods.origin == "CN" and source.random() * 100 < SHARED_BOX_PCT
        if is_shared and not is_first and route.direction == "W":
            lot.partner_goods = weighted(source, RE_EXPORTED)
        for box in boxes:
            _fill(source, box, goods)
        lots.append(lot)
    return lots


def _parties(source: Random, route: Route, goods: Goods) -> tuple[str, str]:
    partner = PARTNER[route.service_id]
    if route.direction == "W":
        return firm(source, "CN"), firm(source, partner)
    return firm(source, goods.origin), firm(source, "CN")


def _fill(source: Random, box: Box, goods: Goods) -> None:
    share = _TWENTY_FOOT_LOAD if TEU_X100[box.size_type] == 100 else 1.0
    net_kg = round(source.uniform(*goods.net_t) * 1000 * share)
    box.goods = goods
    box.net_g = net_kg * 1000
    box.packages = max(1, round(net_kg / goods.kg_per_package))
    box.gross_g = round(net_kg * source.uniform(1.03, 1.07) * 2) * 500
    box.seal_no = f"{source.choice(('NB', 'YN', 'KZ', 'YX'))}{source.randint(1_000_000, 9_999_999)}"
    box.smgs_no = f"{source.randint(10_000_000, 99_999_999)}"
    box.value_usd = Decimal(round(net_kg * goods.usd_per_kg * source.uniform(0.92, 1.08)))


def _value(train: Train, told_cny: Decimal | None) -> None:
    """Scales what the declared boxes are worth to what a train of its length is known to carry."""
    per_forty = train.route.cny_per_forty_foot
    declared = [b for lot in train.lots if lot.is_declared for b in lot.boxes]
    if per_forty is None or not declared:
        return
    teu_x100 = sum(TEU_X100[b.size_type] for b in train.boxes)
    target_usd = (told_cny or per_forty * teu_x100 / 200) / PER_USD["CNY"]
    factor = target_usd / sum((b.value_usd for b in declared), Decimal(0))
    for box in declared:
        box.value_usd *= factor
