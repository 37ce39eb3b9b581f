"""EDIFACT IFTMIN and the messages of the same tree: one consignment instructed, booked, confirmed or arriving.

How goods lines are read is in ``_consignments``.
"""

from __future__ import annotations

from corridor_etl.sources._consignments import layout
from corridor_etl.sources._message_reader import source

MESSAGES = ("IFTMIN", "IFTMBP", "IFTMBF", "IFTMBC", "IFTMCS", "IFTMAN")
LAYOUTS = tuple(layout(message, is_single=True) for message in MESSAGES)
SOURCE = source("iftmin", LAYOUTS, "EDIFACT transport instructions, bookings, contracts and arrival notices")
