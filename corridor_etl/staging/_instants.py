"""Times as written to instants: an offset beside the time decides, else the sender's clock, else the place's zone.

Which layouts a time may have is in ``_times``; which columns are times is for the record kinds.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridor_etl.reference import place
from corridor_etl.sources import Finding
from corridor_etl.staging import _times
from corridor_etl.staging._staging import Desk, mapped

TEXT = pl.String()
_OFFSET = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:\.[0-9]+)? ?(Z|[+-][0-9]{2}:?[0-9]{2})$"


@dataclass(frozen=True)
class Instants:
    """One time column: ``utc``, the wall clock ``local`` at the place, its ``zone`` and ``source``; null where none."""

    utc: pl.Series
    local: pl.Series
    zone: pl.Series
    source: pl.Series


def instants(desk: Desk, raw_name: str, column: str, places: pl.Series) -> Instants:
    """The raw column ``raw_name`` (with ``<raw_name>_format`` where EDIFACT gives one) as instants.

    ``places`` are place codes beside it. Unreadable and ambiguous times become faults of ``column``.
    """
    cells, formats = desk.cell(raw_name), desk.cell(f"{raw_name}_format")
    zones = _zones(desk, cells, formats, places)
    written = _written(cells)
    is_edifact = f"{raw_name}_format" in desk.raw.frame.columns
    clock = (
        _times.edifact(cells, formats)
        if is_edifact
        else _times.local(cells, is_day_first=desk.raw.is_day_first)
    )
    frame = pl.DataFrame({
        "cell": cells, "clock": clock, "zone": zones["zone"], "how": zones["how"], "place": zones["place"],
        "by_clock": _times.to_utc(clock, zones["zone"]),
    }).with_columns(written)  # fmt: skip
    frame = frame.with_columns(
        utc=pl.coalesce("offset_utc", "by_clock"),
        zone=pl.when(pl.col("offset_utc").is_not_null())
        .then(pl.coalesce("place", "offset_zone"))
        .otherwise("zone"),
        how=pl.when(pl.col("offset_utc").is_not_null()).then(pl.lit("explicit")).otherwise("how"),
    )
    _fault(desk, frame, column)
    local = _at_place(frame)
    is_known = frame["utc"].is_not_null()
    _note_assumed(desk, frame, places)
    return Instants(
        frame["utc"], local, frame["zone"].set(~is_known, None), frame["how"].set(~is_known, None)
    )


def _zones(desk: Desk, cells: pl.Series, formats: pl.Series, places: pl.Series) -> pl.DataFrame:
    is_zoned = formats.is_in(_times.ZONED_FORMATS).fill_null(False)
    own = desk.context.sender.timezone if desk.context.sender else None
    known = pl.DataFrame({
        "written": mapped(cells.set(~is_zoned, None), _times.zone_of_suffix, TEXT), "is_zoned": is_zoned,
        "place": mapped(places, lambda c: place.zone_of(c)[0], TEXT),
        "how": mapped(places, lambda c: place.zone_of(c)[1], TEXT),
    }).with_columns(own=pl.lit(own, dtype=TEXT))  # fmt: skip
    return known.select(
        "place",
        zone=pl.when("is_zoned").then("written").otherwise(pl.coalesce("own", "place", pl.lit("UTC"))),
        how=pl.when("is_zoned").then(pl.lit("explicit")).when(pl.col("own").is_not_null()).then(pl.lit("profile"))
        .when(pl.col("place").is_not_null()).then("how").otherwise(pl.lit("assumed_utc")),
    )  # fmt: skip


def _written(cells: pl.Series) -> list[pl.Series]:
    """``offset_utc``, ``offset_clock`` and ``offset_zone`` of cells that carry their own offset."""
    parts = cells.str.extract_groups(_OFFSET).struct.unnest()
    day, minute, second, offset = (parts.to_series(i) for i in range(4))
    wall = pl.DataFrame({"x": day + " " + minute + second.fill_null(":00")}).select(
        _times.of_this_century(pl.col("x").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False))
    )
    clock = wall.to_series().set(offset.is_null(), None)
    minutes = mapped(offset, _minutes, pl.Int64())
    frame = pl.DataFrame({"clock": clock, "minutes": minutes}).select(
        offset_utc=(pl.col("clock") - pl.duration(minutes="minutes")).dt.replace_time_zone("UTC"),
        offset_clock="clock",
    )
    return [frame["offset_utc"], frame["offset_clock"], mapped(offset, _zone, TEXT).alias("offset_zone")]


def _minutes(offset: str) -> int | None:
    if offset == "Z":
        return 0
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 14 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if offset[0] == "-" else 1)


def _zone(offset: str) -> str:
    """An IANA name where the offset has one (whole hours), else the offset as ``+08:30``."""
    minutes = _minutes(offset) or 0
    if minutes % 60 == 0:
        return "UTC" if minutes == 0 else f"Etc/GMT{'-' if minutes > 0 else '+'}{abs(minutes) // 60}"
    return f"{'+' if minutes > 0 else '-'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _at_place(frame: pl.DataFrame) -> pl.Series:
    """The wall clock at the place: as written, or moved to the place's zone where the offset was another."""
    result = pl.coalesce("offset_clock", "clock")
    for zone in sorted(z for z in frame["place"].unique().to_list() if z):
        moved = pl.col("utc").dt.convert_time_zone(zone).dt.replace_time_zone(None)
        is_moved = (pl.col("place") == zone) & pl.col("offset_utc").is_not_null()
        result = pl.when(is_moved).then(moved).otherwise(result)
    return frame.select(pl.when(pl.col("utc").is_not_null()).then(result).alias("local")).to_series()


def _fault(desk: Desk, frame: pl.DataFrame, column: str) -> None:
    cells = frame["cell"]
    is_read = frame["clock"].is_not_null() | frame["offset_utc"].is_not_null()
    desk.fault(cells.is_not_null() & ~is_read, _times.LOCAL_RULE, column, cells, _times.LOCAL_EXPECTED)
    desk.fault(
        is_read & frame["utc"].is_null(), _times.AMBIGUOUS_RULE, column, cells, _times.AMBIGUOUS_EXPECTED
    )


def _note_assumed(desk: Desk, frame: pl.DataFrame, places: pl.Series) -> None:
    is_assumed = (frame["how"] == "assumed_utc") & frame["utc"].is_not_null()
    named = places.filter(is_assumed).unique().drop_nulls().sort().to_list()
    if is_assumed.any() and not any(f.rule_id == "DT-001" for f in desk.findings):
        text = f"no zone is known for {', '.join(named[:5]) or 'the place'}: times are read as UTC"
        desk.findings.append(Finding("DT-001", "warning", text, None, ", ".join(named), "a time zone"))
