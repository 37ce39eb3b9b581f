"""The record ``terminal_visit``: one stop of a container at a terminal, as a list without container numbers has it."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import CONTAINER, DAY, TEXT, UTC, VERSIONED

RECORD = RecordKind(
    name="terminal_visit",
    meaning="one stop of a container at a terminal: in through one gate or quay, out through another",
    key=("visit_ref", "inbound_action", "outbound_action"),
    week_of=("visited_on_local",),
    compared=("gated_in_at_utc", "gated_out_at_utc", "full_empty", "booking_no"),
    columns=(
        Column("visit_ref", TEXT, "the terminal's number of the stop; count these, not rows", "", True),
        Column("inbound_action", TEXT, "how it came: the terminal's word, 'none' where not stated", "", True),
        Column("outbound_action", TEXT, "how it leaves: the terminal's word, 'none' where not stated", "", True),
        Column("visited_on_local", DAY, "date of gate-in, else of gate-out, else of receipt", "", True),
        Column("visit_status", TEXT, "progress of the stop, in the terminal's code"),
        Column("container_no", TEXT, "ISO 6346 number where the list has one"),
        *CONTAINER,
        Column("booking_no", TEXT, "booking the stop belongs to"),
        Column("carrier_name", TEXT, "shipping line"),
        Column("customer_name", TEXT, "customer of the terminal"),
        Column("facility_code", TEXT, "terminal, where the list names one"),
        Column("gated_in_at_utc", UTC, "instant of the gate-in; null where it has not come in"),
        Column("gated_out_at_utc", UTC, "instant of the gate-out; null where it is still in or never left by a gate"),
        Column("planned_arrival_at_utc", UTC, "timetable arrival of the conveyance before"),
        Column("planned_departure_at_utc", UTC, "timetable departure of the conveyance after"),
        Column("timezone", TEXT, "zone the times are local to; null where there is no time"),
        Column("timezone_source", TEXT, "explicit, profile, node, country or assumed_utc"),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *VERSIONED,
    ),
)  # fmt: skip
