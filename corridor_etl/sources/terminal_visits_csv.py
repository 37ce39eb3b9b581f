"""Stops of containers at a terminal from its operating system: gate-in, gate-out, size, empty, booking, no number.

A list joined with the actions before and after a stop repeats the stop for each pair of them.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from corridor_etl.settings import Sender
from corridor_etl.sources import _delimited
from corridor_etl.sources._fan_out import repeats
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._source import RawFile, Source

LAYOUT = Layout(
    name="terminal_visits_csv",
    spellings={
        "stopid": "visit_ref",
        "status": "visit_status",
        "isemptycontainer": "full_empty",
        "bookingidentifier": "booking_no",
        "bookinginfo_containertype": "size_type",
        "bookinginfo_carrier": "carrier_name",
        "bookinginfo_customer": "customer_name",
        "gatein": "gated_in_at",
        "gateout": "gated_out_at",
        "previousactiontype": "inbound_action",
        "previoussta": "planned_arrival_at",
        "nextactiontype": "outbound_action",
        "nextstd": "planned_departure_at",
        "containernumber": "container_no",
        "terminal": "facility_code",
    },
    mandatory=("visit_ref", "full_empty", "size_type", "gated_in_at", "gated_out_at"),
)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    raw = _delimited.read(LAYOUT, data, sender)
    stated = [
        pl.when(pl.col(c).str.strip_chars() != "").then(pl.col(c)).otherwise(pl.lit("none")).alias(c)
        for c in ("inbound_action", "outbound_action")
    ]
    frame = raw.frame.with_columns(stated)
    return replace(raw, frame=frame, findings=(*raw.findings, *repeats(frame, "visit_ref", "stops")))


SOURCE = Source(
    name="terminal_visits_csv",
    record_kind="terminal_visit",
    meaning="stops at a terminal with gate times, without container numbers",
    claims=lambda head, _file_name: _delimited.claims(LAYOUT, head),
    read=_read,
)
