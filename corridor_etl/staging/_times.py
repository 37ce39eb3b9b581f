"""Local wall clock to UTC through the zone of the place, never through a fixed offset.

Where the clock is set back an hour happens twice and where it is set forward one is missing: such a time is
a fault, because a guess would be wrong by an hour without anyone noticing.
"""

from __future__ import annotations

import re

import polars as pl

from corridor_etl.staging._casts import of_this_century

LOCAL_RULE, LOCAL_EXPECTED = "DT-006", "a date and time of this century such as 2025-02-28 17:11"
AMBIGUOUS_RULE, AMBIGUOUS_EXPECTED = "AMBIGUOUS_TIME", "a time that occurs exactly once in the zone"

LOCAL, UTC = pl.Datetime("us"), pl.Datetime("us", "UTC")

# EDIFACT 2379 -> (shape, layout); 303 and 304 have a zone behind it.
_FORMATS = {
    "203": ("^[0-9]{12}$", "%Y%m%d%H%M"),
    "204": ("^[0-9]{14}$", "%Y%m%d%H%M%S"),
    "102": ("^[0-9]{8}$", "%Y%m%d"),
    "303": ("^[0-9]{12}$", "%Y%m%d%H%M"),
    "304": ("^[0-9]{14}$", "%Y%m%d%H%M%S"),
}
ZONED_FORMATS = ("303", "304")

_CLOCK = "[ T][0-9]{1,2}:[0-9]{2}"
_LAYOUTS = (
    (rf"^[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}{_CLOCK}$", "%Y-%m-%d %H:%M"),
    (rf"^[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}{_CLOCK}:[0-9]{{2}}$", "%Y-%m-%d %H:%M:%S"),
    (rf"^[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}{_CLOCK}:[0-9]{{2}}\.[0-9]{{1,6}}$", "%Y-%m-%d %H:%M:%S%.f"),
    (rf"^[0-9]{{4}}/[0-9]{{1,2}}/[0-9]{{1,2}}{_CLOCK}$", "%Y/%m/%d %H:%M"),
    (rf"^[0-9]{{1,2}}\.[0-9]{{1,2}}\.[0-9]{{4}}{_CLOCK}$", "%d.%m.%Y %H:%M"),
    (rf"^[0-9]{{1,2}}\.[0-9]{{1,2}}\.[0-9]{{4}}{_CLOCK}:[0-9]{{2}}$", "%d.%m.%Y %H:%M:%S"),
)
_DAY_FIRST_LAYOUTS = (
    (rf"^[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}{_CLOCK}$", "%d/%m/%Y %H:%M"),
    (rf"^[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}{_CLOCK}:[0-9]{{2}}$", "%d/%m/%Y %H:%M:%S"),
)

_ZONE_NAMES = {"UTC": "UTC", "GMT": "UTC", "Z": "UTC"}


def local(cells: pl.Series, *, is_day_first: bool = False) -> pl.Series:
    """Text to a wall clock without zone; null where it is not one."""
    layouts = _LAYOUTS + (_DAY_FIRST_LAYOUTS if is_day_first else ())
    plain = cells.str.replace("T", " ", literal=True).to_frame("x")
    clock = of_this_century(pl.coalesce([_read(shape, f) for shape, f in layouts]))
    return plain.select(clock.alias("x")).to_series()


def edifact(values: pl.Series, formats: pl.Series) -> pl.Series:
    """DTM values with their 2379 format to a wall clock; a date alone is midnight; an unknown format is null."""
    known = set(formats.unique().to_list())
    if known & set(ZONED_FORMATS):
        values = values.str.replace(r"^([0-9]{12}|[0-9]{14})[A-Z+-].*$", "${1}")
    present = {code: layout for code, layout in _FORMATS.items() if code in known}
    if not present:
        return pl.Series(values.name, [None], dtype=LOCAL).new_from_index(0, len(values))
    frame = pl.DataFrame({"x": values, "f": formats})
    if len(known) == 1:
        clock = _read(*next(iter(present.values())))
    else:
        clock = pl.coalesce([pl.when(pl.col("f") == c).then(_read(*layout)) for c, layout in present.items()])
    return frame.select(of_this_century(clock).alias("x")).to_series()


def _read(shape: str, layout: str) -> pl.Expr:
    fitting = pl.when(pl.col("x").str.contains(shape)).then(pl.col("x"))
    if "%H" not in layout:
        return fitting.str.to_date(layout, strict=False).cast(LOCAL)
    return fitting.str.to_datetime(layout, time_unit="us", strict=False)


def zone_of_suffix(value: str) -> str | None:
    """The zone written behind a 303 or 304 value: UTC, GMT or a whole offset; None for any other letters."""
    suffix = re.sub("^[0-9]+", "", value)
    offset = re.fullmatch(r"([+-])(0?[0-9]|1[0-4])(?:00)?", suffix)
    if offset is None:
        return _ZONE_NAMES.get(suffix.upper())
    # Etc zones carry the sign the other way round: Etc/GMT-5 is five hours ahead.
    sign = "-" if offset[1] == "+" else "+"
    return f"Etc/GMT{sign}{int(offset[2])}"


def to_utc(clock: pl.Series, zones: pl.Series) -> pl.Series:
    """Wall clocks with the zone of each row to UTC; null where the clock is null, ambiguous or skipped."""
    frame = pl.DataFrame({"x": clock, "z": zones})
    result = pl.lit(None, dtype=UTC)
    known = zones.unique().to_list()
    if len(known) == 1 and known[0]:
        instant = pl.col("x").dt.replace_time_zone(known[0], ambiguous="null", non_existent="null")
        return frame.select(instant.dt.convert_time_zone("UTC").alias("x"))["x"]
    for zone in sorted(z for z in known if z):
        instant = pl.col("x").dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
        result = pl.when(pl.col("z") == zone).then(instant.dt.convert_time_zone("UTC")).otherwise(result)
    return frame.with_columns(result.alias("x"))["x"]
