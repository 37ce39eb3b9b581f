"""What documents say of one thing, side by side, by hand: the peer's frames beside the subjects of reconciliation.

One narrow frame per kind, each with a key as text and the values compared; no columns of other kinds, no row numbers,
no deliveries compared with.
"""

from __future__ import annotations

import polars as pl

Frames = dict[str, pl.DataFrame]
_LEGS = (
    ("departed", "border_in", "departed"), ("border_in", "border_out", "border"),
    ("border_out", "arrived", "arrival"),
)  # fmt: skip
_TRAIN = ("service_id", "direction", "train_no", "departure_on_local")
_STEPS = {
    "out": {"gate_in": ("GTIN",), "loaded": ("LOAD", "RAIL_LOAD"), "left": ("DEPA",)},
    "in": {"came": ("ARRI",), "unloaded": ("DISC", "RAIL_UNLD"), "gate_out": ("GTOT",)},
}
_STAY_HOURS, _SOUGHT_DAYS, _SEEN_DAYS = 72, 60, 3


def key(*parts: str) -> pl.Expr:
    """Columns as one text."""
    return pl.concat_str([pl.col(part).cast(pl.String) for part in parts], separator="|").alias("key")


def legs(trips: pl.DataFrame) -> pl.DataFrame:
    """Hours of each leg of each trip, beside what 95 of 100 trips need."""
    parts = [
        trips.lazy()
        .filter(pl.col(start).is_not_null(), pl.col(end).is_not_null())
        .select(
            pl.concat_str("trip_id", pl.lit(name), separator="|").alias("key"), "container_no", "train_no", "iso_week",
            leg=pl.concat_str(pl.lit(name), "direction", separator="-"),
            hours=(pl.col(end) - pl.col(start)).dt.total_minutes() / 60,
        )
        for start, end, name in _LEGS
    ]  # fmt: skip
    taken = pl.concat(parts).collect()
    usual = taken.group_by("leg").agg(
        pl.col("hours").quantile(0.95, interpolation="linear").alias("p95_hours"), pl.len()
    )
    return taken.join(usual, on="leg", how="left")


def visits(events: pl.DataFrame) -> pl.DataFrame:
    """Stays of a box at a terminal on one way, with the instants of its steps, where more than one is known."""
    ways = {code: way for way, steps in _STEPS.items() for codes in steps.values() for code in codes}
    place = ("container_no", "facility_node", "way")
    known = (
        events.lazy()
        .filter(pl.col("classifier") == "ACT", pl.col("event_code").is_in(list(ways)))
        .select(
            "container_no", "facility_node", "event_code", "event_at_utc", "event_on_local", "conveyance_name",
            "delivery_id", "line_no", way=pl.col("event_code").replace_strict(ways),
        )
        .sort(*place, "event_at_utc")
        .collect()
    )  # fmt: skip
    is_same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in place)
    is_near = pl.col("event_at_utc") - pl.col("event_at_utc").shift(1) <= pl.duration(hours=_STAY_HOURS)
    stays = known.with_columns(visit=(is_same & is_near).fill_null(False).not_().cum_sum())
    visit = pl.col("visit")
    stays = stays.filter(
        (visit == visit.shift(1)) | (visit == visit.shift(-1))
    )  # one event alone is no visit
    steps = {name: codes for named in _STEPS.values() for name, codes in named.items()}
    found = stays.group_by("visit", maintain_order=True).agg(
        pl.col(
            *place,
            "event_at_utc",
            "event_on_local",
            "event_code",
            "conveyance_name",
            "delivery_id",
            "line_no",
        ).first(),
        *(
            pl.when(pl.col("event_code").is_in(codes)).then("event_at_utc").min().alias(name)
            for name, codes in steps.items()
        ),
    )
    several = found.filter(pl.sum_horizontal(pl.col(name).is_not_null() for name in steps) > 1)
    week = pl.col("event_on_local").dt.strftime("%G-W%V").alias("iso_week")
    return several.with_columns(week, key(*place, "event_at_utc"))


