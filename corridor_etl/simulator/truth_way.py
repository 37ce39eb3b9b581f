"""The true weekly figures of the way: balance of directions, load of trains, work on legs, times of the whole chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise

from corridor_etl.reference.calendar import week_of
from corridor_etl.settings import Settings
from corridor_etl.simulator.records import zone_of_node
from corridor_etl.simulator.truth_numbers import Table, ppm, seconds, spread, table
from corridor_etl.simulator.truth_trips import Trip

# What the legs of the simulated services measure; others have no known length.
KM = {frozenset(("YIN", "HRS")): 90, frozenset(("HRS", "ALT")): 15, frozenset(("ALT", "ALA")): 343,
      frozenset(("AKL", "DOS")): 12}  # fmt: skip
LONG_BORDER_S = 72 * 3600
Key = tuple[str, ...]
Stretch = tuple[str, datetime | None, datetime | None, date | None]


def way_marts(found: Sequence[Trip], settings: Settings) -> dict[str, Table]:
    """Mart table -> rows, from trips with their chain."""
    weeks: dict[Key, list[Trip]] = defaultdict(list)
    for trip in found:
        train = trip.box.departure
        weeks[week_of(trip.departed_on), train.service_id, train.direction].append(trip)
    names = ("iso_week", "service_id", "direction")
    trains = _trains(found)
    return {
        "mart_balance_week": table(names[:2], _balance(weeks)),
        "mart_load_week": table(
            names, {key: _load(key, aboard, trains, settings) for key, aboard in weeks.items()}
        ),
        "mart_leg_week": table((*names, "leg"), dict(_legs(weeks, trains))),
        "mart_chain_week": table((*names, "measure"), _chain(found, settings)),
    }


def _trains(found: Sequence[Trip]) -> dict[Key, list[int]]:
    """Week, service and direction -> the number of wagons of each train that left."""
    aboard: dict[object, list[Trip]] = defaultdict(list)
    for trip in found:
        aboard[trip.box.departure].append(trip)
    trains: dict[Key, list[int]] = defaultdict(list)
    for boxes in aboard.values():
        train = boxes[0].box.departure
        key = week_of(min(t.departed_on for t in boxes)), train.service_id, train.direction
        trains[key].append(len({t.box.wagon_no for t in boxes if t.box.wagon_no}))
    return trains


def _balance(weeks: dict[Key, list[Trip]]) -> dict[Key, dict[str, int | None]]:
    sums: dict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("FW", "FE", "EW", "EE"), 0))
    for (week, service_id, direction), aboard in weeks.items():
        for trip in aboard:
            sums[week, service_id][trip.box.full_empty + direction] += trip.box.teu_x100
    return {
        key: {
            "laden_west_teu_x100": teu["FW"],
            "laden_east_teu_x100": teu["FE"],
            "empty_west_teu_x100": teu["EW"],
            "empty_east_teu_x100": teu["EE"],
            "balance_teu_x100": teu["FW"] - teu["FE"],
            "empty_east_ppm": ppm(teu["EE"], teu["EE"] + teu["FE"]),
            "backhaul_ppm": ppm(teu["FE"], teu["FW"]),
        }
        for key, teu in sums.items()
    }


def _load(
    key: Key, aboard: Sequence[Trip], trains: dict[Key, list[int]], settings: Settings
) -> dict[str, int | None]:
    boxes = [trip.box for trip in aboard]
    weighed = [box for box in boxes if box.gross_g is not None or box.full_empty == "E"]
    teu = sum(box.teu_x100 for box in boxes)
    laden = sum(box.teu_x100 for box in boxes if box.full_empty == "F")
    capacity = len(trains.get(key, ())) * settings.service(key[1]).capacity_teu * 100
    return {
        "boxes": len(boxes),
        "boxes_weighed": len(weighed),
        "gross_gross_g": sum((box.gross_g or 0) + box.tare_g for box in weighed),
        "teu_x100": teu,
        "laden_teu_x100": laden,
        "capacity_teu_x100": capacity or None,
        "fill_ppm": ppm(teu, capacity),
        "fill_laden_ppm": ppm(laden, capacity),
    }


def _legs(
    weeks: dict[Key, list[Trip]], trains: dict[Key, list[int]]
) -> Iterator[tuple[Key, dict[str, int | None]]]:
    for key, aboard in weeks.items():
        nodes = aboard[0].nodes
        teu, grams = sum(t.box.teu_x100 for t in aboard), sum(t.box.gross_g or 0 for t in aboard)
        for start, end in pairwise(("origin", "border_in", "border_out", "destination")):
            km = KM.get(frozenset((nodes[start], nodes[end])))
            yield (
                (*key, f"{nodes[start]}-{nodes[end]}"),
                {
                    "boxes": len(aboard),
                    "wagons": sum(trains[key]) if start == "origin" and key in trains else None,
                    "leg_km": km,
                    "teu_x100_km": None if km is None else teu * km,
                    "cargo_gross_g_km": None if km is None else grams * km,
                },
            )


def _chain(found: Sequence[Trip], settings: Settings) -> dict[Key, dict[str, int | None]]:
    groups: dict[Key, list[int]] = defaultdict(list)
    for trip, (measure, start, end, day) in _stretches(found):
        if start and end and day and end >= start:
            train = trip.box.departure
            groups[week_of(day), train.service_id, train.direction, measure].append(seconds(start, end))
    rows: dict[Key, dict[str, int | None]] = {}
    for key, values in groups.items():
        values.sort()
        within = sum(v <= LONG_BORDER_S for v in values) if key[-1] == "tfi1_both_sides" else None
        figures = spread(values, settings.thresholds.percentile_min_trips)
        rows[key] = {"trips": len(values), **figures, "within_limit": within}
    return rows


def _stretches(found: Sequence[Trip]) -> Iterator[tuple[Trip, Stretch]]:
    """Every stretch of laden trips, and the turn of every box."""
    for trip in found:
        if trip.box.full_empty != "E":
            at = {**trip.at, **trip.chain}
            yield from ((trip, stretch) for stretch in _of_train(trip, at))
            yield from ((trip, stretch) for stretch in _of_border(trip, at))
    west = [t for t in found if t.box.departure.direction == "W" and "departed" in t.at]
    west.sort(key=lambda t: (t.box.container_no, t.at["departed"], "|".join(t.box.key)))
    for trip, after in pairwise(west):
        if trip.box.container_no == after.box.container_no:
            yield trip, ("turn", trip.at["departed"], after.at["departed"], after.departed_on)


def _of_train(trip: Trip, at: dict[str, datetime]) -> Iterator[Stretch]:
    arrived_on = trip.local_date("arrived", "destination") if "arrived" in at else None
    delivered_on = trip.local_date("delivered", "door_destination") if "delivered" in at else None
    left, train = at.get("domestic_departed"), at.get("departed")
    yield "train_to_train", train, at.get("arrived"), arrived_on
    if left and train and left <= train:
        yield "stop_door_origin", at.get("gate_in"), left, trip.departed_on
        yield "leg_domestic", left, at.get("origin_arrived"), trip.departed_on
        yield "stop_origin", at.get("origin_arrived"), train, trip.departed_on
    else:
        yield "stop_destination", at.get("arrived"), left, arrived_on
        yield "leg_domestic", left, at.get("door_arrived"), delivered_on
        yield "stop_door_destination", at.get("door_arrived"), at.get("delivered"), delivered_on


def _of_border(trip: Trip, at: dict[str, datetime]) -> Iterator[Stretch]:
    day = trip.local_date("border_departed", "border_out") if "border_departed" in at else None
    for measure, start, end in (
        ("tfi1_near_side", "border_arrived", "border_in_departed"),
        ("tfi1_crossing", "border_in_departed", "border_out_arrived"),
        ("tfi1_far_side", "border_out_arrived", "border_departed"),
        ("tfi1_both_sides", "border_arrived", "border_departed"),
        ("border_wait_for_lift", "border_arrived", "transshipped"),
        ("border_after_lift", "transshipped", "border_departed"),
    ):
        yield measure, at.get(start), at.get(end), day
    returned = at.get("empty_returned")
    on = returned.astimezone(zone_of_node(trip.nodes["door_destination"])).date() if returned else None
    yield "empty_return", at.get("delivered"), returned, on
