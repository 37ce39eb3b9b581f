"""Declarations, answers of customs and railway manifests as XML: what each layout says, and what is wrong with it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from corridor_etl.errors import FileRejected
from corridor_etl.settings import load_settings
from corridor_etl.sources import RawFile, recognise, sources
from corridor_etl.staging import Staged, StagingContext, stage

SAMPLES = Path(__file__).parent.parent / "samples"


def sample(name: str) -> str:
    return (SAMPLES / f"{name}.xml").read_text(encoding="utf-8")


def read(text: str | bytes) -> RawFile:
    data = text if isinstance(text, bytes) else text.encode()
    return recognise(data, "x.dat", None).read(data, None)


def staged(text: str | bytes) -> Staged:
    data = text if isinstance(text, bytes) else text.encode()
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2025, 7, 1, tzinfo=UTC))
    source = recognise(data, "x.dat", None)
    return stage(source.record_kind, source.read(data, None), context)


def rows(text: str | bytes) -> list[dict[str, Any]]:
    found = staged(text)
    assert found.faults == ()
    return found.frame.to_dicts()


def changed(name: str, *changes: tuple[str, str]) -> str:
    text = sample(name)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def found(text: str) -> list[tuple[str, str, str, str]]:
    return [(f.rule_id, f.severity, f.observed, f.expected) for f in read(text).findings]


def test_a_chinese_declaration_repeats_its_header_on_each_item() -> None:
    first, second = rows(sample("declaration_cn_xml"))
    assert (first["declaration_no"], first["item_no"], second["item_no"]) == ("940620250123456789", 1, 2)
    assert {k: first[k] for k in ("regime", "ie_flag", "service_id", "trade_country", "destination_country")} == {
        "regime": "CN", "ie_flag": "E", "service_id": "YIN-ALA", "trade_country": "KZ", "destination_country": "KZ",
    }  # fmt: skip
    assert (first["declared_on_local"], first["released_on_local"]) == (date(2025, 6, 10), date(2025, 6, 11))
    assert (second["origin_country"], second["total_price"]) == ("JP", Decimal("14700.00"))
    assert (first["freight_amount"], first["freight_currency"], first["freight_mark"]) == (1850, "USD", "3")
    assert (first["gross_kg"], first["net_kg"], first["packages"]) == (Decimal("21550.5"), 20100, 1140)


def test_containers_belong_to_the_items_they_name() -> None:
    first, second = rows(sample("declaration_cn_xml"))
    assert (first["container_nos"], second["container_nos"]) == ("QZAU7000011 QZAU7000027", "QZAU7000011")


def test_a_container_that_names_no_item_belongs_to_all_and_a_strange_item_is_said() -> None:
    text = changed("declaration_cn_xml", ("<GoodsNo>1</GoodsNo>", ""), ("<GoodsNo>1,2<", "<GoodsNo>02，7<"))
    first, second = rows(text)
    assert (first["container_nos"], second["container_nos"]) == ("QZAU7000027", "QZAU7000011 QZAU7000027")
    assert ("ST-009", "warning", "7", "items of the declaration") in found(text)


def test_a_bill_number_is_not_a_container() -> None:
    text = changed(
        "declaration_cn_xml", ("QZ25060017", "OOLU1234567890"), ("QZAU7000011", ""), ("QZAU7000027", "")
    )
    assert [(r["bl_no"], r["container_nos"]) for r in rows(text)] == [("OOLU1234567890", None)] * 2


@pytest.mark.parametrize(("status", "version", "expected"), [
    ("放行", "", (1, "insert", "original")), ("修改", "", (2, "replace", "modify")),
    ("修改", "<Version>3</Version>", (3, "replace", "modify")), ("删单", "", (2, "cancel", "revoke")),
    ("已撤销", "<Version>4</Version>", (4, "cancel", "revoke")), ("D", "", (2, "cancel", "revoke")),
])  # fmt: skip
def test_a_modified_declaration_is_a_version_and_a_revoked_one_a_tombstone(
    status: str, version: str, expected: tuple[int, str, str]
) -> None:
    text = changed("declaration_cn_xml", ("<Status>放行</Status>", f"<Status>{status}</Status>{version}"))
    assert [(r["version"], r["action"], r["correction_kind"]) for r in rows(text)] == [expected] * 2


def test_an_import_takes_its_flag_from_the_number_and_its_partner_from_the_dispatch() -> None:
    text = changed("declaration_cn_xml", ("<IEFlag>E</IEFlag>", ""), ("940620250123", "940620251123"))
    first, _ = rows(text)
    assert (first["ie_flag"], first["dispatch_country"], first["destination_country"]) == ("I", "KZ", "KZ")


def test_several_declarations_in_one_file_do_not_mix() -> None:
    body = sample("declaration_cn_xml").partition("?>")[2]
    other = body.replace("940620250123456789", "940620250123456790").replace("QZAU7000011", "QZAU7000032")
    found_rows = rows(f"<DecMessages>{body}{other}</DecMessages>")
    assert [(r["declaration_no"][-2:], r["container_nos"]) for r in found_rows] == [
        ("89", "QZAU7000011 QZAU7000027"),
        ("89", "QZAU7000011"),
        ("90", "QZAU7000032 QZAU7000027"),
        ("90", "QZAU7000032"),
    ]


def test_what_is_wrong_with_the_header_costs_every_item_of_its_declaration() -> None:
    raw = read(changed("declaration_cn_xml", ("<GrossWet>", "<GrossWet>1</GrossWet><GrossWet>")))
    assert raw.frame.is_empty()
    assert {(f.rule_id, f.column) for f in raw.faults} == {("DUPLICATE_ELEMENT", "gross_kg")}
    assert raw.rows_counted == 2
    assert raw.raw_text(32).startswith("<DecList>")


def test_a_wrong_cell_costs_its_item_and_no_other() -> None:
    result = staged(changed("declaration_cn_xml", ("<DeclTotal>14700<", "<DeclTotal>1.4e999<")))
    assert result.frame["item_no"].to_list() == [1]
    assert [(f.rule_id, f.column, f.observed) for f in result.faults] == [
        ("ST-010", "total_price", "1.4e999")
    ]


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("<NetWt>20100</NetWt>", "<NetWt>20100</NetWt><ItemCount>3</ItemCount>", ("ST-009", "warning", "2", "3")),
    ("<NetWt>20100</NetWt>", "<NetWt>20100</NetWt><TotalAmount>36300.01</TotalAmount>",
     ("VA-002", "info", "36300", "36300.01")),
    ("<NetWt>20100</NetWt>", "<NetWt>20100</NetWt><TotalAmount>40000</TotalAmount>",
     ("VA-002", "warning", "36300", "40000")),
])  # fmt: skip
def test_totals_of_a_declaration_are_compared(old: str, new: str, expected: tuple[str, ...]) -> None:
    assert found(changed("declaration_cn_xml", (old, new))) == [expected]


def test_an_eaeu_declaration_by_the_columns_of_its_form() -> None:
    first, second = rows(sample("eaeu_declaration_xml"))
    assert (first["regime"], first["declaration_no"], first["office_code"]) == (
        "EAEU", "50512/160625/0012345", "50512",
    )  # fmt: skip
    assert (first["ie_flag"], first["document_kind"], first["declared_on_local"]) == (
        "I",
        "ИМ",
        date(2025, 6, 16),
    )
    assert (first["goods_name"], first["container_nos"]) == (
        "ПОСУДА СТОЛОВАЯ ИЗ ФАРФОРА",
        "QZAU7000011 QZAU7000027",
    )
    assert (first["procedure_code"], first["previous_procedure_code"], first["local_currency"]) == (
        "40",
        "00",
        "KZT",
    )
    assert (first["item_gross_kg"], first["item_net_kg"], first["item_packages"]) == (
        Decimal("19350.5"),
        18000,
        900,
    )
    assert (second["customs_value_local"], second["stat_value_usd"], second["total_price"]) == (
        8075000, 15760, 14700,
    )  # fmt: skip
    assert (second["first_quantity"], second["first_unit_code"], second["currency"]) == (4200, "796", "USD")
    assert found(sample("eaeu_declaration_xml")) == []


EEC = """<gd:GoodsDeclaration xmlns:gd="urn:EEC:R:036:GoodsDeclaration:v1.4.0" xmlns:csdo="urn:EEC:M:SimpleDataObjects:v0.4.14"
 xmlns:casdo="urn:EEC:M:CA:SimpleDataObjects:v1.8.1" xmlns:cacdo="urn:EEC:M:CA:ComplexDataObjects:v1.8.1">