def declared(boxes: pl.DataFrame, linked: pl.DataFrame, trips: pl.DataFrame) -> pl.DataFrame:
    """Each box of a released declaration with the train it went by, and how far loading lists reach beyond it."""
    train = linked.select("declaration_no", "container_no", "trip", "left_on").unique(
        ["declaration_no", "container_no"]
    )
    found = boxes.filter(pl.col("regime") == "CN", pl.col("released_on_local").is_not_null()).join(
        train, on=["declaration_no", "container_no"], how="left"
    )
    last = trips.group_by("direction").agg(pl.col("departure_on_local").max().alias("last_on"))
    released = pl.col("released_on_local")
    return found.join(last, on="direction", how="left").select(
        key("regime", "declaration_no", "container_no"), "container_no", "trip",
        gap_days=(pl.col("left_on") - released).dt.total_days(), iso_week=released.dt.strftime("%G-W%V"),
        ahead_days=(pl.col("last_on") - released).dt.total_days(),
    )  # fmt: skip


def consignments(
    groups: pl.DataFrame, linked: pl.DataFrame, trips: pl.DataFrame, boxes: pl.DataFrame
) -> pl.DataFrame:
    """Sums of both sides of the groups of which no declared box is missing, with their boxes and chapters."""
    number = linked.select("declaration_no", "group").unique()
    loose = boxes.filter(pl.col("regime") == "CN").join(
        linked, on=["declaration_no", "container_no"], how="anti"
    )
    missing = loose.join(number, on="declaration_no").select("group").unique()
    names = (
        linked.select("group", "trip", "container_no")
        .unique("trip")
        .join(trips.select("trip", "chapter", "train_no", "iso_week"), on="trip")
        .sort("group", "container_no")
        .group_by("group", maintain_order=True)
        .agg(
            pl.col("container_no").str.join(" "), pl.col("chapter").unique().alias("listed_chapters"),
            pl.col("train_no").first(), pl.col("iso_week").min(),
        )
    )  # fmt: skip
    said = number.group_by("group").agg(pl.col("declaration_no").min())
    whole = groups.join(missing, on="group", how="anti").join(names, on="group").join(said, on="group")
    return whole.with_columns(pl.concat_str(pl.lit("CN"), "declaration_no", separator="|").alias("key"))


def reexports(items: pl.DataFrame) -> pl.DataFrame:
    """Exports of goods of other countries, each with the last import of their heading and origin before it."""
    goods = items.lazy().filter(pl.col("regime") == "CN").with_columns(heading=pl.col("hs_code").str.head(4))
    exports = goods.filter(pl.col("ie_flag") == "E", pl.col("origin_country") != "CN").select(
        key("regime", "declaration_no", "item_no"), "origin_country", "heading", "declared_on_local", "container_nos"
    )  # fmt: skip
    imports = goods.filter(pl.col("ie_flag") == "I").select(
        "origin_country", "heading", came_on="declared_on_local"
    )
    return (
        exports.sort("declared_on_local")
        .join_asof(
            imports.sort("came_on"), left_on="declared_on_local", right_on="came_on", strategy="backward",
            by=["origin_country", "heading"], check_sortedness=False,
        )
        .collect()
    )  # fmt: skip


def port_loads(events: pl.DataFrame, trips: pl.DataFrame) -> pl.DataFrame:
    """Boxes loaded on rail at the port, each with the box's next westbound departure."""
    loads = events.lazy().filter(
        pl.col("classifier") == "ACT", pl.col("event_code") == "RAIL_LOAD", pl.col("facility_node") == "NGB"
    ).select(
        key("container_no", "event_at_utc", "facility_code"), "container_no", "event_on_local", "conveyance_name",
        "delivery_id", "line_no", iso_week=pl.col("event_on_local").dt.strftime("%G-W%V"),
    )  # fmt: skip
    west = trips.lazy().filter(pl.col("direction") == "W").select("container_no", "left_on", "trip")
    return (
        loads.sort("event_on_local")
        .join_asof(
            west.sort("left_on"), left_on="event_on_local", right_on="left_on", by="container_no", strategy="forward",
            tolerance=f"{_SOUGHT_DAYS}d", coalesce=False, check_sortedness=False,
        )
        .with_columns(gap_days=(pl.col("left_on") - pl.col("event_on_local")).dt.total_days())
        .collect()
    )  # fmt: skip


