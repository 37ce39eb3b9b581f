"""Bookings: the slots booked on a departure and the instant they were booked. A cancelled one is a tombstone."""

from __future__ import annotations

import polars as pl

from corridor_etl.reference import place
from corridor_etl.sources import RawFile
from corridor_etl.staging import _casts, _times
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext, mapped

TEXT, TEU = pl.String(), pl.Decimal(6, 2)
_DIRECTIONS = {
    "WEST": "W", "WESTBOUND": "W", "EAST": "E", "EASTBOUND": "E", "西行": "W", "去程": "W", "东行": "E", "回程": "E",
    "ЗАПАД": "W", "ВОСТОК": "E",
}  # fmt: skip
_STATUSES = {
    "canceled": "cancelled", "已取消": "cancelled", "取消": "cancelled", "отменен": "cancelled", "отменён": "cancelled",
    "отменено": "cancelled", "已确认": "confirmed", "确认": "confirmed", "подтвержден": "confirmed",
    "подтверждён": "confirmed", "подтверждено": "confirmed",
}  # fmt: skip


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Bookings with their instant in UTC: the sender's clock, else that of the service's first place."""
    desk = Desk(raw, context)
    for name in ("booking_no", "service_id", "train_no"):
        desk.put(name, desk.cell(name))
    _check_service(desk)
    desk.put("direction", mapped(_casts.code(desk.cell("direction")), lambda d: _DIRECTIONS.get(d, d), TEXT))
    desk.put_cast("departure_on_local", "departure_date", _casts.day, _casts.DATE_RULE, _casts.DATE_EXPECTED)
    mark = desk.raw.decimal_mark
    desk.put_cast(
        "containers", "containers", lambda c: _casts.count(c, mark), _casts.NUMBER_RULE, "a whole number"
    )
    desk.put_cast(
        "teu", "teu", lambda c: _casts.number(c, TEU, mark), _casts.NUMBER_RULE, _casts.NUMBER_EXPECTED
    )
    _put_booked(desk)
    _put_status(desk)
    return desk.staged("booking")


def _check_service(desk: Desk) -> None:
    services = desk.typed["service_id"]
    known = [service.id for service in desk.context.settings.services]
    desk.fault(~services.is_in(known), "SV-001", "service_id", services, f"one of {', '.join(known)}")
    trains = desk.typed["train_no"]
    of_train = mapped(trains, desk.context.settings.service_of_train, TEXT)
    desk.fault(services.is_in(known) & (services != of_train), "SV-001", "train_no", trains,
               "a train of the service that is booked")  # fmt: skip


def _put_booked(desk: Desk) -> None:
    cells = desk.cell("booked_at")
    clock = _times.local(cells)
    desk.fault(
        cells.is_not_null() & clock.is_null(),
        _times.LOCAL_RULE,
        "booked_at_utc",
        cells,
        _times.LOCAL_EXPECTED,
    )
    instant = _times.to_utc(
        clock, mapped(desk.cell("service_id").fill_null(""), lambda s: _zone(desk, s), TEXT)
    )
    desk.fault(clock.is_not_null() & instant.is_null(), _times.AMBIGUOUS_RULE, "booked_at_utc", cells,
               _times.AMBIGUOUS_EXPECTED)  # fmt: skip
    desk.put("booked_at_utc", instant)


def _zone(desk: Desk, service_id: str) -> str:
    context = desk.context
    if context.sender and context.sender.timezone:
        return context.sender.timezone
    starts = {s.id: s.door_origin for s in context.settings.services}
    return place.zone_of(starts.get(service_id))[0] or context.settings.corridor.report_timezone


def _put_status(desk: Desk) -> None:
    status = mapped(desk.cell("status").str.to_lowercase(), lambda s: _STATUSES.get(s, s), TEXT)
    is_cancelled = (status == "cancelled").fill_null(False)
    desk.put("booking_status", status)
    # Cancelling comes after booking: it must win over the original of the same number.
    desk.put("version", is_cancelled.cast(pl.Int64) + 1)
    desk.put("action", pl.Series(["cancel" if c else "insert" for c in is_cancelled], dtype=TEXT))


STAGING = Staging(name="booking", stage=stage)
