"""Views for a BI tool: marts with the names of their codes and units people use (TEU, t, CNY, hours).

The numbers are those of the marts, which hold whole numbers of small units; nothing is computed here that a mart
could hold. Container trips are in ``trips``.
"""

from __future__ import annotations

from corridor_etl.warehouse.views._names import DIRECTIONS, FLOWS, FULL_EMPTY, MEASURES
from corridor_etl.warehouse.views._view import Said, View, Words, named, same, scaled

_WEEK_SQL = """m.iso_week, CAST(substr(m.iso_week, 1, 4) AS INTEGER) AS iso_year,
       CAST(substr(m.iso_week, 7, 2) AS INTEGER) AS week_no, w.monday_on, w.holidays AS week_holidays,
       m.service_id, s.service_name, s.status AS service_status"""
_DIRECTION_SQL = f"m.direction, {named('m.direction', DIRECTIONS)} AS direction_name"
_FLOW_SQL = f"m.flow, {named('m.flow', FLOWS)} AS flow_name, m.hs_chapter, h.description AS hs_chapter_name"
_HS_JOIN = """
LEFT JOIN dim_hs h ON h.hs_code = m.hs_chapter AND w.monday_on >= h.valid_from_on
      AND (h.valid_to_on IS NULL OR w.monday_on <= h.valid_to_on)"""


def _from(mart: str) -> str:
    return f"""
FROM {mart} m
LEFT JOIN dim_iso_week w ON w.iso_week = m.iso_week
LEFT JOIN dim_service s ON s.service_id = m.service_id"""


def _week(mart: str) -> dict[str, Said]:
    return {
        **same(mart, "iso_week"),
        **same("dim_iso_week", "iso_year week_no monday_on holidays:week_holidays"),
        **same(mart, "service_id"),
        **same("dim_service", "service_name status:service_status"),
    }


_DIRECTION = {
    **same("mart_departure_week", "direction"),
    "direction_name": Said("westbound or eastbound"),
}
_FLOW = {
    **same("mart_throughput_week", "flow"),
    "flow_name": Said("name of the flow in English"),
    **same("mart_throughput_week", "hs_chapter"),
    "hs_chapter_name": Said("text of the chapter in the edition in force that week"),
}


def _throughput(_words: Words) -> str:
    return f"""
SELECT {_WEEK_SQL}, {_DIRECTION_SQL}, {_FLOW_SQL},
       m.full_empty, {named("m.full_empty", FULL_EMPTY)} AS full_empty_name, m.boxes, m.boxes_unknown_size,
       {scaled("m.teu_x100", 100)} AS teu, {scaled("m.cargo_gross_g", 1_000_000)} AS cargo_gross_t,
       {scaled("m.cargo_net_g", 1_000_000)} AS cargo_net_t, m.snapshot{_from("mart_throughput_week")}{_HS_JOIN}"""


THROUGHPUT = View(
    "bi_throughput_week",
    "Containers and cargo that left the origin, per week of departure, with names and in TEU and tonnes.",
    _throughput,
    {
        **_week("mart_throughput_week"),
        **_DIRECTION,
        **_FLOW,
        **same("mart_throughput_week", "full_empty"),
        "full_empty_name": Said("laden, empty or unknown"),
        **same("mart_throughput_week", "boxes boxes_unknown_size"),
        "teu": Said("length of the containers of known length", "TEU"),
        "cargo_gross_t": Said("goods and packaging, without tare; unknown weights add nothing", "t"),
        "cargo_net_t": Said("goods alone; unknown weights add nothing", "t"),
        **same("mart_throughput_week", "snapshot"),
    },
)


def _trade(_words: Words) -> str:
    return f"""
SELECT {_WEEK_SQL}, {_DIRECTION_SQL}, {_FLOW_SQL}, m.items, m.declarations,
       {scaled("m.value_cny_fen", 100)} AS value_cny, {scaled("m.value_usd_cent", 100)} AS value_usd,
       {scaled("m.net_g", 1_000_000)} AS net_t, m.items_without_rate,
       {scaled("m.stat_value_cny_fen", 100)} AS stat_value_cny,
       {scaled("m.as_declared_cny_fen", 100)} AS as_declared_cny,
       m.snapshot{_from("mart_trade_week")}{_HS_JOIN}"""


TRADE = View(
    "bi_trade_week",
    "Declared goods, per week of release, with names and in CNY, USD and tonnes.",
    _trade,
    {
        **_week("mart_trade_week"),
        **_DIRECTION,
        **_FLOW,
        **same("mart_trade_week", "items declarations"),
        "value_cny": Said("declared value at the rate of the policy", "CNY"),
        "value_usd": Said("declared value at the rate of the policy", "USD"),
        "net_t": Said("statutory quantity of items counted in kilograms", "t"),
        **same("mart_trade_week", "items_without_rate"),
        "stat_value_cny": Said("statistical value: exports FOB, imports CIF", "CNY"),
        "as_declared_cny": Said("part of it that is the declared price for want of terms or charges", "CNY"),
        **same("mart_trade_week", "snapshot"),
    },
)


