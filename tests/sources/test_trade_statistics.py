"""Official trade statistics: every row knows its level, and what a file mixes is said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.sources import Finding, RawFile, recognise

CLASSIC = b"""Year,Reporter Code,Trade Flow Code,Partner Code,Classification,Commodity Code,Quantity Unit Code,Supplementary Quantity,Netweight (kg),Value,Estimation Code
2010,398,1,156,"H3","TOTAL",1,,,5000,0
2010,398,1,156,"H3","07",1,,,5001,0
2010,398,1,156,"H3","0702",8,12,12,5002,4
2010,398,1,156,"H3","070200",8,12,12,4998,6
"""
API_HEAD = "typeCode,freqCode,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,customsCode,motCode,netWgt,primaryValue,isReported"
API = f"""{API_HEAD}
C,M,202405,398,RX,0,0,H6,94,C00,0,1500.5,90000.123,false
C,M,202405,398,X,156,643,H6,94,C01,2100,1500.5,90000.25,true
C,M,202405,398,DX,156,0,H6,94,C00,0,1500.5,90000.25,true
""".encode()
BASE = b"""CO_ANO;CO_MES;CO_NCM;CO_UNID;CO_PAIS;SG_UF_NCM;CO_VIA;CO_URF;QT_ESTAT;KG_LIQUIDO;VL_FOB
2024;1;01019000;21;023;MG;01;0817800;8;8084;3951
"""


def read(data: bytes, name: str) -> RawFile:
    source = recognise(data, "statistics.csv", None)
    assert source.name == name
    return source.read(data, None)


def named(raw: RawFile, rule_id: str) -> list[Finding]:
    return [f for f in raw.findings if f.rule_id == rule_id]


def test_levels_of_a_classic_download() -> None:
    raw = read(CLASSIC, "comtrade_csv")
    assert raw.frame["commodity_level"].to_list() == ["TOTAL", "HS2", "HS4", "HS6"]
    assert raw.frame["commodity_code"].to_list() == ["TOTAL", "07", "0702", "070200"]
    assert set(raw.frame["flow"]) == {"import"}
    assert set(raw.frame["transport_mode_code"]) == {"all"}
    assert raw.frame["is_estimated"].to_list() == ["false", "false", "true", "true"]
    (mixed,) = named(raw, "MIXED_LEVELS")
    assert all(level in mixed.message for level in ("TOTAL H3 (1 rows)", "HS2 H3", "HS4 H3", "HS6 H3"))


def test_a_level_alone_is_not_mixed() -> None:
    lines = CLASSIC.splitlines(keepends=True)
    assert named(read(lines[0] + lines[2], "comtrade_csv"), "MIXED_LEVELS") == []


def test_present_names_codes_and_breakdowns() -> None:
    raw = read(API, "comtrade_csv")
    assert raw.frame["flow"].to_list() == ["re-export", "export", "DX"]
    assert raw.frame["partner_code"].to_list() == ["all", "156", "156"]
    assert raw.frame["second_partner_code"].to_list() == ["all", "643", "all"]
    assert raw.frame["procedure_code"].to_list() == ["all", "C01", "all"]
    assert raw.frame["transport_mode_code"].to_list() == ["all", "2100", "all"]
    assert raw.frame["period"].to_list() == ["2024-05"] * 3
    assert raw.frame["period_on"].to_list() == ["2024-05-01"] * 3
    said = " ".join(f.message for f in named(raw, "MIXED_LEVELS"))
    assert all(
        c in said for c in ("partner_code", "second_partner_code", "procedure_code", "transport_mode_code")
    )


def test_rows_that_end_with_a_comma_are_not_too_wide() -> None:
    lines = API.splitlines()
    trailing = lines[0] + b"\r\n" + b"".join(line + b",\r\n" for line in lines[1:])
    raw = read(trailing, "comtrade_csv")
    assert (raw.faults, raw.frame.height) == ((), 3)
    assert raw.frame["value_usd"].to_list() == read(API, "comtrade_csv").frame["value_usd"].to_list()
    assert len(named(raw, "TRAILING_DELIMITER")) == 1


def test_a_row_that_is_empty_at_its_end_is_not_a_wide_one() -> None:
    short = CLASSIC.replace(b"5000,0", b"5000,")
    assert named(read(short, "comtrade_csv"), "TRAILING_DELIMITER") == []


def test_a_code_that_lost_its_zero_gets_it_back_and_is_said() -> None:
    raw = read(CLASSIC.replace(b'"07"', b"7").replace(b'"0702"', b"702"), "comtrade_csv")
    assert raw.frame["commodity_code"].to_list()[1:3] == ["07", "0702"]
    assert [f.observed for f in named(raw, "LEADING_ZERO")] == ["7, 702"]


@pytest.mark.parametrize(("value", "kept", "is_said"), [
    ("1.5e3", "1500", False), ("0.1", "0.1", False), ("12.3456789", "12.34568", True), ("5,0", "5,0", False),
    ("1e999999", "1e999999", False), ("-", "-", False),
])  # fmt: skip
def test_numbers_are_plain_and_rounding_is_said(value: str, kept: str, is_said: bool) -> None:
    data = CLASSIC.replace(b",,,5000,", f',,,"{value}",'.encode())
    raw = read(data, "comtrade_csv")
    assert raw.frame["value_usd"][0] == kept
    assert bool(named(raw, "ROUNDED")) == is_said


def test_base_files_keep_leading_zeros() -> None:
    row = read(BASE, "comexstat_csv").frame.row(0, named=True)
    assert (row["commodity_code"], row["commodity_level"]) == ("01019000", "HS8")
    assert (row["partner_code"], row["transport_mode_code"], row["customs_office_code"]) == (
        "023",
        "01",
        "0817800",
    )
    assert (row["period"], row["period_on"], row["region_code"]) == ("2024-01", "2024-01-01", "MG")


def test_the_flow_of_a_base_file_follows_from_its_columns_and_is_said() -> None:
    imports = BASE.replace(b"VL_FOB", b"VL_FOB;VL_FRETE;VL_SEGURO").replace(b";3951", b";3951;10;1")
    for data, flow in ((BASE, "export"), (imports, "import")):
        raw = read(data, "comexstat_csv")
        assert raw.frame["flow"].to_list() == [flow]
        assert [f.observed for f in named(raw, "FLOW_INFERRED")] == [flow]


def answer(*rows: dict[str, Any], **around: Any) -> bytes:
    return json.dumps({"count": len(rows), "data": list(rows), "error": "", **around}).encode()


CELL = {
    "period": "202405", "reporterCode": 398, "flowCode": "M", "partnerCode": 156, "partner2Code": 0,
    "classificationCode": "H6", "cmdCode": "94", "customsCode": "C00", "motCode": 0, "netWgt": 10.0,
    "primaryValue": 1.25e2, "isNetWgtEstimated": True, "isReported": False,
}  # fmt: skip


def test_an_answer_of_the_interface() -> None:
    raw = read(answer(CELL), "comtrade_json")
    row = raw.frame.row(0, named=True)
    assert (row["value_usd"], row["net_kg"], row["transport_mode_code"]) == ("125.0", "10.0", "all")
    assert (row["is_estimated"], row["is_reported"], row["commodity_level"]) == ("true", "false", "HS2")
    assert raw.findings == ()


def test_an_answer_of_the_old_interface() -> None:
    cell = {"pfCode": "H4", "yr": 2014, "period": 2014, "rgCode": 2, "rtCode": 398, "ptCode": 0, "cmdCode": "TOTAL",
            "NetWeight": None, "TradeValue": 77}  # fmt: skip
    row = read(json.dumps({"dataset": [cell]}).encode(), "comtrade_json").frame.row(0, named=True)
    assert (row["flow"], row["partner_code"], row["commodity_level"]) == ("export", "all", "TOTAL")
    assert (row["period"], row["value_usd"], row["net_kg"]) == ("2014", "77", None)


def test_a_count_that_is_not_held_is_said() -> None:
    raw = read(answer(CELL, count=7), "comtrade_json")
    assert [(f.observed, f.expected) for f in named(raw, "STATED_COUNT")] == [("7", "1")]


def test_an_answer_as_long_as_one_may_be_is_probably_cut() -> None:
    raw = read(answer(*({**CELL, "cmdCode": str(9000 + i)} for i in range(500))), "comtrade_json")
    assert len(named(raw, "PROBABLY_CUT")) == 1


def test_an_error_instead_of_data_is_refused() -> None:
    with pytest.raises(FileRejected, match="no access") as caught:
        read(b'{"data": [], "error": "no access", "primaryValue": null}', "comtrade_json")
    assert caught.value.reason == "ERROR_ANSWER"


def test_nan_is_no_number() -> None:
    raw = read(answer(CELL, {**CELL, "netWgt": float("nan")}), "comtrade_json")
    assert [(f.rule_id, f.observed) for f in raw.faults] == [("ST-010", "NaN")]
    assert raw.frame.height == 1


SUMMARY = {
    "metadata": {"anoMin": 2024, "anoMax": 2025, "valorTotalExp": 100.0, "pesoTotalExp": 9.0, "valorTotalImp": 50.0,
                 "pesoTotalImp": 5.0},
    "timeseries": [{"ano": 2024, "valorExp": 40.0, "pesoExp": 4.0, "valorImp": 20.0, "pesoImp": 2.0},
                   {"ano": 2025, "valorExp": 60.0, "pesoExp": 5.0, "valorImp": 30.0, "pesoImp": 3.0}],
    "byCapitulo": {"exportacoes": [{"CAPITULO_NCM": 7, "valor": 70.0, "peso": 8.0, "categoria": "Hortas"},
                                   {"CAPITULO_NCM": 12, "valor": 30.0, "peso": 1.0, "categoria": "Sementes"}],
                   "importacoes": []},
    "byPais": {"exportacoes": [{"codigo": 13, "pais": "X", "valor": 90.0, "peso": 8.0}], "importacoes": []},
}  # fmt: skip


def test_a_summary_gives_each_figure_its_level() -> None:
    raw = read(json.dumps(SUMMARY).encode(), "comexstat_json")
    assert raw.rows_counted == raw.frame.height == 2 + 4 + 2 + 1
    chapters = raw.frame.filter(commodity_level="HS2")
    assert chapters["commodity_code"].to_list() == ["07", "12"]
    assert set(chapters["period"]) == {"2024-2025"}
    assert raw.frame.filter(partner_code="013")["commodity_level"].to_list() == ["TOTAL"]
    assert set(raw.frame["region_code"]) == {"unstated"}
    (partial,) = named(raw, "PARTIAL_TABLE")
    assert "byPais.exportacoes" in partial.message
    assert (partial.observed, partial.expected) == ("90.0", "100.0")
    said = " ".join(f.message for f in named(raw, "MIXED_LEVELS"))
    assert all(word in said for word in ("HS2 NCM", "TOTAL NCM", "spans of years", "partner_code"))


def test_an_element_that_is_no_object_costs_its_figures_only() -> None:
    broken = {**SUMMARY, "timeseries": [*SUMMARY["timeseries"], 17]}
    raw = read(json.dumps(broken).encode(), "comexstat_json")
    assert [f.rule_id for f in raw.faults] == ["NOT_AN_OBJECT", "NOT_AN_OBJECT"]
    assert raw.frame.height == 9


def test_no_csv_layout_claims_json_on_one_line() -> None:
    twice = json.dumps([CELL, CELL, CELL]).encode()
    assert recognise(twice, "statistics.json", None).name == "comtrade_json"
