"""EDIFACT IFCSUM: many consignments in one consolidation. How goods lines are read is in ``_consignments``."""

from __future__ import annotations

from corridor_etl.sources._consignments import layout
from corridor_etl.sources._message_reader import source

LAYOUTS = (layout("IFCSUM", is_single=False),)
SOURCE = source("ifcsum", LAYOUTS, "EDIFACT consolidations: the goods lines of many consignments")
