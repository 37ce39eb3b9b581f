"""The rules of port events as somebody would write them by hand in Polars: one lazy pass, no framework.

It gives the same rows and rule ids as the suite (the benchmark checks that) and the rows to hold back with their rules;
it does not say what was observed and expected. What several rules need is computed once.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path

import polars as pl

from benchmarks._quality_child import NOW_UTC, measured
from corridor_etl.reference import place, size_type
from corridor_etl.settings import load_settings

_REQUIRED_TEXTS = (
    "event_code", "classifier", "container_no", "facility_code", "timezone", "timezone_source", "action"
)  # fmt: skip
_REQUIRED = ("event_at_utc", "event_at_local", "event_on_local", "version")
_EVENTS = (
    "GTIN GTOT LOAD DISC STUF STRP PICK DROP INSP RSEA RMVD CUSS CUSI CUSR CROS AVPU AVDO RAIL_LOAD RAIL_UNLD XSHIP "
    "ARRI DEPA VGM HOLD RLSE"
).split()
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))
_CRITICAL = {
    "ST-011", "ID-001", "ID-002", "ST-012", "ID-010", "ID-012", "ID-031", "CD-011", "CD-015", "DT-001", "DT-006",
    "DT-007", "DT-008",
}  # fmt: skip
c = pl.col


def failing(frame: pl.DataFrame, latest_at_utc: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows and the rules they break, and the rows to hold back with their rules."""
    if frame["row_id"].n_unique() != frame.height:
        raise ValueError("row_id is not unique")
    broken = {rule: (~expected).fill_null(False) for rule, expected in _rules(latest_at_utc).items()}
    judged = (
        frame.lazy()
        .with_columns(has_shape=c("container_no").str.contains("^[A-Z]{3}[UJZ][0-9]{7}$"))
        .with_columns(remainder=_remainder())
        .with_columns(**broken)
        .filter(pl.any_horizontal(*broken))
        .select(*frame.columns, *broken)
    )
    rows, near = pl.collect_all([judged, _near(frame.lazy())], engine="streaming")
    pairs = pl.concat([
        *(rows.filter(rule).select("row_id", pl.lit(rule).alias("rule_id")) for rule in broken),
        near.select("row_id", pl.lit("DU-002").alias("rule_id")),
    ]).sort("row_id", "rule_id")  # fmt: skip
    critical = pairs.filter(c("rule_id").is_in(list(_CRITICAL)))
    rules = critical.group_by("row_id").agg(rule_ids=c("rule_id").str.join(","))
    return pairs, rows.drop(broken).join(rules, on="row_id")


