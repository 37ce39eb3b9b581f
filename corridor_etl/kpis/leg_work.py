"""Work done on each leg: boxes, tonne-kilometres and TEU-kilometres, and wagons where they are known."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.reference.legs import distance_km
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction", "leg")
COLUMNS = ("boxes", "wagons", "leg_km", "teu_x100_km", "cargo_gross_g_km")
_LEG = {
    **dict.fromkeys(("service_id", "direction", "leg"), pl.String()), "leg_km": pl.Int64(), "is_first": pl.Boolean(),
}  # fmt: skip
_TRAIN = ("origin", "border_in", "border_out", "destination")


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_leg_week: every trip on every leg of its train, per departure week."""
    week = pl.col("departure_week").alias("iso_week")
    of_train = ("iso_week", "service_id", "direction")
    wagons = facts.departures.with_columns(week).group_by(of_train).agg(pl.col("wagons").sum())
    trips = facts.trips.group_by(week, "service_id", "direction").agg(
        pl.len().cast(pl.Int64).alias("boxes"),
        scaled("teu", 2).sum().alias("teu_x100"),
        scaled("cargo_gross_kg", 3).sum().alias("gross_g"),
    )
    return (
        trips.join(_legs(facts.trips, settings), on=["service_id", "direction"])
        .with_columns(
            (pl.col("teu_x100") * pl.col("leg_km")).alias("teu_x100_km"),
            (pl.col("gross_g") * pl.col("leg_km")).alias("cargo_gross_g_km"),
        )
        .join(wagons, on=of_train, how="left")
        .with_columns(pl.when("is_first").then("wagons").alias("wagons"))
    )


def _legs(trips: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """The legs of the trains of each service and direction that occurs; of a length nobody knows it is null."""
    rows = []
    for service_id, direction in trips.select("service_id", "direction").unique().iter_rows():
        nodes = settings.service(service_id).nodes(direction)
        for start, end in pairwise(_TRAIN):
            leg, km = f"{nodes[start]}-{nodes[end]}", distance_km(nodes[start], nodes[end])
            rows.append((service_id, direction, leg, km, start == "origin"))
    return pl.DataFrame(rows, schema=_LEG, orient="row")


KPI = Kpi(
    name="leg_work",
    title=Translated(
        en="Tonne-kilometres, TEU-kilometres and wagons by leg",
        zh="分区段吨公里、标箱公里与车辆数",
        ru="Тонно-километры, ДФЭ-километры и вагоны по участкам",
        kk="Учаскелер бойынша тонна-километр, ЖФЭ-километр және вагондар",
    ),
    formula="Sum of cargo gross weight x length of the leg; sum of TEU x length of the leg; wagons on the leg",
    unit="containers; wagons; km; 0.01 TEU km; g km",
    basis="Loading lists; shortest way over the legs whose length the reference table has, mostly estimates.",
    is_additive=True,
    unsummed=("boxes", "leg_km"),
    week_date="Departure of the container from the origin, on the origin's calendar; planned date if no event",
    zone="Origin of the train",
    caveat=Translated(
        en=(
            "A box counts on every leg of its train in the week it left, also while it is under way. Boxes and "
            "leg_km are "
            "not added over legs. Wagons are known on the first leg only."
        ),
        zh="集装箱自发车当周起计入该列车的每一区段，含在途。箱量与 leg_km 不可跨区段相加；车辆数仅第一区段已知。",
        ru=(
            "Контейнер считается на каждом участке поезда в неделю отправления, даже пока он в пути. Контейнеры "
            "и leg_km "
            "по участкам не складываются. Вагоны известны только на первом участке."
        ),
        kk=(
            "Контейнер жөнелтілген аптасында, жолда болса да, пойызының әр учаскесінде есептеледі. Контейнерлер "
            "мен leg_km "
            "учаскелер бойынша қосылмайды. Вагондар тек бірінші учаскеде белгілі."
        ),
    ),
    small_number_rule="A leg of unknown length has its boxes and no kilometres; they are null, never 0.",
    mart="mart_leg_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    helpers=(_legs,),
    example=Example(
        given={
            "trips": rows_of(
                {"teu": Decimal(2), "cargo_gross_kg": Decimal(20_000)},
                {"teu": Decimal(1), "cargo_gross_kg": Decimal(5_000)},
                {"teu": None, "cargo_gross_kg": None},
                departure_week="2025-W23",
            ),
            "departures": rows_of({"wagons": 20}, {"wagons": 1}, departure_week="2025-W23"),
        },
        figures=(
            ("2025-W23", "YIN-ALA", "W", "YIN-HRS", 3, 21, 90, 27_000, 2_250_000_000),
            ("2025-W23", "YIN-ALA", "W", "HRS-ALT", 3, None, 15, 4_500, 375_000_000),
            ("2025-W23", "YIN-ALA", "W", "ALT-ALA", 3, None, 343, 102_900, 8_575_000_000),
        ),
    ),
)