def trains(trips: pl.DataFrame, events: pl.DataFrame, bookings: pl.DataFrame) -> pl.DataFrame:
    """Per train what was booked, listed, seen at the border and left behind there, and boxes of no list of it."""
    reached, gone = pl.col("border_in").is_not_null(), pl.col("border_out").is_not_null()
    listed = trips.group_by(_TRAIN).agg(
        pl.len().alias("boxes"), reached.sum().alias("border_in_boxes"),
        (reached & gone).sum().alias("border_out_boxes"),
        pl.col("container_no").filter(reached & ~gone).sort().str.join(" ").alias("left_behind"),
    )  # fmt: skip
    laden = trips.filter(pl.col("full_empty") == "F").group_by(*_TRAIN, "booking_no").agg(came=pl.len())
    confirmed = bookings.filter(booking_status="confirmed").join(
        laden, on=[*_TRAIN, "booking_no"], how="left"
    )
    missing = (pl.col("containers") - pl.col("came").fill_null(0)).clip(lower_bound=0)
    booked = confirmed.group_by(_TRAIN).agg(pl.col("containers").sum(), missing.sum().alias("no_show_boxes"))
    left = (
        events.lazy()
        .filter(pl.col("event_code") == "DEPA", pl.col("facility_node").is_in(["YIN", "ALA"]))
        .select(
            "container_no", "event_on_local", train_no="conveyance_name",
            direction=pl.when(pl.col("facility_node") == "YIN").then(pl.lit("W")).otherwise(pl.lit("E")),
        )
        .join(listed.lazy().select(_TRAIN), on=["train_no", "direction"])
        .filter(
            (pl.col("event_on_local") - pl.col("departure_on_local")).dt.total_days().abs() <= _SEEN_DAYS
        )
        .join(trips.lazy().select(*_TRAIN, "container_no"), on=[*_TRAIN, "container_no"], how="anti")
        .group_by(_TRAIN)
        .agg(pl.col("container_no").sort().str.join(" ").alias("added"))
        .collect()
    )  # fmt: skip
    both = listed.join(booked, on=_TRAIN, how="full", coalesce=True)
    return both.join(left, on=_TRAIN, how="left").with_columns(key(*_TRAIN))


def mirrors(items: pl.DataFrame) -> pl.DataFrame:
    """Exports and the imports abroad of the same boxes: values and net weights of both."""
    named = items.lazy().with_columns(pl.col("container_nos").str.split(" ").alias("container_no"))
    boxes = named.select("regime", "ie_flag", "declaration_no", "declared_on_local", "container_no").explode(
        "container_no"
    )
    abroad = boxes.filter(pl.col("regime") == "EAEU").select(
        "container_no", import_no="declaration_no", imported_on="declared_on_local"
    )
    home = boxes.filter(pl.col("regime") == "CN", pl.col("ie_flag") == "E").unique(
        ["declaration_no", "container_no"]
    )
    days = (pl.col("imported_on") - pl.col("declared_on_local")).dt.total_days()
    pairs = home.join(abroad, on="container_no").filter(days.is_between(-3, 60)).collect()
    pairs = pairs.with_columns(group=pl.col("declaration_no").min().over("import_no"))
    at_home = _sums(pairs.select("group", "declaration_no").unique(), items, "CN", "total_price", "net_kg")
    foreign = pairs.select("group", declaration_no="import_no").unique()
    named_boxes = (
        pairs.sort("group", "container_no")
        .group_by("group", maintain_order=True)
        .agg(pl.col("container_no").str.join(" "))
    )
    sums = at_home.join(_sums(foreign, items, "EAEU", "stat_value_usd", "item_net_kg"), on="group")
    return sums.join(named_boxes, on="group").with_columns(
        pl.concat_str(pl.lit("CN"), "group", separator="|").alias("key")
    )


def _sums(numbers: pl.DataFrame, items: pl.DataFrame, regime: str, *columns: str) -> pl.DataFrame:
    mine = items.lazy().filter(pl.col("regime") == regime).select("declaration_no", *columns)
    return (
        numbers.lazy().join(mine, on="declaration_no").group_by("group").agg(pl.col(columns).sum()).collect()
    )
