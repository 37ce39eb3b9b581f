"""The record ``yard_position``: one place a container was put into in a yard, and whether it was taken out again."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import COUNT, DAY, FLAG, TEXT, VERSIONED

RECORD = RecordKind(
    name="yard_position",
    meaning="one place in the yard a container was put into",
    key=("entry_ref",),
    week_of=("listed_on_local",),
    compared=("stack_code", "put_ref", "pull_ref"),
    columns=(
        Column("entry_ref", TEXT, "the terminal's number of the entry", "", True),
        Column("listed_on_local", DAY, "date of the list; the day of receipt where it has none", "", True),
        Column("stack_code", TEXT, "block of the yard", "", True),
        Column("row_range", TEXT, "millimetres along the block, from and to"),
        Column("depth_no", COUNT, "position across the block, from 0"),
        Column("height_range", TEXT, "millimetres above ground, from and to"),
        Column("marker_code", TEXT, "place within the block"),
        Column("container_no", TEXT, "ISO 6346 number where the list has one"),
        Column("visit_ref", TEXT, "stop of the container the entry belongs to"),
        Column("put_ref", TEXT, "handling or correction that put it there"),
        Column("pull_ref", TEXT, "handling or correction that took it away; null while it stands there"),
        Column("is_in_yard", FLAG, "put there and not taken away", "", True),
        Column("crane_moves", COUNT, "moves by crane", "moves"),
        Column("reach_stacker_moves", COUNT, "moves by reach stacker", "moves"),
        Column("straddle_carrier_moves", COUNT, "moves by straddle carrier", "moves"),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *VERSIONED,
    ),
)
