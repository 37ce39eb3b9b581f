"""The records the subjects are made from, prepared once, and how far each source reaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import wraps

import polars as pl

from corridor_etl.facts.departures import TRAIN
from corridor_etl.facts.milestones import left_at_utc
from corridor_etl.facts.numbered import beside
from corridor_etl.facts.places import role_nodes
from corridor_etl.facts.records import records
from corridor_etl.facts.trips import container_trips
from corridor_etl.settings import Settings

BEFORE_DAYS, AFTER_DAYS = 30, 60  # an event further from the departure belongs to another trip
_LISTED = ("packages", "seal_nos", "booking_no", "declaration_nos")
_LIST_KEY = (*TRAIN, "container_no")
_OF_EVENT = (
    "container_no", "event_code", "event_at_utc", "facility_code", "facility_node", "full_empty", "size_type",
    "vgm_kg", "gross_gross_kg", "seal_nos", "delivery_id",
)  # fmt: skip
_EVENT = (*_OF_EVENT, "event_on_local", "conveyance_name", "line_no")
EVENT_COLUMNS = (*_EVENT, "classifier")
"""Of port events the columns that subjects are made from."""
DIRECTIONS = ("W", "E")


@dataclass(frozen=True)
class Reach:
    """The first and last day a source speaks of; None where it has not come."""

    first: date | None
    last: date | None

    def ahead_days(self, day: pl.Expr, before_days: int = 0) -> pl.Expr:
        """How many days the source reaches beyond ``day``; null where it began less than ``before_days`` before it."""
        if self.first is None or self.last is None:
            return pl.lit(None, dtype=pl.Int64)
        has_begun = pl.lit(self.first) <= day - pl.duration(days=before_days)
        return pl.when(has_begun).then((pl.lit(self.last) - day).dt.total_days())


def reach(days: pl.Series) -> Reach:
    """From the first to the last of some days."""
    first, last = days.min(), days.max()
    return Reach(first, last) if isinstance(first, date) and isinstance(last, date) else Reach(None, None)


def by_direction(reaches: Mapping[str, Reach], day: pl.Expr, before_days: Mapping[str, int]) -> pl.Expr:
    """``Reach.ahead_days`` of the source that belongs to the row's ``direction``."""
    return pl.coalesce(
        pl.when(pl.col("direction") == d).then(reaches[d].ahead_days(day, before_days[d])) for d in DIRECTIONS
    )


@dataclass(frozen=True)
class Sources:
    """Current records, the trips with what their loading list says of them, and the nodes of each service.

    ``trips`` adds to ``container_trips``: :data:`_LISTED`, ``listed_hs_code``, ``left_on_utc`` (the departure, else the
    plan), the window ``from_utc`` to ``to_utc`` between the container's neighbouring trips, and ``trip_no``, which
    counts them in the order of ``trip_id`` and is joined on because whole numbers are faster than texts. ``events`` are
    actual ones, of their columns those that any subject is made from; ``tie_no`` orders those of one instant, by event
    code and facility. ``box_no`` is the same for a container's events
    and trips, and null for trips no event tells of. ``made`` holds what several subjects are made
    from, see :func:`once`.
    """

    trips: pl.DataFrame
    places: pl.DataFrame
    events: pl.DataFrame
    declarations: pl.DataFrame
    bookings: pl.DataFrame
    settings: Settings
    made: dict[str, pl.DataFrame] = field(default_factory=dict, compare=False, repr=False)

    def list_reach(self) -> dict[str, Reach]:
        """How far loading lists reach, by direction."""
        days = self.trips.select("direction", "departure_on_local")
        return {d: reach(days.filter(direction=d)["departure_on_local"]) for d in DIRECTIONS}

    def declaration_reach(self) -> dict[str, Reach]:
        """How far accepted Chinese declarations reach: exports for trains to the west, imports to the east."""
        chinese = self.declarations.select("regime", "ie_flag", "declared_on_local").filter(regime="CN")
        flags = {"W": "E", "E": "I"}
        return {d: reach(chinese.filter(ie_flag=f)["declared_on_local"]) for d, f in flags.items()}

    def trip_events(self) -> pl.DataFrame:
        """One row per actual event in the window of a trip of its container, with the trip's own columns."""
        trip = self.trips.select(
            "trip_no", "box_no", "service_id", "direction", "left_on_utc", "from_utc", "to_utc",
            trip_gate_in_at_utc="gate_in_at_utc", trip_arrived_at_utc="arrived_at_utc",
            trip_delivered_at_utc="delivered_at_utc",
        )  # fmt: skip
        return (
            trip.lazy()
            .join(self.events.lazy().select("box_no", "tie_no", *_OF_EVENT), on="box_no")
            .filter(pl.col("event_at_utc").is_between("from_utc", "to_utc", closed="none"))
            .drop("from_utc", "to_utc", "box_no")
            .collect()
        )