def _near(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The same box, event and place within five minutes: only rows that have company are put in order."""
    same = pl.struct("container_no", "event_code", "facility_code").hash()
    return (
        rows.select(same.alias("same"), "event_at_utc", "row_id")
        .filter(c("same").is_duplicated())
        .sort("same", "event_at_utc")
        .with_columns(since=c("event_at_utc").diff(), is_alike=c("same") == c("same").shift())
        .filter("is_alike", c("since").is_between(pl.duration(), pl.duration(minutes=5), closed="right"))
        .select("row_id")
    )


def _remainder() -> pl.Expr:
    number = c("container_no")
    serial = number.str.slice(4, 6).cast(pl.Int32, strict=False)
    letters = [
        number.str.slice(i, 1).replace_strict(_LETTERS, default=0, return_dtype=pl.Int32) * (1 << i)
        for i in range(4)
    ]
    digits = [serial // 10 ** (5 - i) % 10 * (16 << i) for i in range(6)]
    return pl.when("has_shape").then(pl.sum_horizontal(*letters, *digits) % 11)


def _rules(latest_at_utc: datetime) -> dict[str, pl.Expr]:
    gross, vgm = c("gross_gross_kg").cast(pl.Float64), c("vgm_kg").cast(pl.Float64)
    number, wagon = c("container_no"), c("wagon_no")
    return {
        "ST-011": pl.all_horizontal(
            *(c(name).str.strip_chars().fill_null("") != "" for name in _REQUIRED_TEXTS),
            *(c(name).is_not_null() for name in _REQUIRED),
        ),
        "ID-001": c("has_shape"),
        "ID-002": c("remainder") % 10 == number.str.slice(10, 1).cast(pl.Int32, strict=False),
        "ID-003": c("remainder") != 10,
        "ID-004": pl.when("has_shape").then(number.str.slice(3, 1) == "U"),
        "ST-012": pl.all_horizontal(
            c("full_empty").is_in(["F", "E"]).fill_null(True),
            c("action").is_in(["insert", "replace", "patch", "cancel"]).fill_null(True),
        ),
        "ID-010": _luhn(wagon, 8),
        "ID-012": _luhn(wagon, 12),
        "ID-030": _imo(c("conveyance_name").str.extract("^(?:IMO ?)?([0-9]{7})$", 1)),
        "ID-031": _known_place(),
        "ID-032": c("facility_code") != "CNNGB",
        "CD-010": c("transport_mode").is_in(["sea", "rail", "road", "air", "inland water"]),
        "CD-011": c("size_type").is_in(sorted(size_type.known_codes())),
        "CD-015": c("event_code").is_in(_EVENTS),
        "WT-002": (vgm - gross).abs() <= pl.max_horizontal(vgm * 0.05, pl.lit(500.0)),
        "WT-003": pl.when(gross <= 60_000).then(gross <= 36_000),
        "WT-008": pl.when(gross > 0).then(gross.is_between(60, 60_000)),
        "DT-001": pl.when(c("classifier") == "ACT").then(c("event_at_utc") <= latest_at_utc),
        "DT-006": c("event_on_local") >= date(2013, 1, 1),
        "DT-007": _wall_clock() == c("event_at_local"),
        "DT-008": c("classifier").is_in(["ACT", "EST", "PLN"]),
    }  # fmt: skip


def _luhn(number: pl.Expr, length: int) -> pl.Expr:
    whole = number.cast(pl.Int64, strict=False)
    digits = [whole // 10**i % 10 * (1 + i % 2) for i in range(length)]
    total = pl.sum_horizontal(d if i % 2 == 0 else d // 10 + d % 10 for i, d in enumerate(digits))
    return pl.when(number.str.contains(f"^[0-9]{{{length}}}$")).then(total % 10 == 0)


def _imo(number: pl.Expr) -> pl.Expr:
    whole = number.cast(pl.Int32)
    total = pl.sum_horizontal(whole // 10**i % 10 * (i + 1) for i in range(1, 7))
    return total % 10 == whole % 10


def _known_place() -> pl.Expr:
    code, node = c("facility_code"), c("facility_node")
    country = code.str.slice(0, 2).is_in(sorted(place.covered_countries()))
    is_covered = code.str.contains("^[A-Z]{2}[A-Z0-9]{3}$") & country
    known = node.is_not_null() | code.is_in(sorted(place.locodes()))
    return pl.when(is_covered | node.is_not_null()).then(known)


def _wall_clock() -> pl.Expr:
    """The zones of the corridor's nodes; there are no others in the rows."""
    shown = pl.lit(None, dtype=pl.Datetime("us"))
    for zone in ("Asia/Shanghai", "Asia/Almaty"):
        local = c("event_at_utc").dt.convert_time_zone(zone).dt.replace_time_zone(None)
        shown = pl.when(c("timezone") == zone).then(local).otherwise(shown)
    return shown


def main(rows: Path, found: Path) -> None:
    """Judges the rows of a folder, writes what breaks which rule and prints what it took."""
    from corridor_etl.quality.runner import run_parameters

    latest = datetime.fromisoformat(run_parameters(load_settings(), NOW_UTC)["latest_at_utc"])
    taken, (pairs, held) = measured(rows, lambda frame: failing(frame, latest))
    pairs.write_parquet(found)
    print(json.dumps({**taken, "held": held.height}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
