"""The cross-source subject: what rules compare that no single document says.

One row is about one thing several documents speak of (a trip, a train, a declared container ...). It is no record and
is not stored; ``facts.cross_source`` makes it from the current records, ``expectations/suites/cross_source.json``
judges it. A column a subject has nothing to say about is null, and null is not judged.
"""

from __future__ import annotations

from corridor_etl.model._record import Column
from corridor_etl.model._types import COUNT, DAY, FLAG, KG, MEASURE, MONEY, TEU, TEXT, UTC

CROSS_SOURCE = "cross_source"

_IDENTITY = (
    Column(
        "subject",
        TEXT,
        "trip, leg, visit, declared, consignment, reexport, port_load, train or mirror",
        "",
        True,
    ),
    Column("subject_key", TEXT, "identity of the subject, unique with its kind", "", True),
    Column("record_kind", TEXT, "kind of the record the subject is about", "", True),
    Column("record_key", TEXT, "business key of that record, its parts separated by |", "", True),
    Column("delivery_id", TEXT, "delivery of that record"),
    Column("line_no", COUNT, "line of that record"),
    Column("iso_week", TEXT, "ISO week the subject belongs to"),
    Column("container_nos", TEXT, "containers concerned, separated by one blank"),
    Column("train_no", TEXT, "train concerned"),
    Column("port_delivery_id", TEXT, "delivery of the port or rail event compared with"),
    Column("declaration_delivery_id", TEXT, "delivery of the declaration compared with"),
    Column("list_delivery_id", TEXT, "delivery of the other loading list compared with"),
    Column("booking_delivery_id", TEXT, "delivery of the booking compared with"),
)
_DECLARED = (
    Column("is_transit", FLAG, "whether a transit declaration names the container"),
    Column("declared_gap_days", COUNT, "days between the train and its nearest released declaration", "days"),
    Column("declarations_ahead_days", COUNT, "days declarations reach beyond the train", "days"),
    Column("train_gap_days", COUNT, "days from release to the departure of the train", "days"),
    Column("lists_after_release_days", COUNT, "days loading lists reach beyond the release", "days"),
    Column("origin_country", TEXT, "country of origin of exported goods that are not Chinese"),
    Column("supervision_mode", TEXT, "China supervision mode of these goods"),
    Column("import_gap_days", COUNT, "days since goods of this origin and heading were imported", "days"),
    Column("imports_ahead_days", COUNT, "days import declarations reach beyond the export", "days"),
)
_PORT = (
    Column("port_exit_hours", MEASURE, "hours from leaving the port to the train's departure", "hours"),
    Column("port_ahead_days", COUNT, "days the port's exits reach beyond the departure", "days"),
    Column("list_gap_days", COUNT, "days from loading on rail at the port to the train's departure", "days"),
    Column("lists_after_loading_days", COUNT, "days loading lists reach beyond the loading", "days"),
    Column("full_empty", TEXT, "F or E by the loading list"),
    Column("port_full_empty", TEXT, "what port and rail events of the trip say, separated by one blank"),
    Column("size_type", TEXT, "size and type by the loading list"),
    Column("port_size_type", TEXT, "what port and rail events of the trip say, separated by one blank"),
    Column(
        "port_seal_nos", TEXT, "seals as the last event of the trip that has any says, separated by one blank"
    ),
    Column("gross_gross_kg", KG, "goods, packaging and tare by the loading list", "kg"),
    Column("port_weighed_kg", KG, "verified or stated gross mass at the port", "kg"),
)
_GOODS = (
    Column("listed_gross_kg", KG, "gross weight of the boxes by the loading lists", "kg"),
    Column("declared_gross_kg", KG, "gross weight of the declarations of these boxes", "kg"),
    Column("listed_packages", COUNT, "packages by the loading lists", "packages"),
    Column("declared_packages", COUNT, "packages by the declarations", "packages"),
    Column("listed_chapters", TEXT, "commodity chapters by the loading lists, separated by one blank"),
    Column("declared_chapters", TEXT, "commodity chapters by the declarations, separated by one blank"),
    Column("export_value_usd", MONEY, "FOB value by the Chinese export declarations", "USD"),
    Column("import_value_usd", MONEY, "statistical value by the import declarations abroad", "USD"),
    Column("export_net_kg", KG, "net weight by the Chinese export declarations", "kg"),
    Column("import_net_kg", KG, "net weight by the import declarations abroad", "kg"),
)
_TRAIN = (
    Column("border_in_boxes", COUNT, "containers of the train that reached the border", "containers"),
    Column("border_out_boxes", COUNT, "of these, containers that left it on the far side", "containers"),
    Column("left_behind", TEXT, "containers that reached the border and did not leave it"),
    Column("added", TEXT, "containers that left with the train and are on no list of it"),
    Column("border_ahead_days", COUNT, "days departures from the border reach beyond the train", "days"),
    Column("lists_after_train_days", COUNT, "days loading lists reach beyond the train", "days"),
    Column("booked_boxes", COUNT, "containers booked on the train", "containers"),
    Column("no_show_boxes", COUNT, "of these, containers not on its list", "containers"),
    Column("booked_teu", TEU, "slots booked on the train", "TEU"),
    Column("capacity_teu", TEU, "slots of the train", "TEU"),
)
_TIMES = (
    Column("visit_on_local", DAY, "day the visit of a terminal begins"),
    Column("came_at_utc", UTC, "arrival at the terminal by train or vessel"),
    Column("unloaded_at_utc", UTC, "unloading from train or vessel"),
    Column("gate_out_at_utc", UTC, "leaving the terminal by the gate"),
    Column("gate_in_at_utc", UTC, "coming in by the gate"),
    Column("loaded_at_utc", UTC, "loading on train or vessel"),
    Column("left_at_utc", UTC, "departure by train or vessel"),
    Column("booked_at_utc", UTC, "booking confirmed"),
    Column("stuffed_at_utc", UTC, "container stuffed"),
    Column("departed_at_utc", UTC, "train left its origin"),
    Column("border_arrived_at_utc", UTC, "reached the border"),
    Column("transshipped_at_utc", UTC, "lifted to the other gauge"),
    Column("border_departed_at_utc", UTC, "left the border on the far side"),
    Column("arrived_at_utc", UTC, "reached the train's destination"),
    Column("delivered_at_utc", UTC, "left the last gate"),
    Column("returned_at_utc", UTC, "empty container handed back"),
    Column("leg", TEXT, "leg of the way, its two nodes in the direction of the train"),
    Column("leg_hours", MEASURE, "time the leg took", "hours"),
    Column("leg_least_hours", MEASURE, "least plausible time of the leg by corridor.toml", "hours"),
    Column("leg_most_hours", MEASURE, "longest plausible time of the leg by corridor.toml", "hours"),
    Column("leg_p95_hours", MEASURE, "time that 95 of 100 trips need at most for the leg", "hours"),
    Column("leg_trips", COUNT, "trips that percentile is taken from", "trips"),
    Column(
        "laden_gap_days",
        COUNT,
        "days since the container left laden westbound the time before",
        "days",
    ),
    Column(
        "seal_changes", COUNT, "changes of the seal without an inspection or a new seal between", "changes"
    ),
    Column("seal_trail", TEXT, "seals of the trip in the order of time"),
)

CROSS_SUBJECT = (*_IDENTITY, *_DECLARED, *_PORT, *_GOODS, *_TRAIN, *_TIMES)
CROSS_SCHEMA = {column.name: column.dtype for column in CROSS_SUBJECT}