def _departure(_words: Words) -> str:
    return f"""
SELECT {_WEEK_SQL}, {_DIRECTION_SQL}, m.trains, m.wagons, m.trains_timed, m.trains_on_time,
       m.trains_planned, m.trains_not_left,
       {scaled("m.delay_s_sum", 3600)} AS delay_hours_sum,
       {scaled("m.delay_s_sum", 3600)} / nullif(m.trains_timed, 0) AS delay_hours_mean,
       m.snapshot{_from("mart_departure_week")}"""


DEPARTURE = View(
    "bi_departure_week",
    "Trains and their punctuality, per week of departure, with names and in hours.",
    _departure,
    {
        **_week("mart_departure_week"),
        **_DIRECTION,
        **same(
            "mart_departure_week", "trains wagons trains_timed trains_on_time trains_planned trains_not_left"
        ),
        "delay_hours_sum": Said("actual less planned departure, summed over timed trains", "h"),
        "delay_hours_mean": Said("mean of actual less planned departure; cannot be added", "h"),
        **same("mart_departure_week", "snapshot"),
    },
)


def _transit(_words: Words) -> str:
    hours = ", ".join(
        f"{scaled(f'm.{name}_s', 3600)} AS {name}_hours" for name in ("sum", "mean", "median", "p90", "min", "max")
    )  # fmt: skip
    return f"""
SELECT {_WEEK_SQL}, {_DIRECTION_SQL}, m.measure, {named("m.measure", MEASURES)} AS measure_name, m.trips,
       {hours}, m.within_target, {scaled("100 * m.within_target", 1)} / nullif(m.trips, 0) AS within_target_pct,
       {scaled("m.saving_ppm", 10_000)} AS saving_pct, m.snapshot{_from("mart_transit_week")}"""


TRANSIT = View(
    "bi_transit_week",
    "Transit times of laden containers, per week in which the measured stretch ended, with names and in hours.",
    _transit,
    {
        **_week("mart_transit_week"),
        **_DIRECTION,
        **same("mart_transit_week", "measure"),
        "measure_name": Said("the measured stretch in English"),
        **same("mart_transit_week", "trips"),
        "sum_hours": Said("summed duration", "h"),
        "mean_hours": Said("mean duration; cannot be added", "h"),
        "median_hours": Said("median duration; cannot be added", "h"),
        "p90_hours": Said("90th percentile; null for too few trips; cannot be added", "h"),
        "min_hours": Said("shortest duration", "h"),
        "max_hours": Said("longest duration", "h"),
        **same("mart_transit_week", "within_target"),
        "within_target_pct": Said("share of trips within the promised time; cannot be added", "%"),
        "saving_pct": Said(
            "how much shorter the median is than traditional routes take; cannot be added", "%"
        ),
        **same("mart_transit_week", "snapshot"),
    },
)


def _booking(_words: Words) -> str:
    return f"""
SELECT {_WEEK_SQL}, {_DIRECTION_SQL}, m.departures, m.bookings, {scaled("m.booked_teu_x100", 100)} AS booked_teu,
       {scaled("m.capacity_teu_x100", 100)} AS capacity_teu,
       {scaled("m.sell_out_s_median", 3600)} AS sell_out_hours_median, m.departures_sold_out,
       m.snapshot{_from("mart_booking_week")}"""


BOOKING = View(
    "bi_booking_week",
    "Booked slots, per week of planned departure, with names and in TEU and hours.",
    _booking,
    {
        **_week("mart_booking_week"),
        **_DIRECTION,
        **same("mart_booking_week", "departures bookings"),
        "booked_teu": Said("slots booked", "TEU"),
        "capacity_teu": Said("slots offered by these departures", "TEU"),
        "sell_out_hours_median": Said("first booking to last slot, median of sold-out departures", "h"),
        **same("mart_booking_week", "departures_sold_out snapshot"),
    },
)


def _match(_words: Words) -> str:
    return f"""
SELECT {_WEEK_SQL}, m.laden_boxes, m.declared_boxes,
       {scaled("100 * m.declared_boxes", 1)} / nullif(m.laden_boxes, 0) AS declared_pct,
       m.snapshot{_from("mart_match_week")}"""


MATCH = View(
    "bi_match_week",
    "Laden containers with a customs declaration, per week of departure, with names and in per cent.",
    _match,
    {
        **_week("mart_match_week"),
        **same("mart_match_week", "laden_boxes declared_boxes"),
        "declared_pct": Said("share of laden containers that a declaration names; cannot be added", "%"),
        **same("mart_match_week", "snapshot"),
    },
)

MART_VIEWS = (THROUGHPUT, TRADE, DEPARTURE, TRANSIT, BOOKING, MATCH)
