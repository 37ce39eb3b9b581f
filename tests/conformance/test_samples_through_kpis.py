"""Published files through ingest, facts and KPIs: the weekly figures add up to what is known of each file.

The same figures come from the SQL of docs/queries/totals over the lake.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from corridor_etl.facts.bilateral_trade import bilateral_totals
from corridor_etl.jobs.ingest import ingest
from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.settings import load_settings
from corridor_etl.warehouse import Warehouse
from tests.journeys.test_totals import STATEMENTS, Corridor, differences

FOLDER = os.environ.get("CORRIDOR_SAMPLES")
if not FOLDER:
    pytest.skip("CORRIDOR_SAMPLES names no folder with sample files", allow_module_level=True)
SAMPLES = Path(FOLDER)
STOPS = "port/cofano_actions_sample_open.csv"


def marts_of(*names: str) -> dict[str, pl.DataFrame]:
    """The marts after these files came; other roads to them must agree."""
    ingest([SAMPLES / name for name in names])
    corridor = Corridor()
    with corridor.engine() as engine:
        for mart in STATEMENTS:
            assert differences(engine, mart, corridor.marts[mart]) == [], mart
    return corridor.marts


def by(frame: pl.DataFrame, key: str, *columns: str) -> dict[object, tuple[int, ...]]:
    """Sums of columns by one dimension."""
    return {k: tuple(v) for k, *v in frame.group_by(key).agg(pl.col(columns).sum()).iter_rows()}


def test_one_loading_in_two_dialects_is_42_moves_of_957_tonnes() -> None:
    marts = marts_of("edifact/japdeva_outputExport.edi", "edifact/japdeva_outputprueba.edi")
    (row,) = marts["mart_port_move_week"].to_dicts()
    stated = json.loads((SAMPLES / "edifact/japdeva_COARRI_export_expected.json").read_text(encoding="utf-8"))
    boxes = stated["Equipments"]
    assert (row["iso_week"], row["move"], row["full_empty"]) == ("2025-W11", "LOAD", "F")
    assert row["moves"] == row["moves_weighed"] == row["moves_unknown_size"] == len(boxes) == 42
    assert row["gross_gross_g"] == sum(int(b["VerifyGrossMass"]) for b in boxes) * 1000 == 957_142_000
    assert row["teu_x100"] == 0
    assert marts["mart_port_stay_week"].is_empty()


def test_a_vessel_leaves_with_672_containers() -> None:
    marts = marts_of("edifact/japdeva_BAPLIE_Export.EDI")
    load = marts["mart_vessel_load_week"]
    assert by(load, "full_empty", "boxes") == {"F": (484,), "E": (188,)}
    assert by(load, "load_port", "boxes") == {"USGLC": (347,), "CRMOB": (325,)}
    assert by(load, "discharge_port", "boxes") == {"GTSTC": (425,), "USGLC": (247,)}
    assert by(load, "facility", "boxes", "teu_x100", "boxes_weighed", "gross_gross_g") == {
        "CRMOB": (672, 134_400, 672, 10_453_748_000)
    }
    assert marts["mart_port_move_week"].is_empty(), "a plan is no move"


def test_a_small_plan_by_hand() -> None:
    load = marts_of("edifact/phpedifact_D95BBAPLIE.edi")["mart_vessel_load_week"]
    assert by(load, "full_empty", "boxes", "gross_gross_g") == {"E": (2, 7_816_000), "F": (1, 26_000_000)}
    assert load["teu_x100"].sum() == 625, "L5G1 is 45 feet long: 2.25 TEU, where some count 2"
    assert set(load["discharge_port"]) == {"CNYTN", "CNXMN", "TWKHH"}


def test_slots_to_be_filled_are_neither_moves_nor_on_board() -> None:
    marts = marts_of("edifact/japdeva_MOVINS_V2_NEW.edi")
    assert marts["mart_vessel_load_week"].is_empty()
    assert marts["mart_port_move_week"].is_empty()


def test_stops_of_a_terminal_are_its_gate_moves_and_stays() -> None:
    marts = marts_of(STOPS)
    with (SAMPLES / STOPS).open(encoding="utf-8", newline="") as lines:
        stops = {row["stopid"]: row for row in csv.DictReader(lines)}
    with Warehouse.open() as warehouse:
        held = [text.partition(",")[0] for text in warehouse.quarantine()["raw_text"]]
    assert [stops.pop(no)["gatein"][:4] for no in sorted(held)] == ["2003", "2005", "2008"], (
        "dates before any of these"
    )
    moves: Counter[tuple[str, str]] = Counter()
    teu: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for stop in stops.values():
        for column, move in (("gatein", "GTIN"), ("gateout", "GTOT")):
            if stop[column]:
                key = (move, "E" if stop["isemptycontainer"] == "true" else "F")
                moves[key] += 1
                teu[key] += _teu(stop["bookinginfo_containertype"])
    found = marts["mart_port_move_week"].group_by("move", "full_empty").agg(pl.col("moves", "teu_x100").sum())
    assert {(m, f): (n, t) for m, f, n, t in found.iter_rows()} == {
        key: (n, int(teu[key] * 100)) for key, n in moves.items()
    }
    assert sum(n for (move, _), n in moves.items() if move == "GTIN") == 1719
    assert sum(n for (move, _), n in moves.items() if move == "GTOT") == 1239
    stays = marts["mart_port_stay_week"]
    assert set(stays["stay"]) == {"inland"}
    assert stays["stays"].sum() == sum(bool(s["gatein"] and s["gateout"]) for s in stops.values()) == 744


def _teu(size: str) -> Decimal:
    if not size:
        return Decimal(0)
    return Decimal("2.25") if size.startswith("45") else Decimal(2) if size.startswith("4") else Decimal(1)


def test_an_estimated_event_is_no_move_and_an_actual_one_is() -> None:
    assert marts_of("port/dcsa_tnt-220-response.json")["mart_port_move_week"].is_empty()
    (row,) = marts_of("port/dcsa_tnt-300-request-equipment.json")["mart_port_move_week"].to_dicts()
    assert (row["iso_week"], row["facility"], row["move"], row["full_empty"]) == (
        "2026-W04",
        "NLRTM",
        "LOAD",
        "F",
    )
    assert (row["moves"], row["teu_x100"]) == (1, 100)


@pytest.mark.parametrize(
    ("name", "level", "usd_cent", "net_g"),
    [
        ("comexstat_soja_response.csv", "HS8", 182_934_861_00, 362_151_090_000),
        ("comtrade_H3_india_china_2010_exports_open.csv", "HS6", 17_439_991_267_00, None),
        ("comexstat_parana_detailed.json", "OTHER", 98_903_605_138_00, None),
    ],
)
def test_a_published_table_comes_to_its_total_as_trade_value(
    name: str, level: str, usd_cent: int, net_g: int | None
) -> None:
    """Its lines as if each were a released item of an export declaration in dollars."""
    ingest([SAMPLES / "oracle" / name])
    with Warehouse.open() as warehouse:
        lines = warehouse.current("trade_statistic").filter(flow="export", commodity_level=level)
        totals = bilateral_totals(warehouse.current("trade_statistic")).filter(flow="export")
    value = weekly_marts({"declaration_item": _declared(lines)}, load_settings())["mart_trade_week"]
    assert (value["items"].sum(), value["value_usd_cent"].sum()) == (lines.height, usd_cent)
    if net_g is not None:
        assert value["net_g"].sum() == net_g
    stated = sum(totals["value_usd"], Decimal(0))
    assert abs(stated * 100 - usd_cent) <= 1100, "levels of one table differ by the rounding of their lines"


def _declared(lines: pl.DataFrame) -> pl.DataFrame:
    period = pl.col("period").str.head(7)
    day = pl.when(period.str.len_chars() == 7).then(period + "-15").otherwise(period.str.head(4) + "-06-15")
    return lines.with_row_index("item_no").select(
        regime=pl.lit("CN"), declaration_no=pl.lit("PUBLISHED"), item_no=pl.col("item_no").cast(pl.Int64),
        ie_flag=pl.lit("E"), released_on_local=day.str.to_date(), declared_on_local=day.str.to_date(),
        hs_code=pl.col("commodity_code"), origin_country=pl.lit("CN"), currency=pl.lit("USD"),
        total_price=pl.col("value_usd").cast(pl.Decimal(18, 2)), first_quantity=pl.col("net_kg").cast(pl.Decimal(18, 5)),
        first_unit_code=pl.lit("035"),
    )  # fmt: skip
