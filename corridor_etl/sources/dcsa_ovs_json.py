"""DCSA vessel schedules (Operational Vessel Schedules): services, their vessels, and each vessel's calls.

A call has planned, estimated and actual times of arrival and departure; one that is left out keeps its status OMIT.
The answer says nowhere when it was made: a call is numbered by how far it has come, so that what happened later wins.
"""

from __future__ import annotations

from typing import Any

from corridor_etl.settings import Sender
from corridor_etl.sources._dcsa import place_flaw
from corridor_etl.sources._json import EACH, JsonRow, Path, read_document
from corridor_etl.sources._json_count import count_records
from corridor_etl.sources._json_rows import Flaw, Judged, first_text, has_keys, raw_file
from corridor_etl.sources._source import RawFile, Source

_CALLS: Path = ("vesselSchedules", EACH, "transportCalls", EACH)
_PATHS = ((EACH, *_CALLS), _CALLS)
COLUMNS = (
    "call_key", "conveyance_name", "vessel_imo", "voyage_no", "service_code", "facility_code", "terminal_code",
    "sequence_no", "call_status", "planned_arrival_at", "estimated_arrival_at", "arrived_at", "planned_departure_at",
    "estimated_departure_at", "departed_at", "message_ref", "dialect", "version",
)  # fmt: skip
# (event, classifier) -> (raw column, how far a call with that time has come)
_TIMES = {
    ("ARRI", "PLN"): ("planned_arrival_at", 1),
    ("DEPA", "PLN"): ("planned_departure_at", 1),
    ("ARRI", "EST"): ("estimated_arrival_at", 2),
    ("DEPA", "EST"): ("estimated_departure_at", 2),
    ("ARRI", "ACT"): ("arrived_at", 3),
    ("DEPA", "ACT"): ("departed_at", 4),
}
_PLACE = ("location.UNLocationCode", "UNLocationCode")
_TERMINAL = (
    "location.facilitySMDGCode",
    "location.facilityCode",
    "location.facility.facilityCode",
    "facilitySMDGCode",
)
_VOYAGE = ("carrierExportVoyageNumber", "carrierImportVoyageNumber", "universalExportVoyageReference")


def _read(data: bytes, sender: Sender | None) -> RawFile:
    file = read_document(data, sender.encodings if sender else (), _PATHS)
    counted = sum(count_records(data, file.encoding, p) for p in _PATHS)
    return raw_file(
        file, _judge, columns={"port_call": COLUMNS}, rows_counted=counted, dialect="dcsa_ovs_json"
    )


def _judge(row: JsonRow) -> Judged:
    call, schedule, service = row.value, row.parents[-1], row.parents[0]
    facility = first_text(call, _PLACE)
    values: dict[str, str | None] = {
        "conveyance_name": first_text(schedule, ("vesselName",)),
        "vessel_imo": first_text(schedule, ("vesselIMONumber",)),
        "voyage_no": first_text(call, _VOYAGE),
        "service_code": first_text(service, ("carrierServiceCode", "universalServiceReference")),
        "facility_code": facility,
        "terminal_code": first_text(call, _TERMINAL),
        "sequence_no": first_text(call, ("transportCallSequenceNumber",)),
        "call_status": first_text(call, ("statusCode",)),
        "message_ref": first_text(call, ("portVisitReference",)),
        "dialect": "dcsa_ovs_json",
    }
    own = (
        values["vessel_imo"] or values["conveyance_name"],
        values["voyage_no"],
        facility,
        values["sequence_no"],
    )
    values["call_key"] = first_text(call, ("transportCallReference",)) or "/".join(part or "" for part in own)
    flaw = place_flaw(facility)
    flaws = [flaw] if flaw is not None else []
    return (flaws + _take_times(call, values)) or ("port_call", values)


def _take_times(call: Any, values: dict[str, str | None]) -> list[Flaw]:
    """Puts each time of a call into its column, the last one of several; gives those that have no column."""
    flaws: list[Flaw] = []
    progress = 1
    stated = call.get("timestamps")
    for stamp in stated if isinstance(stated, list) else ():
        event, classifier = (first_text(stamp, (k,)) or "" for k in ("eventTypeCode", "eventClassifierCode"))
        known = _TIMES.get((event, classifier))
        if known is None:
            flaws.append(
                ("CD-015", "call_status", f"{event} {classifier}", "ARRI or DEPA with PLN, EST or ACT")
            )
            continue
        values[known[0]] = first_text(stamp, ("eventDateTime",))
        progress = max(progress, known[1])
    values["version"] = str(progress)
    return flaws


SOURCE = Source(
    name="dcsa_ovs_json",
    record_kind="port_call",
    meaning="DCSA vessel schedules with planned, estimated and actual times",
    claims=lambda head, _file_name: has_keys(head, "vesselSchedules", "transportCalls"),
    read=_read,
)
