"""The record ``port_cargo``: one lot of cargo moved at one call. A call has many lots; joined, it repeats."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import DAY, KG, MEASURE, TEXT, VERSIONED

RECORD = RecordKind(
    name="port_cargo",
    meaning="one lot of cargo loaded or discharged at one call of a vessel",
    key=("cargo_ref",),
    week_of=("listed_on_local",),
    compared=("call_key", "commodity_code", "gross_kg", "container_teu"),
    columns=(
        Column("cargo_ref", TEXT, "the authority's number of the lot", "", True),
        Column("call_key", TEXT, "call it was moved at, as in port_call", "", True),
        Column("listed_on_local", DAY, "date of the list; the day of receipt where it has none", "", True),
        Column("origin_code", TEXT, "place it comes from, in the publisher's code"),
        Column("destination_code", TEXT, "place it goes to, in the publisher's code"),
        Column("commodity_code", TEXT, "commodity, in the publisher's code"),
        Column("direction", TEXT, "loaded or discharged"),
        Column("cargo_nature", TEXT, "bulk, container or general cargo, in the publisher's words"),
        Column("operation_type", TEXT, "kind of operation, in the publisher's words"),
        Column("navigation_type", TEXT, "deep sea, coastal or inland, in the publisher's words"),
        Column("packaging", TEXT, "loose or in containers, in the publisher's words"),
        Column("full_empty", TEXT, "F laden, E empty, null unknown"),
        Column(
            "container_teu", MEASURE, "containers in twenty-foot units; 0 for cargo without containers", "TEU"
        ),
        Column("cargo_count", MEASURE, "pieces or containers", "pieces"),
        Column("gross_kg", KG, "gross weight", "kg"),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *VERSIONED,
    ),
)
