"""What a trip is that no trade declaration speaks of: empty, in transit, within one country, or without any evidence.

Trade flows come from ``facts.flows``; this is what is left of a container's trip beside them.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.numbered import BOX, TRIP, beside
from corridor_etl.reference.place import nodes
from corridor_etl.settings import Settings

EMPTY, TRANSIT, DOMESTIC, UNDECLARED = "EMPTY", "TRANSIT", "DOMESTIC", "UNDECLARED"
EMPTY_RETURN, EMPTY_POSITIONING = "EMPTY_RETURN", "EMPTY_POSITIONING"
DECLARED_WITHIN_DAYS = 30
DOMESTIC_MODE = "9600"  # goods of China that cross a border on their way to another place in China


def is_empty() -> pl.Expr:
    """Whether the list says the box is empty; a box whose load is unknown counts as laden."""
    return (pl.col("full_empty") == "E").fill_null(False)


def is_domestic() -> pl.Expr:
    """Whether a declaration item is of goods that stay in China."""
    return (pl.col("supervision_mode") == DOMESTIC_MODE).fill_null(False) & (pl.col("regime") == "CN")


def with_untraded(trips: pl.DataFrame, declarations: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """``trips`` with ``flow``, the trade flow where there was one, completed, and ``empty_kind``.

    ``trips`` are sorted by trip_id and have the numbers of ``facts.numbered``.

    EMPTY goes before everything, then DOMESTIC for a service that stays in one country, then trade. What no trade
    declares is TRANSIT where all that names the box is transit, DOMESTIC where goods of China that stay there are
    declared with it or alone, and else UNDECLARED. ``empty_kind`` is null for a laden box.
    """
    named = beside(trips, _evidence(trips, declarations), TRIP)
    at_home = pl.col("service_id").is_in(_services_at_home(trips, settings))
    is_other, is_home = pl.col("is_other").fill_null(False), pl.col("is_home").fill_null(False)
    flow = (
        pl.when(is_empty())
        .then(pl.lit(EMPTY))
        .when(at_home)
        .then(pl.lit(DOMESTIC))
        .when(pl.col("flow").is_not_null())
        .then(pl.col("flow"))
        .when(pl.col("is_transit") & ~is_home & ~is_other)
        .then(pl.lit(TRANSIT))
        .when(is_home & ~is_other)
        .then(pl.lit(DOMESTIC))
        .otherwise(pl.lit(UNDECLARED))
    )
    return _with_empty_kind(named.with_columns(flow.alias("flow")).drop("is_transit", "is_home", "is_other"))


def _evidence(trips: pl.DataFrame, declarations: pl.DataFrame) -> pl.DataFrame:
    """Per trip which kinds of declarations name its box near the departure and in its direction."""
    is_transit = pl.col("ie_flag") == "T"
    leaves_west = (pl.col("ie_flag") == "E") == (pl.col("regime") == "CN")
    goes = pl.when(~is_transit & ~is_domestic()).then(
        pl.when(leaves_west).then(pl.lit("W")).otherwise(pl.lit("E"))
    )
    boxes = (
        declarations.lazy()
        .select(
            "declared_on_local",
            pl.col("container_nos").str.extract_all(r"\S+").alias("container_no"),
            is_transit.alias("is_transit"),
            (is_domestic() & ~is_transit).alias("is_home"),
            goes.alias("goes"),
        )
        .explode("container_no", empty_as_null=True)
    )
    distance = (pl.col("declared_on_local") - pl.col("departure_on_local")).dt.total_days()
    return (
        trips.lazy()
        .filter(~is_empty())
        .select(TRIP, "container_no", "direction", "departure_on_local")
        .join(boxes, on="container_no")
        .filter(distance.is_between(-DECLARED_WITHIN_DAYS, DECLARED_WITHIN_DAYS))
        .filter((pl.col("goes") == pl.col("direction")).fill_null(True))
        .group_by(TRIP)
        .agg(
            pl.col("is_transit").any(), pl.col("is_home").any(), pl.col("goes").is_not_null().any().alias("is_other")
        )
        .collect()
    )  # fmt: skip


def _services_at_home(trips: pl.DataFrame, settings: Settings) -> list[str]:
    """The services whose nodes are all in one country."""
    ids = trips["service_id"].unique().sort().to_list()
    return [i for i in ids if len({_country(n) for n in settings.service(i).nodes("W").values()}) == 1]


def _country(node: str) -> str | None:
    return nodes().get(node, {}).get("country")


def _with_empty_kind(trips: pl.DataFrame) -> pl.DataFrame:
    """An empty box returns where its trip before was a laden one the other way; else it is brought to new cargo."""
    in_turn = trips.select(TRIP, BOX, "direction", "departure_on_local", "full_empty").sort(
        BOX, "departure_on_local", TRIP
    )
    is_same_box = pl.col(BOX) == pl.col(BOX).shift(1)
    was_laden, went = (~is_empty()).shift(1), pl.col("direction").shift(1)
    is_return = (is_same_box & was_laden & (went != pl.col("direction"))).fill_null(False)
    kind = pl.when(is_return).then(pl.lit(EMPTY_RETURN)).otherwise(pl.lit(EMPTY_POSITIONING))
    return beside(trips, in_turn.select(TRIP, empty_kind=pl.when(is_empty()).then(kind)), TRIP)
