"""How far it is between two nodes: the shortest way over the legs of ``data/corridor_legs.csv``, in both directions."""

from __future__ import annotations

from functools import cache
from heapq import heappop, heappush

from corridor_etl.reference._tables import table


@cache
def distance_km(from_node: str, to_node: str) -> int | None:
    """Kilometres between two nodes; None where no legs with a length connect them."""
    best, open_ = {from_node: 0}, [(0, from_node)]
    while open_:
        km, node = heappop(open_)
        if node == to_node:
            return km
        for other, length in _legs().get(node, ()):
            if km + length < best.get(other, km + length + 1):
                best[other] = km + length
                heappush(open_, (km + length, other))
    return None


@cache
def _legs() -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    rows = table("corridor_legs").select("from_node", "to_node", "distance_km").drop_nulls()
    for start, end, km in rows.iter_rows():
        found.setdefault(start, []).append((end, int(km)))
        found.setdefault(end, []).append((start, int(km)))
    return found
