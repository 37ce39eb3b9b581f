"""Which containers of a message cannot become an event, each with its reason, and which only look odd."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from corridor_etl.sources._edifact_tokens import Indices, Tokens
from corridor_etl.sources._equipment_messages import Refusal
from corridor_etl.sources._equipment_rows import Rows
from corridor_etl.sources._event_codes import FAR_END, NEAR_END, OPPOSITE, STATUS
from corridor_etl.sources._source import CONTROL


@dataclass(frozen=True)
class Refusals:
    """Rows that go to quarantine with their reason, and the rows whose ports look ``swapped``."""

    by_row: dict[int, Refusal]
    swapped: Indices


def refusals(rows: Rows) -> Refusals:
    """Judges every container of a piece."""
    by_message = rows.messages.refusals()
    found = {
        int(row): by_message[message]
        for message in by_message
        for row in np.flatnonzero(rows.groups.messages == message)
    }
    found |= {row: reason for row, reason in _without_event(rows).items() if row not in found}
    found |= {row: reason for row, reason in _control_characters(rows).items() if row not in found}
    swapped = _contradictions(rows, found)
    return Refusals(dict(sorted(found.items())), swapped)


def _without_event(rows: Rows) -> dict[int, Refusal]:
    """Rows whose document code means nothing here, unless the box itself bears out what it means elsewhere."""
    lacks = ~rows.has_event
    doubtful = np.flatnonzero(np.isin(rows.groups.messages, rows.messages.unproved))
    if len(doubtful):
        facility = rows.text(rows.place["facility_code"]).gather(doubtful)
        near, far = rows.near_end().gather(doubtful), rows.far_end().gather(doubtful)
        wanted = [STATUS.get(rows.event_names[e], "") for e in rows.events[doubtful]]
        is_proved = (
            (rows.status().gather(doubtful) == pl.Series(wanted)) & (near == facility) & (far != facility)
        )
        lacks[doubtful] = ~is_proved.fill_null(False).to_numpy()
    return {
        int(row): rows.messages.without_meaning(int(rows.groups.messages[row]))
        for row in np.flatnonzero(lacks)
    }


def _control_characters(rows: Rows) -> dict[int, Refusal]:
    places = _odd_places(rows.tokens)
    if not places:
        return {}
    found: dict[int, Refusal] = {}
    for at, seen in places.items():
        messages, own = rows.groups.of_places(np.array([at]))
        of_header = np.flatnonzero(np.isin(rows.groups.messages, messages))
        for row in (*own, *of_header):
            found.setdefault(int(row), ("CONTROL_CHAR", "", repr(seen), "no control characters"))
    return found


def _odd_places(tokens: Tokens) -> dict[int, str]:
    """Control characters in the buffer that are not service characters of the interchange."""
    size = len(tokens.text) - 16
    if not ((tokens.bytes[:size] < 32).any() or (tokens.bytes[:size] == 127).any() or b"\xe2" in tokens.text):
        return {}
    found: dict[int, str] = {}
    text = tokens.text[:size].decode()
    offset, last = 0, 0
    for match in CONTROL.finditer(text):
        offset += len(text[last : match.start()].encode())
        last = match.start()
        if match[0] not in tokens.marks and match[0] not in "\r\n":
            found[offset] = match[0]
    return found


def _contradictions(rows: Rows, found: dict[int, Refusal]) -> Indices:
    """Rows whose port is the far one, which is odd; a row whose EQD status says so too contradicts its document."""
    swapped = np.flatnonzero(rows.may_be_far())
    swapped = swapped[~np.isin(swapped, list(found))] if found else swapped
    if not len(swapped):
        return swapped
    facility, far = rows.text(rows.place["facility_code"]), rows.far_end()
    swapped = swapped[(facility == far).fill_null(False).to_numpy()[swapped]]
    status = rows.status().gather(swapped).to_list()
    near = rows.near_end().gather(swapped).to_list()
    kept = []
    for row, code, own_end, place in zip(
        swapped.tolist(), status, near, facility.gather(swapped).to_list(), strict=True
    ):
        event = rows.event_names[rows.events[row]]
        other = OPPOSITE[event]
        if code == STATUS[other] and own_end != place:
            expected = f"EQD 8249 {STATUS[event]} and LOC+{NEAR_END[event]} at the reporting terminal"
            seen = f"8249 {code}, LOC+{FAR_END[event]}+{place}"
            found[row] = ("EVENT_CONTRADICTION", "event_code", seen, expected)
        else:
            kept.append(row)
    return np.array(kept, dtype=np.int64)
