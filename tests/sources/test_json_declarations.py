"""Declarations and extracted transport documents as JSON: by the form's names, by a broker's, by an extraction's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.settings import load_settings
from corridor_etl.sources import RawFile, recognise, sources
from corridor_etl.staging import Staged, StagingContext, stage

SAMPLES = Path(__file__).parent.parent / "samples"
FORM = json.loads((SAMPLES / "declaration_cn_json.json").read_text(encoding="utf-8"))
BROKER: dict[str, Any] = {
    "declaration": {"customs_no": "940620250123456791", "customs_office": "9406", "declaration_date": "2025-06-10",
                    "trade_mode": "一般贸易"},
    "domestic_consignor": {"name": "宁波示例国际贸易有限公司"},
    "shipment": {"transport_mode": "铁路", "train_no": "X9001", "bill_no": "OOLU1234567890"},
    "trade": {"country": "哈萨克斯坦", "destination_country": "哈萨克斯坦", "incoterm": "FOB", "freight": ""},
    "totals": {"packages": 30, "gross_weight_kg": 520.5, "net_weight_kg": 500},
    "items": [
        {"line_no": 1, "hs_code": "9405420000", "description_cn": "灯具", "quantity": 100, "unit": "个",
         "unit_price": 25, "total_price": 2500, "currency": "USD", "origin_country": "中国", "cartons": 20},
        {"line_no": 2, "hs_code": "6601990000", "description_cn": "雨伞", "quantity": 100, "unit": "套",
         "unit_price": 1.8, "total_price": 180, "currency": "USD", "origin_country": "日本", "cartons": 9},
    ],
}  # fmt: skip


def written(document: Any, encoding: str = "utf-8") -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode(encoding)


def read(data: bytes) -> RawFile:
    return recognise(data, "x.dat", None).read(data, None)


def staged(data: bytes) -> Staged:
    source = recognise(data, "x.dat", None)
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2025, 7, 1, tzinfo=UTC))
    return stage(source.record_kind, source.read(data, None), context)


def rows(data: bytes) -> list[dict[str, Any]]:
    found = staged(data)
    assert found.faults == ()
    return found.frame.to_dicts()


def test_the_form_s_names_say_the_same_as_in_xml() -> None:
    first, second = rows(written(FORM))
    assert (first["declaration_no"], first["item_no"], second["quantity"]) == ("940620250123456790", 1, 1000)
    assert (first["second_quantity"], first["second_unit_code"]) == (3000, "035")
    assert (first["gross_kg"], first["container_nos"]) == (Decimal("5200.75"), "QZAU7000011")
    assert (first["service_id"], first["destination_country"]) == ("YIN-ALA", "KZ")


WRAPPINGS: dict[str, Callable[[Any], Any]] = {
    "an array": lambda d: [d],
    "a message": lambda d: {"DecMessage": d},
    "an array of messages": lambda d: [{"DecMessage": d}],
    "messages in an array": lambda d: {"DecMessage": [d]},
    "DecList inside DecLists": lambda d: {**d, "DecLists": {"DecList": d["DecLists"]}},
    "DecList alone": lambda d: {"DecHead": d["DecHead"], "DecList": d["DecLists"], "DecContainers": d["DecContainers"]},
    "Container inside DecContainers": lambda d: {**d, "DecContainers": {"Container": d["DecContainers"]}},
    "small first letters": lambda d: {"decHead": d["DecHead"], "decLists": d["DecLists"], "decContainers": d["DecContainers"]},
    "items before the header": lambda d: dict(reversed(d.items())),
}  # fmt: skip


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_the_same_declaration_in_any_wrapping(wrapping: str) -> None:
    plain = read(written(FORM)).frame.drop("line_no", "raw_text")
    raw = read(written(WRAPPINGS[wrapping](FORM)))
    assert raw.frame.drop("line_no", "raw_text").equals(plain)
    assert raw.rows_counted == 2


def test_several_declarations_do_not_mix() -> None:
    other = {**FORM, "DecHead": {**FORM["DecHead"], "EntryId": "940620250123456799", "PackNo": 1}}
    for document in ([FORM, other], {"DecMessage": [FORM, other]}):
        found = rows(written(document))
        assert [(r["declaration_no"][-2:], r["packages"]) for r in found] == [("90", 200)] * 2 + [
            ("99", 1)
        ] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_broker_s_names_and_words(encoding: str) -> None:
    first, second = rows(written(BROKER, encoding))
    assert (first["ie_flag"], first["supervision_mode"], first["transport_mode"]) == ("E", "0110", "3")
    assert (first["unit_code"], second["unit_code"], first["transaction_mode"]) == ("007", "006", "3")
    assert (first["trade_country"], first["origin_country"], second["origin_country"]) == ("KZ", "CN", "JP")
    assert (first["bl_no"], first["container_nos"]) == ("OOLU1234567890", None)
    assert (first["declared_on_local"], first["packages"]) == (date(2025, 6, 10), 30)
    assert second["item_packages"] == 9


def test_totals_of_a_broker_s_file_are_compared() -> None:
    assert [(f.rule_id, f.observed, f.expected) for f in read(written(BROKER)).findings] == [
        ("ST-008", "29", "30")
    ]


def test_a_declaration_without_number_is_held_back_not_invented() -> None:
    document = {**BROKER, "declaration": {**BROKER["declaration"], "customs_no": ""}}
    result = staged(written(document))
    assert result.frame.is_empty()
    assert {(f.rule_id, f.column) for f in result.faults} == {("ST-011", "declaration_no")}


def test_a_key_that_comes_twice_costs_its_item() -> None:
    text = written(FORM).decode().replace('"DeclTotal": 8000', '"DeclTotal": 8000, "DeclTotal": 9000')
    raw = read(text.encode())
    assert (raw.frame.height, [f.rule_id for f in raw.faults]) == (1, ["DUPLICATE_KEY"])
    assert "9000" in raw.raw_text(raw.faults[0].line_no)


def test_new_keys_are_named() -> None:
    items = [{**item, "GrossWeigth": 1} for item in FORM["DecLists"]]
    (finding,) = read(written({**FORM, "DecLists": items})).findings
    assert (finding.rule_id, finding.observed) == ("ST-004", "GrossWeigth")


def test_a_file_without_items_has_no_rows() -> None:
    raw = read(written({**FORM, "DecLists": []}))
    assert (raw.rows_counted, [f.rule_id for f in raw.findings]) == (0, ["NO_ROWS"])


def test_extracted_waybills_keep_master_and_house_apart() -> None:
    form = {
        "mawb_number_raw": "555-00000017", "primary_awb_number_raw": "555-00000017",
        "gross_weight": {"value_raw": "330.0", "unit_raw": "K"}, "pieces_or_packages": {"value_raw": "24", "unit_raw": "PCS"},
    }  # fmt: skip
    house = {
        **form,
        "hawb_number_raw": "QZ17",
        "primary_awb_number_raw": "QZ17",
        "shipper": {"name_raw": "A"},
    }
    first, second = rows(
        written({"role_validation": {"expected_role": "AIR_WAYBILL"}, "forms": [form, house]})
    )
    assert (first["document_type"], first["gross_kg"], first["packages"]) == ("MAWB", 330, 24)
    assert (second["document_type"], second["manifest_no"], second["consignment_no"]) == (
        "HAWB",
        "555-00000017",
        "QZ17",
    )


def test_a_packing_list_says_when_its_total_is_not_that_of_its_lines() -> None:
    text = (SAMPLES / "np_extraction_json.json").read_text(encoding="utf-8").replace('"30.5"', '"31"')
    assert [(f.rule_id, f.observed, f.expected) for f in read(text.encode()).findings] == [
        ("ST-008", "30.5", "31")
    ]


def test_a_weight_in_a_strange_unit_is_held_back() -> None:
    text = (SAMPLES / "np_extraction_json.json").read_text(encoding="utf-8").replace('"KGS."', '"catty"')
    result = staged(text.encode())
    assert [(f.rule_id, f.observed) for f in result.faults] == [("ST-010", "18 CATTY")]


def test_keys_in_another_case_are_read_and_not_said_to_be_left_out() -> None:
    data = (SAMPLES / "declaration_cn_json.json").read_text(encoding="utf-8")
    lower = re.sub(r'"([A-Z])(\w*)":', lambda m: f'"{m[1].lower()}{m[2]}":', data)
    raw = sources()["declaration_cn_json"].read(lower.encode(), None)
    assert raw.frame["hs_code"].to_list() == ["9405420000", "9503008900"]
    assert [f for f in raw.findings if f.rule_id == "ST-004"] == []
