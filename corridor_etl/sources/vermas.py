"""EDIFACT VERMAS: verified gross mass of containers, and how and when it was determined."""

from __future__ import annotations

from corridor_etl.sources import _edifact, _equipment
from corridor_etl.sources._source import Source


def _claims(head: bytes, _file_name: str) -> bool:
    return _edifact.message_type(head) == "VERMAS"


SOURCE = Source(
    name="vermas",
    record_kind="port_event",
    meaning="EDIFACT weighings: verified gross mass of containers",
    claims=_claims,
    read=_equipment.read,
    stream=_equipment.stream,
)
