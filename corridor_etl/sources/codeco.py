"""EDIFACT CODECO: containers through the gate of a port or terminal (and their weighing)."""

from __future__ import annotations

from corridor_etl.sources import _edifact, _equipment
from corridor_etl.sources._source import Source


def _claims(head: bytes, _file_name: str) -> bool:
    return _edifact.message_type(head) == "CODECO"


SOURCE = Source(
    name="codeco",
    record_kind="port_event",
    meaning="EDIFACT gate reports: container in or out",
    claims=_claims,
    read=_equipment.read,
    stream=_equipment.stream,
)
