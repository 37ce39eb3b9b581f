"""Made-up port events of boxes that no loading list names: what a whole port moves beside the corridor's own boxes."""

from __future__ import annotations

import polars as pl

from benchmarks._marts_rows import MONDAY, WEEKS, typed

EVENTS_PER_VISIT = 4
_VISITS_PER_BOX = 6
_NODE, _ZONE = "NGB", "Asia/Shanghai"
# event of a box that goes out by sea, of one that comes in, hours after its visit begins
_STEPS = (("GTIN", "DISC", 0), ("VGM", "CUSI", 12), ("LOAD", "GTOT", 60), ("DEPA", "STRP", 70))


def port_week(week: int, visits: int) -> pl.DataFrame:
    """The events of ``visits`` visits of a week; a box comes six times a year, so that every week has others."""
    number = pl.int_range(visits, dtype=pl.Int64) + week * visits
    boxes = max(1, visits * WEEKS // _VISITS_PER_BOX)
    h = pl.col("visit") * 7_368_787 % 1_000_003
    base = pl.select(visit=number).with_columns(
        h=h,
        container_no=pl.lit("QZBU") + (pl.col("visit") % boxes).cast(pl.String).str.zfill(7),
        left_at=pl.lit(MONDAY).dt.cast_time_unit("us") + pl.duration(days=week * 7, seconds=h % (6 * 86_400)),
    )
    return pl.concat(_step(base, number, *step) for number, step in enumerate(_STEPS))


def _step(base: pl.DataFrame, number: int, out: str, came: str, hours: int) -> pl.DataFrame:
    h = pl.col("h")
    at = pl.col("left_at") + pl.duration(hours=hours, minutes=h * (number + 1) % 700)
    local = at.dt.convert_time_zone(_ZONE).dt.replace_time_zone(None)
    return typed(
        "port_event", base,
        event_code=pl.when(h % 2 == 0).then(pl.lit(out)).otherwise(pl.lit(came)), classifier=pl.lit("ACT"),
        container_no=pl.col("container_no"), facility_code=pl.lit(_NODE), facility_node=pl.lit(_NODE),
        event_at_utc=at, event_at_local=local, event_on_local=local.dt.date(), timezone=pl.lit(_ZONE),
        size_type=pl.lit("45G1"), teu=pl.lit(2), full_empty=pl.lit("F"), vgm_kg=pl.lit(20_000),
        conveyance_name=pl.lit("VESSEL ") + (h % 300).cast(pl.String),
        document_key=pl.lit("P") + (pl.col("visit") // 20).cast(pl.String),
    )  # fmt: skip
