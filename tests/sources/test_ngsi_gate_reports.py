"""Gate reports inside NGSI entities: the message is the record, the entity only agrees with it or not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from corridor_etl.sources import RawFile, recognise

HEAD = "UNB+UNOA:1+NGBCT+PA+250601:1450+1'UNH+1+CODECO:D:95B:UN:SMDG16'BGM+34+G1+9'"
BOX = "EQD+CN+{box}+45G1:102:5++2+5'DTM+7:202506011447:203'LOC+165+CNNBG:139:6'SEL+{seal}+SH'"


def entity(*boxes: str, seal: str = "CN1", **changes: Any) -> dict[str, Any]:
    body = "".join(BOX.format(box=b, seal=seal) for b in boxes)
    tail = f"CNT+16:{len(boxes)}'UNT+{4 + 4 * len(boxes)}+1'UNZ+1+1'"
    own = {"type": "EdiCodeco", "containerIdentification": boxes[0] if boxes else "", "containerSeal": "CN1",
           "isContainerEmpty": False, "ata": "2025-06-01T14:47:00Z", "messageRaw": HEAD + body + tail}  # fmt: skip
    return {"id": "urn:own:1", **own, **changes}


def read(content: Any) -> RawFile:
    data = json.dumps(content).encode()
    source = recognise(data, "entity.json", None)
    assert source.name == "codeco_ngsi_json"
    return source.read(data, None)


def said(raw: RawFile) -> list[tuple[str, str]]:
    return [(f.observed, f.expected) for f in raw.findings if f.rule_id == "ENTITY_DISAGREES"]


def normalized(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v if k in ("id", "type") else {"type": "Text", "value": v} for k, v in values.items()}


@pytest.mark.parametrize("shape", [dict, normalized, lambda e: [e]])
def test_the_record_is_the_message(shape: Any) -> None:
    raw = read(shape(entity("QZAU7000011")))
    row = raw.frame.row(0, named=True)
    assert (row["event_code"], row["container_no"], row["seal_nos"]) == ("GTIN", "QZAU7000011", "CN1")
    assert (row["full_empty"], row["facility_code"]) == ("5", "CNNBG")
    assert said(raw) == []


@pytest.mark.parametrize(("changes", "expected"), [
    ({"containerSeal": "28103"}, ("28103", "CN1")),
    ({"containerIdentification": "QZAU7000027"}, ("QZAU7000027", "QZAU7000011")),
    ({"isContainerEmpty": True}, ("true", "5 (false)")),
    ({"functionCode": "Deletion"}, ("Deletion", "9 (original)")),
    ({"ata": "2025-06-01T15:47:00Z"}, ("2025-06-01T15:47:00Z", "202506011447")),
    ({"senderIdentification": "OTHER"}, ("OTHER", "NGBCT")),
])  # fmt: skip
def test_each_disagreement_is_named_and_the_message_wins(
    changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    raw = read(entity("QZAU7000011", **changes))
    assert said(raw) == [expected]
    assert raw.frame["container_no"].to_list() == ["QZAU7000011"]


def test_two_containers_in_one_message_are_two_rows() -> None:
    raw = read([entity("QZAU7000011", "QZAU7000027"), entity("QZAU7000032")])
    assert raw.frame["container_no"].to_list() == ["QZAU7000011", "QZAU7000027", "QZAU7000032"]
    assert raw.frame["line_no"].to_list() == [1, 2, 3]


@pytest.mark.parametrize(("message", "rule"), [
    (None, "NO_MESSAGE"), ("", "NO_MESSAGE"), ("UNB+UNOA:1+A+B+250601:1450+1", "TRUNCATED"),
])  # fmt: skip
def test_an_entity_without_a_message_has_no_record(message: str | None, rule: str) -> None:
    broken = entity("QZAU7000011")
    broken["messageRaw"] = message
    if message is None:
        del broken["messageRaw"]
    raw = read([entity("QZAU7000027"), broken])
    assert [f.rule_id for f in raw.faults] == [rule]
    assert (raw.frame.height, raw.rows_counted) == (1, 2)
