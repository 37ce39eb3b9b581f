"""EDIFACT COPRAR: which containers a terminal is to load on or discharge from a vessel. See ``_container_orders``."""

from __future__ import annotations

from corridor_etl.sources._container_orders import layout
from corridor_etl.sources._message_reader import source

LAYOUTS = (layout("COPRAR"),)
SOURCE = source("coprar", LAYOUTS, "EDIFACT load and discharge orders: containers a terminal is told to move")
