"""What a report about containers says happened: document code by message type and directory, and all its codes.

The same number means different things in different directories, so there is no entry without its source. A sender's
dialect in corridor.toml goes before these tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from corridor_etl.settings import Sender

Level = Literal["header", "group"]
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
    ("COPINO", OLD, "34"): ("GTIN", "D.95B 1001: gate in, announced"),
    ("COPINO", OLD, "36"): ("GTOT", "D.95B 1001: gate out, announced"),
    ("COPINO", OLD, "661"): (
        "GTIN",
        "practice of D.95B senders: delivery to the terminal; no such code there",
    ),
    ("COPINO", NEW, "104"): ("GTIN", "D.24A 1001: transport equipment impending arrival advice"),
    ("COPINO", NEW, "171"): ("GTOT", "D.24A 1001: pick-up notice"),
}

# User groups that kept the older numbers after the directory had reassigned them.
_BY_ASSOCIATION = {
    ("CODECO", "SMDG", "34"): ("GTIN", "SMDG implementation guide, gate in"),
    ("CODECO", "SMDG", "36"): ("GTOT", "SMDG implementation guide, gate out"),
}

# A message that says nothing but this.
_ALWAYS = {"VERMAS": "VGM"}

# What is only announced; what is not named here has happened.
CLASSIFIERS = {"COPINO": "PLN"}

MESSAGES = ("CODECO", "COARRI", "VERMAS", "COPINO")

INSERT, REPLACE, PATCH, CANCEL = "insert", "replace", "patch", "cancel"

# BGM 1225 message function -> what is done with the records; anything else is an original.
FUNCTIONS = {
    "1": CANCEL,
    "2": INSERT,
    "3": CANCEL,
    "4": PATCH,
    "5": REPLACE,
    "7": INSERT,
    "9": INSERT,
    "17": CANCEL,
    "18": REPLACE,
    "31": INSERT,
    "35": INSERT,
    "46": INSERT,
    "47": REPLACE,
}
TEST_FUNCTION = "53"

EVENTS = ("GTIN", "GTOT", "LOAD", "DISC", "VGM")

# Which DTM qualifier dates the event. 203 is "requested" in the directory and the actual move in SMDG practice.
_TIMES = {
    "GTIN": ("7", "203"),
    "GTOT": ("7", "203"),
    "LOAD": ("203", "7"),
    "DISC": ("203", "7"),
    "VGM": ("WAT", "798", "7", "203"),
}
# An announced gate move has the time it is expected at, which may stand in the header for all its containers.
_ANNOUNCED_TIMES = ("132", "133", "200", "2", "234", "7", "203")

EQUIPMENT: Level = "group"
HEADER: Level = "header"
At = tuple[Level, str]
_STATED: tuple[At, ...] = tuple((level, q) for q in ("165", "175") for level in (EQUIPMENT, HEADER))

_RECEIPT: tuple[At, ...] = ((HEADER, "88"), (EQUIPMENT, "88"))
_DELIVERY: tuple[At, ...] = ((HEADER, "7"), (EQUIPMENT, "7"))

# Where the place of the event is looked for: (level, LOC 3227), the first that has a code.
_PLACES: dict[str, tuple[At, ...]] = {
    "GTIN": (*_STATED, (HEADER, "9"), (EQUIPMENT, "9")),
    "GTOT": (*_STATED, (HEADER, "11"), (EQUIPMENT, "11")),
    "LOAD": (*_STATED, (HEADER, "9"), (EQUIPMENT, "9")),
    "DISC": (*_STATED, (HEADER, "11"), (EQUIPMENT, "11")),
    "VGM": (*_STATED, (HEADER, "9"), (EQUIPMENT, "9"), *_RECEIPT),
}
_ANNOUNCED_PLACES = {
    "GTIN": (*_STATED, *_RECEIPT, *_DELIVERY, (HEADER, "9"), (EQUIPMENT, "9")),
    "GTOT": (*_STATED, *_DELIVERY, *_RECEIPT, (HEADER, "11"), (EQUIPMENT, "11")),
}

# The two ends of a voyage: LOC 3227 of this port and of the other one, and EQD 8249 of a box that moves that way.
NEAR_END = {"LOAD": "9", "DISC": "11"}
FAR_END = {"LOAD": "11", "DISC": "9"}
STATUS = {"LOAD": "2", "DISC": "3"}
FULL = "5"
# Announced moves whose document code is silent: (message, EQD 8249 of a full box, event).
ANNOUNCED = (("COPINO", "2", "GTIN"), ("COPINO", "3", "GTOT"))
OPPOSITE = {"LOAD": "DISC", "DISC": "LOAD"}


@dataclass(frozen=True)
class Codes:
    """The tables above, with what a sender's dialect puts in their place."""

    sender: Sender | None

    def event(self, message: str, directory: str, association: str, code: str) -> str | None:
        """The event a document means, or None where neither dialect nor directory gives it a meaning here."""
        stated = self.sender.dialect.document_codes.get(code) if self.sender else None
        if stated or message in _ALWAYS:
            return stated or _ALWAYS[message]
        era = OLD if re.fullmatch(r"D\.9[0-9][A-Z]|S\.93A|[0-9]\..*", directory) else NEW
        found = _CODES.get((message, era, code)) or _BY_ASSOCIATION.get((message, association[:4], code))
        return found[0] if found else None

    def event_elsewhere(self, message: str, code: str) -> str | None:
        """What the code means in the other directories: only good where the containers themselves bear it out."""
        found = _CODES.get((message, OLD, code)) or _CODES.get((message, NEW, code))
        return found[0] if found and message == "COARRI" else None

    def times(self, message: str, event: str) -> tuple[At, ...]:
        """(level, DTM 2005) that may date the event, in the order they are tried."""
        stated = self.sender.dialect.time_qualifiers if self.sender else ()
        if message in CLASSIFIERS:
            qualifiers = stated or _ANNOUNCED_TIMES
            return tuple((level, q) for level in (EQUIPMENT, HEADER) for q in qualifiers)
        return tuple((EQUIPMENT, q) for q in stated or _TIMES.get(event, ("7", "203")))

    def places(self, message: str, event: str) -> tuple[At, ...]:
        """(level, LOC 3227) where the event may have taken place, in the order they are tried."""
        stated = self.sender.dialect.place_qualifiers if self.sender else ()
        if stated:
            return tuple((level, q) for q in stated for level in (EQUIPMENT, HEADER))
        announced = _ANNOUNCED_PLACES.get(event) if message in CLASSIFIERS else None
        return announced or _PLACES.get(event, _STATED)


def event_code(message: str, directory: str, association: str, code: str) -> str | None:
    """The event a document means without a sender's dialect."""
    return Codes(None).event(message, directory, association, code)
