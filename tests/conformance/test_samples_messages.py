"""Published plans, orders, consolidations, customs answers and schedules: every fact known of them must come out."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.reference.container_number import is_valid
from corridor_etl.settings import load_settings
from corridor_etl.sources import RawFile, recognise
from corridor_etl.staging import Staged, StagingContext, stage

FOLDER = os.environ.get("CORRIDOR_SAMPLES")
if not FOLDER:
    pytest.skip("CORRIDOR_SAMPLES names no folder with sample files", allow_module_level=True)
EDIFACT = Path(FOLDER) / "edifact"
Staging = tuple[RawFile, Staged]


def read(name: str) -> Staging:
    data = (EDIFACT / name).read_bytes()
    source = recognise(data, name, None)
    raw = source.read(data, None)
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2026, 1, 1, tzinfo=UTC))
    staged = stage(source.record_kind, raw, context)
    assert staged.faults == ()
    assert raw.rows_counted == staged.frame.height + len(raw.faults)
    return raw, staged


def refused(name: str) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(name)
    return caught.value


def rules(raw: RawFile) -> list[str]:
    return [f.rule_id for f in raw.findings]


def test_a_real_plan_of_672_containers() -> None:
    raw, staged = read("japdeva_BAPLIE_Export.EDI")
    frame = staged.frame
    assert raw.findings == ()
    assert frame.height == frame["container_no"].n_unique() == frame["slot_code"].n_unique() == 672
    assert all(map(is_valid, frame["container_no"]))
    assert Counter(frame["full_empty"]) == {"F": 484, "E": 188}
    assert (frame["teu"].sum(), frame["gross_gross_kg"].sum()) == (Decimal(1344), Decimal(10_453_748))
    assert Counter(frame["load_port_code"]) == {"USGLC": 347, "CRMOB": 325}
    assert Counter(frame["discharge_port_code"]) == {"GTSTC": 425, "USGLC": 247}
    named = ("conveyance_name", "voyage_no", "departure_port_code", "next_port_code", "plan_type")
    assert set(frame.select(named).rows()) == {("DEL MONTE GOLD", "042", "CRMOB", "GTSTC", "OCCUPIED")}


def test_the_same_plan_with_a_level_in_front_of_every_element_is_refused_with_the_reason() -> None:
    error = refused("japdeva_BAPLIE_V2_export.edi")
    assert error.reason == "SHIFTED_ELEMENTS"
    assert "672 LOC segments" in error.message
    assert "level number" in error.message


def test_a_small_plan_with_empty_dates() -> None:
    _, staged = read("phpedifact_D95BBAPLIE.edi")
    columns = (
        "container_no",
        "size_type",
        "full_empty",
        "gross_gross_kg",
        "discharge_port_code",
        "slot_code",
    )
    assert staged.frame.select(columns).rows() == [
        ("OOLU4293959", "42G0", "E", Decimal(3833), "CNYTN", "0780690"),
        ("MOEU0710945", "L5G1", "E", Decimal(3983), "CNXMN", "0060886"),
        ("OOLU8757889", "45G0", "F", Decimal(26000), "TWKHH", "0100114"),
    ]
    named = ("conveyance_name", "voyage_no", "departure_port_code", "next_port_code")
    assert set(staged.frame.select(named).rows()) == {("OOCL BEIJING", "042", "USLGB", None)}


def test_a_plan_in_an_invented_dialect() -> None:
    raw, staged = read("nezpik_sample_baplie.txt")
    numbers = ["NYKU1234567", "MSKU9876543", "TRIU5555555", "CMAU7777777", "OOLU8888888"]
    assert staged.frame["container_no"].to_list() == numbers
    assert sum(map(is_valid, numbers)) == 1
    assert staged.frame["full_empty"].null_count() == 5
    assert [(f.observed, f.expected) for f in raw.findings] == [("24", "23")]
    assert "CD-014" in {f.rule_id for f in staged.findings}


def test_a_plan_of_a_later_directory_with_a_lost_slot() -> None:
    _, staged = read("frends_D13B_BAPLIE.txt")
    columns = ("conveyance_name", "vessel_imo", "slot_code", "container_no", "gross_gross_kg")
    assert staged.frame.select(columns).rows() == [
        ("ANINA", "9354351", "0200688", "SUDU1234569", Decimal(22600)), ("ANINA", "9354351", "0200690", None, None),
    ]  # fmt: skip


def test_a_plan_of_decorated_identifiers() -> None:
    _, staged = read("apimeister_d04b_baplie.edi")
    columns = ("slot_code", "gross_gross_kg", "container_no", "planned_on_local")
    assert staged.frame.select(columns).rows() == [
        ("0050302", Decimal(23000), "CONTAINER", date(2009, 10, 30))
    ]


def test_the_same_box_twice_is_where_it_is_said_to_be_last() -> None:
    raw, staged = read("peer_baplie_dup_container.edi")
    columns = ("container_no", "slot_code", "imo_classes", "un_nos")
    assert staged.frame.select(columns).rows() == [("UETU7016802", "010102", "9", "3166")]
    assert [f.rule_id for f in raw.faults] == ["REPEATED_CONTAINER"]


def test_ports_and_verified_weights_of_a_line() -> None:
    _, staged = read("peer_baplie_smdg_dialect_loc9_loc11_vgm.edi")
    columns = (
        "conveyance_name",
        "voyage_no",
        "container_no",
        "load_port_code",
        "discharge_port_code",
        "vgm_kg",
    )
    assert staged.frame.select(columns).rows() == [
        ("GREEN PARANAGUA", "12", "SEGU7664016", "CNTAG", "BRVIT", Decimal(8900)),
        ("GREEN PARANAGUA", "12", "FCIU8751693", "CNNSA", "BRSEP", Decimal(17300)),
    ]


@pytest.mark.parametrize("name", ["peer_baplie_full_empty_4_is_empty.edi", "peer_baplie_weight_TNE.edi"])
def test_plans_without_head_and_tail_are_cut(name: str) -> None:
    error = refused(name)
    assert error.reason == "TRUNCATED"
    assert "neither UNH nor UNT" in error.message


@pytest.mark.parametrize(("name", "column", "value"), [
    ("peer_baplie_full_empty_4_is_empty.edi", "full_empty", "E"), ("peer_baplie_weight_TNE.edi", "gross_gross_kg", Decimal(24500)),
])  # fmt: skip
def test_with_a_tail_they_say_what_they_are_to_say(name: str, column: str, value: object) -> None:
    raw = recognise(data := (EDIFACT / name).read_bytes() + b"UNT+6+1'", name, None).read(data, None)
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2026, 1, 1, tzinfo=UTC))
    assert stage("stowage_position", raw, context).frame[column].to_list() == [value]


def test_instructions_for_449_slots_without_a_container() -> None:
    raw, staged = read("japdeva_MOVINS_V2_NEW.edi")
    frame = staged.frame
    assert raw.findings == ()
    assert frame.height == frame["slot_code"].n_unique() == frame["container_no"].null_count() == 449
    assert Counter(frame["size_type"]) == {"45R1": 447, "45G1": 2}
    assert (set(frame["full_empty"]), set(frame["plan_type"])) == ({"F"}, {"INSTRUCTED"})
    assert (frame["teu"].sum(), frame["gross_gross_kg"].sum()) == (Decimal(898), Decimal(11_291_000))


def test_a_load_order_that_lists_its_container_twice() -> None:
    raw, staged = read("apimeister_d95b_coprar.edi")
    columns = ("order_type", "conveyance_name", "voyage_no", "load_port_code", "discharge_port_code", "container_no",
               "size_type", "full_empty", "gross_gross_kg", "goods_description")  # fmt: skip
    row = (
        "LOAD",
        "HELLO WORLD",
        "123W",
        "AEJEA",
        "INNSA",
        "MSTI6415664",
        "45G1",
        "F",
        Decimal(11740),
        "PLASTICS:ARTICLES",
    )
    assert staged.frame.select(columns).rows() == [row, row]
    assert staged.frame["equipment_key"].n_unique() == 1
    assert [(f.rule_id, f.observed, f.expected) for f in raw.findings] == [
        ("ST-001", "UNH", "UNB before it"), ("ST-001", "56", "29"), ("ST-002", "5", "2"), ("REPEATED_CONTAINER", "2", "1"),
    ]  # fmt: skip


def test_a_load_order_of_an_overheight_reefer() -> None:
    raw, staged = read("phpgenerator_COPRAR.edi")
    columns = ("order_type", "conveyance_name", "voyage_no", "facility_code", "container_no", "size_type", "full_empty",
               "vgm_kg", "discharge_port_code", "imo_classes", "un_nos", "temperature_c", "over_height_cm", "action")  # fmt: skip
    assert raw.findings == ()
    assert staged.frame.select(columns).rows() == [
        ("LOAD", "NOE VESSEL", "0002W", "ITGOA", "CBHU1234567", "22G1", "F", Decimal("11495.14"), "HKHKG", "3", "1366",
         Decimal("14.3"), Decimal("7.5"), "replace"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "manifest"), [("portico_ifcsum1.itc", "9952"), ("frends_D01B_IFCSUM.txt", "1234")]
)
def test_a_consolidation_of_five_consignments_whose_totals_agree(name: str, manifest: str) -> None:
    raw, staged = read(name)
    frame = staged.frame
    assert frame["consignment_no"].unique(maintain_order=True).to_list() == [
        "221",
        "281",
        "140",
        "204",
        "266",
    ]
    assert frame.group_by("consignment_no", maintain_order=True).agg(pl.col("packages").sum())[
        "packages"
    ].to_list() == [
        4,
        20,
        6,
        6,
        120,
    ]
    assert frame["packages"].sum() == 156
    assert set(frame["manifest_no"]) == {manifest}
    assert [f.observed for f in raw.findings] == ["UNH"]


def test_a_consignment_sent_twenty_times() -> None:
    raw, staged = read("portico_ifcsum3.itc")
    assert (staged.frame.height, staged.frame["packages"].sum(), staged.frame["gross_kg"].sum()) == (
        60,
        60,
        Decimal(336),
    )
    key = ("document_type", "manifest_no", "consignment_no", "item_no")
    assert staged.frame.select(key).n_unique() == 3
    assert ("24", "328") in {(f.observed, f.expected) for f in raw.findings}
    assert "REPEATED_CONSIGNMENT" in rules(raw)


def test_a_consolidation_of_nothing() -> None:
    raw, staged = read("frends_D16B_IFCSUM.edi")
    assert staged.frame.height == 0
    assert rules(raw) == ["NO_ROWS", "NO_ROWS"]


def test_a_refusal_by_customs_in_an_old_directory() -> None:
    raw, staged = read("portico_cusres1.itc")
    columns = ("status_code", "status_name", "indicator_codes", "reasons", "error_codes", "document_no")
    assert staged.frame.select(columns).rows() == [
        (
            "963",
            "error response",
            "2",
            "ERROR SEGMENTO MEA NUMERO OCURRENCIAS 0",
            "051",
            "28011326AFR0100002",
        ),
    ]
    assert raw.dialect == "CUSRES 1.921"


SCHEDULES = ("portxchange_VIFTSAI0000001.txt", "portxchange_VIFTSAI0000002.txt")


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_whose_interchange_lacks_its_trailer_is_whole(name: str) -> None:
    raw, staged = read(name)
    assert [(f.rule_id, f.expected) for f in raw.findings] == [("ST-001", "UNZ")]
    assert staged.frame.height == 7
    assert sorted(staged.frame["sequence_no"]) == list(range(1, 8))


def test_the_calls_of_a_voyage() -> None:
    frame = read(SCHEDULES[0])[1].frame
    assert frame["facility_code"].to_list() == ["NLRTM", "CNTAO", "KRPUS", "CNNGB", "EGPSE", "CNYTN", "EGSUZ"]
    assert set(frame.select("conveyance_name", "voyage_no").rows()) == {("MADISON MAERSK", "JMDS905W")}
    local = frame.filter(facility_code="CNNGB").row(0, named=True)
    assert (local["timezone"], local["facility_node"]) == ("Asia/Shanghai", "NGB")
    assert local["estimated_arrival_at_utc"] == datetime(2019, 2, 8, 17, 45, tzinfo=UTC)
    assert local["estimated_departure_at_utc"] == datetime(2019, 2, 10, 9, 15, tzinfo=UTC)
    first = frame.filter(facility_code="NLRTM").row(0, named=True)
    assert first["estimated_arrival_at_utc"] == datetime(2019, 3, 7, 6, 11, tzinfo=UTC)


FOREIGN = {
    "phpedifact_example.edi": "PAORES", "phpedifact_exampleMulti.edi": "PAORES", "phpedifact_example_wrapped.edi": "PAORES",
    "phpedifact_example_release_character.edi": "PAORES", "phpedifact_example_order_ok.edi": "ORDERS",
    "phpgenerator_WESTIM.edi": "WESTIM", "portico_aperak1.itc": "APERAK", "portico_aperak3.itc": "APERAK",
    "pydifact_messages_v3_aperak.edi": "APERAK", "pydifact_wikipedia_de.edi": "ORDERS",
    "pydifact_wikipedia_en.edi": "PAORES", "smooks_paxlst.txt": "PAXLST", "staedi_empty-segment-example.edi": "PNRGOV",
    "staedi_invoic_d97b_bad.edi": "INVOIC", "staedi_issue174_other_dialect_term_segments.edi": "CUSTOM",
    "staedi_orders-with-group.edi": "ORDERS",
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), FOREIGN.items())
def test_messages_no_record_comes_from_are_named_and_set_aside(name: str, kind: str) -> None:
    error = refused(name)
    assert error.reason == "FOREIGN_MESSAGE"
    assert f"of type {kind}" in error.message
