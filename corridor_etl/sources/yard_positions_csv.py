"""Positions in a yard from a terminal's operating system: what put a container there and what took it away."""

from __future__ import annotations

from dataclasses import replace

from corridor_etl.settings import Sender
from corridor_etl.sources import _delimited
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._source import RawFile, Source
from corridor_etl.sources._statistics import first_of

LAYOUT = Layout(
    name="yard_positions_csv",
    spellings={
        "id": "entry_ref",
        "stack_id": "stack_code",
        "rowrange": "row_range",
        "depth": "depth_no",
        "heightrange": "height_range",
        "terminalstopoveraction_id": "visit_ref",
        "put_handling_id": "put_handling",
        "put_correction_id": "put_correction",
        "pull_handling_id": "pull_handling",
        "pull_correction_id": "pull_correction",
        "yardmovehandling_id": "yard_move",
        "container_number": "container_no",
        "container_relative_marker_position": "marker_position",
        "container_height": "container_height",
        "marker_id": "marker_code",
        "locationinformation_id": "location_ref",
        "reachstacker_moves": "reach_stacker_moves",
        "crane_moves": "crane_moves",
        "straddlecarrier_moves": "straddle_carrier_moves",
    },
    mandatory=(
        "entry_ref",
        "stack_code",
        "put_handling",
        "put_correction",
        "pull_handling",
        "pull_correction",
    ),
)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    raw = _delimited.read(LAYOUT, data, sender)
    names = raw.frame.columns
    frame = raw.frame.with_columns(
        put_ref=first_of("put_handling", "put_correction", among=names),
        pull_ref=first_of("pull_handling", "pull_correction", among=names),
    )
    return replace(raw, frame=frame)


SOURCE = Source(
    name="yard_positions_csv",
    record_kind="yard_position",
    meaning="positions of containers in a yard, with what put and what pulled them",
    claims=lambda head, _file_name: _delimited.claims(LAYOUT, head),
    read=_read,
)
