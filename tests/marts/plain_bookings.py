"""The mart of how bookings are used once more, in loops; see ``plain_marts``."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import polars as pl

from corridor_etl.settings import Settings
from tests.marts.plain_chain import ppm
from tests.marts.plain_marts import Row, _groups, _quantile, _week, _whole, plain_trips


def plain_booking_use(
    current: Mapping[str, pl.DataFrame], settings: Settings
) -> dict[str, set[tuple[Any, ...]]]:
    trips = plain_trips(current, settings)
    confirmed = [b for b in current["booking"].to_dicts() if b["booking_status"] == "confirmed"]
    found = {
        (*key, *_figures(rows, trips, settings))
        for key, rows in _groups(
            confirmed, lambda b: (_week(b["departure_on_local"]), b["service_id"], b["direction"])
        ).items()
    }
    return {"mart_booking_use_week": found}


def _train(row: Row) -> tuple[Any, ...]:
    return row["service_id"], row["direction"], row["train_no"], row["departure_on_local"]


def _figures(bookings: list[Row], trips: list[Row], settings: Settings) -> tuple[int | None, ...]:
    leads, booked, aboard, short, trains = [], 0, 0, 0, 0
    for train, rows in _groups(bookings, _train).items():
        boxes = [t for t in trips if _train(t) == train]
        planned = min(
            (t["planned_departure_at_utc"] for t in boxes if t["planned_departure_at_utc"]), default=None
        )
        if planned:
            leads += [int((planned - b["booked_at_utc"]).total_seconds()) for b in rows]
        laden = [t for t in boxes if t["full_empty"] != "E"]
        if laden:
            slots, taken = sum(_whole(b["teu"], 100) for b in rows), sum(_whole(t["teu"], 100) for t in laden)
            trains, booked, aboard = trains + 1, booked + slots, aboard + taken
            short += max(slots - taken, 0)
    leads.sort()
    is_enough = len(leads) >= settings.thresholds.percentile_min_trips
    return (
        len(leads), _quantile(leads, Fraction(1, 2)) if leads else None,
        _quantile(leads, Fraction(9, 10)) if is_enough else None,
        trains, booked, aboard, ppm(aboard, booked), short, ppm(short, booked),
    )  # fmt: skip
