"""What really happened to each box on each train: milestones and flow, by the definitions of the figures.

Plain Python over the records of the story, on purpose another road than the platform's: no file is read and no data
frame is built here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from corridor_etl.settings import Settings
from corridor_etl.simulator.records import DeclaredItem, Event, ListedBox, zone_of_node
from corridor_etl.simulator.truth_rates import DollarRates

MILESTONES = (
    ("departed", "DEPA", "origin"),
    ("border_arrived", "ARRI", "border_in"),
    ("border_departed", "DEPA", "border_out"),
    ("arrived", "ARRI", "destination"),
    ("delivered", "GTOT", "door_destination"),
)
ALL_SIX = ("gate_in", *(name for name, _, _ in MILESTONES))
DECLARED_WITHIN = timedelta(days=30)

T = TypeVar("T", ListedBox, DeclaredItem)


@dataclass
class Trip:
    """A listed box with its six milestones and what lies between them (UTC), the node of each role and its flow."""

    box: ListedBox
    nodes: dict[str, str]
    at: dict[str, datetime] = field(default_factory=dict)
    chain: dict[str, datetime] = field(default_factory=dict)
    flow: str = ""

    @property
    def departed_on(self) -> date:
        """Date of departure at the origin; the timetable's where no event says it."""
        if "departed" not in self.at:
            return self.box.departure.departure_on
        return self.local_date("departed", "origin")

    def local_date(self, milestone: str, role: str) -> date:
        """The date of a milestone at the node of a role."""
        return self.at[milestone].astimezone(zone_of_node(self.nodes[role])).date()

    @property
    def hs_chapter(self) -> str:
        """First two digits of the code in the loading list; nothing for an empty box."""
        return "" if self.box.full_empty == "E" else self.box.hs_code[:2]


def newest(records: Iterable[T]) -> list[T]:
    """Of each key the record with the highest version, without the cancelled."""
    best: dict[tuple[str, ...], T] = {}
    for record in records:
        known = best.get(record.key)
        if known is None or record.version > known.version:
            best[record.key] = record
    return [r for r in best.values() if getattr(r, "status", "") != "cancelled"]


def trips(
    boxes: Sequence[ListedBox],
    events: Sequence[Event],
    items: Sequence[DeclaredItem],
    settings: Settings,
    rates: DollarRates,
) -> list[Trip]:
    """Every trip of the current loading lists."""
    seen: dict[tuple[str, str, str], list[Event]] = defaultdict(list)
    for event in events:
        seen[event.container_no, event.code, event.node].append(event)
    naming: dict[str, list[DeclaredItem]] = defaultdict(list)
    for item in items:
        for number in item.container_nos:
            naming[number].append(item)
    days: dict[str, set[date]] = defaultdict(set)
    for box in boxes:
        days[box.container_no].add(box.departure.departure_on)
    found = []
    for box in boxes:
        trip = Trip(box, settings.service(box.departure.service_id).nodes(box.departure.direction))
        _find_milestones(trip, seen, sorted(days[box.container_no]))
        trip.flow = _flow(trip, naming[box.container_no], rates)
        found.append(trip)
    return found


def _find_milestones(trip: Trip, seen: dict[tuple[str, str, str], list[Event]], days: list[date]) -> None:
    number, day = trip.box.container_no, trip.box.departure.departure_on
    place = days.index(day)
    before = days[place - 1] if place else None
    after = days[place + 1] if place + 1 < len(days) else None
    gates = [
        e.at_utc
        for e in seen[number, "GTIN", trip.nodes["door_origin"]]
        if -30 <= (e.on_local - day).days <= 2 and (before is None or e.on_local > before)
    ]
    if gates:
        trip.at["gate_in"] = max(gates)
    for name, code, role in MILESTONES:
        moves = [
            e.at_utc
            for e in seen[number, code, trip.nodes[role]]
            if -1 <= (e.on_local - day).days <= 60 and (after is None or e.on_local < after)
        ]
        if moves:
            trip.at[name] = min(moves)


def flow_of_item(item: DeclaredItem) -> str:
    """Flow by the item's own flag and origin."""
    if item.ie_flag == "E":
        return "EXPORT_DOMESTIC" if item.origin_country == "CHN" else "RE_EXPORT"
    return "RE_IMPORT" if item.origin_country == "CHN" else "IMPORT"


def _flow(trip: Trip, items: Sequence[DeclaredItem], rates: DollarRates) -> str:
    if trip.box.full_empty == "E":
        return "EMPTY"
    flag = "E" if trip.box.departure.direction == "W" else "I"
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        is_near = abs(item.declared_on - trip.box.departure.departure_on) <= DECLARED_WITHIN
        if item.ie_flag == flag and is_near:
            totals[flow_of_item(item)] += value(item, "CNY", rates)
    return min(totals, key=lambda f: (-totals[f], f)) if totals else "UNDECLARED"


def value(item: DeclaredItem, currency: str, rates: DollarRates) -> Decimal:
    """Price of an item in another currency at the rate of its release (while open: of its declaration)."""
    on = item.released_on or item.declared_on
    return rates.converted(item.total_price, item.currency, currency, on)
