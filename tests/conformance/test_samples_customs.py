"""Customs files nobody here wrote: each comes out with the facts known about it, or is held back for the right reason."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.jobs.ingest import DeliveryOutcome, ingest
from corridor_etl.settings import load_settings
from corridor_etl.sources import RawFile, recognise
from corridor_etl.staging import Staged, StagingContext, stage

FOLDER = os.environ.get("CORRIDOR_SAMPLES")
if not FOLDER:
    pytest.skip("CORRIDOR_SAMPLES names no folder with sample files", allow_module_level=True)
CUSTOMS = Path(FOLDER) / "customs"
MANIFEST = Path(FOLDER) / "manifest"
FORMATS = {
    "asycuda_AL_BalkanMaster_40.xml": ("asycuda_sad_xml", 40),
    "asycuda_AL_CAA_KORE_8.xml": ("asycuda_sad_xml", 9),
    "asycuda_AL_ENERGO_IM4.xml": ("asycuda_sad_xml", 1),
    "asycuda_AL_FORD_IM4.xml": ("asycuda_sad_xml", 1),
    "cn_baoguan_sample-complex-packing-declaration-data.json": ("declaration_cn_json", 2),
    "cn_baoguan_sample-declaration-data.json": ("declaration_cn_json", 2),
    "eaeu_ESADout_transit_0175AF.xml": ("eaeu_transit_xml", 1),
    "hmrc_wco_03_DMSREJ.xml": ("wco_response_xml", 1),
    "hmrc_wco_13_DMSTAX.xml": ("wco_response_xml", 3),
    "hmrc_wco_IMZ_Aggregated_Supplementary_Declaration.xml": ("wco_declaration_xml", 2),
    "hmrc_wco_New_Export_CUS_Code_Sample.xml": ("wco_declaration_xml", 1),
    "hmrc_wco_TT_Add_Item_Scenario_v1_Step1_Declaration.xml": ("wco_declaration_xml", 2),
    "hmrc_wco_TT_EX001a.xml": ("wco_declaration_xml", 1),
}


def read(path: Path) -> tuple[RawFile, Staged]:
    data = path.read_bytes()
    source = recognise(data, path.name, None)
    raw = source.read(data, None)
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2026, 6, 1, tzinfo=UTC))
    return raw, stage(source.record_kind, raw, context)


def customs(name: str) -> tuple[RawFile, pl.DataFrame]:
    raw, staged = read(CUSTOMS / name)
    assert raw.faults == staged.faults == ()
    return raw, staged.frame


def only(name: str) -> dict[str, Any]:
    _, frame = customs(name)
    assert frame.height == 1
    return frame.row(0, named=True)


def test_every_file_of_the_folder_is_expected() -> None:
    assert {p.name for p in CUSTOMS.iterdir() if p.suffix != ".xlsx"} == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_format_and_rows(name: str) -> None:
    format_name, rows = FORMATS[name]
    data = (CUSTOMS / name).read_bytes()
    assert recognise(data, "renamed.dat", None).name == format_name
    raw, _ = read(CUSTOMS / name)
    assert (raw.rows_counted, raw.frame.height) == (rows, rows)


def test_a_declaration_of_40_items_in_scientific_notation() -> None:
    raw, frame = customs("asycuda_AL_BalkanMaster_40.xml")
    assert frame["item_packages"].sum() == frame["packages"][0] == 32
    assert (frame["total_price"].sum(), set(frame["currency"])) == (Decimal("77252.21"), {"EUR"})
    assert frame["customs_value_local"].sum() == 10_623_721
    assert set(frame["gross_kg"]) == {Decimal("6636.682")}
    assert Counter(frame["origin_country"]) == {"IT": 24, "CN": 12, "US": 2, "BE": 1, "TW": 1}
    assert set(frame["dispatch_country"]) == {"IT"}
    assert set(frame["regime"]) == {"AL"}
    (finding,) = [f for f in raw.findings if f.rule_id == "VA-002"]
    assert (Decimal(finding.observed), Decimal(finding.expected)) == (10_623_721, 10_623_724)
    assert "rounding" in finding.message


def test_nine_mentions_of_a_container_are_one_container() -> None:
    raw, frame = customs("asycuda_AL_CAA_KORE_8.xml")
    assert (frame["item_packages"].sum(), frame["packages"][0]) == (648, 648)
    assert Counter(frame["hs_code"]) == {"40111000": 7, "40112090": 1, "40112010": 1}
    assert set(frame["container_nos"]) == {"MSCU9981402"}
    assert (frame["gross_kg"][0], frame["total_price"].sum()) == (Decimal("8110.853"), Decimal(14643))
    assert (set(frame["office_code"]), set(frame["dispatch_country"])) == ({"AL110000"}, {"KR"})
    assert (frame["customs_value_local"].sum(), set(frame["local_currency"])) == (2_208_292, {"ALL"})
    (finding,) = [f for f in raw.findings if f.rule_id == "VA-002"]
    assert (Decimal(finding.observed), Decimal(finding.expected)) == (2_208_292, 2_208_289)
    assert not any("\n" in name for name in frame["goods_name"])


def test_one_item_from_turkey() -> None:
    row = only("asycuda_AL_ENERGO_IM4.xml")
    assert (row["hs_code"], row["origin_country"], row["total_price"]) == ("76141000", "TR", 6516)
    assert (row["customs_value_local"], row["gross_kg"], row["item_net_kg"]) == (887_349, 4110, 3656)


def test_dispatch_is_not_origin() -> None:
    row = only("asycuda_AL_FORD_IM4.xml")
    assert (row["hs_code"], row["dispatch_country"], row["origin_country"]) == ("87033219", "SI", "ES")
    assert (row["total_price"], row["currency"], row["customs_value_local"]) == (21_095, "EUR", 2_949_620)


def test_a_broker_s_file_with_a_mark_and_no_number_yet() -> None:
    raw, staged = read(CUSTOMS / "cn_baoguan_sample-declaration-data.json")
    frame = raw.frame
    assert frame["quantity"].to_list() == ["500", "1000"]
    assert frame["unit_price"].to_list() == ["25", "1.8"]
    assert frame["total_price"].to_list() == ["12500", "1800"]
    assert set(frame.select("currency", "packages", "gross_kg", "net_kg").rows()) == {
        ("USD", "120", "1520.5", "1400")
    }
    assert set(frame.select("bl_no", "container_nos").rows()) == {("OOLU1234567890", None)}
    assert {(f.rule_id, f.column) for f in staged.faults} == {("ST-011", "declaration_no")}


def test_a_broker_s_packing_file_is_no_declaration_yet() -> None:
    raw, staged = read(CUSTOMS / "cn_baoguan_sample-complex-packing-declaration-data.json")
    assert set(raw.frame.select("packages", "gross_kg", "net_kg").rows()) == {("5", "9", "8")}
    assert raw.frame["item_packages"].to_list() == ["5", "0"]
    assert {f.column for f in staged.faults} == {"declaration_no", "ie_flag", "currency"}


def test_a_transit_declaration_of_the_union() -> None:
    row = only("eaeu_ESADout_transit_0175AF.xml")
    assert (row["regime"], row["document_kind"], row["ie_flag"]) == ("EAEU", "ТТ ИМ", "T")
    assert (row["dispatch_country"], row["destination_country"]) == ("GE", "KZ")
    assert (row["destination_office_code"], row["hs_code"]) == ("39851712", "8703239089")
    assert (row["packages"], row["item_gross_kg"], row["container_nos"]) == (1, 1435, None)
    assert (row["total_price"], row["currency"]) == (Decimal("12158.00"), "USD")
    assert row["declared_on_local"] == date(2024, 5, 2)


def test_a_rejection() -> None:
    row = only("hmrc_wco_03_DMSREJ.xml")
    assert (row["document_no"], row["status_code"], row["status_name"]) == (
        "20GB1NA4Y2YSRFGVR6", "03", "DMSREJ rejected",
    )  # fmt: skip
    assert (row["error_codes"], row["event_at_utc"]) == (
        "CDS12005",
        datetime(2020, 2, 11, 11, 42, 12, tzinfo=UTC),
    )


def test_a_tax_notification() -> None:
    _, frame = customs("hmrc_wco_13_DMSTAX.xml")
    assert set(frame["document_no"]) == {"20GB1Q3RTK463FGVR4"}
    taxes = frame.filter(pl.col("tax_type_code").is_not_null())
    assert taxes.select(
        "tax_type_code", "tax_base_amount", "tax_rate_pct", "tax_amount", "currency"
    ).rows() == [
        ("A00", Decimal(10_000), Decimal("2.70"), Decimal(270), "GBP"),
        ("B00", Decimal(10_270), Decimal(20), Decimal(2054), "GBP"),
    ]


def test_an_aggregated_declaration() -> None:
    raw, frame = customs("hmrc_wco_IMZ_Aggregated_Supplementary_Declaration.xml")
    assert set(frame["packages"]) == {55}
    assert set(frame["container_nos"]) == {"DM1234"}
    assert frame["declared_on_local"].to_list() == [date(2025, 7, 31)] * 2
    assert [(f.rule_id, f.observed, f.expected) for f in raw.findings] == [("ST-008", "110", "55")]


def test_an_export_with_an_invoice_total() -> None:
    row = only("hmrc_wco_New_Export_CUS_Code_Sample.xml")
    assert (row["invoice_total"], row["invoice_currency"]) == (9500, "GBP")
    assert (row["container_nos"], row["hs_code"], row["destination_country"]) == (
        "AHFB9384274",
        "29349990",
        "PK",
    )


def test_an_original_of_two_items() -> None:
    raw, frame = customs("hmrc_wco_TT_Add_Item_Scenario_v1_Step1_Declaration.xml")
    assert (frame["item_packages"].to_list(), set(frame["packages"])) == ([50, 15], {65})
    assert raw.findings == ()
    assert set(frame["action"]) == {"insert"}


def test_a_prelodged_export() -> None:
    row = only("hmrc_wco_TT_EX001a.xml")
    assert (row["document_kind"], row["packages"], row["container_nos"]) == ("EXD", 10, "CONU1234567")
    assert (row["ie_flag"], row["procedure_code"], row["previous_procedure_code"]) == ("E", "10", "40")


def test_extracted_documents_are_consignments() -> None:
    _, waybills = read(MANIFEST / "np_air_waybill.json")
    assert waybills.frame.select("consignment_no", "gross_kg", "packages").rows() == [
        ("555-12345678", Decimal(330), 24),
        ("DEMOHAWB0057", Decimal(199), 12),
    ]
    raw, lines = read(MANIFEST / "np_packing_list.json")
    assert (lines.frame.height, lines.frame["gross_kg"].sum()) == (119, Decimal(199))
    assert raw.findings == ()


HELD_BACK = {
    "cn_baoguan_sample-complex-packing-declaration-data.json": {"ST-011"},
    "cn_baoguan_sample-declaration-data.json": {"ST-011"},
}


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DeliveryOutcome]:
    """What became of each file when all came at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(tmp_path_factory.mktemp("customs")))
        return {Path(d.name).name: d for d in ingest([CUSTOMS / name for name in FORMATS]).deliveries}


@pytest.mark.parametrize("name", FORMATS)
def test_through_the_whole_line(delivered: dict[str, DeliveryOutcome], name: str) -> None:
    delivery = delivered[name]
    expected = FORMATS[name][1]
    held = expected if name in HELD_BACK else 0
    assert (delivery.status, delivery.rows_read) == ("loaded", expected)
    assert (delivery.rows_loaded, delivery.rows_quarantined, delivery.rows_duplicate) == (
        expected - held,
        held,
        0,
    )
