"""What an EdiCodeco entity says beside what its own message says: the table of both, and where they disagree.

Only compares; the record comes from the message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from corridor_etl.sources._edifact import Segment, segments
from corridor_etl.sources._json import text_of

Found = Callable[[Sequence[Segment]], list[str]]


def _all(tag: str, element: int, component: int = 0, *, where: tuple[int, str] | None = None) -> Found:
    """The texts of one component in all segments of a tag, those only where an element has a value."""

    def find(message: Sequence[Segment]) -> list[str]:
        mine = [s for s in message if s.tag == tag and (where is None or s.value(where[0]) == where[1])]
        return [v for s in mine if (v := s.value(element, component))]

    return find


def _reference(qualifier: str) -> Found:
    return _all("RFF", 1, 1, where=(1, qualifier))


# key of the entity -> where the message says the same
_BESIDE: dict[str, Found] = {
    "containerIdentification": _all("EQD", 2),
    "containerSeal": _all("SEL", 1),
    "containerCarrierIdentification": _all("NAD", 2, where=(1, "CF")),
    "vesselCarrier": _all("TDT", 5, where=(1, "20")),
    "vesselName": _all("TDT", 8, 3, where=(1, "20")),
    "vesselImo": _all("TDT", 8, where=(1, "20")),
    "vesselVoyage": _all("TDT", 2, where=(1, "20")),
    "truckLicenseCode": _all("TDT", 8, where=(1, "1")),
    "bookingCode": _reference("BN"),
    "loadingPort": _all("LOC", 2, where=(1, "9")),
    "dischargingPort": _all("LOC", 2, where=(1, "11")),
    "containerWeight": _all("MEA", 3, 1),
    "senderIdentification": _all("UNB", 2),
    "receiverIdentification": _all("UNB", 3),
}
# Codes the entity writes in words.
_WORDS: dict[str, tuple[Found, Mapping[str, str]]] = {
    "functionCode": (_all("BGM", 3), {"9": "original", "1": "cancellation", "3": "deletion", "5": "replace"}),
    "containerClass": (_all("EQD", 5), {"2": "export", "3": "import", "6": "transhipment"}),
    "isContainerEmpty": (_all("EQD", 6), {"4": "true", "5": "false"}),
}


def disagreements(values: Mapping[str, Any], message: str) -> Iterator[tuple[str, str, str]]:
    """(key, what the entity says, what the message says) wherever both say something and it is not the same."""
    inside = list(segments(message))
    for key, find in _BESIDE.items():
        stated, found = text_of(values.get(key)), find(inside)
        if stated and found and not any(_same(stated, text) for text in found):
            yield key, stated, ", ".join(dict.fromkeys(found))
    for key, (find, words) in _WORDS.items():
        stated, codes = text_of(values.get(key)), find(inside)
        meant = [words[c] for c in codes if c in words]
        if stated and meant and stated.strip().lower() not in meant:
            yield key, stated, ", ".join(f"{c} ({words[c]})" for c in codes if c in words)
    yield from _time(values, inside)


def _same(stated: str, text: str) -> bool:
    if stated.strip().casefold() == text.strip().casefold():
        return True
    try:
        return float(stated) == float(text)
    except ValueError:
        return False


def _time(values: Mapping[str, Any], inside: Sequence[Segment]) -> Iterator[tuple[str, str, str]]:
    """The moment of the event; the message has no zone, so its wall clock is compared."""
    stated, found = text_of(values.get("ata")), _all("DTM", 1, 1, where=(1, "7"))(inside)
    if not stated or not found:
        return
    try:
        clock = datetime.fromisoformat(stated).strftime("%Y%m%d%H%M")
    except ValueError:
        clock = stated
    if clock not in [text[:12] for text in found]:
        yield "ata", stated, ", ".join(found)
