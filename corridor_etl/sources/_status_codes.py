"""What a transport status says happened to a container: STS of IFTSTA to the words of DCSA, as far as there is one.

The numbers are those of D.95B 9011, which later directories (4405) and UNECE recommendation 24 keep.
"""

from __future__ import annotations

# STS status code -> (event, its name in the list)
_EVENTS = {
    "1": ("ARRI", "arrived"),
    "12": ("CUSR", "cleared by customs"),
    "13": ("PICK", "collected"),
    "16": ("CROS", "crossed border"),
    "21": ("DROP", "delivered"),
    "24": ("DEPA", "departed"),
    "26": ("RAIL_UNLD", "deramped"),
    "28": ("STRP", "stripped"),
    "29": ("DISC", "discharged"),
    "48": ("LOAD", "loaded"),
    "59": ("DISC", "off loaded"),
    "70": ("RAIL_LOAD", "ramped equipment"),
    "79": ("LOAD", "reloaded"),
    "83": ("RSEA", "sealed equipment"),
    "93": ("STUF", "stuffed"),
    "94": ("STUF", "stuffed and sealed"),
    "98": ("GTIN", "transferred in"),
    "99": ("GTOT", "transferred out"),
}
# Senders that write the DCSA word itself.
_WORDS = frozenset(
    "LOAD DISC GTIN GTOT STUF STRP PICK AVPU DROP AVDO INSP RSEA RMVD CUSS CUSI CUSR CROS ARRI DEPA".split()
)
_BY_RAIL = {"LOAD": "RAIL_LOAD", "DISC": "RAIL_UNLD"}
_RAIL = "2"

# DTM 2005 that dates a status, in the order they are tried, and whether it has happened by then.
TIMES = (
    ("334", "ACT"), ("7", "ACT"), ("203", "ACT"), ("178", "ACT"), ("186", "ACT"), ("310", "ACT"), ("95", "ACT"),
    ("132", "EST"), ("133", "EST"),
)  # fmt: skip

_ANYWHERE = ("175", "165", "14", "1", "198")
_PLACES = {"LOAD": ("9", "5"), "DISC": ("11", "8"), "DEPA": ("5", "9"), "ARRI": ("8", "11"), "CROS": ("17",)}


def event(code: str, mode: str) -> str | None:
    """The event of a status code, by rail where EDIFACT 8067 says so; None where the code is no event of a box."""
    word = code if code in _WORDS else _EVENTS.get(code, ("", ""))[0]
    return (_BY_RAIL.get(word, word) if mode == _RAIL else word) or None


def places(name: str) -> tuple[str, ...]:
    """LOC 3227 where an event may have taken place, in the order they are tried."""
    return (*_ANYWHERE, *_PLACES.get(name.removeprefix("RAIL_").replace("UNLD", "DISC"), ()))
