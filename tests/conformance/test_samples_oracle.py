"""Published statistics that carry their own totals: detail re-aggregates to them, and the traps are seen and named."""

from __future__ import annotations

import csv
import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.facts.bilateral_trade import bilateral_totals
from corridor_etl.settings import load_settings
from corridor_etl.sources import RawFile, recognise
from corridor_etl.staging import StagingContext, stage

FOLDER = os.environ.get("CORRIDOR_SAMPLES")
if not FOLDER:
    pytest.skip("CORRIDOR_SAMPLES names no folder with sample files", allow_module_level=True)
ORACLE = Path(FOLDER) / "oracle"
DETAILED, AGGREGATED = "comexstat_parana_detailed.json", "comexstat_parana_aggregated.json"
SOYA, INDIA = "comexstat_soja_response.csv", "comtrade_H3_india_china_2010_exports_open.csv"


def read(name: str) -> tuple[RawFile, pl.DataFrame]:
    data = (ORACLE / name).read_bytes()
    source = recognise(data, name, None)
    raw = source.read(data, None)
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2026, 2, 1, tzinfo=UTC))
    staged = stage(source.record_kind, raw, context)
    assert (raw.faults, staged.faults) == ((), ())
    assert staged.frame.height == raw.rows_counted
    return raw, staged.frame


def plain(name: str) -> Any:
    return json.loads((ORACLE / name).read_text(encoding="utf-8"), parse_float=Decimal)


def said(raw: RawFile, rule_id: str) -> list[str]:
    return [f.message for f in raw.findings if f.rule_id == rule_id]


def total(frame: pl.DataFrame, **where: Any) -> Decimal:
    return sum(frame.filter(**where)["value_usd"], Decimal(0))


def test_all_months_of_both_flows_re_aggregate_exactly() -> None:
    raw, frame = read(DETAILED)
    detail = frame.filter(pl.col("commodity_level") != "TOTAL")
    assert (detail.filter(flow="export").height, detail.filter(flow="import").height) == (1683, 1565)
    published = plain(DETAILED)["timeseriesMensal"]
    assert len(published) == 72
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    weights: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for flow, period, value, weight in detail.select("flow", "period", "value_usd", "net_kg").iter_rows():
        sums[flow, period] += value
        weights[flow, period] += weight
    mismatches = [
        (month["periodo"], flow)
        for month in published
        for flow, value, weight in (("export", "valorExp", "pesoExp"), ("import", "valorImp", "pesoImp"))
        if (sums[flow, month["periodo"]], weights[flow, month["periodo"]]) != (month[value], month[weight])
    ]
    assert mismatches == []
    assert said(raw, "PARTIAL_TABLE") == []
    assert len(said(raw, "MIXED_LEVELS")) == 1


def test_totals_of_the_months_take_one_level_only() -> None:
    totals = bilateral_totals(read(DETAILED)[1])
    assert totals.height == 144
    assert set(totals["commodity_level"]) == {"TOTAL"}
    assert set(totals["flags"]) == {""}
    assert total(totals, flow="export") == Decimal(98903605138)


def test_published_totals_agree_with_each_other_and_with_the_detail() -> None:
    raw, frame = read(AGGREGATED)
    years = frame.filter(commodity_level="TOTAL", partner_code="all", flow="export")
    by_year = {r["period"]: r["value_usd"] for r in years.iter_rows(named=True)}
    assert by_year["2020"] == Decimal(12187367929)
    assert by_year["2025"] == Decimal(18178920883)
    assert sum(v for p, v in by_year.items() if len(p) == 4) == by_year["2020-2025"] == Decimal(98903605138)
    span = frame.filter(flow="export", period="2020-2025", partner_code="all")
    assert total(span, commodity_level="HS2") == Decimal(98903605138)
    assert total(span, classification="cadeia") == Decimal(98903605138)
    detail = read(DETAILED)[1].filter(pl.col("commodity_level") == "OTHER", flow="export")
    assert total(detail) == Decimal(98903605138)
    assert len(said(raw, "MIXED_LEVELS")) == 3


