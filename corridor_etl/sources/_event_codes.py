"""What a gate, loading or discharge report says happened: BGM 1001 by message type and directory.

The same number means different things in different directories, so there is no entry without its source.
"""

from __future__ import annotations

import re

OLD, NEW = "D.9x", "D.00+"

# (message, directories, BGM 1001) -> (event, where that meaning is written)
_CODES = {
    ("CODECO", OLD, "34"): ("GTIN", "D.95B 1001: gate in"),
    ("CODECO", OLD, "36"): ("GTOT", "D.95B 1001: gate out"),
    ("COARRI", OLD, "44"): ("DISC", "D.95B 1001: discharge"),
    ("COARRI", OLD, "46"): ("LOAD", "D.95B 1001: loading"),
    ("COARRI", OLD, "98"): ("DISC", "practice of D.95B senders; the directory says arrival information"),
    ("COARRI", OLD, "270"): ("LOAD", "practice of D.95B senders; the directory says delivery note"),
    ("CODECO", NEW, "109"): ("GTIN", "D.24A 1001: transport movement gate in report"),
    ("CODECO", NEW, "111"): ("GTOT", "D.24A 1001: transport movement gate out report"),
    ("CODECO", NEW, "266"): ("VGM", "D.24A 1001: status change report; terminals send the weighing with it"),
    ("COARRI", NEW, "119"): ("DISC", "D.24A 1001: transport discharge report"),
    ("COARRI", NEW, "122"): ("LOAD", "D.24A 1001: transport loading report"),
}

# User groups that kept the older numbers after the directory had reassigned them.
_BY_ASSOCIATION = {
    ("CODECO", "SMDG", "34"): ("GTIN", "SMDG implementation guide, gate in"),
    ("CODECO", "SMDG", "36"): ("GTOT", "SMDG implementation guide, gate out"),
}

# BGM 1225 message function -> (version, action); anything else is an original.
FUNCTIONS = {"5": ("2", "replace"), "1": ("2", "cancel")}
TEST_FUNCTION = "53"

# Which DTM qualifier dates the event. 203 is "requested" in the directory and the actual move in SMDG practice.
TIME_QUALIFIERS = {
    "GTIN": ("7", "203"),
    "GTOT": ("7", "203"),
    "LOAD": ("203", "7"),
    "DISC": ("203", "7"),
    "VGM": ("WAT", "7", "203"),
}

EQUIPMENT, HEADER = "equipment", "header"
_STATED = tuple((level, q) for q in ("165", "175") for level in (EQUIPMENT, HEADER))

# Where the place of the event is looked for: (level, LOC 3227), the first that has a code.
PLACES = {
    "GTIN": (*_STATED, (HEADER, "9"), (EQUIPMENT, "9")),
    "GTOT": (*_STATED, (HEADER, "11"), (EQUIPMENT, "11")),
    "LOAD": (*_STATED, (HEADER, "9"), (EQUIPMENT, "9")),
    "DISC": (*_STATED, (HEADER, "11"), (EQUIPMENT, "11")),
    "VGM": (*_STATED, (HEADER, "9"), (EQUIPMENT, "9")),
}

# The other end of the voyage: equal to the place of the event, the sender has swapped the two ports.
FAR_END = {"LOAD": "11", "DISC": "9"}


def event_code(message: str, directory: str, association: str, code: str) -> str | None:
    """The event a BGM 1001 means, or None where the directory does not give it a meaning here."""
    era = OLD if re.fullmatch(r"D\.9[0-9][A-Z]", directory) else NEW
    found = _CODES.get((message, era, code)) or _BY_ASSOCIATION.get((message, association[:4], code))
    return found[0] if found else None