<csdo:EDocId>0B1F5C2E-7A11-4E0B-9C5D-2B6A9D0F1A03</csdo:EDocId><csdo:EDocDateTime>2025-06-16T10:00:00</csdo:EDocDateTime>
<cacdo:CustomsDeclarationIdDetails><csdo:CustomsOfficeCode>50512</csdo:CustomsOfficeCode>
<csdo:DocCreationDate>2025-06-16</csdo:DocCreationDate><casdo:CustomsDocumentId>0012346</casdo:CustomsDocumentId>
</cacdo:CustomsDeclarationIdDetails>
<casdo:DeclarationKindCode>ЭК</casdo:DeclarationKindCode><casdo:CustomsProcedureCode>10</casdo:CustomsProcedureCode>
<casdo:GoodsQuantity>1</casdo:GoodsQuantity><casdo:CargoQuantity>40</casdo:CargoQuantity>
<cacdo:DeclarationGoodsShipmentDetails>
<cacdo:DestinationCountryDetails><casdo:CACountryCode>CN</casdo:CACountryCode></cacdo:DestinationCountryDetails>
<casdo:CAValueAmount currencyCode="USD">5000.00</casdo:CAValueAmount>
<cacdo:OriginCountryDetails><casdo:CACountryCode>KZ</casdo:CACountryCode></cacdo:OriginCountryDetails>
<cacdo:DeclarationGoodsItemDetails>
<casdo:ConsignmentItemOrdinal>1</casdo:ConsignmentItemOrdinal><csdo:CommodityCode>1101001500</csdo:CommodityCode>
<casdo:GoodsDescriptionText>МУКА</casdo:GoodsDescriptionText>
<csdo:UnifiedGrossMassMeasure measurementUnitCode="166">20100</csdo:UnifiedGrossMassMeasure>
<csdo:UnifiedNetMassMeasure measurementUnitCode="166">20000</csdo:UnifiedNetMassMeasure>
<cacdo:CargoPackagePalletDetails><casdo:CargoQuantity>40</casdo:CargoQuantity></cacdo:CargoPackagePalletDetails>
<cacdo:ContainerListDetails><casdo:ContainerId>QZAU7000011</casdo:ContainerId></cacdo:ContainerListDetails>
<cacdo:CustomsProcedureDetails><casdo:CustomsProcedureCode>10</casdo:CustomsProcedureCode>
<casdo:PreviousCustomsProcedureModeCode>00</casdo:PreviousCustomsProcedureModeCode></cacdo:CustomsProcedureDetails>
<casdo:CAValueAmount currencyCode="USD">5000.00</casdo:CAValueAmount>
<casdo:StatisticValueAmount currencyCode="USD">5000.00</casdo:StatisticValueAmount>
</cacdo:DeclarationGoodsItemDetails></cacdo:DeclarationGoodsShipmentDetails></gd:GoodsDeclaration>"""


def test_the_commission_s_own_names_say_the_same() -> None:
    (row,) = rows(EEC)
    assert (row["declaration_no"], row["ie_flag"], row["origin_country"]) == (
        "50512/160625/0012346",
        "E",
        "KZ",
    )
    assert (row["container_nos"], row["total_price"], row["stat_value_usd"], row["item_packages"]) == (
        "QZAU7000011", 5000, 5000, 40,
    )  # fmt: skip
    assert (row["procedure_code"], row["destination_country"]) == ("10", "CN")
    assert found(EEC) == []


KDT = """<KDTout_CU xmlns="urn:customs.ru:Information:CustomsDocuments:KDTout_CU:5.23.0"><KDTNumber>2</KDTNumber>
<GtdRegistryNumber><CustomsCode>50512</CustomsCode><RegistrationDate>2025-06-16</RegistrationDate>
<GTDNumber>0012345</GTDNumber></GtdRegistryNumber><ExecutionDate>2025-06-20</ExecutionDate>
<CustomsProcedure>ИМ</CustomsProcedure><KDToutGoodsShipment>
<KDToutGoods><GoodsNumeric>2</GoodsNumeric>{}<CustomsCost>8100000.00</CustomsCost></KDToutGoods>
</KDToutGoodsShipment></KDTout_CU>"""
REST = (
    "<GoodsTNVEDCode>6601990000</GoodsTNVEDCode><InvoicedCost>14700</InvoicedCost><CurrencyCode>USD</CurrencyCode>"
    "<OriginCountryCode>JP</OriginCountryCode><NetWeightQuantity>2100</NetWeightQuantity>"
    "<CustomsProcedure><MainCustomsModeCode>40</MainCustomsModeCode></CustomsProcedure>"
)


@pytest.mark.parametrize(("rest", "action"), [("", "patch"), (REST, "replace")])
def test_a_correction_is_about_its_declaration_and_says_what_it_changes(rest: str, action: str) -> None:
    (row,) = rows(KDT.format(rest))
    assert (row["declaration_no"], row["item_no"], row["version"]) == ("50512/160625/0012345", 2, 3)
    assert (row["action"], row["correction_kind"], row["declared_on_local"]) == (
        action,
        "kdt",
        date(2025, 6, 16),
    )
    assert row["customs_value_local"] == 8100000


def test_a_withdrawn_declaration_is_a_tombstone() -> None:
    text = changed(
        "eaeu_declaration_xml", ("</dt:CustomsModeCode>", "</dt:CustomsModeCode><Status>отозвана</Status>")
    )
    assert {(r["action"], r["correction_kind"]) for r in rows(text)} == {("cancel", "withdraw")}


def test_transit_is_no_import_and_known_by_its_document_until_it_has_a_number() -> None:
    first, _ = rows(sample("eaeu_transit_xml"))
    assert (first["ie_flag"], first["document_kind"], first["procedure_code"]) == ("T", "ТТ ИМ", "80")
    assert (first["declared_on_local"], first["destination_office_code"]) == (date(2025, 6, 13), "50512")
    assert [f[0] for f in found(sample("eaeu_transit_xml"))] == ["UNREGISTERED"]


def test_totals_in_the_head_of_a_union_declaration_are_compared() -> None:
    text = changed(
        "eaeu_declaration_xml", ("<e:TotalPackageNumber>1140<", "<e:TotalPackageNumber>1141<"),
        ("<e:TotalGoodsNumber>2<", "<e:TotalGoodsNumber>9<"),
    )  # fmt: skip
    assert found(text) == [("ST-009", "warning", "2", "9"), ("ST-008", "warning", "1140", "1141")]


def test_a_declaration_of_the_wco_model() -> None:
    first, second = rows(sample("wco_declaration_xml"))
    assert (first["regime"], first["declaration_no"], first["declared_on_local"]) == (
        "NL", "25NL0000000000A017", date(2025, 6, 12),
    )  # fmt: skip
    assert (first["hs_code"], second["hs_code"]) == ("9405429000", "66019990")
    assert (first["item_packages"], first["container_nos"]) == (50, "QZAU7000011 QZAU7000027")
    assert second["item_gross_kg"] == 15
    assert (first["customs_value_local"], first["local_currency"], first["incoterm"]) == (2100, "EUR", "CIF")
    assert found(sample("wco_declaration_xml")) == []


@pytest.mark.parametrize(("function", "kind", "expected"), [
    ("9", "IMA", ("1", "insert", "original")), ("5", "IMA", ("2", "replace", "modify")),
    ("1", "IMA", ("2", "cancel", "revoke")), ("4", "IMA", ("2", "patch", "modify")),
    ("13", "COR", ("2", "patch", "modify")), ("13", "INV", ("2", "cancel", "revoke")),
])  # fmt: skip
def test_functions_of_the_wco_model(function: str, kind: str, expected: tuple[str, str, str]) -> None:
    text = changed(
        "wco_declaration_xml",
        ("FunctionCode>9<", f"FunctionCode>{function}<"),
        ("TypeCode>IMA<", f"TypeCode>{kind}<"),
    )
    frame = read(text).frame
    assert set(frame.select("version", "action", "correction_kind").rows()) == {expected}


def test_corrections_without_a_version_are_numbered_by_the_minute_they_were_issued_in() -> None:
    def version(issued: str) -> int:
        text = changed("wco_declaration_xml", ("FunctionCode>9<", "FunctionCode>5<"), ("<d:FunctionCode>",
                       f"<d:IssueDateTime><d:DateTimeString>{issued}</d:DateTimeString></d:IssueDateTime><d:FunctionCode>"))  # fmt: skip
        (found,) = {row["version"] for row in rows(text)}
        return int(found)

    first = version("20250613093000+02")
    assert first > 2
    assert version("2025-06-13T09:45:00Z") == first + 15


def test_an_invalidation_that_names_no_items_is_said() -> None:
    text = """<MetaData xmlns="urn:wco:datamodel:WCO:DocumentMetaData-DMS:2"><WCOTypeName>DEC</WCOTypeName>
