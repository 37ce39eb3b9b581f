"""EDIFACT CUSCAR: the cargo a carrier reports to customs. How goods lines are read is in ``_consignments``."""

from __future__ import annotations

from corridor_etl.sources._consignments import layout
from corridor_etl.sources._message_reader import source

LAYOUTS = (layout("CUSCAR", is_single=False),)
SOURCE = source(
    "cuscar", LAYOUTS, "EDIFACT cargo reports to customs: the goods lines of a carrier's manifest"
)
