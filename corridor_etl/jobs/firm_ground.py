"""Work that reads the warehouse and commits: done anew where another writer committed in between.

What the work is belongs to ``ingest``, ``replay`` and ``decisions``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from corridor_etl.errors import BaseMoved
from corridor_etl.warehouse import Warehouse

ATTEMPTS = 4
Result = TypeVar("Result")


def on_firm_ground(work: Callable[[Warehouse], Result]) -> Result:
    """What ``work`` makes of the warehouse; ``BaseMoved`` if others came before it every time."""
    with Warehouse.open() as warehouse:
        for _ in range(ATTEMPTS - 1):
            try:
                return work(warehouse)
            except BaseMoved:
                continue
        return work(warehouse)
