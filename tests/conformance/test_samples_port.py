"""Published port files whose content is known: DCSA messages, terminal extracts and a port authority's lists."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.facts.port_cargo import cargo_by_call
from corridor_etl.settings import load_settings
from corridor_etl.sources import RawFile, recognise
from corridor_etl.staging import StagingContext, stage

FOLDER = os.environ.get("CORRIDOR_SAMPLES")
if not FOLDER:
    pytest.skip("CORRIDOR_SAMPLES names no folder with sample files", allow_module_level=True)
PORT, EDIFACT = Path(FOLDER) / "port", Path(FOLDER) / "edifact"
RECEIVED = datetime(2026, 2, 1, tzinfo=UTC)


def read(path: Path) -> tuple[RawFile, dict[str, pl.DataFrame]]:
    """The raw file, and the staged records of each kind; nothing may be lost between them."""
    data = path.read_bytes()
    source = recognise(data, path.name, None)
    raw = source.read(data, None)
    context = StagingContext(load_settings(), None, "0" * 16, RECEIVED)
    records = {}
    for kind, frame in {source.record_kind: raw.frame, **raw.others}.items():
        part = replace(raw, frame=frame, others={}, rows_counted=frame.height, faults=())
        staged = stage(kind, part, context)
        assert staged.faults == ()
        records[kind] = staged.frame
    assert sum(f.height for f in records.values()) + len(raw.faults) == raw.rows_counted
    return raw, records


def findings(raw: RawFile, rule_id: str) -> list[tuple[str, str]]:
    return [(f.observed, f.expected) for f in raw.findings if f.rule_id == rule_id]


def rows_of(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with (PORT / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def test_a_response_of_seven_events_in_three_kinds() -> None:
    raw, records = read(PORT / "dcsa_tnt-220-response.json")
    events = json.loads((PORT / "dcsa_tnt-220-response.json").read_text(encoding="utf-8"))
    wanted = Counter(e["eventType"] for e in events)
    assert wanted == {"TRANSPORT": 2, "SHIPMENT": 3, "EQUIPMENT": 2}
    assert {k: f.height for k, f in records.items()} == {
        "port_event": 2, "transport_event": 2, "document_event": 3,
    }  # fmt: skip
    assert set(records["transport_event"]["event_code"]) == {"ARRI"}
    assert set(records["document_event"]["status_code"]) == {"DRFT"}
    boxes = records["port_event"]
    columns = ("container_no", "size_type", "full_empty", "classifier", "event_code")
    assert set(boxes.select(columns).rows()) == {("APZU4812090", "22GP", "E", "EST", "LOAD")}
    assert set(boxes["event_at_utc"]) == {datetime(2019, 11, 11, 23, 11, tzinfo=UTC)}
    assert boxes.filter(classifier="ACT").is_empty()
    assert raw.faults == ()


def test_wrong_values_cost_their_event_and_the_good_one_stays() -> None:
    raw, records = read(PORT / "dcsa_tnt-220-response-wrong-attribute-values.json")
    assert [(f.rule_id, f.observed) for f in raw.faults] == [("ID-031", "XYBCD"), ("ID-031", "XYABC")]
    assert records["document_event"]["status_code"].to_list() == ["VOID"]
    assert findings(raw, "NO_EVENT_ID") == [("1", "an eventID in every event")]


def test_events_in_the_wrong_place_are_all_found_and_named() -> None:
    name = "dcsa_tnt-220-response-wrong-structure.json"
    raw, records = read(PORT / name)
    wrapped = [
        e for part in json.loads((PORT / name).read_text(encoding="utf-8")) for e in part["someEvents"]
    ]
    assert raw.rows_counted == len(wrapped) == len(raw.faults)
    assert {f.rule_id for f in raw.faults} == {"WRONG_STRUCTURE"}
    assert [json.loads(raw.raw_text(f.line_no)) for f in raw.faults] == wrapped
    assert records["port_event"].is_empty()


def test_a_pushed_loading() -> None:
    _, records = read(PORT / "dcsa_tnt-300-request-equipment.json")
    (event,) = records["port_event"].to_dicts()
    assert (event["classifier"], event["event_code"], event["container_no"]) == ("ACT", "LOAD", "APZU4812090")
    assert (event["size_type"], event["full_empty"], event["trade_status"]) == ("22GP", "F", "export")
    assert (event["facility_code"], event["event_at_utc"]) == (
        "NLRTM",
        datetime(2026, 1, 20, 14, 15, tzinfo=UTC),
    )


def test_a_measurement_of_a_reefer_has_no_record_and_says_so() -> None:
    raw, _ = read(PORT / "dcsa_tnt-300-request-reefer.json")
    assert [(f.rule_id, f.observed) for f in raw.faults] == [("NO_RECORD_KIND", "REEFER")]


def test_a_pushed_response_of_five_types() -> None:
    raw, records = read(PORT / "dcsa_tnt-300-response.json")
    days = [str(f["event_at_utc"].item())[:10] for f in records.values()]
    assert raw.rows_counted == 5
    assert sorted(days) == ["2026-01-15", "2026-01-16", "2026-01-17"]
    assert [f.observed for f in raw.faults] == ["IOT", "REEFER"]
    assert records["port_event"]["event_code"].to_list() == ["GTIN"]
    assert records["transport_event"]["event_code"].to_list() == ["DEPA"]


@pytest.mark.parametrize(
    "name", ["dcsa_jit-200-port-call-request.json", "dcsa_jit-200-vessel-status-request.json"]
)
def test_a_template_is_refused_with_its_placeholder(name: str) -> None:
    with pytest.raises(FileRejected, match="IS_FYI_PLACEHOLDER") as caught:
        read(PORT / name)
    assert caught.value.reason == "PLACEHOLDER"


def test_schedules_of_five_services() -> None:
    raw, records = read(PORT / "dcsa_ovs-300-response.json")
    calls = records["port_call"]
    assert raw.rows_counted == calls.height == calls["call_key"].n_unique() == 5
    assert calls["call_status"].to_list() == ["OMIT", "BLNK", "OMIT", "OMIT", "BLNK"]
    planned, singapore = calls.row(0, named=True), calls.row(1, named=True)
    assert planned["planned_arrival_at_utc"] == datetime(2024, 1, 14, 8, 21, tzinfo=UTC)
    assert planned["arrived_at_utc"] is None
    assert (singapore["facility_code"], singapore["departed_at_utc"]) == (
        "SGSIN", datetime(2025, 2, 20, 7, 30, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize("name", [
    "smartdatamodels_EdiCodeco_example.json", "smartdatamodels_EdiCodeco_example-normalized.json",
])  # fmt: skip
def test_an_entity_is_read_from_its_message_and_disagrees_with_it(name: str) -> None:
    raw, records = read(EDIFACT / name)
    (event,) = records["port_event"].to_dicts()
    assert (event["container_no"], event["event_code"], event["full_empty"]) == ("TESI1120274", "GTIN", "F")
    assert (event["trade_status"], event["seal_nos"], event["vgm_kg"]) == ("export", "88200", Decimal(27000))
    assert str(event["event_at_local"]) == "2023-08-11 14:47:00"
    said = findings(raw, "ENTITY_DISAGREES")
    assert ("28103", "88200") in said
    assert ("ALQ", "ALU") in said


def test_ten_berthings_in_two_states() -> None:
    raw, records = read(PORT / "antaq_atracacao.txt")
    calls = records["port_call"]
    expected = json.loads((PORT / "antaq_expected.json").read_text(encoding="utf-8"))
    assert raw.rows_counted == calls.height == expected["count"] == 10
    assert sorted(set(raw.frame["state_code"])) == expected["ufs_expected"]
    first = calls.row(0, named=True)
    assert str(first["call_on_local"]) == "2024-01-01"
    assert (first["arrived_at_utc"], first["departed_at_utc"]) == (
        datetime(2024, 1, 1, 5, 25, tzinfo=UTC), datetime(2024, 1, 2, 19, 40, tzinfo=UTC),
    )  # fmt: skip
    assert calls["vessel_imo"].drop_nulls().to_list() == ["9482263", "9632818", "9603051"]
    assert set(calls["timezone_source"]) == {"assumed_utc"}


def test_cargo_of_six_berthings_multiplies_none() -> None:
    raw, records = read(PORT / "antaq_carga.txt")
    cargo = records["port_cargo"]
    assert (raw.rows_counted, cargo.height, cargo["call_key"].n_unique()) == (10, 10, 6)
    assert cargo["gross_kg"].sum() == Decimal("134763795")
    assert findings(raw, "FAN_OUT") == [("10", "6 calls, each counted once")]
    joined = cargo_by_call(cargo, read(PORT / "antaq_atracacao.txt")[1]["port_call"])
    assert (joined.height, joined["lots"].sum()) == (10, 10)
    assert joined["is_call_known"].all()
    assert joined["gross_kg"].sum() == Decimal("134763795")


def test_stops_at_a_terminal_against_a_plain_loop() -> None:
    raw, records = read(PORT / "cofano_actions_sample_open.csv")
    visits, plain = records["terminal_visit"], rows_of("cofano_actions_sample_open.csv")
    assert raw.rows_counted == visits.height == len(plain) == 3319
    stops = {r["stopid"] for r in plain}
    assert visits["visit_ref"].n_unique() == len(stops) == 2948
    assert findings(raw, "FAN_OUT") == [("3319", "2948 stops, each counted once")]
    assert visits.filter(full_empty="E").height == sum(r["isemptycontainer"] == "true" for r in plain)
    assert visits["gated_in_at_utc"].count() == sum(r["gatein"] != "" for r in plain) == 1989
    assert visits["gated_out_at_utc"].count() == sum(r["gateout"] != "" for r in plain) == 1274
    types = [r["bookinginfo_containertype"] for r in plain]
    wanted = sum(Decimal("2.25") if t.startswith("45") else Decimal(2) if t.startswith("4") else Decimal(1)
                 for t in types if t)  # fmt: skip
    assert types.count("") == visits["teu"].null_count() == 1
    assert sum(visits["teu"].drop_nulls()) == wanted == Decimal("5888.00")
    latest = max(r["gatein"] for r in plain)
    assert visits["gated_in_at_utc"].max() == datetime.fromisoformat(latest).replace(tzinfo=UTC)


def test_positions_in_a_yard() -> None:
    raw, records = read(PORT / "cofano_stackentry.csv")
    positions, plain = records["yard_position"], rows_of("cofano_stackentry.csv")
    assert raw.rows_counted == positions.height == len(plain) == 18169
    standing = [r["id"] for r in plain if (r["put_handling_id"] or r["put_correction_id"])
                and not (r["pull_handling_id"] or r["pull_correction_id"])]  # fmt: skip
    assert sorted(positions.filter("is_in_yard")["entry_ref"]) == sorted(standing)
    assert len(standing) == 1702
    assert set(positions["listed_on_local"]) == {RECEIVED.date()}


@pytest.mark.parametrize(("name", "seen"), [
    ("cofano_machine.csv", "id,name,type,deletedon"),
    ("cofano_marker.csv", "id,stack_id,name,rowrange"),
    ("cofano_stacks.csv", "id,name,deletedon,maxheight"),
    ("cofano_readme.txt", "Markers"),
    ("antaq_mercadoria.txt", "CDMercadoria;CDNCMSH2"),
    ("antaq_expected.json", "JSON with the keys count"),
    ("antaq_metadata.json", "JSON with the keys source"),
])  # fmt: skip
def test_what_is_no_record_is_refused_with_what_was_seen(name: str, seen: str) -> None:
    with pytest.raises(FileRejected) as caught:
        read(PORT / name)
    assert caught.value.reason == "UNKNOWN_FORMAT"
    assert seen in caught.value.message


def test_no_file_of_the_folder_is_left_out() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert [p.name for p in PORT.iterdir() if p.name not in here] == []
