"""The vessel or other conveyance of a message, where directories and senders put its name, number and voyage (TDT)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corridor_etl.sources._edifact import Segment
from corridor_etl.sources._message_tree import MESSAGE, Node

# C222 is the eighth element up to D.05 and the seventh in later directories; in both its name is component 3.
_NAMED = ((8, 3), (7, 3), (8, 2), (7, 2), (8, 0), (7, 0), (5, 3))
_CODES = frozenset(("11", "ZZZ", "139", "146", "103", "172"))
MAIN = ("20",)


def vessel(node: Node, stages: Sequence[str] = MAIN, level: str = MESSAGE) -> Mapping[str, str | None]:
    """``conveyance_name``, ``vessel_imo``, ``voyage_no`` and ``transport_mode`` of a carriage; None if absent.

    ``stages`` are TDT 8051, none for any; ``level`` is the group TDT stands in.
    """
    group = node.above(level)
    segments = group.segments if group else []
    transport = next((s for s in segments if s.tag == "TDT" and (not stages or s.value(1) in stages)), None)
    voyage = next(
        (s.value(1, 1) for s in segments if s.tag == "RFF" and s.value(1) in ("VON", "SSX", "VM")), ""
    )
    if transport is None:
        return {
            "conveyance_name": None,
            "vessel_imo": None,
            "voyage_no": voyage or None,
            "transport_mode": None,
        }
    return {
        "conveyance_name": _name(transport),
        "vessel_imo": _imo(transport),
        "voyage_no": transport.value(2) or voyage or None,
        "transport_mode": (transport.value(3) or transport.value(3, 1))[:1] or None,
    }


def _name(transport: Segment) -> str | None:
    values = (transport.value(*at) for at in _NAMED)
    return next((v for v in values if v and v not in _CODES and not (v.isdigit() and len(v) <= 3)), None)


def _imo(transport: Segment) -> str | None:
    numbers = (transport.value(at).upper().removeprefix("IMO").strip() for at in (8, 7))
    return next((n for n in numbers if len(n) == 7 and n.isascii() and n.isdigit()), None)
