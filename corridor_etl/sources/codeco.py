"""EDIFACT CODECO: containers through the gate of a port or terminal (and their weighing)."""

from __future__ import annotations

from corridor_etl.settings import Sender
from corridor_etl.sources import _edifact, _equipment
from corridor_etl.sources._source import RawFile, Source


def _claims(head: bytes, _file_name: str) -> bool:
    return _edifact.message_type(head) == "CODECO"


def _read(data: bytes, _sender: Sender | None) -> RawFile:
    return _equipment.read(data)


SOURCE = Source(
    name="codeco",
    record_kind="port_event",
    meaning="EDIFACT gate reports: container in or out",
    claims=_claims,
    read=_read,
)
