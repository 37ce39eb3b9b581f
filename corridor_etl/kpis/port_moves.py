"""Port moves: what was moved at each place, by kind of move."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis._example import Example
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "facility", "move", "full_empty")


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_port_move_week: moves added up per week and place."""
    return (
        facts.port_moves.with_columns(
            pl.col("move_week").alias("iso_week"), pl.col("full_empty").fill_null("?")
        )
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("moves"),
            pl.col("teu_x100").is_null().sum().cast(pl.Int64).alias("moves_unknown_size"),
            pl.col("teu_x100").sum(),
            pl.col("gross_gross_g").count().cast(pl.Int64).alias("moves_weighed"),
            pl.col("gross_gross_g").sum(),
        )
    )


KPI = Kpi(
    name="port_moves",
    title=Translated(en="Port moves", zh="港口作业量", ru="Портовые операции", kk="Порттағы операциялар"),
    formula=(
        "Number of moves, sum of their TEU and of their weight with the box "
        "by kind: GTIN and GTOT gate, LOAD and DISC quay, RAIL_LOAD and "
        "RAIL_UNLD. "
        "Port TEU = LOAD + DISC, so that a transhipped container counts twice"
    ),
    unit="moves; 0.01 TEU; g",
    basis=(
        "Actual events of ports and terminals, and gate times of the stops a terminal lists, each stop once. "
        "Weight is the verified gross mass, else the weight with the box as stated."
    ),
    is_additive=True,
    week_date="Date of the move at the terminal",
    zone="Terminal",
    caveat=Translated(
        en=(
            "Only files that reach this platform: the moves of the corridor's partners, not of the whole port. "
            "A move of "
            "unknown length adds nothing to TEU."
        ),
        zh="仅含本平台收到的文件，即走廊合作方的作业，并非全港作业量；箱长未知的作业不计入标箱。",
        ru=(
            "Только файлы, полученные платформой: операции партнёров коридора, а не всего порта. Операция с "
            "контейнером "
            "неизвестной длины не добавляет ДФЭ."
        ),
        kk=(
            "Тек платформаға түскен файлдар: бүкіл порттың емес, дәліз серіктестерінің операциялары. Ұзындығы "
            "белгісіз "
            "контейнермен операция ЖФЭ қоспайды."
        ),
    ),
    small_number_rule="Below thresholds.percent_min_base a change is shown as a difference, not in per cent.",
    mart="mart_port_move_week",
    dimensions=DIMENSIONS,
    columns=("moves", "moves_unknown_size", "teu_x100", "moves_weighed", "gross_gross_g"),
    compute=compute,
    example=Example(
        given={
            "port_moves": (
                {
                    "facility": "NGB",
                    "move": "LOAD",
                    "move_week": "2025-W23",
                    "full_empty": "F",
                    "teu_x100": 200,
                    "gross_gross_g": 24_000_000,
                },
                {
                    "facility": "NGB",
                    "move": "LOAD",
                    "move_week": "2025-W23",
                    "full_empty": "F",
                    "teu_x100": 100,
                    "gross_gross_g": 9_000_500,
                },
                {
                    "facility": "NGB",
                    "move": "LOAD",
                    "move_week": "2025-W23",
                    "full_empty": "F",
                    "teu_x100": None,
                },
                {
                    "facility": "NGB",
                    "move": "LOAD",
                    "move_week": "2025-W23",
                    "full_empty": "F",
                    "teu_x100": None,
                },
                {
                    "facility": "NGB",
                    "move": "DISC",
                    "move_week": "2025-W23",
                    "full_empty": None,
                    "teu_x100": 200,
                    "gross_gross_g": 3_900_000,
                },
            )
        },
        figures=(
            ("2025-W23", "NGB", "DISC", "?", 1, 0, 200, 1, 3_900_000),
            ("2025-W23", "NGB", "LOAD", "F", 4, 2, 300, 2, 33_000_500),
        ),
    ),
)
