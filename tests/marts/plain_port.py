"""The marts of ports once more, in loops; see ``plain_marts``."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import polars as pl

from corridor_etl.settings import Settings
from tests.marts.plain_chain import spread
from tests.marts.plain_marts import Row, Table, _groups, _week, _whole

IN, OUT = ("GTIN", "DISC", "RAIL_UNLD"), ("GTOT", "LOAD", "RAIL_LOAD")


def plain_port_marts(
    current: Mapping[str, pl.DataFrame], settings: Settings
) -> dict[str, set[tuple[Any, ...]]]:
    events = [
        {**e, "facility": e["facility_node"] or e["facility_code"]}
        for e in current["port_event"].to_dicts()
        if e["classifier"] == "ACT"
    ]
    moves = [e for e in events if e["event_code"] in IN + OUT]
    tables = {"mart_port_move_week": _moves(moves), "mart_port_stay_week": _stays(events, moves, settings)}
    tables["mart_vessel_load_week"] = {}  # no corridor drawn here has a vessel's plan
    return {name: {(*key, *figures) for key, figures in table.items()} for name, table in tables.items()}


def _moves(moves: list[Row]) -> Table:
    groups = _groups(
        moves, lambda e: (_week(e["event_on_local"]), e["facility"], e["event_code"], e["full_empty"] or "?")
    )
    return {
        key: (
            len(rows),
            sum(e["teu"] is None for e in rows),
            sum(_whole(e["teu"], 100) for e in rows),
            sum(_weight(e) is not None for e in rows),
            sum(_whole(_weight(e), 1000) for e in rows),
        )
        for key, rows in groups.items()
    }


def _weight(event: Row) -> Any:
    return event["gross_gross_kg"] if event["vgm_kg"] is None else event["vgm_kg"]


def _stays(events: list[Row], moves: list[Row], settings: Settings) -> Table:
    ended: list[Row] = []
    for rows in _groups(moves, lambda e: (e["facility"], e["container_no"])).values():
        rows.sort(
            key=lambda e: (e["event_at_utc"], e["event_code"] in OUT, e["event_code"], e["full_empty"] or "")
        )
        for n, entry in enumerate(rows[:-1]):
            leave = rows[n + 1]
            if entry["event_code"] in IN and leave["event_code"] in OUT:
                ended.append(_stay(entry, leave, events))
    groups = _groups(ended, lambda s: (s["week"], s["facility"], s["stay"]))
    return {key: _figures(rows, settings) for key, rows in groups.items()}


def _stay(entry: Row, leave: Row, events: list[Row]) -> Row:
    meanwhile = {
        e["event_code"] for e in events
        if e["facility"] == entry["facility"] and e["container_no"] == entry["container_no"]
        and entry["event_at_utc"] <= e["event_at_utc"] <= leave["event_at_utc"]
    }  # fmt: skip
    came, left = entry["event_code"], leave["event_code"]
    kinds = {(True, True): "transhipment", (True, False): "import", (False, True): "export"}
    stay = kinds.get((came == "DISC", left == "LOAD"), "inland")
    weighed = "VGM" in meanwhile or entry["vgm_kg"] is not None or leave["vgm_kg"] is not None
    return {
        "week": _week(leave["event_on_local"]), "facility": entry["facility"], "stay": stay,
        "seconds": int((leave["event_at_utc"] - entry["event_at_utc"]).total_seconds()),
        "rail": came == "RAIL_UNLD" or left == "RAIL_LOAD", "seen": bool(meanwhile & {"INSP", "CUSI"}),
        "vgm": weighed if stay == "export" else None,
    }  # fmt: skip


def _figures(rows: list[Row], settings: Settings) -> tuple[int | None, ...]:
    seconds = sorted(s["seconds"] for s in rows)
    *figures, _ = spread(seconds, None, settings)
    free = Fraction(settings.thresholds.port_free_days) * 86400
    vgm = [s["vgm"] for s in rows if s["vgm"] is not None]
    return (
        *figures, sum(s > free for s in seconds), sum(s["rail"] for s in rows), sum(s["seen"] for s in rows),
        sum(vgm) if vgm else None,
    )  # fmt: skip
