"""What messages of the WCO data model share: how a file of it is recognised, its times, its message functions."""

from __future__ import annotations

import re

from corridor_etl.sources import _message_terms
from corridor_etl.sources._xml_head import Head, head_of

FUNCTIONS = {
    "9": ("original", "insert"),
    "1": ("revoke", "cancel"),
    "3": ("revoke", "cancel"),
    "4": ("modify", "patch"),
    "5": ("modify", "replace"),
    "13": ("modify", "patch"),
}
"""Function code -> kind of correction and action on the records it names (UN/EDIFACT 1225; 13 asks for a change)."""

_TIME = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2})?)?(Z|[+-][0-9]{2}:?(?:[0-9]{2})?)?"
)


def recognised(head: bytes) -> Head | None:
    """The head of a file of the WCO data model; China's manifests have its names too, but a root of their own."""
    seen = head_of(head)
    if seen is None or seen.root.lower() not in ("metadata", "declaration", "response"):
        return None
    is_named = (
        ":wco:" in f"{seen.namespace.lower()}:"
        or seen.has("WCODataModelVersionCode")
        or seen.has("WCOTypeName")
    )
    is_shaped = seen.has("FunctionCode") and (seen.has("GoodsShipment") or seen.has("FunctionalReferenceID"))
    return seen if is_named or is_shaped else None


def is_response(seen: Head) -> bool:
    """Whether a head is that of an answer of customs."""
    return seen.has("Response") or seen.word("WCOTypeName").upper() == "RES"


def iso_time(text: str | None) -> str | None:
    """``20200211114212Z`` (format 304, 204 or 102) as ``2020-02-11T11:42:12Z``; anything else as it is."""
    found = _TIME.fullmatch(text or "")
    if found is None:
        return text
    year, month, day, hour, minute, second, offset = found.groups()
    date = f"{year}-{month}-{day}"
    if hour is None:
        return date
    if offset and offset != "Z":
        offset = offset.replace(":", "").ljust(5, "0")
    return f"{date}T{hour}:{minute}:{second or '00'}{offset or ''}"


def version_of(stated: str | None, sent: str | None, *, is_original: bool) -> str:
    """The version a document states; a correction that states none, or that of an original, has the minute it was
    sent in, counted from 2000, so that the last of several wins.
    """
    if is_original or stated not in (None, "", "1", "1.0"):
        return stated or "1"
    return str(_message_terms.minutes(re.sub("[^0-9]", "", sent or "")[:12]))
