"""Made-up port events as staging gives them: gate, rail and border moves, of which one in two hundred breaks a rule.

All cells follow from the row's number, so that parts made one after the other are one delivery.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from corridor_etl.model import kind as record_kind
from corridor_etl.reference.container_number import remainder_expr

PART_ROWS = 500_000
_PLACES = (
    ("CNNBG", "NGB", "Asia/Shanghai", "road"),
    ("CNNBG", "NGB", "Asia/Shanghai", "sea"),
    ("CNYIU", "YIU", "Asia/Shanghai", "rail"),
    ("CNYIN", "YIN", "Asia/Shanghai", "rail"),
    ("KZHOR", "ALT", "Asia/Almaty", "rail"),
    ("KZALA", "ALA", "Asia/Almaty", "road"),
)
_EVENTS = ("GTIN", "GTOT", "LOAD", "DISC", "RAIL_LOAD", "RAIL_UNLD", "ARRI", "DEPA", "CROS", "INSP")
_SIZES = (("45G1", 2), ("22G1", 1), ("42G1", 2), ("45R1", 2), ("L5G1", 2.25))
_START = 1_735_689_600_000_000  # 2025-01-01 in microseconds
_MINUTE = 60_000_000
_EACH = 4_000  # one row in so many has each defect; there are twenty

_row = pl.col("row_id")


def write(path: Path, rows: int) -> None:
    """A folder of Parquet files, numbered, of this many rows together."""
    path.mkdir(parents=True)
    for part, first in enumerate(range(0, rows, PART_ROWS)):
        port_events(min(PART_ROWS, rows - first), first).write_parquet(path / f"{part:04d}.parquet")


def port_events(rows: int, first: int = 0) -> pl.DataFrame:
    """Staged rows with the model's columns, ``row_id``, ``delivery_id``, ``line_no`` and ``raw_text``."""
    numbered = pl.select(pl.int_range(first, first + rows, dtype=pl.Int64).alias("row_id"))
    told_twice = (_row % _EACH == _EACH - 1).cast(pl.Int64)  # the move of the row before, a minute later
    move = _row - told_twice
    with_boxes = numbered.with_columns(ten=_first_ten(), h=move * 7_368_787 % 1_000_003, move=move)
    sound = with_boxes.with_columns(container_no=_numbered(pl.col("ten"))).with_columns(**_cells())
    schema = record_kind("port_event").schema
    empty = {name: pl.lit(None) for name in schema if name not in sound.columns}
    typed = sound.with_columns(**empty).with_columns(**_defects())
    lineage = {
        "delivery_id": pl.lit("0123456789abcdef"),
        "line_no": _row + 2,
        "raw_text": pl.format(
            "{};{};{};{};2025;QINGZHOU STAR;seal checked", "container_no", "event_code", _row, "h"
        ),
    }
    return typed.with_columns(**lineage).select(
        *(pl.col(name).cast(dtype) for name, dtype in schema.items()), "row_id", *lineage
    )


