"""Trips, reconciliation and weekly marts as somebody would write them by hand in plain Polars for this one corridor.

One join of events to trips, one sort of moves, aggregates by week; every kind of subject, and items with both sides,
the value believed, all outcomes and their days. No settings, no lineage, no estimates, no statistical value, journeys
or chains of events, no sums over consignments linked by way of others. Whole numbers throughout, like ours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from benchmarks import _marts_peer_subjects as subjects
from benchmarks import _marts_peer_weeks as weeks
from benchmarks._marts_rows import read, records
from benchmarks._storage_measure import measured

_WEEK = "%G-W%V"
_WAY = {"W": ("NGB", "YIN", "HRS", "ALT", "ALA", "ALA"), "E": ("ALA", "ALA", "ALT", "HRS", "YIN", "NGB")}
_OF_ITEM = (
    "container_no", "direction", "service_id", "train_no", "iso_week", "group", "left_on", "seal_nos", "port_seals",
    "full_empty", "port_load", "size_type", "port_size", "listed_g", "declared_g", "listed_packages",
    "declared_packages", "at_home", "abroad", "chapter", "heads",
)  # fmt: skip
# instant, event, place on the way, days from the planned departure
_FIRST = (
    ("departed", "DEPA", 1), ("border_in", "ARRI", 2), ("border_out", "DEPA", 3), ("arrived", "ARRI", 4),
    ("delivered", "GTOT", 5), ("near_left", "DEPA", 2), ("far_arrived", "ARRI", 3), ("returned", "DROP", 5),
)  # fmt: skip
_LAST = (("gate_in", "GTIN", 0), ("loaded", "RAIL_LOAD", 0), ("origin_arrived", "ARRI", 1))


def made(current: Mapping[str, pl.DataFrame]) -> weeks.Frames:
    """The trips with their outcome, and the marts."""
    boxes = _declared_boxes(current["declaration_item"])
    seen = _seen(current["manifest_container"], current["port_event"])
    trips = _with_flow(_trips(current["manifest_container"], seen), boxes)
    linked = _linked(trips, boxes)
    groups = _groups(linked, trips)
    items = _reconciled(trips, seen, boxes, linked, groups)
    marts = {
        **weeks.of_trips(trips), **weeks.of_durations(trips), **weeks.of_ports(current["port_event"]),
        "trade": weeks.trade(current["declaration_item"]), **weeks.of_bookings(current["booking"], trips),
    }  # fmt: skip
    return {"trips": trips, "items": items, **_subjects(current, trips, boxes, linked, groups), **marts}


def _subjects(
    current: Mapping[str, pl.DataFrame],
    trips: pl.DataFrame,
    boxes: pl.DataFrame,
    linked: pl.DataFrame,
    groups: pl.DataFrame,
) -> weeks.Frames:
    events, items = current["port_event"], current["declaration_item"]
    return {
        "subject_leg": subjects.legs(trips), "subject_visit": subjects.visits(events),
        "subject_declared": subjects.declared(boxes, linked, trips),
        "subject_consignment": subjects.consignments(groups, linked, trips, boxes),
        "subject_reexport": subjects.reexports(items), "subject_port_load": subjects.port_loads(events, trips),
        "subject_train": subjects.trains(trips, events, current["booking"]),
        "subject_mirror": subjects.mirrors(items),
    }  # fmt: skip


def _seen(lists: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Events beside the trip of their box in whose window they lie."""
    trips = lists.with_row_index("trip").select(
        "trip", "container_no", "direction", planned_on="departure_on_local", planned_at="planned_departure_at_utc"
    ).sort("container_no", "planned_on")  # fmt: skip
    box, day = pl.col("container_no"), pl.col("planned_on")
    trips = trips.with_columns(
        before=pl.when(box == box.shift(1)).then(day.shift(1)),
        after=pl.when(box == box.shift(-1)).then(day.shift(-1)),
    )
    own = events.lazy().filter(pl.col("classifier") == "ACT").select(
        "container_no", "event_code", "facility_node", "event_at_utc", "event_on_local", "seal_nos", "full_empty",
        "size_type", "vgm_kg",
    )  # fmt: skip
    days = (pl.col("event_on_local") - pl.col("planned_on")).dt.total_days()
    is_between = (pl.col("event_on_local") > pl.col("before")).fill_null(True) & (
        pl.col("event_on_local") < pl.col("after")
    ).fill_null(True)
    return trips.lazy().join(own, on="container_no").filter(days.is_between(-30, 60), is_between).collect()


