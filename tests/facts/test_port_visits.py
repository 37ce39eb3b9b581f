"""A stay is a move in and the next move out of the same box at the same place; anything else was not seen whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from corridor_etl.facts.port_visits import port_moves, port_visits
from corridor_etl.facts.terminal_stops import stop_moves
from tests.facts.corridor_records import BOX, Row, event, frame, utc


def stays(*events: Row) -> list[dict[str, Any]]:
    known = frame("port_event", events)
    return port_visits(port_moves(known, stop_moves(None)), known).to_dicts()


@pytest.mark.parametrize(
    ("came", "left", "stay", "is_by_rail"),
    [
        ("DISC", "GTOT", "import", False),
        ("DISC", "RAIL_LOAD", "import", True),
        ("GTIN", "LOAD", "export", False),
        ("RAIL_UNLD", "LOAD", "export", True),
        ("DISC", "LOAD", "transhipment", False),
        ("GTIN", "RAIL_LOAD", "inland", True),
    ],
)
def test_the_two_moves_say_what_kind_of_stay_it_is(came: str, left: str, stay: str, is_by_rail: bool) -> None:
    (found,) = stays(event(left, "NGB", "2025-06-09 00:10"), event(came, "NGB", "2025-06-08 23:50"))
    assert (found["stay"], found["is_by_rail"], found["out_week"]) == (stay, is_by_rail, "2025-W24")


def test_a_stay_whose_beginning_or_end_nobody_saw_is_none() -> None:
    assert stays(event("GTOT", "NGB", "2025-06-01 10:00"), event("DISC", "NGB", "2025-06-02 10:00")) == []
    two_in = [event("DISC", "NGB", "2025-06-01 10:00"), event("GTIN", "NGB", "2025-06-05 10:00")]
    (found,) = stays(*two_in, event("RAIL_LOAD", "NGB", "2025-06-06 10:00"))
    assert found["move_in"] == "GTIN"


def test_moves_of_another_place_another_box_or_only_planned_end_no_stay() -> None:
    came = event("DISC", "NGB", "2025-06-01 10:00")
    elsewhere = event("GTOT", "ALA", "2025-06-02 10:00")
    other = event("GTOT", "NGB", "2025-06-02 10:00", container_no="OTHER")
    planned = event("GTOT", "NGB", "2025-06-02 10:00", classifier="PLN")
    assert stays(came, elsewhere, other, planned) == []


def test_an_inspection_counts_only_during_the_stay() -> None:
    moves = [event("DISC", "NGB", "2025-06-01 10:00"), event("GTOT", "NGB", "2025-06-03 10:00")]
    (during,) = stays(
        *moves, event("CUSI", "NGB", "2025-06-02 10:00"), event("INSP", "NGB", "2025-06-02 11:00")
    )
    (after,) = stays(*moves, event("CUSI", "NGB", "2025-06-03 10:01"))
    assert (during["is_inspected"], after["is_inspected"]) == (True, False)


def test_a_verified_mass_comes_with_a_move_or_on_its_own_and_matters_for_exports() -> None:
    bare = [event("GTIN", "NGB", "2025-06-01 10:00"), event("LOAD", "NGB", "2025-06-03 10:00")]
    with_move = [{**bare[0], "vgm_kg": Decimal(24000)}, bare[1]]
    weighed = [*bare, event("VGM", "NGB", "2025-06-02 10:00")]
    assert [stays(*e)[0]["is_vgm_known"] for e in (bare, with_move, weighed)] == [False, True, True]
    imported = [event("DISC", "NGB", "2025-06-01 10:00"), event("GTOT", "NGB", "2025-06-03 10:00")]
    assert stays(*imported)[0]["is_vgm_known"] is None


def test_a_place_outside_the_corridor_is_called_by_its_code() -> None:
    moves = [
        event(code, "NGB", at, facility_node=None, facility_code="NLRTM")
        for code, at in (("DISC", "2025-06-01 10:00"), ("GTOT", "2025-06-03 10:00"))
    ]
    assert [s["facility"] for s in stays(*moves)] == ["NLRTM"]


def test_a_stop_listed_twice_is_two_gate_moves_unless_an_event_tells_of_them() -> None:
    stop = {
        "visit_ref": "7", "facility_code": "NGB", "container_no": BOX, "full_empty": "E", "teu": Decimal(1),
        "gated_in_at_utc": utc("NGB", "2025-06-02 00:30"), "gated_out_at_utc": utc("NGB", "2025-06-04 10:00"),
        "timezone": "+08:00",
    }  # fmt: skip
    listed = [{**stop, "inbound_action": way, "outbound_action": "none"} for way in ("barge", "truck")]
    nameless = {
        **listed[0],
        "visit_ref": "8",
        "container_no": None,
        "facility_code": None,
        "gated_out_at_utc": None,
    }
    told = frame("port_event", [event("GTOT", "NGB", "2025-06-04 10:05", full_empty="F")])
    moves = port_moves(told, stop_moves(frame("terminal_visit", [*listed, nameless])))
    assert moves.select("facility", "container_no", "move", "move_week", "full_empty").rows() == [
        ("NGB", BOX, "GTIN", "2025-W23", "E"),
        ("NGB", BOX, "GTOT", "2025-W23", "F"),
        ("UNKNOWN", "stop 8", "GTIN", "2025-W23", "E"),
    ]
