"""Events of rail terminals and border stations: one row per container and move, in local time of the place.

Semicolons, decimal comma, day first. The zone is not in the file: it follows from the place.
"""

from __future__ import annotations

from corridor_etl.sources._delimited import Delimited, source
from corridor_etl.sources._headers import Layout

LAYOUT = Layout(
    name="terminal_csv",
    spellings={
        "container": "container_no",
        "iso_type": "size_type",
        "load_status": "full_empty",
        "event": "event_code",
        "terminal": "terminal_code",
        "locode": "facility_code",
        "event_time": "event_time",
        "train_no": "conveyance_name",
        "wagon_no": "wagon_no",
        "gross_kg": "gross_gross_kg",
        "remarks": "remarks",
    },
    mandatory=("container_no", "full_empty", "event_code", "facility_code", "event_time"),
)

# What tells one event from another comes first; remarks are no part of it.
EVENT_COLUMNS = tuple(
    dict.fromkeys(("container_no", "event_time", *(c for c in LAYOUT.columns if c != "remarks")))
)

SOURCE = source(
    name="terminal_csv",
    record_kind="port_event",
    meaning="events of rail terminals and border stations, semicolons, day first, decimal comma",
    form=Delimited(lambda: LAYOUT, decimal_mark=",", is_day_first=True, event_columns=EVENT_COLUMNS),
)
