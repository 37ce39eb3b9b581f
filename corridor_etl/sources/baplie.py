"""EDIFACT BAPLIE: the stowage plan of a vessel as it is. How slots are read is in ``_stowage``."""

from __future__ import annotations

from corridor_etl.sources._message_reader import source
from corridor_etl.sources._stowage import layout

LAYOUTS = (layout("BAPLIE"),)
SOURCE = source(
    "baplie", LAYOUTS, "EDIFACT stowage plan: what stands in each slot of a vessel (positions, never events)"
)
