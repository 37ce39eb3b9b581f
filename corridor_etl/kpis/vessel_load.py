"""Vessel load: what stands on board when a vessel leaves a port, by stowage plan."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis._example import Example
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "facility", "load_port", "discharge_port", "full_empty")


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_vessel_load_week: containers of plans added up per week, port and where they are bound."""
    return (
        facts.on_board.with_columns(
            pl.col("plan_week").alias("iso_week"), pl.col("full_empty").fill_null("?")
        )
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("boxes"),
            pl.col("teu_x100").is_null().sum().cast(pl.Int64).alias("boxes_unknown_size"),
            pl.col("teu_x100").sum(),
            pl.col("gross_gross_g").count().cast(pl.Int64).alias("boxes_weighed"),
            pl.col("gross_gross_g").sum(),
        )
    )


_BOX = {"plan_week": "2025-W23", "facility": "CNNBG", "load_port": "JPOSA", "discharge_port": "CNNBG"}

KPI = Kpi(
    name="vessel_load",
    title=Translated(
        en="Containers on board of vessels",
        zh="船舶载箱量",
        ru="Контейнеры на борту судов",
        kk="Кеме бортындағы контейнерлер",
    ),
    formula="Containers in the occupied slots of a vessel's plan; sum of their TEU; sum of their weight with the box",
    unit="containers; 0.01 TEU; g",
    basis="Stowage plans (BAPLIE), a container once per departure; verified gross mass, else the weight as stated.",
    is_additive=True,
    week_date="Date of the plan, the day of receipt where it has none",
    zone="As written in the plan",
    caveat=Translated(
        en=(
            "A plan is no move: a container counts again at each port its vessel leaves with it, so ports and weeks "
            "are not added. Instructions and slots that name no container are left out."
        ),
        zh="配载图不是作业：集装箱随船每离一港即再计一次，故各港、各周不可相加。装载指令及无箱号的箱位不计。",
        ru=(
            "План не является операцией: контейнер учитывается снова при каждом отходе судна, поэтому порты и недели "
            "не складываются. Указания и места без номера контейнера не учитываются."
        ),
        kk=(
            "Жоспар операция емес: контейнер кеме әр порттан шыққан сайын қайта есептеледі, сондықтан порттар мен "
            "апталар қосылмайды. Нұсқаулар мен контейнер нөмірі жоқ орындар есептелмейді."
        ),
    ),
    small_number_rule="Counts only; there is no rate.",
    mart="mart_vessel_load_week",
    dimensions=DIMENSIONS,
    columns=("boxes", "boxes_unknown_size", "teu_x100", "boxes_weighed", "gross_gross_g"),
    compute=compute,
    example=Example(
        given={
            "on_board": (
                {**_BOX, "full_empty": "F", "teu_x100": 200, "gross_gross_g": 24_000_000},
                {**_BOX, "full_empty": "F", "teu_x100": 100, "gross_gross_g": 12_000_500},
                {**_BOX, "full_empty": "F", "teu_x100": None, "gross_gross_g": 9_000_000},
                {**_BOX, "full_empty": "F", "teu_x100": None, "gross_gross_g": None},
                {**_BOX, "full_empty": "F", "teu_x100": 100, "gross_gross_g": None},
                {**_BOX, "full_empty": None, "teu_x100": 200, "gross_gross_g": 3_900_000},
            )
        },
        figures=(
            ("2025-W23", "CNNBG", "JPOSA", "CNNBG", "?", 1, 0, 200, 1, 3_900_000),
            ("2025-W23", "CNNBG", "JPOSA", "CNNBG", "F", 5, 2, 400, 3, 45_000_500),
        ),
    ),
)
