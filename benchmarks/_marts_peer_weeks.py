"""The weekly marts of the peer by hand: one aggregate each, from trips, events, declarations and bookings."""

from __future__ import annotations

import polars as pl

from corridor_etl.reference.currency import market_rates

_WEEK = "%G-W%V"
_DURATIONS = (
    ("door_to_door", "gate_in", "delivered"), ("leg_origin", "gate_in", "departed"),
    ("border", "border_in", "border_out"),
    ("leg_to_border", "departed", "border_in"), ("leg_from_border", "border_out", "arrived"),
    ("leg_delivery", "arrived", "delivered"), ("train_to_train", "departed", "arrived"),
    ("stop_door_origin", "gate_in", "loaded"), ("stop_origin", "origin_arrived", "departed"),
    ("tfi1_near_side", "border_in", "near_left"), ("tfi1_crossing", "near_left", "far_arrived"),
    ("tfi1_far_side", "far_arrived", "border_out"), ("empty_return", "delivered", "returned"),
)  # fmt: skip
_IN, _OUT = ("GTIN", "DISC", "RAIL_UNLD"), ("GTOT", "LOAD", "RAIL_LOAD")
_KEY = ("iso_week", "service_id", "direction")
_TRAIN = ("service_id", "direction", "train_no", "departure_on_local")
Frames = dict[str, pl.DataFrame]


def of_trips(trips: pl.DataFrame) -> Frames:
    laden = pl.col("full_empty") == "F"
    sums = pl.col("teu_x100", "cargo_gross_g", "cargo_net_g").sum()
    trains = trips.group_by(_TRAIN).agg(
        pl.col("iso_week").min(), pl.col("departed").min(), pl.col("planned_departure_at_utc").min(),
        pl.col("wagon_no").n_unique(), pl.len().alias("boxes"),
    )  # fmt: skip
    delay = (pl.col("departed") - pl.col("planned_departure_at_utc")).dt.total_seconds()
    km = pl.DataFrame({"leg": ["YIN-HRS", "HRS-ALT", "ALT-ALA"], "km": [90, 15, 343]})
    weeks = trips.group_by(_KEY).agg(
        sums, pl.len().alias("boxes"), pl.col("teu_x100").filter(laden).sum().alias("laden_teu_x100"),
        (laden & (pl.col("flow") != "UNDECLARED")).sum().alias("declared"), laden.sum().alias("laden"),
        (pl.col("cargo_gross_g").fill_null(0) + pl.col("tare_g")).sum().alias("gross_gross_g"),
    )  # fmt: skip
    work = [pl.col("teu_x100") * pl.col("km"), pl.col("cargo_gross_g") * pl.col("km")]
    return {
        "throughput": trips.group_by(*_KEY, "flow", "chapter", "full_empty").agg(sums, pl.len()),
        "weeks": weeks,
        "legs": weeks.join(km, how="cross").with_columns(work),
        "departures": trains.group_by(_KEY).agg(
            pl.len().alias("trains"), pl.col("wagon_no").sum(), delay.sum().alias("delay_s"),
            (delay.abs() <= 7200).sum().alias("on_time"),
        ),
        "open": _open(trips.filter(pl.col("full_empty") != "E")),
    }  # fmt: skip


def _open(trips: pl.DataFrame) -> pl.DataFrame:
    """Per week the boxes handed over in the nine weeks before, and which of them are still open."""
    known = trips.drop_nulls("gate_in").select(*_KEY[1:], "gate_in", "delivered")
    last = known["delivered"].max()
    ends = known.join(pl.DataFrame({"weeks": range(1, 10)}), how="cross").with_columns(
        end=pl.col("gate_in").dt.truncate("1w") + pl.duration(weeks="weeks")
    )
    ends = ends.filter(pl.col("end") - pl.duration(weeks=1) <= last).with_columns(
        until=pl.min_horizontal("end", pl.lit(last))
    )
    is_open = (pl.col("delivered") > pl.col("until")).fill_null(True)
    lasted = (pl.when(is_open).then("until").otherwise("delivered") - pl.col("gate_in")).dt.total_seconds()
    week = (pl.col("end") - pl.duration(days=1)).dt.strftime(_WEEK)
    return ends.group_by(week.alias("iso_week"), *_KEY[1:]).agg(
        pl.len(), is_open.sum().alias("open"), lasted.filter(is_open).max().alias("oldest_s"),
        lasted.median().alias("median_s"),
    )  # fmt: skip


def of_durations(trips: pl.DataFrame) -> Frames:
    laden = trips.filter(pl.col("full_empty") != "E")
    parts = [
        laden.filter(pl.col(end) >= pl.col(start)).select(
            pl.col(end).dt.strftime(_WEEK).alias("iso_week"), "service_id", "direction", measure=pl.lit(name),
            s=(pl.col(end) - pl.col(start)).dt.total_seconds(),
        )
        for name, start, end in _DURATIONS
    ]  # fmt: skip
    s = pl.col("s")
    times = pl.concat(parts).group_by(*_KEY, "measure").agg(
        pl.len(), s.sum(), s.mean().alias("mean"), s.median().alias("median"), s.quantile(0.9).alias("p90"),
        s.min().alias("min"), s.max().alias("max"), s.std().alias("std"),
    )  # fmt: skip
    way = pl.all_horizontal(
        pl.col(n).is_not_null() for n in ("departed", "border_in", "border_out", "arrived")
    )
    moving = pl.col("arrived") - pl.col("border_out") + pl.col("border_in") - pl.col("departed")
    speed = laden.filter(way).group_by(_KEY).agg(
        pl.len(), (pl.col("arrived") - pl.col("departed")).dt.total_seconds().sum().alias("total_s"),
        moving.dt.total_seconds().sum().alias("moving_s"),
    )  # fmt: skip
    return {"durations": times, "speed": speed}


