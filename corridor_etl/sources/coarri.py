"""EDIFACT COARRI: containers loaded on and discharged from a vessel."""

from __future__ import annotations

from corridor_etl.sources import _edifact, _equipment
from corridor_etl.sources._source import Source


def _claims(head: bytes, _file_name: str) -> bool:
    return _edifact.message_type(head) == "COARRI"


SOURCE = Source(
    name="coarri",
    record_kind="port_event",
    meaning="EDIFACT vessel reports: container loaded or discharged",
    claims=_claims,
    read=_equipment.read,
    stream=_equipment.stream,
)
