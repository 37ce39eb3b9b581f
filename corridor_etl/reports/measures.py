"""The measures of a weekly issue: address, unit, how it is shown, and which mart column it is taken from.

A measure is data. How it becomes a weekly series belongs to ``series``; what is said about it to ``wording``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from corridor_etl.reports.language import NP_, tr_in

Kind = Literal["level", "share", "duration"]

THROUGHPUT = "mart_throughput_week"
DEPARTURE = "mart_departure_week"
TRADE = "mart_trade_week"
TRANSIT = "mart_transit_week"
BOOKING = "mart_booking_week"
MATCH = "mart_match_week"

LEGS = ("leg_origin", "leg_to_border", "leg_border", "leg_from_border", "leg_delivery")


_LEG_HOURS = {
    "leg_origin": NP_("measure", "Hours at the origin"),
    "leg_to_border": NP_("measure", "Hours by rail to the border"),
    "leg_border": NP_("measure", "Hours at the border"),
    "leg_from_border": NP_("measure", "Hours by rail from the border"),
    "leg_delivery": NP_("measure", "Hours to delivery"),
}


@dataclass(frozen=True)
class Measure:
    """One figure per week.

    value = sum(``column``) / (sum(``over``) or 1) / ``per``, in ``unit``; rounded to ``decimals`` after division by
    ``shown_per``. A ``level`` adds up over weeks and changes in per cent, a ``share`` changes in percentage points, a
    ``duration`` in its own unit. ``provisional`` figures change while papers arrive. ``name`` is a message.
    """

    address: str
    name: str
    unit: str
    mart: str
    column: str
    kind: Kind = "level"
    over: str | None = None
    per: Decimal = Decimal(1)
    shown_per: Decimal = Decimal(1)
    decimals: int = 0
    where: Mapping[str, str] = field(default_factory=dict)
    provisional: bool = False

    @property
    def formula(self) -> str:
        """``sum(teu_x100) / 100 of mart_throughput_week, in TEU``: figures of another formula are not compared."""
        over = f" / sum({self.over})" if self.over else ""
        only = "".join(f", {column} = {wanted}" for column, wanted in self.where.items())
        per = "" if self.per == 1 else f" / {self.per.normalize():f}"
        return f"sum({self.column}){over}{per} of {self.mart}{only}, in {self.unit}"

    @property
    def said_name(self) -> str:
        """The name in the language spoken."""
        return tr_in("measure", self.name)


def _level(
    address: str, name: str, unit: str, mart: str, column: str, per: int = 1, **rest: object
) -> Measure:
    return Measure(address, name, unit, mart, column, per=Decimal(per), **rest)  # type: ignore[arg-type]


def _duration(address: str, name: str, unit: str, measure: str, decimals: int, **where: str) -> Measure:
    seconds = {"days": 86400, "h": 3600}[unit]
    return Measure(
        address, name, unit, TRANSIT, "sum_s", "duration", "trips", Decimal(seconds),
        decimals=decimals, where={"measure": measure, **where},
    )  # fmt: skip


def _share(address: str, name: str, mart: str, column: str, over: str, **rest: object) -> Measure:
    return Measure(
        address, name, "%", mart, column, "share", over, Decimal("0.01"), **rest  # type: ignore[arg-type]
    )  # fmt: skip


_CNY_M = {"shown_per": Decimal(1_000_000), "decimals": 1, "provisional": True}
_WEST = {"where": {"direction": "W"}}
_EAST = {"where": {"direction": "E"}}

MEASURES: tuple[Measure, ...] = (
    _level("throughput.teu", NP_("measure", "Throughput"), "TEU", THROUGHPUT, "teu_x100", 100),
    _level("throughput.teu_westbound", NP_("measure", "Westbound"),
           "TEU", THROUGHPUT, "teu_x100", 100, **_WEST),
    _level("throughput.teu_eastbound", NP_("measure", "Eastbound"),
           "TEU", THROUGHPUT, "teu_x100", 100, **_EAST),
    _level("throughput.boxes", NP_("measure", "Containers"), "containers", THROUGHPUT, "boxes"),
    _level("throughput.boxes_unknown_size", NP_("measure", "Size unknown"),
           "containers", THROUGHPUT, "boxes_unknown_size"),
    _level("throughput.cargo_t", NP_("measure", "Cargo weight"), "t", THROUGHPUT, "cargo_gross_g", 1_000_000),
    _share("throughput.loaded_eastbound_pct", NP_("measure", "Loaded eastbound"),
           THROUGHPUT, "boxes_laden", "boxes_known", **_EAST),
    _level("trade.value_cny", NP_("measure", "Trade value"), "CNY", TRADE, "value_cny_fen", 100, **_CNY_M),
    _level("trade.value_cny_westbound", NP_("measure", "Westbound"),
           "CNY", TRADE, "value_cny_fen", 100, **_CNY_M, **_WEST),
    _level("trade.value_cny_eastbound", NP_("measure", "Eastbound"),
           "CNY", TRADE, "value_cny_fen", 100, **_CNY_M, **_EAST),
    _level("trade.items", NP_("measure", "Declared items"), "items", TRADE, "items", provisional=True),
    _duration("transit.door_to_door_days", NP_("measure", "Door to door"), "days", "door_to_door", 2),
    _duration("transit.door_to_door_days_westbound", NP_("measure", "Door to door, westbound"),
           "days", "door_to_door", 2,
              direction="W"),
    _duration("transit.door_to_door_days_eastbound", NP_("measure", "Door to door, eastbound"),
           "days", "door_to_door", 2,
              direction="E"),
    _level("transit.door_to_door_trips", NP_("measure", "Containers delivered"),
           "containers", TRANSIT, "trips",
           where={"measure": "door_to_door"}),
    _level("transit.within_target", NP_("measure", "Containers within target"),
           "containers", TRANSIT, "within_target",
           where={"measure": "door_to_door"}),
    _duration("transit.border_hours", NP_("measure", "Border crossing"), "h", "border", 1),
    _level("transit.border_trips", NP_("measure", "Border crossings"),
           "containers", TRANSIT, "trips", where={"measure": "border"}),
    *(_duration(f"transit.{leg}_hours", name, "h", leg, 1) for leg, name in _LEG_HOURS.items()),
    _level("transit.legs_trips", NP_("measure", "Containers with all legs"), "containers", TRANSIT, "trips",
           where={"measure": LEGS[0]}),
    _level("departures.trains", NP_("measure", "Trains"), "trains", DEPARTURE, "trains"),
    _level("departures.timed", NP_("measure", "Trains with times"), "trains", DEPARTURE, "trains_timed"),
    _level("departures.on_time", NP_("measure", "Departures on time"), "trains", DEPARTURE, "trains_on_time"),
    _share("departures.on_time_pct", NP_("measure", "Departures on time"),
           DEPARTURE, "trains_on_time", "trains_timed"),
    _level("match.laden_boxes", NP_("measure", "Laden containers"), "containers", MATCH, "laden_boxes"),
    _level("match.declared_boxes", NP_("measure", "Declared containers"),
           "containers", MATCH, "declared_boxes"),
    _share("match.declared_pct", NP_("measure", "Containers with a declaration"),
           MATCH, "declared_boxes", "laden_boxes",
           decimals=1),
)  # fmt: skip

BY_ADDRESS: dict[str, Measure] = {m.address: m for m in MEASURES}
