"""Views for a BI tool of the marts of the way: each column in the unit people use, by the unit the mart gives it.

Which columns there are, and what they mean, is the mart's. Views with names of goods and computed shares are in
``business``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Column, Table

from corridor_etl.warehouse.schema.way_marts import WAY_MARTS
from corridor_etl.warehouse.views._names import DIRECTIONS, FULL_EMPTY
from corridor_etl.warehouse.views._view import Said, View, Words, named, same, scaled


@dataclass(frozen=True)
class Larger:
    """What a unit of marts becomes: the part of the column's name that tells it, and the divisor."""

    written: str
    becomes: str
    divisor: int
    unit: str


LARGER = {
    "0.01 TEU": Larger("_x100", "", 100, "TEU"),
    "0.01 TEU km": Larger("_x100_km", "_km", 100, "TEU km"),
    "g": Larger("_g", "_t", 1_000_000, "t"),
    "g km": Larger("_g_km", "_t_km", 1_000_000, "t km"),
    "s": Larger("_s", "_hours", 3600, "h"),
    "ppm": Larger("_ppm", "_pct", 10_000, "%"),
    "m": Larger("_m", "_km", 1000, "km"),
    "m per hour": Larger("_m_per_hour", "_km_per_hour", 1000, "km per hour"),
}
_NAMED = {
    "direction": (DIRECTIONS, "westbound or eastbound"),
    "full_empty": (FULL_EMPTY, "laden, empty or unknown"),
}
_OF_WEEK = "iso_year week_no monday_on holidays:week_holidays"


def _parts(column: Column[object]) -> list[tuple[str, str, Said]]:
    """(name, expression, meaning) of what a view shows of a mart's column."""
    name, said = column.name, Said(column.info["meaning"], column.info["unit"])
    if larger := LARGER.get(said.unit):
        called = re.sub(rf"{larger.written}(?=_|$)", larger.becomes, name, count=1)
        return [(called, scaled(f"m.{name}", larger.divisor), Said(said.meaning, larger.unit))]
    shown = [(name, f"m.{name}", said)]
    if name in _NAMED:
        names, meaning = _NAMED[name]
        shown.append((f"{name}_name", named(f"m.{name}", names), Said(meaning)))
    if name == "service_id":
        shown.append(("service_name", "s.service_name", same("dim_service", "service_name")["service_name"]))
    return shown


def _sql(mart: Table, _words: Words) -> str:
    week = "w.iso_year, w.week_no, w.monday_on, w.holidays AS week_holidays"
    columns = ", ".join(f"{sql} AS {name}" for c in mart.c for name, sql, _ in _parts(c))
    join = "\nLEFT JOIN dim_service s ON s.service_id = m.service_id" if "service_id" in mart.c else ""
    return f"SELECT {week}, {columns}\nFROM {mart.name} m\nLEFT JOIN dim_iso_week w ON w.iso_week = m.iso_week{join}"


def _view(mart: Table) -> View:
    shown = {name: said for c in mart.c for name, _, said in _parts(c)}
    comment = f"{(mart.comment or '').removesuffix('.')}; in TEU, tonnes, hours and per cent."
    name = mart.name.replace("mart_", "bi_")
    return View(name, comment, partial(_sql, mart), {**same("dim_iso_week", _OF_WEEK), **shown})


WAY_VIEWS = tuple(_view(mart) for mart in WAY_MARTS)
