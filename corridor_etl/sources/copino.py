"""EDIFACT COPINO: containers an inland carrier will bring to or fetch from a terminal; announced, so never counted."""

from __future__ import annotations

from corridor_etl.sources import _edifact, _equipment
from corridor_etl.sources._source import Source


def _claims(head: bytes, _file_name: str) -> bool:
    return _edifact.message_type(head) == "COPINO"


SOURCE = Source(
    name="copino",
    record_kind="port_event",
    meaning="EDIFACT announcements of containers to be delivered or picked up",
    claims=_claims,
    read=_equipment.read,
    stream=_equipment.stream,
)
