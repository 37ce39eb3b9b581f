"""Containers and where they stand: new ones are numbered, used ones come back for another trip.

Owner prefixes are invented. About one serial in eleven has remainder 10 and prints the check digit 0; such numbers
are kept, as real fleets have them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from random import Random

from corridor_etl.reference.container_number import check_digit

OWNERS = ("QZBU", "YVCU", "KXQU", "WJTU")
SIZES_40 = (("45G1", ("40HQ", "45G1", "40HC")), ("42G1", ("40GP", "42G1")))
SIZES_20 = (("22G1", ("20GP", "22G1", "20尺")),)
TARE_KG = {"45G1": (3700, 3950), "42G1": (3640, 3800), "22G1": (2180, 2300)}
TEU_X100 = {"45G1": 200, "42G1": 200, "22G1": 100}


def numbered(owner: str, serial: int) -> str:
    """The container number of a serial, with its check digit."""
    first_ten = f"{owner}{serial:06d}"
    return f"{first_ten}{check_digit(first_ten)}"


def fleet(seed: int, first_serial: int = 100_003) -> Iterator[str]:
    """New container numbers without end, spread over the owners; no number comes twice."""
    step = 7 * (seed % 97) + 11
    count = 0
    while True:
        count += 1
        yield numbered(OWNERS[count % len(OWNERS)], (first_serial + count * step) % 1_000_000)


class Stock:
    """Boxes that stand empty at a place and wait for cargo."""

    def __init__(self, seed: int) -> None:
        self._new = fleet(seed)
        self._waiting: dict[tuple[str, str, int], list[tuple[datetime, str, str]]] = defaultdict(list)

    def take(
        self, service_id: str, place: str, feet: int, by: datetime, source: Random, reuse_pct: int
    ) -> tuple[str, str]:
        """A (number, size and type) that is at ``place`` by then; a new one where none is or the dice say so."""
        waiting = self._waiting[service_id, place, feet]
        ready = min((box for box in waiting if box[0] <= by), default=None)
        if ready is not None and source.random() * 100 < reuse_pct:
            waiting.remove(ready)
            return ready[1], ready[2]
        sizes = SIZES_40 if feet == 40 else SIZES_20
        size = sizes[0][0] if len(sizes) == 1 or source.random() < 0.85 else sizes[1][0]
        return next(self._new), size

    def put(self, service_id: str, place: str, number: str, size_type: str, ready_at: datetime) -> None:
        """A box becomes free at a place."""
        feet = 20 if TEU_X100[size_type] == 100 else 40
        self._waiting[service_id, place, feet].append((ready_at, number, size_type))
