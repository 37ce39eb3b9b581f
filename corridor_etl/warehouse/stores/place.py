"""Which store holds archive and lake, as the environment says."""

from __future__ import annotations

from pathlib import Path

from corridor_etl.warehouse.stores.interface import Store
from corridor_etl.warehouse.stores.local import LocalStore

SPOOL = "spool"
"""The folder of a home where files lie while they are on their way to a store."""


def opened(home: Path, part: str) -> Store:
    """The store of one part of a home (``archive`` or ``lake``). Nothing is created yet."""
    return LocalStore(home / part, home / SPOOL)