<Declaration><FunctionCode>13</FunctionCode><ID>25NL1</ID><TypeCode>INV</TypeCode></Declaration></MetaData>"""
    assert [f[0] for f in found(text)] == ["CANCEL_WITHOUT_ITEMS", "NO_ROWS"]
    assert read(text).rows_counted == 0


def test_packages_and_items_of_the_wco_model_are_compared() -> None:
    text = changed(
        "wco_declaration_xml",
        ("TotalPackageQuantity>65<", "TotalPackageQuantity>55<"),
        ("GoodsItemQuantity>2<", "GoodsItemQuantity>3<"),
    )
    assert found(text) == [("ST-009", "warning", "2", "3"), ("ST-008", "warning", "65", "55")]


def test_answers_of_customs_are_events_and_taxes_are_events_of_their_own() -> None:
    taxed, tax, rejected = rows(sample("wco_response_xml"))
    assert (taxed["status_code"], taxed["document_no"], taxed["tax_amount"]) == (
        "13",
        "25NL0000000000A017",
        None,
    )
    assert (tax["tax_type_code"], tax["tax_base_amount"], tax["tax_rate_pct"], tax["tax_amount"], tax["item_nos"]) == (
        "A00", Decimal("2100.00"), Decimal("2.7"), Decimal("56.70"), "1",
    )  # fmt: skip
    assert (rejected["error_codes"], rejected["item_nos"], rejected["document_no"]) == (
        "QX10017",
        "2",
        "LAMPS-0018",
    )
    assert rejected["reasons"] == "QX10017 at 42A/68A#R144"
    assert rejected["event_at_utc"] == datetime(2025, 6, 13, 8, 15, 1, tzinfo=UTC)


def test_an_asycuda_declaration() -> None:
    first, second = rows(sample("asycuda_sad_xml"))
    assert (first["regime"], first["declaration_no"]) == ("GE", "GE120000/2025/C4711")
    assert (first["goods_name"], first["declared_on_local"]) == (
        "Tableware of porcelain, white",
        date(2025, 6, 13),
    )
    assert {first["container_nos"], second["container_nos"]} == {"QZAU7000011"}
    assert (second["item_packages"], second["item_net_kg"], first["local_currency"]) == (0, 2100, "GEL")
    assert (first["insurance_currency"], first["insurance_mark"]) == (None, None)
    assert (first["procedure_code"], first["previous_procedure_code"]) == ("40", "00")
    assert found(sample("asycuda_sad_xml")) == [("VA-002", "info", "10062373.0", "10062372")]


def test_an_unregistered_declaration_is_known_by_reference_or_content_and_has_the_day_of_receipt() -> None:
    start, _, rest = sample("asycuda_sad_xml").partition("<Registration>")
    bare = start + rest.partition("</Registration>")[2]
    result = staged(bare)
    assert set(result.frame["declaration_no"]) == {"D007-17"}
    assert set(result.frame["declared_on_local"]) == {date(2025, 7, 1)}
    assert [f.rule_id for f in result.findings] == ["UNDATED"]
    nameless = bare.replace("<Reference><Number>17</Number></Reference>", "")
    (name,) = set(staged(nameless).frame["declaration_no"])
    assert name.startswith("draft-")
    assert {name} == set(staged(nameless.replace("\n  <Item>", "\n\n  <Item>")).frame["declaration_no"])


def test_a_railway_manifest_is_a_loading_list() -> None:
    first, second, third = rows(sample("manifest_cn_rail_xml"))
    assert (first["train_no"], first["service_id"], first["direction"]) == ("X9001", "YIN-ALA", "W")
    assert first["planned_departure_at_utc"] == datetime(2025, 2, 28, 9, 0, tzinfo=UTC)
    assert (first["cargo_gross_kg"], first["packages"], first["full_empty"]) == (Decimal("24512.5"), 900, "F")
    assert first["declaration_nos"] == "940620250123456789 940620250123456790"
    assert (second["cargo_gross_kg"], third["cargo_gross_kg"]) == (18000, None)
    assert (second["wagon_no"], third["wagon_no"], third["consignment_note_no"]) == (
        "5270012",
        "5270012",
        "SM0000172",
    )
    assert found(sample("manifest_cn_rail_xml")) == []


@pytest.mark.parametrize(("function", "expected"), [
    ("9", (1, "insert", "final")), ("5", (2, "replace", "corrected")), ("3", (2, "cancel", "cancelled")),
])  # fmt: skip
def test_amended_and_deleted_manifests(function: str, expected: tuple[int, str, str]) -> None:
    text = changed("manifest_cn_rail_xml", ("<FunctionCode>9<", f"<FunctionCode>{function}<"),
                   ("<Version>1</Version>", "<Version>2</Version>" if function != "9" else ""))  # fmt: skip
    assert {(r["version"], r["action"], r["list_status"]) for r in rows(text)} == {expected}


def test_a_manifest_sent_again_with_the_version_of_its_form_comes_after_the_one_before() -> None:
    def version(sent: str) -> int:
        text = changed("manifest_cn_rail_xml", ("<FunctionCode>9<", "<FunctionCode>5<"), ("20250228171100086", sent),
                       ("<Version>1</Version>", "<Version>1.0</Version>"))  # fmt: skip
        (found,) = {row["version"] for row in rows(text)}
        return int(found)

    assert version("20250228181100000") == version("20250228171100086") + 60 > 2


def test_the_limits_of_the_train_plan_and_its_totals_are_said() -> None:
    text = changed(
        "manifest_cn_rail_xml", ("<JourneyID>X9001<", "<JourneyID>X90010000000000001<"), ("ID>9406<", "ID>94A6<"),
        ("Quantity>3</TransportEquipmentQuantity>", "Quantity>4</TransportEquipmentQuantity>"),
    )  # fmt: skip
    assert [f[:3] for f in found(text)] == [
        ("TRAIN_PLAN", "warning", "X90010000000000001"),
        ("TRAIN_PLAN", "warning", "94A6"),
        ("ST-008", "warning", "3"),
    ]


def test_an_unknown_root_is_named() -> None:
    with pytest.raises(FileRejected, match=r"root Invoice of urn:x") as caught:
        read('<i:Invoice xmlns:i="urn:x"/>')
    assert caught.value.reason == "UNKNOWN_FORMAT"


XML_SOURCES = [n for n in sources() if (SAMPLES / f"{n}.xml").exists()]


@pytest.mark.parametrize("name", XML_SOURCES)
def test_any_prefix_reads_the_same(name: str) -> None:
    text = sample(name)
    if re.search(r"<\w+:", text):
        pytest.skip("has prefixes already")
    prefixed = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1zz:", text)
    prefixed = prefixed.replace("xmlns=", "xmlns:zz=") if "xmlns=" in text else prefixed
    if "xmlns:zz" not in prefixed:
        prefixed = re.sub(r"<zz:(\w+)", r'<zz:\1 xmlns:zz="urn:z"', prefixed, count=1)
    columns = [c for c in read(text).frame.columns if c != "raw_text"]
    own = [c for c in columns if c != "declaration_no"]
    assert read(prefixed).frame.select(own).equals(read(text).frame.select(own))


@pytest.mark.parametrize("name", XML_SOURCES)
def test_a_file_cut_short_is_refused(name: str) -> None:
    data = sample(name).strip().encode()
    for share in (0.3, 0.6, 0.9, 0.999):
        cut = data[: int(len(data) * share)]
        with pytest.raises(FileRejected) as caught:
            sources()[name].read(cut, None)
        assert caught.value.reason in ("TRUNCATED", "MALFORMED")


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)
MONEY = st.decimals(0, 10**9, places=2)
ITEMS = st.lists(st.tuples(WORDS, MONEY, st.integers(0, 10**6)), min_size=1, max_size=8)


@hypothesis_settings(deadline=None, max_examples=40)
@given(ITEMS, st.sampled_from(["", "\n"]), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_a_generated_declaration_round_trips(
    goods: list[tuple[str, Decimal, int]], gap: str, encoding: str
) -> None:
    parts = [
        f"<DecList><GNo>{n}</GNo><CodeTS>6911101900</CodeTS><GName>{escape(name)}</GName><FirstQty>{kg}</FirstQty>"
        f"<FirstUnit>035</FirstUnit><DeclTotal>{price}</DeclTotal><TradeCurr>USD</TradeCurr></DecList>"
        for n, (name, price, kg) in enumerate(goods, start=1)
    ]
    head = "<EntryId>940620250123456789</EntryId><IEFlag>E</IEFlag><DDate>20250610</DDate>"
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><DecMessage><DecHead>{head}'
        f"<ItemCount>{len(goods)}</ItemCount></DecHead><DecLists>{gap.join(parts)}</DecLists></DecMessage>"
    )
    found_rows = rows(text.encode(encoding))
    assert [(r["goods_name"], r["total_price"], r["first_quantity"]) for r in found_rows] == goods
    assert [r["item_no"] for r in found_rows] == list(range(1, len(goods) + 1))
    assert read(text.encode(encoding)).findings == ()
