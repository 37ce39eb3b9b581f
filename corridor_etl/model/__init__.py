"""What each record is, one file per kind: columns with type, unit and meaning, business key and week.

The only place where canonical column names are decided. How a record is read belongs to ``sources`` and
``staging``; what makes it valid belongs to ``expectations/suites``.
"""

from __future__ import annotations

import sys

from corridor_etl import discovery
from corridor_etl.errors import UsageError
from corridor_etl.model._container_trip import CONTAINER_TRIP, STORED_TRIP, StoredColumn
from corridor_etl.model._cross_subject import CROSS_SCHEMA, CROSS_SOURCE, CROSS_SUBJECT
from corridor_etl.model._reconciliation import RECONCILED_ITEM, RECONCILED_SCHEMA
from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import LINEAGE

__all__ = [
    "CONTAINER_TRIP", "CROSS_SCHEMA", "CROSS_SOURCE", "CROSS_SUBJECT", "KINDS", "LINEAGE",
    "RECONCILED_ITEM", "RECONCILED_SCHEMA", "STORED_TRIP", "Column", "RecordKind", "StoredColumn", "kind",
]  # fmt: skip

KINDS: dict[str, RecordKind] = discovery.declared(sys.modules[__name__], "RECORD")


def kind(name: str) -> RecordKind:
    """The record kind called ``name``; ``UsageError`` with the known names where there is none."""
    if name not in KINDS:
        raise UsageError(f"there is no record kind '{name}'", expected=f"one of {', '.join(KINDS)}")
    return KINDS[name]
