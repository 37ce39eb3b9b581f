"""Made-up current records of a corridor at the scale of a port: loading lists, events, declarations and bookings.

All cells follow from the number of the trip. Boxes travel again after five weeks; every tenth consignment has three
boxes, every eighth box goes east, and here and there an event, a declaration or a weight is missing or differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from corridor_etl.model import KINDS
from corridor_etl.reference.place import nodes

WEEKS = 52
LATE_ROWS = 10_000
LATE_NODE = "NGB"
MONDAY = datetime(2025, 1, 6, tzinfo=UTC)
_BOXES_PER_TRAIN = 50
_WEEKS_PER_ROUND = 5
_DAY_S = 86_400
_trip = pl.col("trip")
_h = _trip * 7_368_787 % 1_000_003
_part = pl.when(_trip % 30 < 3).then(_trip % 30).otherwise(0)  # of the boxes of one declaration
Records = dict[str, pl.DataFrame]
# event, hours after the train leaves its origin, node westbound and eastbound, load where it is not the trip's
_EVENTS = (
    ("GTIN", -120, "NGB", "ALA", None),
    ("RAIL_LOAD", -100, "NGB", None, None),
    ("DEPA", 0, "YIN", "ALA", None),
    ("ARRI", 20, "HRS", "ALT", None),
    ("DEPA", 40, "ALT", "HRS", None),
    ("ARRI", 60, "ALA", "YIN", None),
    ("GTOT", 90, "ALA", "NGB", None),
    ("DROP", 200, "ALA", None, "E"),
)
EVENTS_PER_TRIP = 7


def records(trips: int, weeks: int) -> Records:
    """Current records of ``trips`` container trips that leave evenly over ``weeks`` weeks, by record kind."""
    numbered = pl.select(pl.int_range(trips, dtype=pl.Int64).alias("trip"))
    base = numbered.with_columns(**_base(trips, weeks)).with_columns(
        is_west=_h % 8 != 0, is_laden=_h % 11 != 0
    )
    return {
        "manifest_container": _lists(base),
        "port_event": _events(base),
        "declaration_item": pl.concat([_exports(base), _imports(base)]),
        "booking": _bookings(base),
    }


def write(made: Records, folder: Path) -> None:
    """One Parquet file per record kind."""
    folder.mkdir()
    for kind, rows in made.items():
        rows.write_parquet(folder / f"{kind}.parquet")


def read(folder: Path) -> Records:
    """What :func:`write` wrote."""
    return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def without_late(made: Records) -> tuple[Records, pl.DataFrame]:
    """The records without a late file, and the file: :data:`LATE_ROWS` events of one terminal in a row, mid-year.

    At 270,000 trips a year that is little more than one week of the terminal.
    """
    events = made["port_event"].with_row_index("row")
    middle = pl.col("event_on_local") >= events["event_on_local"].median()
    mine = events.filter(middle, facility_node=LATE_NODE).sort("event_at_utc", "row").head(LATE_ROWS)
    known = events.join(mine, on="row", how="anti", maintain_order="left")
    return {**made, "port_event": known.drop("row")}, mine.drop("row")


def _base(trips: int, weeks: int) -> dict[str, pl.Expr]:
    boxes = trips if weeks <= _WEEKS_PER_ROUND else trips * _WEEKS_PER_ROUND // weeks
    train = _trip // _BOXES_PER_TRAIN
    trains = max(1, trips // _BOXES_PER_TRAIN)
    left_s = train * (weeks * 7) // trains * _DAY_S + 3600 * 6 + train % 12 * 3600
    return {
        "container_no": pl.lit("QZAU") + (_trip % boxes).cast(pl.String).str.zfill(7),
        "train_no": pl.lit("X9") + (train % 1000).cast(pl.String).str.zfill(3),
        "left_at": pl.lit(MONDAY).dt.cast_time_unit("us") + pl.duration(seconds=left_s),
        "service_id": pl.lit("YIN-ALA"),
        "size_type": pl.when(_h % 3 == 0).then(pl.lit("22G1")).otherwise(pl.lit("45G1")),
        "booking_no": pl.lit("BK") + (_trip // 5).cast(pl.String),
        "declaration_no": pl.lit("31") + (_trip - _part).cast(pl.String).str.zfill(16),
    }  # fmt: skip


def typed(kind: str, rows: pl.DataFrame, **cells: pl.Expr) -> pl.DataFrame:
    """Rows with every column of the kind and where they came from; what is not given is null."""
    schema: Mapping[str, pl.DataType] = {
        **KINDS[kind].schema,
        "delivery_id": pl.String(),
        "line_no": pl.Int64(),
    }
    given = {"version": pl.lit(1), "action": pl.lit("insert"), "line_no": pl.int_range(pl.len()) + 2, **cells}
    day = pl.col("left_at").dt.strftime("%Y%m%d")
    given.setdefault("delivery_id", pl.lit(kind[:4]) + day + pl.lit("0000"))
    return rows.select(
        given.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in schema.items()
    )


def _direction() -> pl.Expr:
    return pl.when("is_west").then(pl.lit("W")).otherwise(pl.lit("E"))


def _load() -> pl.Expr:
    return pl.when("is_laden").then(pl.lit("F")).otherwise(pl.lit("E"))


def _teu() -> pl.Expr:
    return pl.when(pl.col("size_type") == "22G1").then(1).otherwise(2)


def _gross() -> pl.Expr:
    return pl.when("is_laden").then(8_000 + _h % 18_000)


def _lists(base: pl.DataFrame) -> pl.DataFrame:
    west = pl.col("is_west")
    return typed(
        "manifest_container", base,
        **{n: pl.col(n) for n in ("service_id", "train_no", "container_no", "size_type", "booking_no")},
        departure_on_local=pl.col("left_at").dt.date(),
        planned_departure_at_utc=pl.col("left_at") - pl.duration(hours=_h % 3),
        direction=_direction(), origin_node=pl.when(west).then(pl.lit("YIN")).otherwise(pl.lit("ALA")),
        destination_node=pl.when(west).then(pl.lit("ALA")).otherwise(pl.lit("YIN")),
        wagon_no=(_trip // 2).cast(pl.String),
        teu=_teu(), full_empty=_load(), seal_nos=pl.lit("S") + _trip.cast(pl.String), packages=_h % 900 + 1,
        cargo_gross_kg=_gross(), cargo_net_kg=_gross() - 300, tare_kg=pl.lit(3_800), hs_code=_hs(),
        declaration_nos=pl.when(_h % 4 == 0).then("declaration_no"),
    )  # fmt: skip


def _hs() -> pl.Expr:
    return (_h % 90 + 10).cast(pl.String) + pl.lit("0940")


def _events(base: pl.DataFrame) -> pl.DataFrame:
    parts = [_event(base, number, *event) for number, event in enumerate(_EVENTS)]
    return pl.concat(parts)


def _event(
    base: pl.DataFrame, number: int, code: str, hours: int, west: str, east: str | None, load: str | None
) -> pl.DataFrame:
    some = base.filter((_h + number) % 29 != 0, pl.lit(east is not None) | pl.col("is_west"))
    node = pl.when("is_west").then(pl.lit(west)).otherwise(pl.lit(east))
    at = pl.col("left_at") + pl.duration(hours=hours, minutes=_h * (number + 1) % 400)
    zones = {n: str(nodes()[n]["timezone"]) for n in (west, east) if n is not None}
    local = pl.coalesce(
        pl.when(node == n).then(at.dt.convert_time_zone(zone).dt.replace_time_zone(None))
        for n, zone in zones.items()
    )
    seal = pl.lit("S") + (_trip + pl.when((_h + number) % 997 == 0).then(1).otherwise(0)).cast(pl.String)
    return typed(
        "port_event", some,
        event_code=pl.lit(code), classifier=pl.lit("ACT"), container_no=pl.col("container_no"), facility_code=node,
        facility_node=node, event_at_utc=at, event_at_local=local, event_on_local=local.dt.date(), seal_nos=seal,
        size_type=pl.col("size_type"), teu=_teu(), full_empty=_load() if load is None else pl.lit(load),
        timezone=node.replace_strict(zones), conveyance_name=pl.col("train_no"),
        vgm_kg=pl.when(_h % 2 == 0).then(_gross() + 3_800), document_key=pl.lit("D") + (_trip // 20).cast(pl.String),
    )  # fmt: skip


def _exports(base: pl.DataFrame) -> pl.DataFrame:
    """One declaration a consignment; every tenth covers three boxes."""
    laden = base.filter("is_laden", _h % 13 != 0)
    boxes = laden.group_by("declaration_no", maintain_order=True).agg(
        pl.col("trip", "left_at", "is_west", "is_laden", "service_id", "train_no").first(),
        pl.col("container_no").str.join(" ").alias("container_nos"), _gross().sum().alias("gross"),
        (_h % 900 + 1).sum().alias("packages"),
    )  # fmt: skip
    flag = pl.when("is_west").then(pl.lit("E")).otherwise(pl.lit("I"))
    return typed(
        "declaration_item", boxes, **_declared(pl.lit("CN"), "declaration_no", flag, -3, pl.lit("CN"))
    )


def _imports(base: pl.DataFrame) -> pl.DataFrame:
    """What is declared abroad of a third of the boxes."""
    some = base.filter("is_laden", "is_west", _h % 3 == 0).with_columns(
        container_nos="container_no", gross=_gross(), packages=_h % 900 + 1,
        import_no=pl.lit("KZ") + _trip.cast(pl.String),
    )  # fmt: skip
    cells = _declared(pl.lit("EAEU"), "import_no", pl.lit("I"), 4, pl.lit("CN"))
    return typed("declaration_item", some, **cells)


def _declared(regime: pl.Expr, number: str, flag: pl.Expr, days: int, origin: pl.Expr) -> dict[str, pl.Expr]:
    day = pl.col("left_at").dt.date()
    price = _h % 40_000 + 500
    return {
        "regime": regime, "declaration_no": pl.col(number), "item_no": pl.lit(1), "ie_flag": flag,
        "declared_on_local": day + pl.duration(days=days), "released_on_local": day + pl.duration(days=days + 1),
        "service_id": pl.col("service_id"), "train_no": pl.col("train_no"), "procedure_code": pl.lit("40"),
        "transport_mode": pl.lit("3"), "transaction_mode": pl.lit("3"),
        "origin_country": pl.when(_h % 50 == 0).then(pl.lit("JP")).otherwise(origin),
        "hs_code": _hs() + pl.lit("9000"), "first_quantity": pl.col("gross") - 300, "first_unit_code": pl.lit("035"),
        "total_price": price, "currency": pl.lit("USD"), "stat_value_usd": price * 11 // 10,
        "item_gross_kg": pl.col("gross"), "item_net_kg": pl.col("gross") - 300, "gross_kg": pl.col("gross"),
        "net_kg": pl.col("gross") - 300, "packages": pl.col("packages"), "container_nos": pl.col("container_nos"),
    }  # fmt: skip


def _bookings(base: pl.DataFrame) -> pl.DataFrame:
    some = base.group_by("booking_no", maintain_order=True).agg(
        pl.col("trip", "left_at", "is_west", "service_id", "train_no", "size_type").first(),
        pl.len().alias("boxes"),
    )
    return typed(
        "booking", some,
        booking_no=pl.col("booking_no"), service_id=pl.col("service_id"), direction=_direction(),
        train_no=pl.col("train_no"), departure_on_local=pl.col("left_at").dt.date(), containers=pl.col("boxes"),
        teu=pl.col("boxes") * 2,
        booked_at_utc=pl.col("left_at") - pl.duration(days=10 + _h % 20),
        booking_status=pl.lit("confirmed"),
    )  # fmt: skip
