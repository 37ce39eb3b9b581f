"""Invented marts and ledger frames of some forty weeks, the same on every call, for tests of reports and mails."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from corridor_etl.delivery.message import build_message
from corridor_etl.reference.calendar import monday, shifted, weeks_between
from corridor_etl.reports.context import WeeklyContext, weekly_context
from corridor_etl.reports.render import Rendered, render
from corridor_etl.reports.report_data import ReportData
from corridor_etl.settings import Settings, load_settings

FIRST, LAST = "2025-W09", "2025-W46"
LIVE, OTHER = "YIN-ALA", "YIU-EU"
GOODS = {"W": ("85", "84", "87", "94", "95", "39", "61", "73", "64", "90"), "E": ("74", "79", "10", "12")}
LEG_HOURS = {
    "leg_origin": 21,
    "leg_to_border": 92,
    "leg_border": 15,
    "leg_from_border": 18,
    "leg_delivery": 12,
}
_STRINGS = ("service_id", "direction", "flow", "hs_chapter", "full_empty", "measure", "iso_week")


def report_data(weeks: Iterable[str] = (), *, slow_border: str | None = LAST, seed: int = 7) -> ReportData:
    """Marts of ``weeks`` (default all), with a slow border in one of them."""
    chance = random.Random(seed)
    found: dict[str, list[dict[str, object]]] = {
        f"mart_{n}_week": [] for n in ("throughput", "departure", "trade", "transit", "booking", "match")
    }
    trains: list[dict[str, object]] = []
    coverage: list[dict[str, object]] = []
    for week in weeks_between(FIRST, LAST):
        _one_week(week, chance, found, trains, coverage, slow=week == slow_border)
    found["mart_booking_week"] += _booked_ahead()
    wanted = set(weeks) or set(weeks_between(FIRST, shifted(LAST, 3)))
    return ReportData(
        marts={
            name: pl.DataFrame(rows, infer_schema_length=None).filter(pl.col("iso_week").is_in(wanted))
            for name, rows in found.items()
        },
        departures=pl.DataFrame(trains, infer_schema_length=None)
        .filter(pl.col("iso_week").is_in(wanted))
        .drop("iso_week"),
        coverage=pl.DataFrame(coverage).filter(pl.col("iso_week").is_in(wanted)),
        checks=pl.DataFrame(
            [
                {
                    "rule_id": f"ID-{n:03}",
                    "severity": ("critical", "warning", "info")[n % 3],
                    "evaluated": 900,
                    "unexpected": 4 if n in (5, 7) else 0,
                }
                for n in range(1, 41)
            ]
        ),
        quarantine_open=4,
    )


def _one_week(week, chance, found, trains, coverage, *, slow):  # type: ignore[no-untyped-def]
    for service, scale in ((LIVE, 1), (OTHER, 3)):
        laden = 0
        for direction in "WE":
            boxes = scale * chance.randint(12, 22) if direction == "W" else scale * chance.randint(8, 16)
            laden += _throughput(week, service, direction, boxes, chance, found)
            _trade(week, service, direction, boxes, chance, found)
            _transit(week, service, direction, boxes, chance, found, slow=slow and service == LIVE)
            _departures(week, service, direction, boxes, chance, found, trains)
        found["mart_match_week"].append(
            {
                "iso_week": week,
                "service_id": service,
                "laden_boxes": laden,
                "declared_boxes": laden - (2 if week == LAST else 0),
            }
        )
    for source, files in (
        ("manifests", 3),
        ("declarations", 2 if week != LAST else 1),
        ("port_records", 2),
        ("rail_records", 1),
        ("bookings", 1),
    ):
        coverage.append(
            {
                "source_id": source,
                "iso_week": week,
                "files": files,
                "rows_loaded": chance.randint(30, 1400),
                "rows_quarantined": chance.randint(0, 2),
            }
        )


def _booked_ahead() -> list[dict[str, object]]:
    """Two trains westbound and one eastbound in each of the three weeks after the last, the later the emptier."""
    return [
        {
            "iso_week": shifted(LAST, n),
            "service_id": LIVE,
            "direction": direction,
            "departures": trains,
            "bookings": 18 * trains // n,
            "booked_teu_x100": 4000 * trains // n,
            "capacity_teu_x100": 4000 * trains,
            "sell_out_s_median": None,
            "departures_sold_out": trains if n == 1 else 0,
        }
        for n in (1, 2, 3)
        for direction, trains in (("W", 2), ("E", 1))
    ]


def _throughput(week, service, direction, boxes, chance, found) -> int:  # type: ignore[no-untyped-def]
    empty = 0 if direction == "W" else chance.randint(0, boxes // 4)
    for chapter, full, count in (("85", "F", boxes - empty), ("", "E", empty)):
        if count:
            found["mart_throughput_week"].append(
                {
                    "iso_week": week,
                    "service_id": service,
                    "direction": direction,
                    "flow": "EXPORT_DOMESTIC" if full == "F" else "EMPTY",
                    "hs_chapter": chapter,
                    "full_empty": full,
                    "boxes": count,
                    "boxes_unknown_size": 0,
                    "teu_x100": count * 200,
                    "cargo_gross_g": count * chance.randint(15_000, 22_000) * 1000 if full == "F" else 0,
                    "cargo_net_g": 0,
                }
            )
    return boxes - empty


def _trade(week, service, direction, boxes, chance, found):  # type: ignore[no-untyped-def]
    for chapter in chance.sample(GOODS[direction], len(GOODS[direction]) - 1):
        fen = boxes * chance.randint(900_000, 24_000_000)
        found["mart_trade_week"].append(
            {
                "iso_week": week,
                "service_id": service,
                "direction": direction,
                "flow": "EXPORT_DOMESTIC" if direction == "W" else "IMPORT",
                "hs_chapter": chapter,
                "items": 3,
                "declarations": 2,
                "value_cny_fen": fen,
                "value_usd_cent": fen // 7,
                "net_g": 1000,
                "items_without_rate": 0,
            }
        )


def _transit(week, service, direction, boxes, chance, found, *, slow):  # type: ignore[no-untyped-def]
    mean = {leg: hours * 3600 + chance.randint(-4000, 4000) for leg, hours in LEG_HOURS.items()}
    mean["leg_border"] += 9 * 3600 if slow else 0
    mean |= {"border": mean["leg_border"], "door_to_door": sum(mean.values())}
    for measure, seconds in mean.items():
        found["mart_transit_week"].append(
            {
                "iso_week": week,
                "service_id": service,
                "direction": direction,
                "measure": measure,
                "trips": boxes,
                "sum_s": seconds * boxes,
                "mean_s": seconds,
                "median_s": seconds - 1200,
                "p90_s": int(seconds * 1.2),
                "min_s": seconds // 2,
                "max_s": seconds * 2,
                "within_target": boxes // 2 if measure == "door_to_door" else None,
            }
        )


def _departures(week, service, direction, boxes, chance, found, trains):  # type: ignore[no-untyped-def]
    count = 2 if direction == "W" else 1
    late = week == LAST and direction == "W"
    delays = [15_000 if late and n == 1 else chance.randint(-1800, 3600) for n in range(count)]
    on_time = sum(abs(d) <= 7200 for d in delays)
    found["mart_departure_week"].append(
        {
            "iso_week": week,
            "service_id": service,
            "direction": direction,
            "trains": count,
            "wagons": boxes,
            "trains_timed": count,
            "trains_on_time": on_time,
            "delay_s_sum": sum(delays),
            # as in weeks of before planned trains were counted
            "trains_planned": None,
            "trains_not_left": None,
        }
    )
    found["mart_booking_week"].append(
        {
            "iso_week": week,
            "service_id": service,
            "direction": direction,
            "departures": count,
            "bookings": boxes,
            "booked_teu_x100": boxes * 200,
            "capacity_teu_x100": 4000 * count,
            "sell_out_s_median": None,
            "departures_sold_out": 0,
        }
    )
    for n, delay in enumerate(delays):
        share = boxes // count + (boxes % count if n == 0 else 0)
        trains.append(
            {
                "iso_week": week,
                "train_no": f"X{9 if service == LIVE else 8}{int(week[-2:]) * 10 + n + (5 if direction == 'E' else 0):03}",
                "service_id": service,
                "direction": direction,
                "departed_on_local": monday(week) + timedelta(days=2 * n + (direction == "E")),
                "containers": share,
                "teu_x100": share * 200,
                "delay_s": delay,
            }
        )


def settings() -> Settings:
    """The checkout's own configuration."""
    return load_settings()


def context(week: str = LAST, data: ReportData | None = None, **changes: object) -> WeeklyContext:
    """The issue of a week on the Tuesday after it."""
    arguments: dict[str, object] = {
        "issue_no": 38,
        "revision": 0,
        "published_at": datetime.combine(
            monday(week) + timedelta(days=7), datetime.min.time().replace(hour=6), ZoneInfo("Asia/Almaty")
        ),
        "snapshot": 117,
    }
    return weekly_context(week, data or report_data(), settings(), **{**arguments, **changes})  # type: ignore[arg-type]


def built(
    week: str = LAST, data: ReportData | None = None, **changes: object
) -> tuple[WeeklyContext, Rendered, bytes]:
    """An issue with its looks and the message to the first recipient."""
    made = context(week, data, **changes)
    rendered = render(made)
    return made, rendered, build_message(rendered, made, settings().recipients[0], settings())
