"""Which tables a batch can change, by the kinds of records it adds; the others stay as they are.

That holds only where what is stored is what the records before the batch give, by the code and settings of now. Where
that is not certain all tables are made anew, which is always right.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from corridor_etl.warehouse.schema.marts import MADE_FROM

TRIPS, ITEMS = "fct_container_trip", "fct_reconciliation"
_OF_TRIPS = ("manifest_container", "port_event", "declaration_item", "exchange_rate")
KINDS_OF: Mapping[str, tuple[str, ...]] = {**MADE_FROM, TRIPS: _OF_TRIPS, ITEMS: (*_OF_TRIPS, "booking")}
"""Mart or fact -> the kinds of records it is made from. What compares sources goes with the reconciled items."""


def affected(added: Collection[str], *, is_standing: bool) -> frozenset[str]:
    """The marts and facts that rows of the kinds ``added`` can change; all unless what is stored stands."""
    if not is_standing:
        return frozenset(KINDS_OF)
    return frozenset(table for table, kinds in KINDS_OF.items() if not set(kinds).isdisjoint(added))


def kinds_for(tables: Collection[str]) -> frozenset[str]:
    """The kinds of records that some tables are made from."""
    return frozenset(kind for table in tables for kind in KINDS_OF[table])
