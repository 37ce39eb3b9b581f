"""EDIFACT COPARN: containers announced, to be released to somebody or taken in. See ``_container_orders``."""

from __future__ import annotations

from corridor_etl.sources._container_orders import layout
from corridor_etl.sources._message_reader import source

LAYOUTS = (layout("COPARN"),)
SOURCE = source(
    "coparn", LAYOUTS, "EDIFACT container announcements: releases, acceptances and arrivals ordered"
)