def _first_ten() -> pl.Expr:
    """Ten moves of a box are near each other; serials that leave remainder 10 are not issued."""
    serial = ((_row // 10) * 7_919) % 1_000_000
    owner = pl.lit("QZ") + _pick("ABCDEFGH", _row // 1_000_000)
    ten = owner + "U" + serial.cast(pl.String).str.zfill(6)
    return pl.when(remainder_expr(ten + "0") == 10).then(owner + "U000000").otherwise(ten)


def _numbered(ten: pl.Expr) -> pl.Expr:
    return ten + (remainder_expr(ten + "0") % 10).cast(pl.String)


def _pick(values: str | tuple[object, ...], at: pl.Expr) -> pl.Expr:
    held = pl.lit(pl.Series(list(values)))
    return held.gather(at % len(values))


def _place(field: int) -> pl.Expr:
    return _pick(tuple(p[field] for p in _PLACES), pl.col("h"))


def _cells() -> dict[str, pl.Expr]:
    at_utc = pl.from_epoch(_START + (_row % 250_000) * _MINUTE, time_unit="us").dt.replace_time_zone("UTC")
    clocks = {
        zone: at_utc.dt.convert_time_zone(zone).dt.replace_time_zone(None)
        for zone in ("Asia/Shanghai", "Asia/Almaty")
    }
    local = pl.when(_place(2) == "Asia/Almaty").then(clocks["Asia/Almaty"]).otherwise(clocks["Asia/Shanghai"])
    chinese = pl.format("527{}", _row % 9000 + 1000)
    wagon = pl.when(_place(2) == "Asia/Almaty").then(pl.lit("95236196")).otherwise(chinese)
    kind, gross = (_row // 10) % len(_SIZES), 8_000 + pl.col("h") % 20_000
    return {
        "event_code": _pick(_EVENTS, pl.col("move")),
        "classifier": pl.when(pl.col("h") % 20 == 0).then(pl.lit("EST")).otherwise(pl.lit("ACT")),
        "size_type": _pick(tuple(s[0] for s in _SIZES), kind),
        "teu": _pick(tuple(float(s[1]) for s in _SIZES), kind),
        "full_empty": pl.lit("F"),
        "trade_status": pl.lit("export"),
        "facility_code": _place(0),
        "facility_node": _place(1),
        "terminal_code": pl.lit("NBCT"),
        "transport_mode": _place(3),
        "conveyance_name": pl.when(_place(3) == "sea").then(pl.lit("IMO 9074729")).otherwise(pl.lit("X9001")),
        "wagon_no": pl.when(_place(3) == "rail").then(wagon),
        "gross_gross_kg": gross,
        "vgm_kg": pl.when(pl.col("h") % 3 > 0).then(gross + pl.col("h") % 100),
        "seal_nos": pl.format("CN{}", pl.col("h")),
        "booking_no": pl.format("BK{}", _row // 30),
        "event_at_utc": at_utc,
        "event_at_local": local,
        "event_on_local": local.dt.date(),
        "timezone": _place(2),
        "timezone_source": pl.lit("node"),
        "message_ref": pl.format("CODECO{}", _row // 200),
        "document_key": pl.format("ningbo_port/CODECO/{}", _row // 200),
        "dialect": pl.lit("CODECO D.95B"),
        "version": pl.lit(1),
        "action": pl.lit("insert"),
    }  # fmt: skip


def _defects() -> dict[str, pl.Expr]:
    """One row in :data:`_EACH` has each of these instead of its sound cell."""
    number, at_utc = pl.col("container_no"), pl.col("event_at_utc")
    hour = pl.duration(hours=1)
    wrong: tuple[tuple[str, object], ...] = (
        ("timezone_source", None),
        ("container_no", number.str.slice(0, 10)),
        (
            "container_no",
            number.str.slice(0, 10) + ((number.str.slice(10, 1).cast(pl.Int8) + 1) % 10).cast(pl.String),
        ),
        ("container_no", pl.lit("YMLU2838640")),
        ("container_no", pl.lit("QZAJ1000000")),
        ("full_empty", pl.lit("L")),
        ("action", pl.lit("delete")),
        ("wagon_no", pl.lit("95236197")),
        ("wagon_no", pl.lit("505126180016")),
        ("conveyance_name", pl.lit("IMO 9227274")),
        ("facility_node", None),
        ("transport_mode", pl.lit("camel")),
        ("size_type", pl.lit("99Z9")),
        ("event_code", pl.lit("MOVE")),
        ("vgm_kg", pl.col("gross_gross_kg") * 2),
        ("gross_gross_kg", pl.lit(40_000)),
        ("gross_gross_kg", pl.lit(27)),
        ("event_at_local", pl.col("event_at_local") + hour),
        ("event_on_local", pl.lit("1900-01-01").str.to_date()),
        ("event_at_utc", at_utc + pl.duration(days=9_000)),
    )
    found: dict[str, pl.Expr] = {}
    for place, (column, value) in enumerate(wrong):
        cell = pl.lit(None) if value is None else value
        found[column] = (
            pl.when(_row % _EACH == place * 190 + 5).then(cell).otherwise(found.get(column, pl.col(column)))
        )
    found["facility_code"] = (
        pl.when(found["facility_node"].is_null()).then(pl.lit("CNQQQ")).otherwise("facility_code")
    )
    return found
