"""Calls of vessels from Just in Time messages and vessel schedules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile, recognise

CALL = {
    "portCallID": "p1", "portVisitReference": "CNNBG2025001", "UNLocationCode": "CNNBG",
    "vessel": {"vesselIMONumber": "9074729", "name": "QINGZHOU STAR"}, "isFYI": False,
}  # fmt: skip
SCHEDULED = {
    "transportCallReference": "SR1-1", "carrierExportVoyageNumber": "042W", "location": {"UNLocationCode": "CNNBG"},
    "statusCode": "OMIT",
    "timestamps": [
        {"eventTypeCode": "ARRI", "eventClassifierCode": "PLN", "eventDateTime": "2025-06-04T09:00:00+08:00"},
        {"eventTypeCode": "ARRI", "eventClassifierCode": "ACT", "eventDateTime": "2025-06-04T11:20:00+08:00"},
    ],
}  # fmt: skip


def read(content: Any, name: str) -> RawFile:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    source = recognise(data, "message.json", None)
    assert source.name == name
    return source.read(data, None)


def schedule(*calls: dict[str, Any]) -> dict[str, Any]:
    return {"carrierServiceCode": "OEL", "vesselSchedules": [
        {"vesselIMONumber": "9074729", "vesselName": "QINGZHOU STAR", "transportCalls": list(calls)},
    ]}  # fmt: skip


@pytest.mark.parametrize("content", [CALL, [CALL]])
def test_a_port_call_message(content: Any) -> None:
    call = read(content, "dcsa_jit_json").frame.row(0, named=True)
    assert (call["call_key"], call["message_ref"], call["facility_code"]) == ("CNNBG2025001", "p1", "CNNBG")
    assert (call["conveyance_name"], call["vessel_imo"]) == ("QINGZHOU STAR", "9074729")


@pytest.mark.parametrize(("message", "seen"), [
    ({"portCallServiceID": "s1", "vesselPosition": {"UNLocationCode": "DKCPH"}}, "the position of a vessel"),
    ({"portCallServiceID": "s1", "draft": 12.5}, "the draught of a vessel"),
    ({"timestampID": "t1", "portCallServiceID": "s1", "classifierCode": "EST"}, "a time of a service, without vessel and place"),
    ({"terminalCallID": "c1", "portCallID": "p1"}, "a terminal call, without vessel and place"),
])  # fmt: skip
def test_what_is_no_call_leaves_with_its_reason(message: dict[str, Any], seen: str) -> None:
    raw = read([CALL, message], "dcsa_jit_json")
    assert [(f.rule_id, f.observed) for f in raw.faults] == [("NO_RECORD_KIND", seen)]
    assert raw.frame.height == 1


def test_a_template_with_bare_words_is_refused_by_name() -> None:
    data = b'{\n "portCallID": "p1",\n "UNLocationCode": "CNNBG",\n "isFYI": IS_FYI_PLACEHOLDER\n}'
    with pytest.raises(FileRejected, match="line 4 has the bare word IS_FYI_PLACEHOLDER") as caught:
        read(data, "dcsa_jit_json")
    assert caught.value.reason == "PLACEHOLDER"


def test_a_template_that_is_json_leaves_its_row() -> None:
    raw = read({**CALL, "portCallID": "PORT_CALL_ID_PLACEHOLDER"}, "dcsa_jit_json")
    assert [(f.rule_id, f.observed) for f in raw.faults] == [("PLACEHOLDER", "PORT_CALL_ID_PLACEHOLDER")]


def test_a_bare_word_inside_a_text_is_no_template() -> None:
    call = {**CALL, "vessel": {"name": "SHIP: READY, "}}
    assert read(call, "dcsa_jit_json").frame.height == 1


@pytest.mark.parametrize("content", [schedule(SCHEDULED), [schedule(SCHEDULED)]])
def test_a_scheduled_call_with_planned_and_actual_times(content: Any) -> None:
    call = read(content, "dcsa_ovs_json").frame.row(0, named=True)
    assert (call["call_key"], call["service_code"], call["conveyance_name"]) == (
        "SR1-1",
        "OEL",
        "QINGZHOU STAR",
    )
    assert (call["planned_arrival_at"], call["arrived_at"]) == (
        "2025-06-04T09:00:00+08:00", "2025-06-04T11:20:00+08:00",
    )  # fmt: skip
    assert (call["call_status"], call["version"], call["departed_at"]) == ("OMIT", "3", None)


def test_a_call_without_reference_is_known_by_what_it_is() -> None:
    bare = {k: v for k, v in SCHEDULED.items() if k != "transportCallReference"}
    call = read(schedule(bare, {**bare, "transportCallSequenceNumber": 2}), "dcsa_ovs_json").frame
    assert call["call_key"].to_list() == ["9074729/042W/CNNBG/", "9074729/042W/CNNBG/2"]


def test_a_time_of_an_unknown_kind_costs_its_call_only() -> None:
    odd = {**SCHEDULED, "timestamps": [{"eventTypeCode": "ARRI", "eventClassifierCode": "REQ"}]}
    raw = read(schedule(SCHEDULED, odd), "dcsa_ovs_json")
    assert [(f.rule_id, f.observed) for f in raw.faults] == [("CD-015", "ARRI REQ")]
    assert (raw.frame.height, raw.rows_counted) == (1, 2)
