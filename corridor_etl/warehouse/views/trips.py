"""The view of container trips for a BI tool: names beside codes, weights in tonnes, durations in hours.

Columns of the fact that need neither come by themselves, so that a new one is here as soon as the model has it.
"""

from __future__ import annotations

from corridor_etl.model import STORED_TRIP
from corridor_etl.warehouse.views._names import DIRECTIONS, EMPTY_KINDS, FLOWS, FULL_EMPTY
from corridor_etl.warehouse.views._view import Said, View, Words, named, same, scaled

# What one stored unit is called in a chart, with the end of the stored name, that of the view's, and the divisor.
_UNITS = {
    "0.01 TEU": ("_x100", "", "TEU", 100),
    "g": ("_g", "_t", "t", 1_000_000),
    "0.01 CNY": ("_fen", "", "CNY", 100),
    "0.01 USD": ("_cent", "", "USD", 100),
}
_ENDS = (("origin", "o", "origin", "destination"), ("destination", "e", "destination", "origin"))
_DURATIONS = {
    "door_to_door_hours": ("gate_in_at_utc", "delivered_at_utc", "from handing over to handing out"),
    "train_hours": ("departed_at_utc", "arrived_at_utc", "from the train's departure to its arrival"),
    "border_hours": ("border_arrived_at_utc", "border_departed_at_utc", "at the border, both sides"),
}
_NAMED = {
    "direction": ("direction_name", named("t.direction", DIRECTIONS), Said("westbound or eastbound")),
    "flow": ("flow_name", named("t.flow", FLOWS), Said("name of the flow in English")),
    "empty_kind": ("empty_kind_name", named("t.empty_kind", EMPTY_KINDS), Said("name of the kind of empty trip")),
    "full_empty": ("full_empty_name", named("coalesce(t.full_empty, '?')", FULL_EMPTY),
                   Said("laden, empty or unknown")),
    "service_id": ("service_name", "s.service_name", Said("name of the service")),
    "size_type": ("size_type_name", "z.type_name", Said("what the type code means")),
    "hs_chapter": ("hs_chapter_name", "h.description",
                   Said("text of the chapter in the edition in force on the day of departure")),
    "origin_country": ("origin_country_name", "c.name_en", Said("name of the country in English")),
    "delivery_id": ("file_name", "d.file_name", Said("file of the loading list, path below the inbox")),
}  # fmt: skip


def _columns() -> dict[str, tuple[str, Said]]:
    """Name -> how it is computed, and what it means."""
    found: dict[str, tuple[str, Said]] = {}
    for column in (stored.column for stored in STORED_TRIP):
        if column.unit in _UNITS:
            ending, other, unit, divisor = _UNITS[column.unit]
            called = column.name.removesuffix(ending) + other
            found[called] = (scaled(f"t.{column.name}", divisor), Said(column.meaning, unit))
        else:
            found[column.name] = (f"t.{column.name}", Said(column.meaning, column.unit))
        if column.name in _NAMED:
            name, sql, said = _NAMED[column.name]
            found[name] = (sql, said)
    for end, alias, _, _ in _ENDS:
        found[f"{end}_node"] = (f"{alias}.node_id", Said(f"node of the train's {end}"))
        found[f"{end}_name"] = (f"{alias}.name_en", Said(f"name of the train's {end} in English"))
    return found


def _trip(words: Words) -> str:
    columns = {name: sql for name, (sql, _) in _columns().items()}
    for name, (earlier, later, _) in _DURATIONS.items():
        columns[name] = words.hours(f"t.{earlier}", f"t.{later}")
    listed = ",\n       ".join(f"{sql} AS {name}" for name, sql in columns.items())
    ends = "".join(
        f"\nLEFT JOIN dim_node {alias} ON {alias}.node_id = CASE t.direction WHEN 'E' THEN s.{east} ELSE s.{west} END"
        for _, alias, west, east in _ENDS
    )
    return f"""
SELECT {listed},
       t.snapshot
FROM fct_container_trip t
LEFT JOIN dim_service s ON s.service_id = t.service_id
LEFT JOIN dim_size_type z ON z.size_type = t.size_type
LEFT JOIN dim_country c ON c.country_code = t.origin_country
LEFT JOIN dim_hs h ON h.hs_code = t.hs_chapter AND t.departed_on_local >= h.valid_from_on
      AND (h.valid_to_on IS NULL OR t.departed_on_local <= h.valid_to_on)
LEFT JOIN delivery d ON d.delivery_id = t.delivery_id AND d.status = 'loaded'{ends}"""


TRIP = View(
    "bi_trip",
    "Container trips with names, in TEU, tonnes and hours, and the file and line each came from.",
    _trip,
    {
        **{name: said for name, (_, said) in _columns().items()},
        **{
            name: Said(f"{meaning}; null until both are known", "h")
            for name, (_, _, meaning) in _DURATIONS.items()
        },
        **same("fct_container_trip", "snapshot"),
    },
)
