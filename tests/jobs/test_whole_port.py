"""Where a lake has many events a commit reads those that matter, and what is stored is what all of them give."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from corridor_etl.jobs import port_events
from corridor_etl.jobs.known_facts import known_departures, known_facts
from corridor_etl.jobs.remaking import Remade
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse
from tests.facts.corridor_records import Row, booking, event
from tests.facts.test_slices import BOXES, shuffled, when
from tests.jobs.committed import TOLD_BY, assert_as_all_records_give, batch, commit, stored

STRANGERS = tuple(f"TGHU{number:07d}" for number in range(1, 41))
ON_RAIL, ON_TRAINS = STRANGERS[:3], STRANGERS[3:7]
STAYS_WRONG, PUT_RIGHT = "TGHU0000098", "TGHU0000099"
START = date(2025, 3, 3)
PORT_MOVES = ("GTIN", "GTOT", "LOAD", "DISC", "RAIL_UNLD", "DEPA", "ARRI", "INSP", "VGM")


def strangers(luck: random.Random) -> list[Row]:
    """What boxes that no loading list names do at a port, in documents of several of them; some go by rail."""
    rows = []
    for number in range(160):
        day = START + timedelta(days=luck.randrange(-12, 75))
        box = luck.choice(STRANGERS)
        code = luck.choice(("RAIL_LOAD", "GTIN") if box in ON_RAIL else PORT_MOVES)
        moved = event(
            code, "NGB", when(luck, day, 0), container_no=box, full_empty=luck.choice("FE"),
            document_key=f"doc {number % 15}", teu=Decimal(luck.choice((1, 2))),
            conveyance_name=luck.choice((None, "X9001", "VESSEL")),
        )  # fmt: skip
        rows.append({**moved, "facility_code": luck.choice(("NGB", "CNNBG"))})
    for box in (STAYS_WRONG, PUT_RIGHT):
        rows += [
            event(code, "NGB", f"2025-03-20 {hour}:00", container_no=box)
            for code, hour in (("LOAD", "08"), ("GTIN", "12"))
        ]
    for turn, days in enumerate((0, 28, 56)):
        for box in ON_TRAINS:
            day = START + timedelta(days=days + luck.choice((0, 7)))
            train = f"X9{turn:03d}" if box in ON_TRAINS[:2] else None
            rows.append(event("DEPA", "YIN", when(luck, day, 0), conveyance_name=train, container_no=box))
    return rows


def changed(luck: random.Random, rows: list[Row]) -> list[Row]:
    """Later versions of some events: said again, taken back, completed, or dropped from their document."""
    unnamed = [row for row in rows if row["facility_node"] == "YIN" and row["container_no"] in ON_TRAINS[2:]]
    found = [
        {**row, "version": 4, "action": "patch", "conveyance_name": f"X9{n % 3:03d}", "facility_node": None}
        for n, row in enumerate(unnamed)
    ]
    for row in luck.sample(rows, len(rows) // 4):
        action = luck.choice(("insert", "cancel", "replace"))
        said = {**row, "version": luck.choice((2, 3)), "action": action}
        if action == "insert":
            said["event_on_local"] = row["event_on_local"] + timedelta(days=luck.choice((-7, 0, 1)))
        found.append(said)
    moved = luck.choice([row for row in rows if row["container_no"] in BOXES])
    late = {"full_empty": "E", "event_on_local": moved["event_on_local"] + timedelta(days=9)}
    (wrong,) = (row for row in rows if row["container_no"] == PUT_RIGHT and row["event_code"] == "GTIN")
    found.append({**wrong, "version": 4, "action": "cancel"})
    return [*found, {**moved, "version": 5, "action": "patch", **late}]


def stops(luck: random.Random) -> list[Row]:
    """Stops that a terminal lists, of boxes of both kinds and of none."""
    rows = []
    for number in range(12):
        came = datetime(2025, 3, 5, 1, tzinfo=UTC) + timedelta(hours=luck.randrange(1_400))
        rows.append(
            {
                "visit_ref": str(number % 9), "inbound_action": "none", "outbound_action": f"{number // 9}",
                "facility_code": "NGB", "container_no": luck.choice((None, *BOXES, *STRANGERS)),
                "visited_on_local": came.date(), "gated_in_at_utc": came,
                "gated_out_at_utc": came + timedelta(hours=luck.choice((3, 200))), "timezone": "Asia/Shanghai",
                "full_empty": "F", "version": 1, "action": "insert",
            }
        )  # fmt: skip
    return rows


def deliveries(seed: int) -> list[tuple[str, list[Row]]]:
    """All records in pieces, in the order in which they come."""
    luck = random.Random(seed)
    rows = shuffled(seed)
    told = {kind: [row for row in rows if name in row] for kind, name in TOLD_BY.items()}
    is_missed = {
        id(row) for row in told["port_event"] if row["event_code"] == "RAIL_LOAD" and luck.random() < 0.5
    }
    told["port_event"] = [row for row in told["port_event"] if id(row) not in is_missed] + strangers(luck)
    told["booking"] = [
        booking(f"B{n}", "2", "2025-02-20T08:00:00", train_no="X9000", departure_on_local=START)
        for n in range(3)
    ]
    told["terminal_visit"] = stops(luck)
    luck.shuffle(told["port_event"])
    pieces = [
        (kind, some[n::parts])
        for kind, some in told.items()
        for parts in (3 if kind == "port_event" else 1,)
        for n in range(parts)
    ]
    luck.shuffle(pieces)
    later = ("port_event", changed(luck, told["port_event"]))
    return [*pieces, later, ("manifest_container", told["manifest_container"][:3])]


def read_in_pieces(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(port_events, "MANY_EVENTS", 1)
    patch.setattr(port_events, "OF_A_TRIP", 0)
    patch.setattr(port_events, "PART_EVENTS", 40)
    patch.setattr("corridor_etl.facts.needed_boxes._TOLD_BY", 2)
    patch.setattr("corridor_etl.facts.needed_boxes._EDGE_DAYS", 3)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 21))])
def test_every_commit_stores_what_all_events_give(
    seed: int, home: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = set()
    for number, (kind, rows) in enumerate(deliveries(seed)):
        with monkeypatch.context() as patch:
            read_in_pieces(patch)
            commit(home, batch(number, kind, rows), settings)
        if number in (3, 6) or number > 7:
            assert_as_all_records_give(home, settings)
        visits |= set(home.discrepancies().filter(subject="visit")["state"])
    assert visits == {"open", "healed"}
    require_the_same_in_pieces(home, settings, monkeypatch)


def was_reach_told(patch: pytest.MonkeyPatch) -> list[bool]:
    """What will be said of each reading, whether some events tell how far the sources reach; if not, all are read."""
    said: list[bool] = []
    ask = port_events.is_reach_told

    def listening(*given: Any) -> bool:
        said.append(ask(*given))
        return said[-1]

    patch.setattr(port_events, "is_reach_told", listening)
    return said


def require_the_same_in_pieces(home: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (_, facts), trains = known_facts(home, settings), known_departures(home, settings)
    read_in_pieces(monkeypatch)
    is_told = was_reach_told(monkeypatch)
    for name, rows in Remade.of(home, settings).frames.items():
        assert_frame_equal(rows, stored(home)[name])
    current, others = known_facts(home, settings)
    assert (current["port_event"].height < home.current("port_event").height) is all(is_told)
    assert_frame_equal(others.trips, facts.trips)
    assert_frame_equal(known_departures(home, settings), trains)
