"""The declarations of a train: which boxes and goods each covers, what they are worth, when they are released.

Exports are declared and released before the train leaves, imports after it crossed the border. A declaration that
is released in a later week is sent either once, then, or twice: open, and again as version 2 when released.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random

from corridor_etl.reference.calendar import week_of
from corridor_etl.simulator.dice import dice, weighted
from corridor_etl.simulator.goods import ALPHA3, Goods
from corridor_etl.simulator.movements import Passage
from corridor_etl.simulator.records import DeclaredItem, zone_of_node
from corridor_etl.simulator.story import EARLY_DECLARED_PCT, PER_USD, RESENT_PCT, SECOND_ITEM_PCT
from corridor_etl.simulator.trains import PARTNER, Lot, Train

# Invented office codes of plausible shape; the real ones are to be had from the operator.
OFFICES = {"NGB": "3104", "YIN": "9486", "HRS": "9487", "AKL": "9488", "YIU": "2985"}
BORDER = {"YIN-ALA": "HRS", "YIU-EU": "AKL"}
HOME = {"YIN-ALA": ("NGB", "YIN"), "YIU-EU": ("YIU",)}
MODE_OF_ORIGIN = {"JP": ("1234", "5034", "0110"), "KR": ("1233", "5034", "6033")}
YIWU_MODE = "1039"
_CENT, _PRICE = Decimal("0.01"), Decimal("0.0001")


@dataclass(frozen=True)
class _Line:
    hs_code: str
    goods: Goods
    net_kg: int
    value_usd: Decimal


def declared_items(seed: int, train: Train, way: Passage) -> Iterator[DeclaredItem]:
    """Every item of every declaration of a train, in all the versions the broker will send."""
    for lot in train.lots:
        source = dice(seed, "customs", train.departure.train_no, train.departure.departure_on, lot.no)
        if lot.is_declared:
            for part, (goods, share) in enumerate(_parts(lot)):
                yield from _declaration(source, train, way, lot, part, goods, share)


def _parts(lot: Lot) -> list[tuple[Goods, Decimal]]:
    """Whose goods a lot consists of: of a shared box the first trader has seven tenths."""
    if lot.partner_goods is None:
        return [(lot.goods, Decimal(1))]
    return [(lot.goods, Decimal("0.7")), (lot.partner_goods, Decimal("0.3"))]


def _declaration(
    source: Random, train: Train, way: Passage, lot: Lot, part: int, goods: Goods, share: Decimal
) -> Iterator[DeclaredItem]:
    declared, released, is_resent = _dates(source, train, way)
    number = _number(source, train, lot, part, declared)
    for box in lot.boxes:
        box.declaration_nos.append(number)
    head = _head(source, train, lot, part, goods, share, number)
    currency = weighted(source, train.route.currencies)
    for item_no, line in enumerate(_lines(source, lot, goods, share), 1):
        item = _item(head, line, item_no, currency, declared, released)
        if is_resent:
            yield replace(item, released_on=None, sent_on=declared)
            yield replace(item, version=2, sent_on=released)
        else:
            yield replace(item, sent_on=released)


def _dates(source: Random, train: Train, way: Passage) -> tuple[date, date, bool]:
    """(declared, released, sent twice); a declaration is sent twice only if its release falls in a later week."""
    if train.route.direction == "W":
        last = train.departure.departure_on
        is_early = source.random() * 100 < EARLY_DECLARED_PCT and train.departure.train_no != "X9001"
        declared = last - timedelta(days=source.randint(7, 10) if is_early else source.randint(1, 3))
        released = (
            last - timedelta(days=source.randint(0, 1))
            if is_early
            else min(last, declared + timedelta(days=source.randint(0, 1)))
        )
    else:
        crossed = way.border_departed.astimezone(zone_of_node("HRS")).date()
        declared = crossed + timedelta(days=source.randint(1, 4))
        released = declared + timedelta(days=source.choice((0, 0, 1, 1, 2, 3, 5, 8)))
    is_later = week_of(released) != week_of(declared)
    return declared, released, is_later and source.random() * 100 < RESENT_PCT


def _number(source: Random, train: Train, lot: Lot, part: int, declared: date) -> str:
    """18 digits: office, year, 0 for export or 1 for import, serial (train, day, lot and part, so never twice)."""
    home = HOME[train.route.service_id]
    office = OFFICES[home[lot.no % len(home)]]
    flag = "0" if train.route.direction == "W" else "1"
    serial = f"{train.departure.departure_on.timetuple().tm_yday:03d}{train.departure.train_no[-3:]}"
    return f"{office}{declared.year}{flag}{serial}{lot.no % 50 + 50 * part:02d}{source.randint(0, 9)}"


def _head(
    source: Random, train: Train, lot: Lot, part: int, goods: Goods, share: Decimal, number: str
) -> dict[str, object]:
    route = train.route
    is_export = route.direction == "W"
    origin = ALPHA3[goods.origin]
    destination = ALPHA3[PARTNER[route.service_id]] if is_export else "CHN"
    return {
        "declaration_no": number,
        "ie_flag": "E" if is_export else "I",
        "office_code": number[:4],
        "border_office_code": OFFICES[BORDER[route.service_id]],
        "supervision_mode": _mode(source, route.service_id, is_export, goods),
        "transaction_mode": "3" if is_export else "1",
        "service_id": route.service_id,
        "train_no": train.departure.train_no,
        "bl_no": f"{lot.boxes[0].smgs_no}{part}",
        "trade_country": destination if is_export else origin,
        "origin_country": origin,
        "destination_country": destination,
        "gross_g": _share(sum(b.gross_g for b in lot.boxes), share),
        "net_g": _share(sum(b.net_g for b in lot.boxes), share),
        "packages": _packages(sum(b.packages for b in lot.boxes), part, share),
        "container_nos": tuple(b.number for b in lot.boxes),
    }


def _packages(whole: int, part: int, share: Decimal) -> int:
    """Whole packages: of a shared box the second trader has what the first one leaves."""
    return max(1, whole - int(whole * (1 - share))) if part else max(1, int(whole * share))


def _mode(source: Random, service_id: str, is_export: bool, goods: Goods) -> str:
    if is_export and goods.origin in MODE_OF_ORIGIN:
        return source.choice(MODE_OF_ORIGIN[goods.origin])
    return YIWU_MODE if is_export and service_id == "YIU-EU" else "0110"


def _share(grams: int, share: Decimal) -> int:
    """Part of a weight, in whole kilograms."""
    return int(grams * share) // 1000 * 1000


def _lines(source: Random, lot: Lot, goods: Goods, share: Decimal) -> list[_Line]:
    net_kg = _share(sum(b.net_g for b in lot.boxes), share) // 1000
    value = sum((b.value_usd * share for b in lot.boxes), Decimal(0))
    if source.random() * 100 >= SECOND_ITEM_PCT:
        return [_Line(goods.hs_code, goods, net_kg, value)]
    second_kg = net_kg * source.randint(10, 30) // 100
    second = value * second_kg / net_kg
    return [
        _Line(goods.hs_code, goods, net_kg - second_kg, value - second),
        _Line(goods.second_hs, goods, second_kg, second),
    ]


def _item(
    head: dict[str, object], line: _Line, item_no: int, currency: str, declared: date, released: date
) -> DeclaredItem:
    goods = line.goods
    quantity = max(
        Decimal(1), (Decimal(line.net_kg) / Decimal(str(goods.kg_per_unit))).quantize(_exact(goods))
    )
    price = (line.value_usd * PER_USD[currency] / quantity).quantize(_PRICE, ROUND_HALF_EVEN)
    return DeclaredItem(
        **head,  # type: ignore[arg-type]
        item_no=item_no,
        declared_on=declared,
        released_on=released,
        hs_code=line.hs_code,
        goods_name=goods.name_zh,
        quantity=quantity,
        unit_code=goods.unit_code,
        unit_price=price,
        total_price=(price * quantity).quantize(_CENT, ROUND_HALF_EVEN),
        currency=currency,
        first_quantity=Decimal(line.net_kg) if goods.first_unit_code == "035" else quantity,
        first_unit_code=goods.first_unit_code,
        version=1,
        sent_on=declared,
    )


def _exact(goods: Goods) -> Decimal:
    """Tonnes are traded with three decimals, everything else is counted."""
    return Decimal("0.001") if goods.unit_code == "070" else Decimal(1)
