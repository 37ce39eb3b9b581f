"""Track and Trace events: each becomes the record of its type or leaves with its reason, in every version."""

from __future__ import annotations

import json
from typing import Any

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile, recognise, sources

GATE = {
    "eventID": "e1", "eventCreatedDateTime": "2025-06-01T02:10:00Z", "eventType": "EQUIPMENT",
    "eventClassifierCode": "ACT", "eventDateTime": "2025-06-01T10:00:00+08:30", "equipmentEventTypeCode": "GTIN",
    "equipmentReference": "QZAU7000011", "ISOEquipmentCode": "45G1", "emptyIndicatorCode": "LADEN",
    "eventLocation": {"UNLocationCode": "CNNBG", "facilityCode": "BLCT"}, "seals": [{"sealNumber": "S1"}, {"sealNumber": "S2"}],
    "documentReferences": [{"documentReferenceType": "BKG", "documentReferenceValue": "B1"},
                           {"documentReferenceType": "TRD", "documentReferenceValue": "T1"}],
}  # fmt: skip
SAILING = {
    "eventID": "e2", "eventType": "TRANSPORT", "eventClassifierCode": "EST", "eventDateTime": "2025-06-02T10:00:00Z",
    "transportEventTypeCode": "DEPA", "delayReasonCode": "WEA",
    "transportCall": {"transportCallID": "t1", "UNLocationCode": "CNNBG", "modeOfTransport": "VESSEL",
                      "exportVoyageNumber": "042W", "importVoyageNumber": "042E", "carrierServiceCode": "OEL",
                      "vessel": {"vesselIMONumber": "9074729", "vesselName": "QINGZHOU STAR"}},
}  # fmt: skip
BOOKING = {
    "eventID": "e3", "eventType": "SHIPMENT", "eventClassifierCode": "ACT", "eventDateTime": "2025-06-02T10:00:00Z",
    "shipmentEventTypeCode": "CONF", "documentID": "B1", "documentTypeCode": "BKG", "reason": "as asked",
    "references": [{"referenceType": "EQ", "referenceValue": "QZAU7000011"}],
}  # fmt: skip
PUSHED = {
    "eventRouting": {"originatingParty": {"partyCode": "OWN"}}, "eventID": "v3-1",
    "eventDateTime": "2026-01-20T14:15:00Z", "eventUpdatedDateTime": "2026-01-20T14:20:00Z",
    "eventLocation": {"UNLocationCode": "KZALA"},
    "eventClassification": {"eventTypeCode": "EQUIPMENT", "eventClassifierCode": "ACT", "equipmentEventTypeCode": "GATED_IN"},
    "equipmentDetails": {"equipmentReference": "QZAU7000011", "ISOEquipmentCode": "22G1", "emptyIndicatorCode": "EMPTY",
                         "movementType": "IMPORT"},
}  # fmt: skip
UPDATED_MINUTE = "29481980"


def read(content: Any) -> RawFile:
    data = content if isinstance(content, bytes) else json.dumps(content, indent=1).encode()
    source = recognise(data, "events.json", None)
    assert source.name == "dcsa_tnt_json"
    return source.read(data, None)


def row(raw: RawFile, kind: str = "port_event") -> dict[str, Any]:
    frame = raw.frame if kind == "port_event" else raw.others[kind]
    assert frame.height == 1
    return frame.row(0, named=True)


def rules(raw: RawFile) -> list[tuple[str, str]]:
    return [(f.rule_id, f.observed) for f in raw.faults]