def once(make: Callable[[Sources], pl.DataFrame]) -> Callable[[Sources], pl.DataFrame]:
    """``make``, done once for the same records, however many subjects ask for it."""
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def made(known: Sources) -> pl.DataFrame:
        if name not in known.made:
            known.made[name] = make(known)
        return known.made[name]

    return made


def sources(
    current: Mapping[str, pl.DataFrame], settings: Settings, trips: pl.DataFrame | None = None
) -> Sources:
    """Prepares the current records; ``trips`` saves working them out again."""
    manifests = records("manifest_container", current.get("manifest_container"))
    events = records("port_event", current.get("port_event"))
    declarations = records("declaration_item", current.get("declaration_item"))
    if trips is None:
        trips = container_trips(manifests, events, declarations, settings)
    said = manifests.select(*_LIST_KEY, *_LISTED, listed_hs_code="hs_code")
    events = prepared(events)
    boxes = events.select("container_no", "box_no").unique("box_no")
    listed = beside(beside(trips, said, _LIST_KEY), boxes, "container_no")
    return Sources(
        trips=_windowed(listed),
        places=role_nodes(trips, settings),
        events=events,
        declarations=declarations,
        bookings=records("booking", current.get("booking")),
        settings=settings,
    )


def prepared(events: pl.DataFrame) -> pl.DataFrame:
    """Actual events as :class:`Sources` has them: with ``box_no`` and ``tie_no``."""
    actual = events.lazy().filter(pl.col("classifier") == "ACT").select(_EVENT)
    numbered = actual.with_columns(pl.col("container_no").rank("dense").alias("box_no")).collect()
    return numbered.with_columns(_tie_no(numbered))


def _tie_no(events: pl.DataFrame) -> pl.Expr:
    """Event code and facility as one whole number in the order of both texts; null goes before all."""
    code, place = (
        pl.col(name).cast(pl.Enum(events[name].drop_nulls().unique().sort())).to_physical().cast(pl.Int64) + 1
        for name in ("event_code", "facility_code")
    )
    return (code.fill_null(0) * 2**32 + place.fill_null(0)).alias("tie_no")


def _windowed(trips: pl.DataFrame) -> pl.DataFrame:
    before, after = pl.duration(days=BEFORE_DAYS), pl.duration(days=AFTER_DAYS)
    at, box = pl.col("left_on_utc"), pl.col("container_no")
    dated = trips.with_columns(left_at_utc().alias("left_on_utc")).sort("trip_id").with_row_index("trip_no")
    previous, following = (pl.when(box == box.shift(n)).then(at.shift(n)) for n in (1, -1))
    windows = dated.select("trip_no", "container_no", "left_on_utc").sort(
        "container_no", "left_on_utc", "trip_no"
    )
    windows = windows.select(
        "trip_no",
        pl.max_horizontal(at - before, previous).alias("from_utc"),
        pl.min_horizontal(at + after, following).alias("to_utc"),
    )
    return beside(dated, windows, "trip_no")


def words(column: str) -> pl.Expr:
    """The parts of a text that are separated by blanks, each once."""
    return pl.col(column).str.extract_all(r"\S+").list.unique(maintain_order=True)


def listed(values: pl.Expr) -> pl.Expr:
    """The distinct values of a group as one text, sorted, separated by one blank; null where there are none."""
    found = values.drop_nulls().unique().sort()
    return pl.when(found.len() > 0).then(found.str.join(" "))


def listed_by(rows: pl.DataFrame, by: str, names: Mapping[str, str]) -> pl.DataFrame:
    """:func:`listed` of several columns (name -> called) for every ``by`` at once, which many small groups need.

    Groups without any value are left out.
    """
    found = None
    for name, called in names.items():
        values = _without_repeats(rows.select(by, pl.col(name).alias(called)).drop_nulls(called))
        is_alone = pl.col(by).is_unique()
        several = (
            values.filter(~is_alone).unique().sort(by, called).group_by(by, maintain_order=True).agg(called)
        )
        texts = pl.concat([values.filter(is_alone), several.with_columns(pl.col(called).list.join(" "))])
        found = texts if found is None else found.join(texts, on=by, how="full", coalesce=True)
    return rows.select(by).clear() if found is None else found


def _without_repeats(rows: pl.DataFrame) -> pl.DataFrame:
    """``rows`` without those that are the same as the one before, which costs less than to tell all apart."""
    is_again = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in rows.columns)
    return rows.filter(~is_again.fill_null(False))


def key(*parts: str | pl.Expr) -> pl.Expr:
    """Columns and expressions as one text of parts; dates as ISO 8601."""
    texts = [pl.col(part) if isinstance(part, str) else part for part in parts]
    return pl.concat_str([text.cast(pl.String) for text in texts], separator="|")


def instant(column: str) -> pl.Expr:
    """An instant as part of a key."""
    return pl.col(column).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