def _trips(lists: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    at = pl.col("event_at_utc")
    instants = [pl.when(_is(code, place)).then(at).min().alias(name) for name, code, place in _FIRST]
    instants += [pl.when(_is(code, place)).then(at).max().alias(name) for name, code, place in _LAST]
    found = seen.group_by("trip").agg(instants)
    listed = lists.with_row_index("trip").with_columns(
        (pl.col("teu") * 100).cast(pl.Int64).alias("teu_x100"),
        *(
            (pl.col(f"{n}_kg") * 1000).cast(pl.Int64).alias(f"{n}_g")
            for n in ("cargo_gross", "cargo_net", "tare")
        ),
        chapter=pl.col("hs_code").str.head(2),
        trip_id=subjects.key("service_id", "train_no", "departure_on_local", "container_no"),
    )
    trips = listed.join(found, on="trip", how="left")
    zone = {"W": "Asia/Shanghai", "E": "Asia/Almaty"}
    left = pl.coalesce(
        pl.when(pl.col("direction") == d).then(pl.col("departed").dt.convert_time_zone(z).dt.date())
        for d, z in zone.items()
    )
    return trips.with_columns(left_on=pl.coalesce(left, "departure_on_local")).with_columns(
        iso_week=pl.col("left_on").dt.strftime(_WEEK)
    )


def _is(code: str, place: int) -> pl.Expr:
    node = (
        pl.when(pl.col("direction") == "W").then(pl.lit(_WAY["W"][place])).otherwise(pl.lit(_WAY["E"][place]))
    )
    return (pl.col("event_code") == code) & (pl.col("facility_node") == node)


def _declared_boxes(items: pl.DataFrame) -> pl.DataFrame:
    chinese = pl.col("origin_country") == "CN"
    flow = (
        pl.when(pl.col("ie_flag") == "E")
        .then(pl.when(chinese).then(pl.lit("EXPORT_DOMESTIC")).otherwise(pl.lit("RE_EXPORT")))
        .otherwise(pl.when(chinese).then(pl.lit("RE_IMPORT")).otherwise(pl.lit("IMPORT")))
    )
    return items.select(
        "regime", "declaration_no", "declared_on_local", "released_on_local", "gross_kg", "packages",
        "total_price", "stat_value_usd", flow=flow, head=pl.col("hs_code").str.head(2),
        direction=pl.when(pl.col("ie_flag") == "E").then(pl.lit("W")).otherwise(pl.lit("E")),
        container_no=pl.col("container_nos").str.split(" "),
    ).explode("container_no")  # fmt: skip


def _with_flow(trips: pl.DataFrame, boxes: pl.DataFrame) -> pl.DataFrame:
    days = (pl.col("declared_on_local") - pl.col("departure_on_local")).dt.total_days()
    named = trips.select("trip", "container_no", "direction", "departure_on_local").join(
        boxes.filter(regime="CN"), on=["container_no", "direction"]
    )
    worth = named.filter(days.abs() <= 30).group_by("trip", "flow").agg(pl.col("total_price").sum())
    flows = worth.sort("trip", "total_price", "flow", descending=[False, True, False]).unique(
        "trip", keep="first"
    )
    flow = (
        pl.when(pl.col("full_empty") == "E")
        .then(pl.lit("EMPTY"))
        .otherwise(pl.col("flow").fill_null("UNDECLARED"))
    )
    return trips.join(flows.select("trip", "flow"), on="trip", how="left").with_columns(flow.alias("flow"))


def _reconciled(
    trips: pl.DataFrame, seen: pl.DataFrame, boxes: pl.DataFrame, linked: pl.DataFrame, groups: pl.DataFrame
) -> pl.DataFrame:
    """Every trip and every declared box no trip has, with what each side says and all outcomes, the gravest first."""
    port = seen.sort("trip", "event_at_utc").group_by("trip", maintain_order=True).agg(
        pl.col("seal_nos").drop_nulls().n_unique().alias("seals"),
        pl.col("seal_nos").drop_nulls().last().alias("port_seals"),
        pl.col("full_empty").filter(pl.col("event_code") != "DROP").first().alias("port_load"),
        pl.col("size_type").first().alias("port_size"), pl.col("vgm_kg").drop_nulls().last(),
    )  # fmt: skip
    own = linked.select("group", "trip").unique("trip").join(groups, on="group", how="left")
    found = trips.join(own, on="trip", how="left").join(port, on="trip", how="left")
    found = found.join(_values(boxes), on="container_no", how="left").with_columns(
        pl.when(applies).then(pl.lit(name)).alias(f"is_{name}") for name, applies in _outcomes().items()
    )
    told = [pl.col(f"is_{name}") for name in _outcomes()]
    weighed_g = (pl.col("vgm_kg") - pl.col("tare_kg")) * 1000
    items = found.select(
        *_OF_ITEM, subject_key="trip_id", outcome=pl.coalesce(*told, pl.lit("matched")),
        outcomes=pl.concat_str(told, separator=" ", ignore_nulls=True), subject=pl.lit("trip"),
        due_on=pl.col("left_on") + pl.duration(days=7), chosen_g=pl.coalesce(weighed_g, "listed_g", "declared_g"),
        weight_gap_g=pl.col("declared_g") - pl.col("listed_g"), value_gap=pl.col("abroad") - pl.col("at_home"),
        package_gap=pl.col("declared_packages") - pl.col("listed_packages"),
        chosen_seals=pl.coalesce("port_seals", "seal_nos"), chosen_size=pl.coalesce("port_size", "size_type"),
        opened_on=pl.when(pl.any_horizontal(e.is_not_null() for e in told)).then("left_on"),
    )  # fmt: skip
    loose = boxes.filter(regime="CN").join(linked, on=["declaration_no", "container_no"], how="anti")
    missed = loose.select(
        "container_no", "direction", outcome=pl.lit("declared_not_moved"), outcomes=pl.lit("declared_not_moved"),
        subject=pl.lit("declared"), subject_key=subjects.key("regime", "declaration_no", "container_no"),
        iso_week=pl.col("released_on_local").dt.strftime(_WEEK), opened_on="released_on_local",
    )  # fmt: skip
    return pl.concat([items, missed], how="diagonal").sort("subject", "subject_key")


def _outcomes() -> dict[str, pl.Expr]:
    laden = pl.col("full_empty") == "F"
    apart = (pl.col("declared_g") - pl.col("listed_g")).abs()
    limit = pl.max_horizontal(pl.col("listed_g") * 3 // 100, pl.lit(100_000))
    weighed = (pl.col("vgm_kg") - pl.col("tare_kg") - pl.col("cargo_gross_kg")).abs() * 20
    is_far = ~(pl.col("abroad") * 100).is_between(pl.col("at_home") * 95, pl.col("at_home") * 130)
    return {
        "manifested_not_declared": laden & pl.col("group").is_null(),
        "manifested_not_moved": pl.col("loaded").is_null() & (pl.col("direction") == "W"),
        "seal_changed": pl.col("seals") > 1,
        "status_mismatch": pl.col("port_load") != pl.col("full_empty"),
        "weight_gap": (apart > limit) | (weighed > pl.col("vgm_kg")),
        "package_gap": pl.col("declared_packages") != pl.col("listed_packages"),
        "value_gap": is_far,
        "hs_gap": pl.col("heads").list.contains(pl.col("chapter")).not_(),
        "size_mismatch": pl.col("port_size") != pl.col("size_type"),
    }


def _linked(trips: pl.DataFrame, boxes: pl.DataFrame) -> pl.DataFrame:
    days = (pl.col("left_on") - pl.col("declared_on_local")).dt.total_days().abs()
    near = trips.select("trip", "container_no", "direction", "left_on").join(
        boxes.filter(regime="CN"), on=["container_no", "direction"]
    )
    nearest = near.filter(days <= 14).sort("declaration_no", "container_no", days).unique(
        ["declaration_no", "container_no"], keep="first"
    )  # fmt: skip
    # boxes of one declaration are one group, and a box of two declarations makes them one
    once = nearest.with_columns(pl.col("trip").min().over("declaration_no").alias("group"))
    return once.with_columns(pl.col("group").min().over("trip"))


def _groups(linked: pl.DataFrame, trips: pl.DataFrame) -> pl.DataFrame:
    declared = linked.unique(["group", "declaration_no"]).group_by("group").agg(
        (pl.col("gross_kg").sum() * 1000).cast(pl.Int64).alias("declared_g"),
        pl.col("packages").sum().alias("declared_packages"), pl.col("head").unique().alias("heads"),
    )  # fmt: skip
    listed = (
        linked.select("group", "trip")
        .unique()
        .join(trips.select("trip", "cargo_gross_g", "packages"), on="trip")
    )
    sums = listed.group_by("group").agg(
        pl.col("cargo_gross_g").sum().alias("listed_g"), pl.col("packages").sum().alias("listed_packages")
    )
    return declared.join(sums, on="group")


def _values(boxes: pl.DataFrame) -> pl.DataFrame:
    cents = [(pl.col(n) * 100).cast(pl.Int64).alias(n) for n in ("total_price", "stat_value_usd")]
    home = (
        boxes.filter(regime="CN")
        .with_columns(cents)
        .group_by("container_no")
        .agg(at_home=pl.col("total_price").sum())
    )
    abroad = (
        boxes.filter(regime="EAEU")
        .with_columns(cents)
        .group_by("container_no")
        .agg(abroad=pl.col("stat_value_usd").sum())
    )
    return home.join(abroad, on="container_no")


def main(_turn: str, folder: str) -> None:
    """Prints what the week took as JSON."""
    made(records(500, 1))
    current = read(Path(folder))
    print(json.dumps(measured(lambda: made(current))))


if __name__ == "__main__":
    main(*sys.argv[1:])
