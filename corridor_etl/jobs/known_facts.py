"""The facts as a warehouse knows them, now or as of its snapshot: only the kinds of records they are made of are read.

What they will be once a batch is committed belongs to ``consequences``.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor_etl.facts.corridor import RECORD_KINDS, Facts, corridor_facts
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse


def known_facts(warehouse: Warehouse, settings: Settings) -> tuple[Mapping[str, pl.DataFrame], Facts]:
    """The current records by kind, and the facts of them. Errors as ``facts.corridor.corridor_facts``."""
    current = {kind: warehouse.current(kind) for kind in RECORD_KINDS}
    return current, corridor_facts(current, settings)
