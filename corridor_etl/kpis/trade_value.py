"""Trade value: declared goods released in a week, in CNY and USD."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction", "flow", "hs_chapter")


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_trade_week: trade lines added up per release week, flow and HS chapter."""
    return (
        facts.trade_lines.with_columns(pl.col("release_week").alias("iso_week"))
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("items"),
            pl.struct("regime", "declaration_no").n_unique().cast(pl.Int64).alias("declarations"),
            scaled("value_cny", 2).sum().alias("value_cny_fen"),
            scaled("value_usd", 2).sum().alias("value_usd_cent"),
            pl.col("net_g").sum(),
        )
    )


KPI = Kpi(
    name="trade_value",
    title=Translated(
        en="Trade value",
        zh="贸易额",
        ru="Стоимость торговли",
        kk="Сауда құны",
    ),
    formula="Sum of round_half_even(total_price x rate(currency, release date), 0.01) over released items",
    unit="0.01 CNY; 0.01 USD; g",
    basis="Declared price as invoiced, not adjusted to FOB or CIF; market mid rate of the release date.",
    is_additive=True,
    unsummed=("declarations",),
    week_date="Release date at the customs office",
    zone="Customs office",
    caveat=Translated(
        en=(
            "declarations is a distinct count and cannot be added over chapters or flows. net_g counts "
            "only items whose first statutory unit is the kilogram. A country of origin not given counts "
            "as not China."
        ),
        zh=(
            "declarations 为去重计数，不可跨章节或流向相加；net_g 只统计法定第一单位为千克的商品项；"
            "未填原产国按非中国处理。"
        ),
        ru=(
            "declarations — число различных деклараций, его нельзя складывать по группам или потокам. "
            "net_g учитывает только товары, у которых первая статистическая единица — килограмм. "
            "Неуказанная страна происхождения считается не Китаем."
        ),
        kk=(
            "declarations — қайталанбайтын декларациялар саны, оны топтар не ағындар бойынша қосуға "
            "болмайды. net_g тек бірінші заңды өлшем бірлігі килограмм болатын тауарларды есептейді. "
            "Көрсетілмеген шығарылған ел Қытай емес деп саналады."
        ),
    ),
    small_number_rule="Below thresholds.percent_min_base items a change is shown as a difference, not in per cent.",
    mart="mart_trade_week",
    dimensions=DIMENSIONS,
    columns=("items", "declarations", "value_cny_fen", "value_usd_cent", "net_g"),
    compute=compute,
    example=Example(
        given={
            "trade_lines": rows_of(
                {
                    "declaration_no": "D1",
                    "value_cny": Decimal("100.01"),
                    "value_usd": Decimal("14.01"),
                    "net_g": 5000,
                },
                {"declaration_no": "D1", "value_cny": Decimal("0.02"), "value_usd": Decimal(0), "net_g": 0},
                {"declaration_no": "D2", "value_cny": Decimal(1), "value_usd": Decimal("0.14"), "net_g": 7},
                release_week="2025-W23",
                regime="CN",
                flow="EXPORT_DOMESTIC",
                hs_chapter="85",
            )
        },
        figures=(("2025-W23", "YIN-ALA", "W", "EXPORT_DOMESTIC", "85", 3, 2, 10_103, 1_415, 5_007),),
    ),
)
