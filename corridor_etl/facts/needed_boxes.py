"""Whose events the facts of the corridor are made from: of a whole port, the few boxes that travel with it.

A trip looks at the events of its own box, and what is compared with a loading list is loaded on rail or leaves with a
train. All other boxes of a port are in no trip, no item and no subject but that of their own visits, so the same facts
come out where their events are left out. How far a source reaches is told by any one event of its first and last day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from corridor_etl.facts.cross_source.trips import EXITS, seaports
from corridor_etl.settings import Settings

LOADED_ON_RAIL = "RAIL_LOAD"
LEFT = "DEPA"
_TOLD_BY, _EDGE_DAYS = 100, 5
"""So many boxes of so many first and last days are read. One whose event still counts is enough; a day on which few
boxes have any is often a slip that was taken back."""
_EDGE = ["source", "event_on_local"]


@dataclass(frozen=True)
class Needed:
    """``boxes``, the container numbers whose events may not be left out, each once and sorted; and the days
    (``event_on_local``) of which any box has an event that tells how far a ``source`` reaches, in whatever version."""

    boxes: pl.Series
    days: pl.DataFrame


def needed_boxes(events: pl.LazyFrame, manifests: pl.DataFrame, settings: Settings) -> Needed:
    """What facts are made from: ``events`` are all versions of all port events, in any order; ``manifests`` the current
    loading lists."""
    trains = manifests["train_no"].unique()
    node, code = pl.col("facility_node"), pl.col("event_code")
    leaves_with_train = (
        (code == LEFT) & node.is_in(_nodes(settings, "origin")) & pl.col("conveyance_name").is_in(trains.implode())
    )  # fmt: skip
    is_loaded = (code == LOADED_ON_RAIL) & node.is_in(seaports())
    # What is said of place and train may be in another version than a patch.
    is_patched = pl.col("action") == "patch"
    days = _of_sources(events, settings).select(_EDGE).unique().sort(_EDGE).collect(engine="streaming")
    # Each by itself, because of most events one column then says that they are none of these.
    others = [events.filter(is_one) for is_one in (leaves_with_train, is_loaded, is_patched)]
    named = [manifests.lazy(), *others, _at_the_edges(events, days, settings)]
    boxes = pl.concat(rows.select("container_no") for rows in named).unique().collect(engine="streaming")
    return Needed(boxes["container_no"].sort(), days)


def is_reach_told(events: pl.LazyFrame, needed: Needed, found: pl.DataFrame, settings: Settings) -> bool:
    """Whether ``found``, the current events of the ``needed`` boxes, show how far each source reaches: no other box has
    an event, in whatever version, on an earlier or a later day. ``events`` are all versions as above."""
    day = pl.col("event_on_local")
    ends = _of_sources(found.lazy(), settings).group_by("source").agg(first=day.min(), last=day.max())

    def beyond(told: pl.LazyFrame) -> pl.LazyFrame:
        is_within = day.is_between("first", "last").fill_null(False)
        return told.join(ends, on="source", how="left").filter(~is_within)

    if beyond(needed.days.lazy()).collect().is_empty():
        return True
    others = _of_sources(events, settings).filter(~pl.col("container_no").is_in(needed.boxes.implode()))
    return beyond(others).select("source").head(1).collect(engine="streaming").is_empty()


def _of_sources(events: pl.LazyFrame, settings: Settings) -> pl.LazyFrame:
    """The events that tell how far a source reaches: exits of the seaports, departures from the border's far side."""
    node, code = pl.col("facility_node"), pl.col("event_code")
    source = (
        pl.when(code.is_in(EXITS) & node.is_in(seaports()))
        .then(pl.lit("seaports"))
        .when((code == LEFT) & node.is_in(_nodes(settings, "border_out")))
        .then(node)
    )
    actual = events.filter(pl.col("classifier") == "ACT", code.is_in([*EXITS, LEFT]))
    return actual.with_columns(source.alias("source")).drop_nulls("source")


def _at_the_edges(events: pl.LazyFrame, days: pl.DataFrame, settings: Settings) -> pl.LazyFrame:
    """Some boxes of the first and last ``days`` of each source."""
    by_source = days.group_by("source", maintain_order=True)
    first, last = by_source.head(_EDGE_DAYS), by_source.tail(_EDGE_DAYS)
    day = pl.col("event_on_local")
    # Files of which no day is that early or late are not read.
    near = events.filter((day <= first["event_on_local"].max()) | (day >= last["event_on_local"].min()))
    ends = pl.concat([first, last]).unique()
    mine = _of_sources(near, settings).join(ends.lazy(), on=_EDGE, how="semi")
    some = mine.group_by(_EDGE).agg(pl.col("container_no").unique().bottom_k(_TOLD_BY))
    return some.explode("container_no", empty_as_null=False).select("container_no")


def _nodes(settings: Settings, role: str) -> Collection[str]:
    return sorted({s.nodes(direction)[role] for s in settings.services for direction in ("W", "E")})