def of_ports(events: pl.DataFrame) -> Frames:
    moves = events.filter(pl.col("classifier") == "ACT", pl.col("event_code").is_in([*_IN, *_OUT])).select(
        "facility_node", "container_no", "event_code", "event_at_utc", "full_empty", "vgm_kg",
        iso_week=pl.col("event_on_local").dt.strftime(_WEEK), teu_x100=(pl.col("teu") * 100).cast(pl.Int64),
    ).sort("facility_node", "container_no", "event_at_utc")  # fmt: skip
    is_same = pl.all_horizontal(pl.col(n) == pl.col(n).shift(-1) for n in ("facility_node", "container_no"))
    stay = pl.col("event_code").is_in(_IN) & pl.col("event_code").shift(-1).is_in(_OUT) & is_same
    stays = moves.with_columns(
        s=(pl.col("event_at_utc").shift(-1) - pl.col("event_at_utc")).dt.total_seconds(),
        iso_week=pl.col("iso_week").shift(-1),
        by_rail=(pl.col("event_code") == "RAIL_UNLD") | (pl.col("event_code").shift(-1) == "RAIL_LOAD"),
    ).filter(stay)  # fmt: skip
    s = pl.col("s")
    return {
        "moves": moves.group_by("iso_week", "facility_node", "event_code", "full_empty").agg(
            pl.len(), pl.col("teu_x100").sum()
        ),
        "stays": stays.group_by("iso_week", "facility_node").agg(
            pl.len(), s.sum(), s.mean().alias("mean"), s.median().alias("median"), s.quantile(0.9).alias("p90"),
            s.std().alias("std"), (s > 7 * 86400).sum().alias("over"), pl.col("by_rail").sum(),
        ),
    }  # fmt: skip


def trade(items: pl.DataFrame) -> pl.DataFrame:
    rates = market_rates().select("currency", on="rate_on", per="per_usd").sort("on")
    counted = items.filter(pl.col("regime") == "CN", pl.col("released_on_local").is_not_null()).sort(
        "released_on_local"
    )
    priced = counted.join_asof(
        rates,
        left_on="released_on_local",
        right_on="on",
        by="currency",
        strategy="backward",
        check_sortedness=False,
    )
    yuan = rates.filter(currency="CNY").select("on", yuan="per")
    priced = priced.join_asof(yuan, left_on="released_on_local", right_on="on", strategy="backward")
    usd = pl.col("total_price").cast(pl.Float64) / pl.when(pl.col("currency") == "USD").then(1.0).otherwise(
        pl.col("per").cast(pl.Float64)
    )
    week = pl.col("released_on_local").dt.strftime(_WEEK).alias("iso_week")
    return priced.group_by(week, "service_id", "ie_flag", pl.col("hs_code").str.head(2).alias("chapter")).agg(
        pl.len(), pl.col("declaration_no").n_unique(), (usd * 100).round().cast(pl.Int64).sum().alias("usd_cent"),
        (usd * pl.col("yuan").cast(pl.Float64) * 100).round().cast(pl.Int64).sum().alias("fen"),
        (pl.col("first_quantity") * 1000).cast(pl.Int64).sum().alias("net_g"),
    )  # fmt: skip


def of_bookings(bookings: pl.DataFrame, trips: pl.DataFrame) -> Frames:
    confirmed = (
        bookings.filter(booking_status="confirmed")
        .with_columns(teu_x100=(pl.col("teu") * 100).cast(pl.Int64))
        .sort("booked_at_utc")
    )
    so_far = pl.col("teu_x100").cum_sum().over(_TRAIN)
    sold = pl.col("booked_at_utc").filter(pl.col("so_far") >= 4000).min() - pl.col("booked_at_utc").min()
    trains = confirmed.with_columns(so_far=so_far).group_by(_TRAIN).agg(
        pl.col("teu_x100").sum(), sold.dt.total_seconds().alias("sold_s"), pl.len().alias("bookings")
    )  # fmt: skip
    loads = trips.filter(pl.col("full_empty") == "F").group_by(_TRAIN).agg(
        pl.col("teu_x100").sum().alias("loaded"), pl.col("planned_departure_at_utc").min()
    )  # fmt: skip
    by = [pl.col("departure_on_local").dt.strftime(_WEEK).alias("iso_week"), "service_id", "direction"]
    lead = (pl.col("planned_departure_at_utc") - pl.col("booked_at_utc")).dt.total_seconds()
    leads = confirmed.join(loads, on=_TRAIN, how="left").group_by(by).agg(
        lead.median().alias("median"), lead.quantile(0.9).alias("p90")
    )  # fmt: skip
    return {
        "bookings": trains.group_by(by).agg(pl.col("teu_x100", "bookings").sum(), pl.col("sold_s").median()),
        "use": trains.join(loads, on=_TRAIN).group_by(by).agg(pl.col("teu_x100", "loaded").sum()),
        "leads": leads,
    }  # fmt: skip