def test_one_list_holds_three_kinds() -> None:
    raw = read([GATE, SAILING, BOOKING])
    assert (raw.rows_counted, raw.faults, raw.findings) == (3, (), ())
    gate, sailing, booking = row(raw), row(raw, "transport_event"), row(raw, "document_event")
    assert (gate["event_code"], gate["container_no"], gate["facility_code"], gate["terminal_code"]) == (
        "GTIN", "QZAU7000011", "CNNBG", "BLCT",
    )  # fmt: skip
    assert (gate["seal_nos"], gate["booking_no"], gate["bl_no"]) == ("S1 S2", "B1", "T1")
    assert gate["event_time"] == "2025-06-01T10:00:00+08:30"
    assert (sailing["conveyance_key"], sailing["voyage_no"], sailing["classifier"]) == (
        "9074729",
        "042W",
        "EST",
    )
    assert (sailing["service_code"], sailing["delay_reason_code"]) == ("OEL", "WEA")
    assert (booking["document_type"], booking["document_no"], booking["status_code"]) == (
        "booking",
        "B1",
        "CONF",
    )
    assert (booking["container_nos"], booking["event_key"]) == ("QZAU7000011", "e3")
    lines = [frame["line_no"].item() for frame in (raw.frame, *raw.others.values())]
    assert len(set(lines)) == 3


def test_an_arrival_belongs_to_the_inbound_voyage() -> None:
    raw = read([{**SAILING, "transportEventTypeCode": "ARRI"}])
    assert row(raw, "transport_event")["voyage_no"] == "042E"


def test_a_push_in_parts_with_long_names() -> None:
    event = row(read({"events": [PUSHED]}))
    assert (event["event_code"], event["full_empty"], event["trade_status"]) == ("GTIN", "EMPTY", "3")
    assert (event["version"], event["action"], event["event_ref"]) == (UPDATED_MINUTE, "insert", "v3-1")


@pytest.mark.parametrize("content", [
    PUSHED, [PUSHED], {"events": [PUSHED]}, {"events": [{"metadata": {"eventID": "v3-1"}, "payload": PUSHED}]},
    (json.dumps(PUSHED) + "\n" + json.dumps({**PUSHED, "eventID": "v3-2"}) + "\n").encode(),
])  # fmt: skip
def test_every_wrapping_that_is_in_use(content: Any) -> None:
    raw = read(content)
    assert set(raw.frame["container_no"]) == {"QZAU7000011"}
    assert raw.frame.height == raw.rows_counted


@pytest.mark.parametrize("classifier", ["ACT", "EST", "PLN"])
def test_the_classifier_is_kept(classifier: str) -> None:
    assert row(read([{**GATE, "eventClassifierCode": classifier}]))["classifier"] == classifier


@pytest.mark.parametrize(("change", "rule", "seen"), [
    ({"equipmentEventTypeCode": "TELEPORTED"}, "CD-015", "TELEPORTED"),
    ({"equipmentEventTypeCode": None}, "CD-015", ""),
    ({"eventClassifierCode": "MAYBE"}, "DT-008", "MAYBE"),
    ({"eventLocation": {"UNLocationCode": "XYABC"}}, "ID-031", "XYABC"),
    ({"eventLocation": {"UNLocationCode": "CN"}}, "ID-031", "CN"),
    ({"eventType": "REEFER"}, "NO_RECORD_KIND", "REEFER"),
])  # fmt: skip
def test_a_bad_event_leaves_with_its_reason_and_the_good_ones_stay(
    change: dict[str, Any], rule: str, seen: str
) -> None:
    raw = read([GATE, {**GATE, "eventID": "bad", **change}, SAILING])
    assert rules(raw) == [(rule, seen)]
    assert (raw.frame.height, raw.others["transport_event"].height) == (1, 1)
    assert '"bad"' in raw.raw_text(raw.faults[0].line_no)


def test_events_hidden_in_another_list_are_all_found_and_named() -> None:
    raw = read([{"someEvents": [GATE, SAILING]}, {"someEvents": [BOOKING]}])
    assert raw.rows_counted == 3
    assert [f.rule_id for f in raw.faults] == ["WRONG_STRUCTURE"] * 3
    assert {f.observed for f in raw.faults} == {"an event inside 'someEvents'"}
    assert [json.loads(raw.raw_text(f.line_no))["eventID"] for f in raw.faults] == ["e1", "e2", "e3"]


def test_a_wrapper_among_good_events_leaves_as_one_row() -> None:
    raw = read([GATE, {"someEvents": [SAILING, BOOKING]}])
    assert (raw.rows_counted, raw.frame.height, len(raw.faults)) == (2, 1, 1)
    assert '"e2"' in raw.raw_text(raw.faults[0].line_no)


