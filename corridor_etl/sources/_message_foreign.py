"""EDIFACT messages that are well known and that no record of the corridor comes from: what they are called.

The table only gives a refusal its words; which messages are read is decided by the formats alone.
"""

from __future__ import annotations

NAMES = {
    "APERAK": "application error and acknowledgement",
    "AUTACK": "secure authentication and acknowledgement",
    "BANSTA": "banking status",
    "BERMAN": "berth management",
    "CALINF": "vessel call information",
    "COHAOR": "container special handling order",
    "CONTRL": "syntax and service report",
    "COSTCO": "container stuffing and stripping confirmation",
    "COSTOR": "container stuffing and stripping order",
    "CREMUL": "multiple credit advice",
    "CUSEXP": "express consignment declaration",
    "CUSPED": "periodic customs declaration",
    "CUSREP": "conveyance report to customs",
    "DEBADV": "debit advice",
    "DELFOR": "delivery schedule",
    "DELJIT": "just in time delivery",
    "DESADV": "despatch advice",
    "DESTIM": "equipment damage and repair estimate",
    "FINSTA": "financial statement",
    "IFTDGN": "dangerous goods notification",
    "INVOIC": "invoice",
    "INVRPT": "inventory report",
    "MEDREQ": "medical service request",
    "MSCONS": "metered services consumption report",
    "ORDCHG": "purchase order change",
    "ORDERS": "purchase order",
    "ORDRSP": "purchase order response",
    "PAORES": "passenger travel availability reply",
    "PARTIN": "party information",
    "PAXLST": "passenger and crew list",
    "PAYORD": "payment order",
    "PNRGOV": "passenger name records for authorities",
    "PRICAT": "price and sales catalogue",
    "PRODAT": "product data",
    "RECADV": "receiving advice",
    "REMADV": "remittance advice",
    "SLSRPT": "sales data report",
    "STATAC": "statement of account",
    "TPFREP": "terminal performance report",
    "UTILMD": "utilities master data",
    "VESDEP": "vessel departure",
    "WASDIS": "waste disposal information",
    "WESTIM": "work estimate for equipment repair",
}


def named(message_type: str) -> str:
    """A message type with its name in brackets where it is known: ``ORDERS (purchase order)``."""
    name = NAMES.get(message_type)
    return f"{message_type} ({name})" if name else message_type