def test_the_sum_of_countries_is_only_the_largest_fifty() -> None:
    raw, frame = read(AGGREGATED)
    countries = frame.filter(pl.col("partner_code") != "all", commodity_level="TOTAL", flow="export")
    assert (countries.height, total(countries)) == (50, Decimal(93382432798))
    assert any("byPais.exportacoes" in m and "93,382,432,798 of the published 98,903,605,138" in m
               for m in said(raw, "PARTIAL_TABLE"))  # fmt: skip
    whole = (
        bilateral_totals(frame)
        .filter(partner_code="all", flow="export", period="2020-2025")
        .row(0, named=True)
    )
    assert (whole["value_usd"], whole["commodity_level"]) == (Decimal(98903605138), "TOTAL")
    assert "PARTNERS_INCOMPLETE: 50 partners by TOTAL sum to 93,382,432,798" in whole["flags"]
    assert "by cadeia" not in whole["flags"]
    assert "HS4 98,870,829,153" in whole["flags"]


def test_chapters_get_the_zero_back_that_numbers_lose() -> None:
    raw, frame = read(AGGREGATED)
    chapters = sorted(frame.filter(commodity_level="HS2", flow="export")["commodity_code"])
    assert chapters == [f"{n:02d}" for n in range(1, 25)]
    assert len(said(raw, "LEADING_ZERO")) == 1


def test_soya_item_rows() -> None:
    raw, frame = read(SOYA)
    expected = plain("comexstat_soja_expected.json")
    assert raw.rows_counted == frame.height == expected["count"] == 20
    assert sum(frame["net_kg"]) == Decimal(362151090)
    assert total(frame) == Decimal(182934861)
    assert total(frame, partner_code="160") == Decimal(77217514)
    first, last = frame.row(0, named=True), frame.row(-1, named=True)
    assert (first["transport_mode_code"], first["customs_office_code"]) == ("01", "0817800")
    assert (first["period"], first["commodity_code"], first["commodity_level"]) == (
        "2024-01",
        "12019000",
        "HS8",
    )
    assert frame["region_code"].to_list()[:3] == ["MG", "MT", "MG"]
    assert last["partner_code"] == "160"
    china = bilateral_totals(frame).filter(partner_code="160")
    assert sum(china["value_usd"]) == Decimal(77217514)
    assert set(china["mode_basis"]) == {"sum"}
    assert all("NO_STATED_TOTAL" in f for f in china["flags"])


def test_levels_of_indian_exports_to_china_differ_by_rounding_only() -> None:
    raw, frame = read(INDIA)
    by_hand: dict[str, int] = defaultdict(int)
    rows: dict[str, int] = defaultdict(int)
    with (ORACLE / INDIA).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            code = row["Commodity Code"]
            level = code if code == "TOTAL" else f"HS{len(code)}"
            by_hand[level] += int(row["Value"])
            rows[level] += 1
    assert dict(rows) == {"HS6": 2477, "HS4": 891, "HS2": 96, "TOTAL": 1}
    assert dict(by_hand) == {
        "TOTAL": 17439991278, "HS2": 17439991281, "HS4": 17439991277, "HS6": 17439991267,
    }  # fmt: skip
    assert {level: total(frame, commodity_level=level) for level in by_hand} == by_hand
    (found,) = bilateral_totals(frame).to_dicts()
    assert (found["value_usd"], found["commodity_level"], found["rows"]) == (Decimal(17439991278), "TOTAL", 1)
    assert found["flags"] == (
        "LEVELS_DIFFER: TOTAL 17,439,991,278, HS2 17,439,991,281, HS4 17,439,991,277, HS6 17,439,991,267"
    )
    assert max(by_hand.values()) - min(by_hand.values()) == 14
    (mixed,) = said(raw, "MIXED_LEVELS")
    assert all(f"{level} H3 ({count} rows)" in mixed for level, count in rows.items())


@pytest.mark.parametrize("name", ["comexstat_soja_expected.json", "comexstat_soja_metadata.json"])
def test_notes_beside_the_data_are_refused(name: str) -> None:
    with pytest.raises(FileRejected, match="is JSON with the keys") as caught:
        read(name)
    assert caught.value.reason == "UNKNOWN_FORMAT"


def test_no_file_of_the_folder_is_left_out() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert [p.name for p in ORACLE.iterdir() if p.name not in here] == []
