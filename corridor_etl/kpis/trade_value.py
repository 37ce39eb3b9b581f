"""Trade value: declared goods released in a week, in CNY and USD."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.statistical_value import AS_DECLARED
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction", "flow", "hs_chapter")
COLUMNS = (
    "items", "declarations", "value_cny_fen", "value_usd_cent", "net_g", "items_without_rate", "stat_value_cny_fen",
    "as_declared_cny_fen",
)  # fmt: skip


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_trade_week: trade lines added up per release week, flow and HS chapter."""
    as_declared = pl.col("stat_value_basis") == AS_DECLARED
    return (
        facts.trade_lines.with_columns(pl.col("release_week").alias("iso_week"))
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("items"),
            pl.struct("regime", "declaration_no").n_unique().cast(pl.Int64).alias("declarations"),
            scaled("value_cny", 2).sum().alias("value_cny_fen"),
            scaled("value_usd", 2).sum().alias("value_usd_cent"),
            pl.col("net_g").sum(),
            pl.col("is_rate_missing").sum().cast(pl.Int64).alias("items_without_rate"),
            scaled("stat_value_cny", 2).sum().alias("stat_value_cny_fen"),
            scaled("stat_value_cny", 2).filter(as_declared).sum().alias("as_declared_cny_fen"),
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
    formula=(
        "Sum of round_half_even(total_price x rate(currency, rate date), 0.01) over released items. "
        "stat_value_cny_fen: the same with freight and insurance taken off exports (FOB) and added to imports (CIF). "
        "Share as declared: as_declared_cny_fen / stat_value_cny_fen"
    ),
    unit="0.01 CNY; 0.01 USD; g",
    basis=(
        "value_: declared price as invoiced; stat_value_: FOB or CIF. Rate by corridor.fx_policy: market_daily the "
        "market mid rate of the release date, customs_cn the customs rate of the month of declaration, nbk_dt_date "
        "the national bank's rate of the declaration date."
    ),
    is_additive=True,
    unsummed=("declarations",),
    week_date="Release date at the customs office",
    zone="Customs office",
    caveat=Translated(
        en=(
            "declarations is a distinct count and cannot be added over chapters or flows. net_g counts "
            "only items whose first statutory unit is the kilogram. A country of origin not given counts "
            "as not China. items_without_rate are counted and add nothing to any value. as_declared_cny_fen is the "
            "part of stat_value_cny_fen whose terms of sale or charges are not known."
        ),
        zh=(
            "declarations 为去重计数，不可跨章节或流向相加；net_g 只统计法定第一单位为千克的商品项；"
            "未填原产国按非中国处理。items_without_rate 计入项数，但不计入任何金额；as_declared_cny_fen 为 "
            "stat_value_cny_fen 中成交方式或费用不明、按申报价计的部分。"
        ),
        ru=(
            "declarations — число различных деклараций, его нельзя складывать по группам или потокам. "
            "net_g учитывает только товары, у которых первая статистическая единица — килограмм. "
            "Неуказанная страна происхождения считается не Китаем. items_without_rate учтены в числе товаров, но не "
            "в стоимости. as_declared_cny_fen — часть stat_value_cny_fen с неизвестными условиями продажи или "
            "расходами."
        ),
        kk=(
            "declarations — қайталанбайтын декларациялар саны, оны топтар не ағындар бойынша қосуға "
            "болмайды. net_g тек бірінші заңды өлшем бірлігі килограмм болатын тауарларды есептейді. "
            "Көрсетілмеген шығарылған ел Қытай емес деп саналады. items_without_rate саналады, бірақ ешбір құнға "
            "қосылмайды. as_declared_cny_fen — stat_value_cny_fen ішіндегі сату шарты не шығыны белгісіз бөлігі."
        ),
    ),
    small_number_rule="Below thresholds.percent_min_base items a change is shown as a difference, not in per cent.",
    mart="mart_trade_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    example=Example(
        given={
            "trade_lines": rows_of(
                {
                    "declaration_no": "D1",
                    "value_cny": Decimal("100.01"),
                    "value_usd": Decimal("14.01"),
                    "net_g": 5000,
                    "stat_value_cny": Decimal("90.50"),
                    "stat_value_basis": "FOB",
                },
                {
                    "declaration_no": "D1",
                    "value_cny": Decimal("0.02"),
                    "value_usd": Decimal(0),
                    "net_g": 0,
                    "stat_value_cny": Decimal("0.02"),
                    "stat_value_basis": "AS_DECLARED",
                },
                {
                    "declaration_no": "D2",
                    "value_cny": Decimal(1),
                    "value_usd": Decimal("0.14"),
                    "net_g": 7,
                    "stat_value_cny": Decimal(1),
                    "stat_value_basis": "AS_DECLARED",
                },
                {"declaration_no": "D3", "is_rate_missing": True},
                {"declaration_no": "D3", "is_rate_missing": True},
                release_week="2025-W23",
                regime="CN",
                flow="EXPORT_DOMESTIC",
                hs_chapter="85",
            )
        },
        figures=(
            ("2025-W23", "YIN-ALA", "W", "EXPORT_DOMESTIC", "85", 5, 3, 10_103, 1_415, 5_007, 2, 9_152, 102),
        ),
    ),
)
