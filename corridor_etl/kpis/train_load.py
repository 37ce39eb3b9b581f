"""Train load: gross-gross weight, and how full the capacity of the departed trains was."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.kpis._exact import ppm
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction")
COLUMNS = (
    "boxes", "boxes_weighed", "gross_gross_g", "teu_x100", "laden_teu_x100", "capacity_teu_x100", "fill_ppm",
    "fill_laden_ppm",
)  # fmt: skip


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_load_week: the trips of a departure week beside the capacity of the trains that left in it."""
    gross_gross_g = scaled("cargo_gross_kg", 3).fill_null(0) + scaled("tare_kg", 3)
    is_known = pl.col("tare_kg").is_not_null() & (
        pl.col("cargo_gross_kg").is_not_null() | (pl.col("full_empty") == "E").fill_null(False)
    )
    teu_x100 = scaled("teu", 2)
    loads = (
        facts.trips.with_columns(pl.col("departure_week").alias("iso_week"))
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("boxes"),
            is_known.sum().cast(pl.Int64).alias("boxes_weighed"),
            gross_gross_g.filter(is_known).sum().alias("gross_gross_g"),
            teu_x100.sum().alias("teu_x100"),
            teu_x100.filter(pl.col("full_empty") == "F").sum().alias("laden_teu_x100"),
        )
    )
    joined = loads.join(_capacity(facts, settings), on=DIMENSIONS, how="left")
    capacity = pl.col("capacity_teu_x100")
    return joined.with_columns(
        ppm(pl.col("teu_x100"), capacity).alias("fill_ppm"),
        ppm(pl.col("laden_teu_x100"), capacity).alias("fill_laden_ppm"),
    )


def _capacity(facts: Facts, settings: Settings) -> pl.DataFrame:
    """What the trains that left in a week could carry, by today's settings."""
    trains = facts.departures.with_columns(pl.col("departure_week").alias("iso_week"))
    services = trains["service_id"].unique().sort().to_list()
    offered = [settings.service(service_id).capacity_teu * 100 for service_id in services]
    each = pl.DataFrame(
        {"service_id": services, "teu_x100": offered},
        schema={"service_id": pl.String(), "teu_x100": pl.Int64()},
    )
    joined = trains.select(DIMENSIONS).join(each, on="service_id")
    return joined.group_by(DIMENSIONS).agg(pl.col("teu_x100").sum().alias("capacity_teu_x100"))


KPI = Kpi(
    name="train_load",
    title=Translated(
        en="Gross-gross weight and fill rate",
        zh="总重（含箱皮重）与装载率",
        ru="Масса брутто-брутто и заполнение",
        kk="Брутто-брутто салмағы және толтырылуы",
    ),
    formula=(
        "Gross-gross: sum of cargo gross weight + tare. Fill rate: TEU aboard / TEU capacity of the departed trains; "
        "laden fill rate: laden TEU / the same capacity"
    ),
    unit="containers; g; 0.01 TEU; ppm",
    basis="Loading lists; capacity of the service in corridor.toml for each train that left.",
    is_additive=True,
    unsummed=("fill_ppm", "fill_laden_ppm"),
    week_date="Departure of the container; of a train's capacity the earliest departure among its containers",
    zone="Origin of the train",
    caveat=Translated(
        en=(
            "gross_gross_g is of boxes_weighed only: tare known, and cargo weight known or the box empty. Fill "
            "by weight "
            "is not given: payloads of wagons are not known. The rates cannot be added."
        ),
        zh=(
            "gross_gross_g 仅统计 boxes_weighed：皮重已知，且货重已知或为空箱。车辆载重未知，"
            "故不提供按重量计的装载率；"
            "比率不可相加。"
        ),
        ru=(
            "gross_gross_g — только по boxes_weighed: тара известна, вес груза известен либо контейнер порожний. "
            "Заполнение по весу не даётся: грузоподъёмность вагонов неизвестна. Доли складывать нельзя."
        ),
        kk=(
            "gross_gross_g тек boxes_weighed бойынша: ыдыс салмағы белгілі және жүк салмағы белгілі немесе контейнер "
            "бос. Салмақ бойынша толтырылу берілмейді: вагондардың жүк көтергіштігі белгісіз. Үлестерді қосуға "
            "болмайды."
        ),
    ),
    small_number_rule="A rate is null where no train of the week is known; it is never 0 then.",
    mart="mart_load_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    helpers=(_capacity,),
    example=Example(
        given={
            "trips": rows_of(
                {
                    "full_empty": "F",
                    "teu": Decimal(2),
                    "cargo_gross_kg": Decimal(20_000),
                    "tare_kg": Decimal(3_900),
                },
                {"full_empty": "F", "teu": Decimal(2), "cargo_gross_kg": None, "tare_kg": Decimal(3_900)},
                {"full_empty": "F", "teu": Decimal(1), "cargo_gross_kg": Decimal(9_000), "tare_kg": None},
                {"full_empty": "E", "teu": Decimal(2), "tare_kg": Decimal("3800.5")},
                departure_week="2025-W23",
            ),
            "departures": rows_of({"train_no": "1"}, {"train_no": "2"}, departure_week="2025-W23"),
        },
        figures=(("2025-W23", "YIN-ALA", "W", 4, 2, 27_700_500, 700, 500, 8_000, 87_500, 62_500),),
    ),
)
