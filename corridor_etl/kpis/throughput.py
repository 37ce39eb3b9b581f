"""Throughput: containers, TEU and cargo weight that left the origin in a week."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction", "flow", "hs_chapter", "full_empty")


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_throughput_week: trips added up per departure week and kind of goods."""
    return (
        facts.trips.with_columns(
            pl.col("departure_week").alias("iso_week"), pl.col("full_empty").fill_null("?")
        )
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("boxes"),
            pl.col("teu").is_null().sum().cast(pl.Int64).alias("boxes_unknown_size"),
            scaled("teu", 2).sum().alias("teu_x100"),
            scaled("cargo_gross_kg", 3).sum().alias("cargo_gross_g"),
            scaled("cargo_net_kg", 3).sum().alias("cargo_net_g"),
        )
    )


KPI = Kpi(
    name="throughput",
    title=Translated(
        en="Containers, TEU and cargo weight",
        zh="箱量、标箱与货重",
        ru="Контейнеры, ДФЭ и вес груза",
        kk="Контейнерлер, ЖФЭ және жүк салмағы",
    ),
    formula="Number of container trips; sum of their TEU; sum of cargo gross weight; sum of cargo net weight",
    unit="containers; 0.01 TEU; g",
    basis="Loading lists, one row per container and train. Weight is goods and packaging without the tare.",
    is_additive=True,
    week_date="Departure of the container from the origin, on the origin's calendar; planned date if no event",
    zone="Origin of the train",
    caveat=Translated(
        en=(
            "A container of unknown length counts as a box and adds nothing to TEU; an unknown weight "
            "adds nothing."
        ),
        zh="箱长未知的集装箱计入箱量但不计入标箱；重量未知的不计入重量。",
        ru=(
            "Контейнер неизвестной длины считается единицей, но не добавляет ДФЭ; неизвестный вес ничего "
            "не добавляет."
        ),
        kk=(
            "Ұзындығы белгісіз контейнер дана ретінде саналады, бірақ ЖФЭ қоспайды; белгісіз салмақ "
            "ештеңе қоспайды."
        ),
    ),
    small_number_rule="Below thresholds.percent_min_base a change is shown as a difference, not in per cent.",
    mart="mart_throughput_week",
    dimensions=DIMENSIONS,
    columns=("boxes", "boxes_unknown_size", "teu_x100", "cargo_gross_g", "cargo_net_g"),
    compute=compute,
    example=Example(
        given={
            "trips": rows_of(
                {
                    "teu": Decimal(2),
                    "cargo_gross_kg": Decimal("20000.5"),
                    "cargo_net_kg": Decimal("19000.25"),
                },
                {"teu": Decimal("2.25"), "cargo_gross_kg": Decimal("0.001"), "cargo_net_kg": None},
                {"teu": None, "cargo_gross_kg": None, "cargo_net_kg": Decimal(1)},
                {"teu": None},
                {"teu": Decimal(1), "full_empty": None},
                departure_week="2025-W23",
                flow="UNDECLARED",
                hs_chapter="85",
                full_empty="F",
            )
        },
        figures=(
            ("2025-W23", "YIN-ALA", "W", "UNDECLARED", "85", "?", 1, 0, 100, 0, 0),
            ("2025-W23", "YIN-ALA", "W", "UNDECLARED", "85", "F", 4, 2, 425, 20_000_501, 19_001_250),
        ),
    ),
)
