"""The weekly marts of the way: balance, load, legs, whole chain, ports, open trips, speed, use of bookings.

Like those of ``marts``, which lists them all.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column

from corridor_etl.warehouse.columns import count
from corridor_etl.warehouse.schema._mart import mart


def spread() -> list[Column[Any]]:
    """The columns that tell how durations spread."""
    return [
        count("sum_s", "summed duration", "s"),
        count("mean_s", "mean duration, rounded half to even", "s"),
        count("median_s", "median duration; cannot be added", "s"),
        count("p90_s", "90th percentile; null for too few trips; cannot be added", "s", nullable=True),
        count("min_s", "shortest duration", "s"),
        count("max_s", "longest duration", "s"),
    ]


_BALANCE = mart(
    "mart_balance_week",
    "Laden and empty containers by direction, per week of departure.",
    "ISO week of the departure, on the calendar of the origin",
    "service_id",
    count("laden_west_teu_x100", "length of laden containers westbound", "0.01 TEU"),
    count("laden_east_teu_x100", "length of laden containers eastbound", "0.01 TEU"),
    count("empty_west_teu_x100", "length of empty containers westbound", "0.01 TEU"),
    count("empty_east_teu_x100", "length of empty containers eastbound", "0.01 TEU"),
    count("balance_teu_x100", "laden westbound less laden eastbound", "0.01 TEU"),
    count(
        "empty_east_ppm",
        "empty share of the eastbound length; null of nothing",
        "ppm",
        nullable=True,
    ),
    count(
        "backhaul_ppm",
        "laden eastbound to laden westbound; null of nothing",
        "ppm",
        nullable=True,
    ),
)

_LOAD = mart(
    "mart_load_week",
    "Weight with containers and use of the trains' capacity, per week of departure.",
    "ISO week of the departure, on the calendar of the origin",
    "service_id direction",
    count("boxes", "containers", "containers"),
    count("boxes_weighed", "containers among them whose tare and load are known", "containers"),
    count("gross_gross_g", "goods, packaging and tare of the weighed containers", "g"),
    count("teu_x100", "length of the containers of known length", "0.01 TEU"),
    count("laden_teu_x100", "length of the laden containers among them", "0.01 TEU"),
    count(
        "capacity_teu_x100",
        "capacity of the trains that left; null where none is known",
        "0.01 TEU",
        nullable=True,
    ),
    count("fill_ppm", "length to capacity; null without capacity; cannot be added", "ppm", nullable=True),
    count(
        "fill_laden_ppm",
        "laden length to capacity; null without capacity; cannot be added",
        "ppm",
        nullable=True,
    ),
)

_LEG = mart(
    "mart_leg_week",
    "Work on each leg of the trains, per week of departure.",
    "ISO week of the departure, on the calendar of the origin",
    "service_id direction leg",
    count("boxes", "containers; the same on each leg", "containers"),
    count("wagons", "wagons; known on the first leg only", "wagons", nullable=True),
    count("leg_km", "length of the leg; null where it is not known", "km", nullable=True),
    count("teu_x100_km", "length of containers times length of the leg", "0.01 TEU km", nullable=True),
    count("cargo_gross_g_km", "goods and packaging times length of the leg", "g km", nullable=True),
)

_CHAIN = mart(
    "mart_chain_week",
    "Times between instants of the whole chain, per week in which the measured stretch ended.",
    "ISO week of the end of the stretch, on the calendar of its place",
    "service_id direction stretch",
    count("trips", "trips measured", "trips"),
    *spread(),
    count(
        "cv_ppm",
        "standard deviation to mean, rounded down; null of one trip",
        "ppm",
        nullable=True,
    ),
    count(
        "within_limit",
        "trips within the limit of the measure; null where it has none",
        "trips",
        nullable=True,
    ),
)

_PORT_MOVE = mart(
    "mart_port_move_week",
    "Moves at ports and terminals, per week of the move.",
    "ISO week of the move, on the calendar of the terminal",
    "facility move full_empty",
    count("moves", "moves", "moves"),
    count("moves_unknown_size", "moves among them of containers of unknown length", "moves"),
    count("teu_x100", "length of containers of known length; a port counts LOAD and DISC", "0.01 TEU"),
    count(
        "moves_weighed",
        "moves of containers of known weight; null before it was counted",
        "moves",
        nullable=True,
    ),
    count(
        "gross_gross_g", "goods, packaging and tare of these; null before it was counted", "g", nullable=True
    ),
)

_VESSEL_LOAD = mart(
    "mart_vessel_load_week",
    "Containers on board when vessels leave, by stowage plan, per week of the plan.",
    "ISO week of the plan",
    "facility load_port discharge_port full_empty",
    count("boxes", "containers on board; a box counts at each departure it is on board", "containers"),
    count("boxes_unknown_size", "containers among them whose length is unknown", "containers"),
    count("teu_x100", "length of the containers of known length", "0.01 TEU"),
    count("boxes_weighed", "containers among them whose weight is known", "containers"),
    count("gross_gross_g", "goods, packaging and tare of the weighed containers", "g"),
)

_PORT_STAY = mart(
    "mart_port_stay_week",
    "Stays of containers at ports and terminals, per week in which they ended.",
    "ISO week of the move out, on the calendar of the terminal",
    "facility stay",
    count("stays", "stays seen whole", "stays"),
    *spread(),
    count("cv_ppm", "standard deviation to mean, rounded down; null of one stay", "ppm", nullable=True),
    count("over_free_time", "stays longer than the free time", "stays"),
    count("by_rail", "stays that began or ended on rail", "stays"),
    count("inspected", "stays with an inspection", "stays"),
    count(
        "vgm_known",
        "exports weighed (VGM) before loading; null of none",
        "stays",
        nullable=True,
    ),
)

_OPEN_TRIP = mart(
    "mart_open_trip_week",
    "Trips under way at the end of each week, of those handed over in the nine weeks up to it.",
    "ISO week at whose end things stand so",
    "service_id direction",
    count("trips", "laden trips handed over in the nine weeks", "trips"),
    count("trips_delivered", "trips delivered by the end of the week", "trips"),
    count("trips_open", "trips still under way then", "trips"),
    count("oldest_open_s", "age of the oldest trip under way; null of none", "s", nullable=True),
    count(
        "median_s", "Kaplan-Meier median door to door; null where fewer than half ended", "s", nullable=True
    ),
    count("trips_complete", "delivered trips with all six milestones", "trips"),
    count("coverage_ppm", "complete to delivered trips; null of none", "ppm", nullable=True),
)

_SPEED = mart(
    "mart_speed_week",
    "Speed of the trains with and without the stop at the border, per week of arrival.",
    "ISO week of the arrival, on the calendar of the destination",
    "service_id direction",
    count("trips", "trips measured", "trips"),
    count("way_m_sum", "length of the way, summed over trips", "m"),
    count("moving_s_sum", "time to and from the border, summed over trips", "s"),
    count("total_s_sum", "time from departure to arrival, summed over trips", "s"),
    count("swod_m_per_hour", "speed without delay; null of no time", "m per hour", nullable=True),
    count("swd_m_per_hour", "speed with delay; null of no time", "m per hour", nullable=True),
    count("delay_ppm", "share of the time that the border takes; null of no time", "ppm", nullable=True),
)

_BOOKING_USE = mart(
    "mart_booking_use_week",
    "How early slots are booked and how much of them is used, per week of planned departure.",
    "ISO week of the planned departure",
    "service_id direction",
    count("bookings_timed", "confirmed bookings of trains whose timetable is known", "bookings"),
    count("lead_s_median", "booking to planned departure, median; null of none", "s", nullable=True),
    count("lead_s_p90", "booking to planned departure, 90th percentile; null of too few", "s", nullable=True),
    count("departures_loaded", "trains with bookings and laden containers", "trains"),
    count("booked_teu_x100", "slots booked on these trains", "0.01 TEU"),
    count("loaded_teu_x100", "length of the laden containers on these trains", "0.01 TEU"),
    count("load_factor_ppm", "loaded to booked; null of none", "ppm", nullable=True),
    count("short_teu_x100", "slots booked and not used: no-show or rolled over", "0.01 TEU"),
    count("short_ppm", "short to booked; null of none", "ppm", nullable=True),
)

WAY_MARTS = (
    _BALANCE,
    _LOAD,
    _LEG,
    _CHAIN,
    _PORT_MOVE,
    _PORT_STAY,
    _VESSEL_LOAD,
    _OPEN_TRIP,
    _SPEED,
    _BOOKING_USE,
)
