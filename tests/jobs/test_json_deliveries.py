"""JSON events, statistics, rates and terminal lists through the whole line: every row is accounted for by kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import BatchResult, ingest
from corridor_etl.model import KINDS
from corridor_etl.warehouse import Warehouse

SAMPLES = Path(__file__).parent.parent / "samples"

GATE: dict[str, Any] = {
    "eventID": "v3-1", "eventDateTime": "2025-06-01T02:15:00Z", "eventUpdatedDateTime": "2025-06-01T02:20:00Z",
    "eventLocation": {"UNLocationCode": "CNNBG"},
    "eventClassification": {"eventTypeCode": "EQUIPMENT", "eventClassifierCode": "ACT", "equipmentEventTypeCode": "GATED_IN"},
    "equipmentDetails": {"equipmentReference": "QZAU7000011", "ISOEquipmentCode": "45G1", "emptyIndicatorCode": "LADEN"},
}  # fmt: skip
SAILING: dict[str, Any] = {
    "eventID": "v3-2", "eventDateTime": "2025-06-02T02:15:00Z", "eventUpdatedDateTime": "2025-06-02T02:20:00Z",
    "eventLocation": {"UNLocationCode": "CNNBG"},
    "eventClassification": {"eventTypeCode": "TRANSPORT", "eventClassifierCode": "ACT", "transportEventTypeCode": "DEPA"},
    "transportDetails": {"transportCall": {"modeOfTransport": "VESSEL", "vesselTransport": {"vesselIMONumber": "9074729"}}},
}  # fmt: skip
REEFER: dict[str, Any] = {**GATE, "eventID": "v3-3", "eventClassification": {
    "eventTypeCode": "REEFER", "eventClassifierCode": "ACT", "reeferEventTypeCode": "MEAS"}}  # fmt: skip
RETRACTION = {
    **GATE,
    "eventID": "v3-9",
    "retractedEventID": "v3-1",
    "eventUpdatedDateTime": "2025-06-03T08:00:00Z",
}


def deliver(home: Path, name: str, *events: dict[str, Any]) -> BatchResult:
    path = home / "inbox" / "lines" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"events": events}, indent=1), encoding="utf-8")
    return ingest([path])


def counts(result: BatchResult) -> tuple[int, int, int, int]:
    (d,) = result.deliveries
    assert d.status == "loaded", d.message
    return d.rows_read, d.rows_loaded, d.rows_quarantined, d.rows_duplicate


def test_one_file_of_three_types_is_balanced(own_home: Path) -> None:
    assert counts(deliver(own_home, "push.json", GATE, SAILING, REEFER)) == (3, 2, 1, 0)
    with Warehouse.open() as warehouse:
        assert problems(warehouse) == []
        assert warehouse.current("port_event")["event_ref"].to_list() == ["v3-1"]
        assert warehouse.current("transport_event")["conveyance_key"].to_list() == ["9074729"]
        (held,) = warehouse.quarantine().to_dicts()
    assert held["rule_ids"] == "NO_RECORD_KIND"
    assert '"REEFER"' in held["raw_text"]


@pytest.mark.parametrize("order", [(GATE, RETRACTION), (RETRACTION, GATE)])
def test_a_retraction_takes_the_event_away_in_either_order(own_home: Path, order: Any) -> None:
    for number, event in enumerate(order):
        deliver(own_home, f"{number}.json", event)
    with Warehouse.open() as warehouse:
        assert problems(warehouse) == []
        assert warehouse.current("port_event").is_empty()
        assert set(warehouse.quarantine()["state"]) <= {"replayed"}


def test_a_retraction_and_its_event_in_one_file(own_home: Path) -> None:
    assert counts(deliver(own_home, "both.json", GATE, RETRACTION)) == (2, 2, 0, 0)
    with Warehouse.open() as warehouse:
        assert warehouse.current("port_event").is_empty()


# One of each kind; the other samples of it are read, judged and loaded beside all formats, see tests/journeys.
FIRST = [
    ("antaq_berthing_csv.csv", "port_call", 2), ("antaq_cargo_csv.csv", "port_cargo", 3),
    ("dcsa_tnt_json.json", "port_event", 4), ("comtrade_csv.csv", "trade_statistic", 3),
    ("rates_csv.csv", "exchange_rate", 7), ("terminal_visits_csv.csv", "terminal_visit", 2),
    ("yard_positions_csv.csv", "yard_position", 2),
]  # fmt: skip
FURTHER = [
    ("codeco_ngsi_json.json", "port_event", 2), ("comexstat_csv.csv", "trade_statistic", 3),
    ("comexstat_json.json", "trade_statistic", 5), ("comtrade_json.json", "trade_statistic", 2),
    ("dcsa_jit_json.json", "port_call", 2), ("dcsa_ovs_json.json", "port_call", 2),
    ("rates_xml.xml", "exchange_rate", 2),
]  # fmt: skip


@pytest.mark.parametrize(
    "samples", [FIRST, *(pytest.param([each], marks=pytest.mark.long) for each in (*FIRST, *FURTHER))]
)
def test_each_sample_loads_whole_and_again_as_nothing_new(
    own_home: Path, samples: list[tuple[str, str, int]]
) -> None:
    files = [SAMPLES / name for name, _kind, _rows in samples]
    rows = {name: rows for name, _kind, rows in samples}
    assert balances(ingest(files)) == {name: (n, n, 0, 0) for name, n in rows.items()}
    again = [with_other_ends_of_lines(file, own_home) for file in files]
    assert balances(ingest(again)) == {name: (n, 0, 0, n) for name, n in rows.items()}
    with Warehouse.open() as warehouse:
        assert problems(warehouse) == []
        current = {name: height for name in KINDS if (height := warehouse.current(name).height)}
    assert current.keys() >= {kind for _name, kind, _rows in samples}
    assert sum(current.values()) == sum(rows.values())


def balances(result: BatchResult) -> dict[str, tuple[int, int, int, int]]:
    """What became of the rows of each file."""
    assert {d.status for d in result.deliveries} == {"loaded"}
    return {
        Path(d.name).name: (d.rows_read, d.rows_loaded, d.rows_quarantined, d.rows_duplicate)
        for d in result.deliveries
    }


def with_other_ends_of_lines(sample: Path, folder: Path) -> Path:
    """The same rows in bytes that were not sent before."""
    content = sample.read_bytes()
    is_long = b"\r\n" in content
    copy = folder / sample.name
    copy.write_bytes(content.replace(b"\r\n", b"\n") if is_long else content.replace(b"\n", b"\r\n"))
    return copy


def test_a_retraction_without_details_is_held_back_and_never_loads_as_an_empty_event(own_home: Path) -> None:
    bare = {"eventID": "v3-8", "eventType": "EQUIPMENT", "retractedEventID": "v3-1",
            "eventUpdatedDateTime": "2025-06-03T08:00:00Z"}  # fmt: skip
    assert counts(deliver(own_home, "bare.json", bare)) == (1, 0, 1, 0)
    assert counts(deliver(own_home, "push.json", GATE)) == (1, 1, 0, 0)
    with Warehouse.open() as warehouse:
        assert problems(warehouse) == []
        assert warehouse.current("port_event")["event_ref"].to_list() == ["v3-1"]
