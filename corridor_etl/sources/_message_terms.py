"""Terms all EDIFACT messages share: what a message function does to records, and how dates are written.

Values come out as text; whether a date is one is judged in ``staging``.
"""

from __future__ import annotations

import re
from datetime import datetime

INSERT = "insert"
TEST_FUNCTION = "53"

# BGM 1225 -> what becomes of the records the message names (D.95B and D.24A). Others are originals or answers.
ACTIONS = {
    "1": "cancel", "3": "cancel", "17": "cancel", "39": "cancel", "40": "cancel", "50": "cancel",
    "4": "patch", "33": "patch", "36": "patch",
    "5": "replace", "18": "replace", "20": "replace", "21": "replace", "47": "replace", "70": "replace",
}  # fmt: skip

_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - only minutes between two wall clocks are counted
_LEAST_CORRECTION = 2

# 2379 -> (digits before a zone, whether the year has two digits, the code of the same layout with four)
_LAYOUTS = {
    "101": (6, True, "102"), "102": (8, False, "102"), "201": (10, True, "203"), "203": (12, False, "203"),
    "202": (12, True, "204"), "204": (14, False, "204"), "301": (10, True, "303"), "303": (12, False, "303"),
    "302": (12, True, "304"), "304": (14, False, "304"), "205": (12, False, "303"),
    "713": (10, True, "203"), "718": (8, False, "102"), "719": (12, False, "203"),
}  # fmt: skip
_PERIODS = ("713", "718", "719")
_BY_LENGTH = {6: "101", 8: "102", 10: "201", 12: "203", 14: "204"}


def moment(value: str, layout: str) -> tuple[str, str]:
    """A DTM value and its 2379 code with the year in four digits; a period gives its beginning.

    What is not of the layout it names comes back as it is, so that casting it names the cell.
    """
    if not layout and value.isascii() and value.isdigit():
        layout = _BY_LENGTH.get(len(value), "")
    known = _LAYOUTS.get(layout)
    if known is None:
        return value, layout
    digits, is_short, code = known
    head, tail = value[:digits], "" if layout in _PERIODS else value[digits:]
    if re.fullmatch("[0-9]+", head) is None or len(head) != digits:
        return value, code
    if layout == "205":
        tail = _offset(tail)
    return ("20" if is_short else "") + head + tail, code


def _offset(tail: str) -> str:
    """An offset of format 205 (``+0800``) as 303 writes it: whole hours; others stay and are not understood."""
    found = re.fullmatch("([+-])([0-9]{2})00", tail)
    return f"{found[1]}{int(found[2])}" if found else tail


def day(value: str, layout: str) -> str:
    """A DTM value as CCYYMMDD, or as written where it is none."""
    text, _ = moment(value, layout)
    return text[:8] if re.match("[0-9]{8}", text) else text


def version_of(action: str, stated: str) -> str:
    """The version of a record: 1 for originals, for corrections the minutes from 2000 to the message's own time."""
    return "1" if action == INSERT else str(minutes(stated))


def minutes(stated: str) -> int:
    """Whole minutes from 2000-01-01 to CCYYMMDD or CCYYMMDDHHMM, at least 2; 2 where there is no such time."""
    clock = re.match("[0-9]{8}(?:[0-9]{4})?", stated)
    try:
        moved = datetime.strptime(clock[0].ljust(12, "0"), "%Y%m%d%H%M") - _EPOCH if clock else None  # noqa: DTZ007
    except ValueError:
        moved = None
    return max(_LEAST_CORRECTION, int(moved.total_seconds()) // 60) if moved else _LEAST_CORRECTION
