"""Files nobody here wrote, through the whole line: what loads, what is held back, and why."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from corridor_etl.jobs.ingest import ingest
from corridor_etl.warehouse import Warehouse

SAMPLES = os.environ.get("CORRIDOR_SAMPLES")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="set CORRIDOR_SAMPLES to a folder of sample files")


def sample(name: str) -> Path:
    return Path(SAMPLES or "") / "edifact" / name


def test_one_loading_in_two_dialects_is_42_events() -> None:
    first = ingest([sample("japdeva_outputExport.edi")])
    second = ingest([sample("japdeva_outputprueba.edi")])
    assert [(d.rows_read, d.rows_loaded, d.rows_duplicate) for d in first.deliveries] == [(42, 42, 0)]
    assert [(d.rows_read, d.rows_loaded, d.rows_duplicate) for d in second.deliveries] == [(42, 0, 42)]
    with Warehouse.open() as warehouse:
        events = warehouse.current("port_event")
        findings = warehouse.findings()
    assert events.height == 42
    assert set(events["event_code"]) == {"LOAD"}
    assert set(events["full_empty"]) == {"F"}
    assert events["vgm_kg"].sum() == Decimal("957142")
    assert events["teu"].null_count() == 42
    assert events["event_at_local"].min() == datetime(2025, 3, 12, 16, 48)  # noqa: DTZ001
    assert events["event_at_local"].max() == datetime(2025, 3, 12, 20, 1)  # noqa: DTZ001
    counts = findings.filter(rule_id="ST-001")
    assert counts["message"].str.contains("UNT count of segments is 0*520, .* 478").any()


def test_the_loading_is_what_the_port_says_it_is() -> None:
    ingest([sample("japdeva_outputExport.edi")])
    stated = json.loads(sample("japdeva_COARRI_export_expected.json").read_text(encoding="utf-8"))[
        "Equipments"
    ]
    with Warehouse.open() as warehouse:
        events = warehouse.current("port_event").to_dicts()
    found = {
        (
            e["container_no"],
            e["event_at_local"].strftime("%Y%m%d%H%M"),
            e["bl_no"],
            e["vgm_kg"],
            e["seal_nos"],
        )
        for e in events
    }
    expected = {
        (
            s["ContainerNumber"],
            s["LoadingUnloadingDate"],
            s["BillOfLading"],
            Decimal(s["VerifyGrossMass"]),
            " ".join(n["SealNumber"] for n in s["Seals"]),
        )
        for s in stated
    }
    assert found == expected
    assert len(found) == 42


@pytest.mark.parametrize(
    ("name", "rule_id", "facts"),
    [
        ("phpgenerator_CODECO.edi", "ID-002", ("CBHU1234567", "22G1", "15400", "1234567", "201701020800")),
        (
            "smartdatamodels_CODECO_raw.edi",
            "ID-001",
            ("TESI1120274", "4EG1", "27000.0", "88200", "202308111447"),
        ),
    ],
)
def test_a_wrong_container_number_is_held_back_with_everything_it_said(
    name: str, rule_id: str, facts: tuple[str, ...]
) -> None:
    result = ingest([sample(name)])
    assert [(d.status, d.rows_read, d.rows_loaded, d.rows_quarantined) for d in result.deliveries] == [
        ("loaded", 1, 0, 1)
    ]
    with Warehouse.open() as warehouse:
        (row,) = warehouse.quarantine().to_dicts()
    assert rule_id in row["rule_ids"].split(",")
    assert all(fact in row["raw_text"] for fact in facts)


def test_a_bare_message_with_a_wrong_count_loads() -> None:
    result = ingest([sample("portico_codeco1.itc")])
    assert [(d.rows_read, d.rows_loaded, d.rows_quarantined) for d in result.deliveries] == [(1, 1, 0)]
    with Warehouse.open() as warehouse:
        (event,) = warehouse.current("port_event").to_dicts()
        findings = warehouse.findings()
    assert event["container_no"] == "PONU4863849"
    assert event["full_empty"] == "F"
    assert event["gross_gross_kg"] == Decimal("10474")
    assert event["seal_nos"] == "0465672"
    assert event["event_at_utc"] == datetime(2015, 12, 27, 16, 39, tzinfo=UTC)
    assert event["timezone_source"] == "assumed_utc"
    assert {"ST-001", "DT-001"} <= set(findings["rule_id"])


@pytest.mark.parametrize(
    ("name", "kind"), [("portico_aperak1.itc", "APERAK"), ("phpedifact_example_order_ok.edi", "ORDERS")]
)
def test_foreign_messages_are_named_and_set_aside(name: str, kind: str) -> None:
    (delivery,) = ingest([sample(name)]).deliveries
    assert (delivery.status, delivery.reason) == ("rejected", "FOREIGN_MESSAGE")
    assert f"EDIFACT message of type {kind}" in str(delivery.message)
