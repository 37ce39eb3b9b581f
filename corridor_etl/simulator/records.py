"""The records of the simulated corridor: what senders know before they write it into a file.

They are facts of the story, with exact integers and Decimals. How a record looks in a file belongs to the
writers, what is broken on purpose to ``faults``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from corridor_etl.reference.place import nodes

Fate = Literal["loaded", "quarantined", "duplicate"]


def zone_of_node(node: str) -> ZoneInfo:
    """The zone whose clock hangs at a node."""
    return ZoneInfo(str(nodes()[node]["timezone"]))


@dataclass(frozen=True)
class Departure:
    """One train on one day: ``departure_on`` is the date of the timetable at the origin."""

    service_id: str
    direction: str
    train_no: str
    departure_on: date
    planned_at_utc: datetime
    departed_at_utc: datetime
    origin: str
    destination: str


@dataclass(frozen=True)
class ListedBox:
    """One line of a loading list. Weights in grams, None where the sender leaves the cell blank."""

    departure: Departure
    wagon_no: str
    container_no: str
    size_type: str
    size_text: str
    teu_x100: int
    full_empty: str
    seal_no: str
    packages: int | None
    package_type: str
    gross_g: int | None
    net_g: int | None
    tare_g: int
    goods_name: str
    hs_code: str
    consignor: str
    consignee: str
    origin_country: str
    booking_no: str
    smgs_no: str
    declaration_nos: tuple[str, ...] = ()
    version: int = 1
    status: str = "final"

    @property
    def key(self) -> tuple[str, ...]:
        """Service, train, date and container."""
        d = self.departure
        return d.service_id, d.train_no, d.departure_on.isoformat(), self.container_no


@dataclass(frozen=True)
class Event:
    """One move of one container at a node; ``channel`` is the kind of file that reports it."""

    code: str
    container_no: str
    size_type: str
    full_empty: str
    node: str
    at_utc: datetime
    channel: str
    service_id: str = ""
    train_no: str = ""
    wagon_no: str = ""
    gross_gross_g: int = 0
    seal_no: str = ""
    booking_no: str = ""
    vessel: tuple[str, str, str] = ("", "", "")
    far_port: str = ""
    remarks: str = ""

    @cached_property
    def at_local(self) -> datetime:
        """Wall clock at the node."""
        return self.at_utc.astimezone(zone_of_node(self.node))

    @property
    def on_local(self) -> date:
        """Date at the node."""
        return self.at_local.date()

    @property
    def key(self) -> tuple[str, ...]:
        """Container, event, instant and node."""
        return self.container_no, self.code, self.at_utc.isoformat(), self.node


@dataclass(frozen=True)
class DeclaredItem:
    """One item of a declaration with its header repeated; ``sent_on`` is when the broker reports it."""

    declaration_no: str
    item_no: int
    ie_flag: str
    office_code: str
    border_office_code: str
    declared_on: date
    released_on: date | None
    supervision_mode: str
    transaction_mode: str
    service_id: str
    train_no: str
    bl_no: str
    trade_country: str
    origin_country: str
    destination_country: str
    hs_code: str
    goods_name: str
    quantity: Decimal
    unit_code: str
    unit_price: Decimal
    total_price: Decimal
    currency: str
    first_quantity: Decimal
    first_unit_code: str
    gross_g: int
    net_g: int
    packages: int
    container_nos: tuple[str, ...]
    version: int
    sent_on: date

    @property
    def key(self) -> tuple[str, ...]:
        """Number and item."""
        return self.declaration_no, str(self.item_no)


@dataclass(frozen=True)
class BookedSlots:
    """One booking of slots on one departure."""

    booking_no: str
    departure: Departure
    containers: int
    teu_x100: int
    booked_at_utc: datetime
    status: str

    @property
    def key(self) -> tuple[str, ...]:
        """Number of the booking."""
        return (self.booking_no,)


@dataclass(frozen=True)
class DailyRate:
    """Units of a currency that one US dollar cost on a day."""

    rate_on: date
    currency: str
    per_usd: Decimal

    @property
    def key(self) -> tuple[str, ...]:
        """Currency and day."""
        return self.currency, self.rate_on.isoformat()


Record = ListedBox | Event | DeclaredItem | BookedSlots | DailyRate


@dataclass
class Row:
    """A record as a sender writes it. ``cells`` replaces what the writer would write, by column name."""

    record: Record
    cells: dict[str, str] = field(default_factory=dict)
    fate: Fate = "loaded"
    line_no: int = 0


@dataclass
class Document:
    """One file to write: its rows, its layout and what must become of it.

    ``marks`` are the peculiarities of the copy (newlines, place code, wrong counts); ``data`` is set by the writer,
    or beforehand for a file that is broken as a whole.
    """

    path: str
    week: str
    layout: str
    rows: list[Row]
    marks: dict[str, str] = field(default_factory=dict)
    status: str = "loaded"
    reason: str = ""
    data: bytes = b""
