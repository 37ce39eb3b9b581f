"""All facts of the corridor, built once from the current records of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from corridor_etl.facts.booked_departures import booked_departures
from corridor_etl.facts.bookings import confirmed_bookings
from corridor_etl.facts.departures import departures_of
from corridor_etl.facts.planned_departures import planned_departures
from corridor_etl.facts.port_visits import port_moves, port_visits
from corridor_etl.facts.rates import rates_of
from corridor_etl.facts.stowage import on_board
from corridor_etl.facts.terminal_stops import stop_moves
from corridor_etl.facts.trade_lines import trade_lines
from corridor_etl.facts.trips import container_trips
from corridor_etl.settings import Settings

RECORD_KINDS = (
    "manifest_container", "port_event", "declaration_item", "booking", "exchange_rate", "terminal_visit",
    "stowage_position",
)  # fmt: skip
"""The kinds of records that facts are made of."""


@dataclass(frozen=True)
class Facts:
    """What KPIs may read."""

    trips: pl.DataFrame
    departures: pl.DataFrame
    trade_lines: pl.DataFrame
    booked_departures: pl.DataFrame
    bookings: pl.DataFrame
    port_moves: pl.DataFrame
    port_visits: pl.DataFrame
    on_board: pl.DataFrame
    planned_departures: pl.DataFrame


@dataclass(frozen=True)
class PortFacts:
    """Moves and stays at ports and terminals, which follow from a box's own records, whatever it travels with."""

    moves: pl.DataFrame
    visits: pl.DataFrame

    @classmethod
    def of(cls, events: pl.DataFrame | None, listed: pl.DataFrame) -> PortFacts:
        """Those of current events, and of the ``listed`` moves of stops (``terminal_stops.stop_moves``)."""
        moves = port_moves(events, listed)
        return cls(moves, port_visits(moves, events))

    @classmethod
    def none(cls) -> PortFacts:
        """No moves and no stays."""
        return cls.of(None, stop_moves(None))


def corridor_facts(
    current: Mapping[str, pl.DataFrame], settings: Settings, port: PortFacts | None = None
) -> Facts:
    """The facts of the current records, by record kind; a kind that is missing has no records.

    ``port`` are moves and stays, where these are not made of the same events.
    """
    port = port or PortFacts.of(current.get("port_event"), stop_moves(current.get("terminal_visit")))
    declarations = current.get("declaration_item")
    rates = rates_of(current.get("exchange_rate"), settings)
    trips = container_trips(
        current.get("manifest_container"), current.get("port_event"), declarations, settings, rates
    )
    departures = departures_of(trips)
    return Facts(
        trips=trips,
        departures=departures,
        trade_lines=trade_lines(declarations, settings, rates),
        booked_departures=booked_departures(current.get("booking"), settings),
        bookings=confirmed_bookings(current.get("booking"), departures),
        port_moves=port.moves,
        port_visits=port.visits,
        planned_departures=planned_departures(current.get("booking"), departures),
        on_board=on_board(current.get("stowage_position")),
    )
