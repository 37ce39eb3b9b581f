"""EDIFACT MOVINS: instructions where to stow what on a vessel. How slots are read is in ``_stowage``."""

from __future__ import annotations

from corridor_etl.sources._message_reader import source
from corridor_etl.sources._stowage import layout

LAYOUTS = (layout("MOVINS"),)
SOURCE = source("movins", LAYOUTS, "EDIFACT stowage instructions: what is to stand in each slot of a vessel")
