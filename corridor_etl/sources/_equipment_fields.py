"""Where the port event columns stand in messages with one container group per EQD, as data.

CODECO, COARRI, COPINO and VERMAS share their segments, so they share this layout; a field that one of them lacks is
simply never found there. Carried out by ``_layout``; what the codes say is in ``_event_codes``.
"""

from __future__ import annotations

from corridor_etl.sources._layout import Field, Level, ListField

# TDT 8051 of what brings a box to a gate or fetches it, and MEA 6311 of a weight.
_VEHICLES = ("1", "2", "10", "11", "12", "13", "25", "30")
_WEIGHED = ("AAE", "WT")

# One value for each message.
MESSAGE = (
    Field("header", "UNH", {"reference": (1, 0), "kind": (2, 0), "version": (2, 1), "release": (2, 2),
                            "association": (2, 4)}, is_always=True),
    Field("header", "BGM", {"document_code": (1, 0), "document_no": (2, 0), "function_code": (3, 0)}, is_always=True),
    Field("header", "RFF", {"previous_no": (1, 1)}, ("ACW",)),
    Field("header", "DTM", {"issued": (1, 1), "issued_format": (1, 2)}, ("137",)),
)  # fmt: skip

# One value for each message that its containers share.
SHARED = (
    Field("header", "TDT", {"voyage_no": (2, 0), "mode": (3, 0), "vessel_id": (8, 0), "vessel_id_list": (8, 1),
                            "vessel_name": (8, 3)}, ("20",), is_always=True),
    Field("header", "TDT", {"vehicle_mode": (3, 0), "vehicle_id": (8, 0)}, ("1", "10", "30")),
    Field("header", "RFF", {"booking_no": (1, 1)}, ("BN",)),
    Field("header", "RFF", {"bl_no": (1, 1)}, ("BM",)),
    Field("header", "NAD", {"reporter": (2, 0)}, ("MS",)),
)  # fmt: skip

# One value for each container.
GROUP = (
    Field("group", "EQD", {"container_no": (2, 0), "size_type": (3, 0), "trade_status": (5, 0),
                           "full_empty": (6, 0)}, is_always=True),
    Field("group", "TDT", {"voyage_no": (2, 0), "mode": (3, 0), "vessel_id": (8, 0), "vessel_id_list": (8, 1),
                           "vessel_name": (8, 3)}, ("20",), is_always=True),
    Field("group", "TDT", {"vehicle_mode": (3, 0), "vehicle_id": (8, 0)}, _VEHICLES, is_always=True),
    Field("group", "RFF", {"booking_no": (1, 1)}, ("BN",)),
    Field("group", "RFF", {"bl_no": (1, 1)}, ("BM",)),
    Field("group", "MEA", {"gross_gross_kg": (3, 1), "gross_gross_kg:unit": (3, 0)}, _WEIGHED, (2, 0), ("G", "AET")),
    Field("group", "MEA", {"vgm_kg": (3, 1), "vgm_kg:unit": (3, 0)}, _WEIGHED, (2, 0), ("VGM",)),
    Field("group", "MEA", {"tare_kg": (3, 1), "tare_kg:unit": (3, 0)}, _WEIGHED, (2, 0), ("T",)),
    Field("group", "TMP", {"temperature_c": (2, 0), "temperature_c:unit": (2, 1)}, ("2",)),
    Field("group", "DOC", {"vgm_method": (1, 0)}, ("SM1", "SM2")),
)  # fmt: skip

LISTS = (
    ListField("SEL", "seal_nos", (1, 0)),
    ListField("DGS", "un_nos", (3, 0)),
    ListField("DGS", "imo_classes", (2, 0)),
)


def dated(level: Level, qualifier: str) -> Field:
    """The time a DTM of that qualifier states."""
    return Field(level, "DTM", {"event_time": (1, 1), "event_time_format": (1, 2)}, (qualifier,))


def located(level: Level, qualifier: str) -> Field:
    """The place a LOC of that qualifier states."""
    return Field(level, "LOC", {"facility_code": (2, 0), "terminal_code": (3, 0)}, (qualifier,))
