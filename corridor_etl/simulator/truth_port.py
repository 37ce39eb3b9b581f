"""The true weekly figures of ports and terminals, from the simulated moves of each box."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from corridor_etl.reference.calendar import week_of
from corridor_etl.settings import Settings
from corridor_etl.simulator.containers import TEU_X100
from corridor_etl.simulator.records import Event
from corridor_etl.simulator.truth_numbers import Table, seconds, spread, table

_IN, _OUT = ("GTIN", "DISC", "RAIL_UNLD"), ("GTOT", "LOAD", "RAIL_LOAD")
_KINDS = {(True, True): "transhipment", (True, False): "import", (False, True): "export"}
Key = tuple[str, ...]


def port_marts(events: Sequence[Event], settings: Settings) -> dict[str, Table]:
    """Mart table -> rows, of every place that reports moves; no box is inspected in the story."""
    moves = [event for event in {e.key: e for e in events}.values() if event.code in _IN + _OUT]
    sums: dict[Key, dict[str, int]] = defaultdict(
        lambda: {"moves": 0, "moves_unknown_size": 0, "teu_x100": 0, "moves_weighed": 0, "gross_gross_g": 0}
    )
    lives: dict[Key, list[Event]] = defaultdict(list)
    for move in moves:
        row = sums[week_of(move.on_local), move.node, move.code, move.full_empty]
        row["moves"] += 1
        row["teu_x100"] += TEU_X100[move.size_type]
        row["moves_weighed"] += move.gross_gross_g > 0
        row["gross_gross_g"] += move.gross_gross_g
        lives[move.node, move.container_no].append(move)
    return {
        "mart_port_move_week": table(("iso_week", "facility", "move", "full_empty"), sums),
        "mart_port_stay_week": table(("iso_week", "facility", "stay"), _stays(lives, settings)),
    }


def _stays(lives: dict[Key, list[Event]], settings: Settings) -> dict[Key, dict[str, int | None]]:
    groups: dict[Key, list[tuple[int, bool]]] = defaultdict(list)
    for (node, _), moves in lives.items():
        moves.sort(key=lambda m: (m.at_utc, m.code in _OUT, m.code))
        for came, left in pairwise(moves):
            if came.code in _IN and left.code in _OUT:
                kind = _KINDS.get((came.code == "DISC", left.code == "LOAD"), "inland")
                is_by_rail = came.code == "RAIL_UNLD" or left.code == "RAIL_LOAD"
                stay = seconds(came.at_utc, left.at_utc), is_by_rail
                groups[week_of(left.on_local), node, kind].append(stay)
    return {key: _figures(stays, settings) for key, stays in groups.items()}


def _figures(stays: Sequence[tuple[int, bool]], settings: Settings) -> dict[str, int | None]:
    values = sorted(took_s for took_s, _ in stays)
    free_s = settings.thresholds.port_free_days * 86_400
    return {
        "stays": len(values),
        **spread(values, settings.thresholds.percentile_min_trips),
        "over_free_time": sum(v > free_s for v in values),
        "by_rail": sum(is_by_rail for _, is_by_rail in stays),
        "inspected": 0,
        "vgm_known": None,
    }