def test_an_event_without_name_is_kept_and_said() -> None:
    raw = read([{k: v for k, v in GATE.items() if k != "eventID"}])
    assert raw.frame.height == 1
    assert [(f.rule_id, f.observed) for f in raw.findings] == [("NO_EVENT_ID", "1")]


def test_a_retraction_cancels_the_event_it_names() -> None:
    retraction = {
        "eventID": "v3-9", "retractedEventID": "v3-1", "eventUpdatedDateTime": "2026-01-20T14:20:30Z",
        "eventClassification": PUSHED["eventClassification"],
    }  # fmt: skip
    raw = read({"events": [PUSHED, retraction]})
    first, second = raw.frame.iter_rows(named=True)
    key = ("container_no", "event_code", "event_time", "facility_code", "classifier")
    assert [first[k] for k in key] == [second[k] for k in key]
    assert (second["action"], second["event_ref"]) == ("cancel", "v3-1")
    assert int(second["version"]) == int(first["version"]) + 1


def test_a_retraction_of_an_event_in_another_file_repeats_its_details() -> None:
    event = row(read({"events": [{**PUSHED, "eventID": "v3-9", "retractedEventID": "v3-1"}]}))
    assert (event["action"], event["event_ref"], event["container_no"]) == ("cancel", "v3-1", "QZAU7000011")
    assert event["version"] == UPDATED_MINUTE


def test_a_retraction_without_a_date_cannot_be_ordered() -> None:
    undated = {k: v for k, v in PUSHED.items() if k != "eventUpdatedDateTime"} | {"retractedEventID": "v3-1"}
    assert rules(read({"events": [undated]})) == [("DT-006", "")]


def test_a_key_written_twice_costs_its_event() -> None:
    twice = json.dumps(GATE).replace('"eventID": "e1"', '"eventID": "e1", "eventID": "e2"')
    raw = read(f"[{twice},{json.dumps(SAILING)}]".encode())
    assert rules(raw) == [("DUPLICATE_KEY", "eventID")]
    assert raw.others["transport_event"].height == 1


@pytest.mark.parametrize(("cut", "reason"), [(40, "TRUNCATED"), (400, "TRUNCATED")])
def test_a_cut_file_is_refused(cut: int, reason: str) -> None:
    data = json.dumps([GATE, SAILING]).encode()
    with pytest.raises(FileRejected) as caught:
        sources()["dcsa_tnt_json"].read(data[:-cut], None)
    assert caught.value.reason == reason


def test_a_list_without_events_says_so() -> None:
    raw = read(b'{"events": [], "note": {"eventClassifierCode": "ACT"}}')
    assert (raw.rows_counted, [f.rule_id for f in raw.findings]) == (0, ["NO_ROWS"])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("content", [[GATE], {"events": [GATE]}, GATE])
def test_events_are_recognised_by_their_byte_order_mark(content: Any, encoding: str) -> None:
    raw = read(json.dumps(content).encode(encoding))
    assert (raw.rows_counted, raw.frame["container_no"].to_list()) == (1, ["QZAU7000011"])


def test_lines_of_events_in_utf_16() -> None:
    lines = "".join(json.dumps({**GATE, "eventID": i}) + "\n" for i in ("a", "b"))
    assert read(lines.encode("utf-16")).frame["event_ref"].to_list() == ["a", "b"]


def test_a_retraction_that_only_names_its_event_waits_for_it() -> None:
    raw = read([{"eventID": "r1", "eventType": "EQUIPMENT", "eventCreatedDateTime": "2025-06-03T02:10:00Z",
                 "retractedEventID": "e1"}])  # fmt: skip
    assert (raw.rows_counted, raw.frame.height) == (1, 0)
    assert [(f.rule_id, f.column, f.observed) for f in raw.faults] == [("ST-007", "event_ref", "e1")]
    assert "e1" in raw.faults[0].expected
