"""The weekly marts: whole numbers per ISO week, service and direction.

Each mart holds only groups that exist, never zero rows. Weights are grams, money is fen or cents, boxes are
hundredths of a TEU, durations are seconds, so that sums do not depend on order. How the figures come about
belongs to ``corridor_etl.marts``.
"""

from __future__ import annotations

from corridor_etl.warehouse.columns import count
from corridor_etl.warehouse.schema._mart import mart
from corridor_etl.warehouse.schema.way_marts import WAY_MARTS

_THROUGHPUT = mart(
    "mart_throughput_week",
    "Containers and cargo that left the origin, per week of departure.",
    "ISO week of the departure, on the calendar of the origin",
    "service_id direction flow hs_chapter full_empty",
    count("boxes", "containers", "containers"),
    count("boxes_unknown_size", "containers among them whose length is unknown", "containers"),
    count("teu_x100", "length of the containers of known length", "0.01 TEU"),
    count("cargo_gross_g", "goods and packaging, without tare; unknown weights add nothing", "g"),
    count("cargo_net_g", "goods alone; unknown weights add nothing", "g"),
)

_DEPARTURE = mart(
    "mart_departure_week",
    "Trains and their punctuality, per week of departure.",
    "ISO week of the train's departure, on the calendar of the origin",
    "service_id direction",
    count("trains", "trains; distinct, may not be added over weeks with moved departures", "trains"),
    count("wagons", "wagons on the first leg; distinct per train", "wagons"),
    count("trains_timed", "trains with a planned and an actual departure", "trains"),
    count("trains_on_time", "timed trains within the punctuality threshold", "trains"),
    count("delay_s_sum", "actual less planned departure, summed over timed trains", "s"),
    count(
        "trains_planned",
        "trains planned for the week; with 0 trains it is a cancelled week; null before it was counted",
        "trains",
        nullable=True,
    ),
    count(
        "trains_not_left",
        "planned trains without a loading list; null before it was counted",
        "trains",
        nullable=True,
    ),
)

_TRADE = mart(
    "mart_trade_week",
    "Declared goods, per week of release.",
    "ISO week of the release, on the calendar of the customs office",
    "service_id direction flow hs_chapter",
    count("items", "declaration items", "items"),
    count("declarations", "distinct declarations; cannot be added over chapters or flows", "declarations"),
    count("value_cny_fen", "declared value at the rate of the policy", "0.01 CNY"),
    count("value_usd_cent", "declared value at the rate of the policy", "0.01 USD"),
    count("net_g", "statutory quantity of items counted in kilograms", "g"),
    count(
        "items_without_rate",
        "items that add nothing to values for want of a rate; null before it was counted",
        "items",
        nullable=True,
    ),
    count(
        "stat_value_cny_fen",
        "statistical value: exports FOB, imports CIF; null before it was counted",
        "0.01 CNY",
        nullable=True,
    ),
    count(
        "as_declared_cny_fen",
        "part of it that is the declared price for want of terms or charges; null before it was counted",
        "0.01 CNY",
        nullable=True,
    ),
)

_TRANSIT = mart(
    "mart_transit_week",
    "Transit times of laden containers, per week in which the measured stretch ended.",
    "ISO week of the end of the stretch, on the calendar of its place",
    "service_id direction measure",
    count("trips", "trips measured", "trips"),
    count("sum_s", "summed duration", "s"),
    count("mean_s", "mean duration, rounded half to even", "s"),
    count("median_s", "median duration; cannot be added", "s"),
    count("p90_s", "90th percentile; null for too few trips; cannot be added", "s", nullable=True),
    count("min_s", "shortest duration", "s"),
    count("max_s", "longest duration", "s"),
    count(
        "within_target", "trips within the promised time; null for parts of the way", "trips", nullable=True
    ),
    count(
        "saving_ppm",
        "how much shorter the median is than traditional routes take; null for parts of the way; cannot be added",
        "ppm",
        nullable=True,
    ),
)

_BOOKING = mart(
    "mart_booking_week",
    "Booked slots, per week of planned departure.",
    "ISO week of the planned departure",
    "service_id direction",
    count("departures", "departures with a booking", "departures"),
    count("bookings", "confirmed bookings", "bookings"),
    count("booked_teu_x100", "slots booked", "0.01 TEU"),
    count("capacity_teu_x100", "slots offered by these departures", "0.01 TEU"),
    count(
        "sell_out_s_median", "first booking to last slot, median of sold-out departures", "s", nullable=True
    ),
    count("departures_sold_out", "departures whose slots were all booked", "departures"),
)

_MATCH = mart(
    "mart_match_week",
    "Laden containers with a customs declaration, per week of departure.",
    "ISO week of the departure, on the calendar of the origin",
    "service_id",
    count("laden_boxes", "laden containers", "containers"),
    count("declared_boxes", "laden containers that a declaration names", "containers"),
)

MARTS = {t.name: t for t in (_THROUGHPUT, _DEPARTURE, _TRADE, _TRANSIT, _BOOKING, _MATCH, *WAY_MARTS)}

_MOVED = ("manifest_container", "port_event")
MADE_FROM: dict[str, tuple[str, ...]] = {
    "mart_throughput_week": (*_MOVED, "declaration_item", "exchange_rate"),
    "mart_departure_week": (*_MOVED, "booking"),
    "mart_trade_week": ("declaration_item", "exchange_rate"),
    "mart_transit_week": _MOVED,
    "mart_booking_week": ("booking",),
    "mart_match_week": (*_MOVED, "declaration_item"),
    "mart_balance_week": _MOVED,
    "mart_load_week": _MOVED,
    "mart_leg_week": _MOVED,
    "mart_chain_week": _MOVED,
    "mart_open_trip_week": _MOVED,
    "mart_speed_week": _MOVED,
    "mart_booking_use_week": ("booking", "manifest_container"),
    "mart_port_move_week": ("port_event", "terminal_visit"),
    "mart_port_stay_week": ("port_event", "terminal_visit"),
    "mart_vessel_load_week": ("stowage_position",),
}
"""Record kinds whose rows can change the figures of each mart."""
