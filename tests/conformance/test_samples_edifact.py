"""Real and published EDIFACT files whose content is known: every fact about them must come out of the pipeline."""

# ruff: noqa: DTZ001 - a wall clock has no zone
from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from corridor_etl.model import KINDS
from corridor_etl.settings import load_settings
from corridor_etl.sources import RawFile, recognise
from corridor_etl.staging import Staged, StagingContext, stage

FOLDER = os.environ.get("CORRIDOR_SAMPLES")
if not FOLDER:
    pytest.skip("CORRIDOR_SAMPLES names no folder with sample files", allow_module_level=True)
EDIFACT = Path(FOLDER) / "edifact"


def read(name: str) -> tuple[RawFile, Staged]:
    data = (EDIFACT / name).read_bytes()
    source = recognise(data, name, None)
    raw = source.read(data, None)
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2026, 1, 1, tzinfo=UTC))
    return raw, stage(source.record_kind, raw, context)


def only(name: str) -> dict[str, object]:
    _, staged = read(name)
    assert staged.frame.height == 1
    return staged.frame.row(0, named=True)


LOADINGS = ("japdeva_outputExport.edi", "japdeva_outputprueba.edi")


@pytest.mark.parametrize("name", LOADINGS)
def test_a_loading_of_42_containers(name: str) -> None:
    raw, staged = read(name)
    frame = staged.frame
    assert raw.rows_counted == frame.height == frame["container_no"].n_unique() == 42
    assert set(frame["event_code"]) == {"LOAD"}
    assert set(frame["full_empty"]) == {"F"}
    assert set(frame["trade_status"]) == {"export"}
    assert set(frame["conveyance_name"]) == {"JUICE EXPRESS"}
    assert set(frame["voyage_no"]) == {"133"}
    assert set(frame["facility_code"]) == {"CRMOB"}
    assert frame["vgm_kg"].sum() == Decimal(957142)
    assert (frame["event_at_local"].min(), frame["event_at_local"].max()) == (
        datetime(2025, 3, 12, 16, 48), datetime(2025, 3, 12, 20, 1),
    )  # fmt: skip
    assert (frame["container_no"][0], frame["container_no"][-1]) == ("TRIU8194081", "CXRU1621841")
    assert "PORT_SWAP" in {f.rule_id for f in raw.findings}


def test_only_the_file_with_the_wrong_count_is_said_to_have_one() -> None:
    findings = [
        [(f.observed, f.expected) for f in read(n)[0].findings if f.rule_id == "ST-001"] for n in LOADINGS
    ]
    assert findings == [[("000520", "478")], []]


def test_the_same_loading_in_two_files_has_the_same_keys() -> None:
    key = list(KINDS["port_event"].key)
    first, second = (set(read(n)[1].frame.select(key).rows()) for n in LOADINGS)
    assert first == second
    assert len(first) == 42


def test_the_loading_agrees_with_the_ports_own_record() -> None:
    wanted = json.loads((EDIFACT / "japdeva_COARRI_export_expected.json").read_text(encoding="utf-8-sig"))[
        "Equipments"
    ]
    frame = read(LOADINGS[0])[1].frame
    ours = frame.select(
        "container_no",
        "bl_no",
        pl.col("event_at_local").dt.strftime("%Y%m%d%H%M"),
        pl.col("vgm_kg"),
        "seal_nos",
    ).rows()
    theirs = [
        (e["ContainerNumber"], e["BillOfLading"], e["LoadingUnloadingDate"], Decimal(str(e["VerifyGrossMass"])),
         " ".join(s["SealNumber"] for s in e["Seals"]))
        for e in wanted
    ]  # fmt: skip
    assert sorted(ours) == sorted(theirs)


def test_a_gate_in_that_replaces() -> None:
    event = only("phpgenerator_CODECO.edi")
    assert (event["event_code"], event["container_no"], event["size_type"]) == ("GTIN", "CBHU1234567", "22G1")
    assert (event["full_empty"], event["trade_status"], event["teu"]) == ("F", "export", Decimal(1))
    assert event["event_at_local"] == datetime(2017, 1, 2, 8, 0)
    assert (event["gross_gross_kg"], event["seal_nos"]) == (Decimal(15400), "1234567")
    assert (event["version"], event["action"]) == (10_036_621, "replace")  # the minute of its DTM+137


def test_a_gate_in_on_one_line() -> None:
    raw, _ = read("smartdatamodels_CODECO_raw.edi")
    event = only("smartdatamodels_CODECO_raw.edi")
    assert raw.findings == ()
    assert (event["event_code"], event["container_no"], event["teu"]) == ("GTIN", "TESI1120274", Decimal(2))
    assert event["event_at_local"] == datetime(2023, 8, 11, 14, 47)
    assert (event["vgm_kg"], event["seal_nos"]) == (Decimal(27000), "88200")
    assert (event["facility_code"], event["terminal_code"], event["transport_mode"]) == (
        "ESHUV",
        "CONCHUV",
        "road",
    )
    assert event["conveyance_name"] == "CHRISTIAN"


def test_a_bare_message_with_blanks_in_its_codes() -> None:
    raw, _ = read("portico_codeco1.itc")
    event = only("portico_codeco1.itc")
    assert [(f.observed, f.expected) for f in raw.findings] == [("UNH", "UNB before it"), ("35", "28")]
    assert (event["event_code"], event["container_no"], event["full_empty"]) == ("GTIN", "PONU4863849", "F")
    assert (event["facility_code"], event["conveyance_name"], event["voyage_no"]) == (
        "AUMEL",
        "MSC CLAUDIA",
        "048R",
    )
    assert event["event_at_local"] == datetime(2015, 12, 27, 16, 39)
    assert (event["gross_gross_kg"], event["seal_nos"]) == (Decimal(10474), "0465672")


def test_a_weighing_sent_as_a_gate_message() -> None:
    raw, _ = read("portico_codeco4.itc")
    event = only("portico_codeco4.itc")
    assert [f.observed for f in raw.findings] == ["UNH"]
    assert (event["event_code"], event["vgm_kg"]) == ("VGM", Decimal(12373))
    assert event["event_at_local"] == datetime(2015, 5, 27, 16, 51)


def test_a_weighing_by_the_shipper_says_all_but_the_place() -> None:
    raw, staged = read("phpgenerator_VERMAS.edi")
    row = raw.frame.row(0, named=True)
    assert (row["event_code"], row["container_no"], row["vgm_kg"]) == ("VGM", "CBHU1234567", "1212")
    assert (row["event_time"], row["vgm_method"], row["full_empty"]) == ("201901302039", "SM1", None)
    assert [(f.rule_id, f.column) for f in staged.faults] == [("ST-011", "facility_code")]
