"""Balance of the directions: laden and empty TEU each way, the empty share eastbound and the backhaul."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.kpis._exact import ppm
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id")
COLUMNS = (
    "laden_west_teu_x100", "laden_east_teu_x100", "empty_west_teu_x100", "empty_east_teu_x100", "balance_teu_x100",
    "empty_east_ppm", "backhaul_ppm",
)  # fmt: skip


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_balance_week: TEU by direction and load, per departure week; boxes of unknown load are left out."""
    known = facts.trips.filter(pl.col("full_empty").is_in(["F", "E"])).with_columns(
        pl.col("departure_week").alias("iso_week"), scaled("teu", 2).alias("teu_x100")
    )
    sums = known.group_by(DIMENSIONS).agg(
        _teu("F", "W").alias("laden_west_teu_x100"),
        _teu("F", "E").alias("laden_east_teu_x100"),
        _teu("E", "W").alias("empty_west_teu_x100"),
        _teu("E", "E").alias("empty_east_teu_x100"),
    )
    west, east, empty = (pl.col(f"{n}_teu_x100") for n in ("laden_west", "laden_east", "empty_east"))
    return sums.with_columns(
        (west - east).alias("balance_teu_x100"),
        ppm(empty, empty + east).alias("empty_east_ppm"),
        ppm(east, west).alias("backhaul_ppm"),
    )


def _teu(load: str, direction: str) -> pl.Expr:
    is_one = (pl.col("full_empty") == load) & (pl.col("direction") == direction)
    return pl.col("teu_x100").filter(is_one).sum()


KPI = Kpi(
    name="balance",
    title=Translated(
        en="Balance of directions and empty share",
        zh="东西向平衡与空箱率",
        ru="Баланс направлений и доля порожних",
        kk="Бағыттар теңгерімі және бос контейнерлер үлесі",
    ),
    formula=(
        "Empty ratio eastbound: empty TEU E / all TEU E of known load. Backhaul ratio: laden TEU E / laden TEU W. "
        "Balance: laden TEU W - laden TEU E"
    ),
    unit="0.01 TEU; ppm",
    basis="Loading lists; boxes of unknown load or length add nothing.",
    is_additive=True,
    unsummed=("empty_east_ppm", "backhaul_ppm"),
    week_date="Departure of the container from the origin, on the origin's calendar; planned date if no event",
    zone="Origin of the train",
    caveat=Translated(
        en=(
            "The ratios cannot be added: divide the sums. Boxes come back weeks later, so the ratio of one week says "
            "little; take thirteen."
        ),
        zh="比率不可相加，应以合计值相除；集装箱数周后才返程，单周比率意义有限，宜看十三周。",
        ru=(
            "Доли складывать нельзя: делите суммы. Контейнеры возвращаются через недели, поэтому доля одной недели "
            "мало что значит; берите тринадцать."
        ),
        kk=(
            "Үлестерді қосуға болмайды: қосындыларды бөліңіз. Контейнерлер бірнеше аптадан кейін қайтады, сондықтан "
            "бір аптаның үлесі аз мағына береді; он үш аптаны алыңыз."
        ),
    ),
    small_number_rule="A ratio is null where there is nothing to divide by; it is never 0 then.",
    mart="mart_balance_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    helpers=(_teu,),
    example=Example(
        given={
            "trips": rows_of(
                {"full_empty": "F", "teu": Decimal(2)},
                {"full_empty": "F", "teu": Decimal(2)},
                {"full_empty": "E", "teu": Decimal(1)},
                {"full_empty": "E", "teu": Decimal(2)},
                {"full_empty": "F", "teu": Decimal(2), "direction": "E"},
                {"full_empty": "F", "teu": Decimal(1), "direction": "E"},
                {"full_empty": "E", "teu": Decimal("2.25"), "direction": "E"},
                {"full_empty": "E", "teu": Decimal(1), "direction": "E"},
                {"full_empty": None, "teu": Decimal(2), "direction": "E"},
                {"full_empty": "F", "teu": None},
                departure_week="2025-W23",
            )
        },
        figures=(("2025-W23", "YIN-ALA", 400, 300, 300, 325, 100, 520_000, 750_000),),
    ),
)
