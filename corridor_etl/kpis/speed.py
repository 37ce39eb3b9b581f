"""CAREC TFI4: speed of the train with and without its stop at the border, and the share the delay takes."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.places import role_nodes, with_local_date
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.facts.whole_numbers import divided_half_even
from corridor_etl.kpis._durations import with_goods
from corridor_etl.kpis._exact import MILLION, ppm
from corridor_etl.kpis._example import Example, at, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.reference.legs import distance_km
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction")
COLUMNS = (
    "trips",
    "way_m_sum",
    "moving_s_sum",
    "total_s_sum",
    "swod_m_per_hour",
    "swd_m_per_hour",
    "delay_ppm",
)
_HOUR_S = 3600


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_speed_week, of trips with the train's four instants in order and a known length of the way."""
    places = role_nodes(facts.trips, settings)
    trips = with_goods(
        with_local_date(facts.trips, places, "arrived_at_utc", "destination", "arrived_on_local")
    )
    left, near, far, arrived = (
        pl.col(f"{name}_at_utc") for name in ("departed", "border_arrived", "border_departed", "arrived")
    )
    moving_s = ((near - left) + (arrived - far)).dt.total_seconds()
    sums = (
        trips.filter(left <= near, near <= far, far <= arrived)
        .group_by(pl.col("arrived_on_local").dt.truncate("1w").alias("monday"), "service_id", "direction")
        .agg(
            pl.len().cast(pl.Int64).alias("trips"),
            moving_s.sum().alias("moving_s_sum"),
            (arrived - left).dt.total_seconds().sum().alias("total_s_sum"),
        )
        .collect()
        .join(_ways(facts.trips, settings), on=["service_id", "direction"])
        .with_columns(
            pl.col("monday").dt.strftime(ISO_WEEK).alias("iso_week"),
            (pl.col("way_m") * pl.col("trips")).alias("way_m_sum"),
        )
    )
    moving, total = pl.col("moving_s_sum"), pl.col("total_s_sum")
    return sums.with_columns(
        _speed(moving).alias("swod_m_per_hour"),
        _speed(total).alias("swd_m_per_hour"),
        (MILLION - ppm(moving, total)).alias("delay_ppm"),
    )


def _speed(seconds: pl.Expr) -> pl.Expr:
    return pl.when(seconds > 0).then(divided_half_even(pl.col("way_m_sum") * _HOUR_S, seconds))


def _ways(trips: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Metres from the train's origin to its destination, of the services whose way has a known length."""
    rows = []
    for service_id, direction in trips.select("service_id", "direction").unique().iter_rows():
        nodes = settings.service(service_id).nodes(direction)
        km = distance_km(nodes["origin"], nodes["destination"])
        rows += [] if km is None else [(service_id, direction, km * 1000)]
    schema = {"service_id": pl.String(), "direction": pl.String(), "way_m": pl.Int64()}
    return pl.DataFrame(rows, schema=schema, orient="row")


KPI = Kpi(
    name="speed",
    title=Translated(
        en="Speed with and without delay (CAREC TFI4)",
        zh="含与不含延误的速度（CAREC TFI4）",
        ru="Скорость с задержкой и без неё (ЦАРЭС, TFI4)",
        kk="Кідіріспен және кідіріссіз жылдамдық (ОАӨЫ, TFI4)",
    ),
    formula=(
        "SWOD = sum of the way / sum of moving time (origin to border and border to destination). SWD = sum of "
        "the way / sum "
        "of the time from departure to arrival. Delay share = 1 - SWD / SWOD"
    ),
    unit="trips; m; s; m per hour; ppm",
    basis="Actual events of laden containers; length of the way by the reference table of legs, mostly estimates.",
    is_additive=True,
    unsummed=("swod_m_per_hour", "swd_m_per_hour", "delay_ppm"),
    week_date="Arrival at the train's destination, on that place's calendar",
    zone="Destination of the train",
    caveat=Translated(
        en=(
            "Stops on the way are not seen, so moving time holds them. The hop over the border counts as way "
            "and not as "
            "moving time. Speeds cannot be added: divide the sums."
        ),
        zh="途中停站不可见，故计入运行时间；过境短途计入里程而不计入运行时间。速度不可相加，应以合计值相除。",
        ru=(
            "Стоянки в пути не видны и входят во время движения. Переезд через границу входит в путь, но не во время "
            "движения. Скорости складывать нельзя: делите суммы."
        ),
        kk=(
            "Жолдағы тоқтаулар көрінбейді, сондықтан қозғалыс уақытына кіреді. Шекарадан өту жолға кіреді, "
            "бірақ қозғалыс "
            "уақытына кірмейді. Жылдамдықтарды қосуға болмайды: қосындыларды бөліңіз."
        ),
    ),
    small_number_rule="Given with its number of trips; a service whose way has no known length has no row.",
    mart="mart_speed_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    helpers=(_speed, _ways),
    example=Example(
        given={
            "trips": rows_of(
                {"arrived_at_utc": at("03 09:00")},
                {"arrived_at_utc": at("03 13:00")},
                {"arrived_at_utc": at("02 23:00")},
                {"arrived_at_utc": at("03 09:00"), "full_empty": "E"},
                {"arrived_at_utc": at("03 09:00"), "service_id": "YIU-EU"},
                {"arrived_at_utc": at("03 09:00"), "border_arrived_at_utc": at("01 23:00")},
                {"arrived_at_utc": at("03 09:00"), "border_arrived_at_utc": at("03 00:30")},
                departed_at_utc=at("02 00:00"),
                border_arrived_at_utc=at("02 03:00"),
                border_departed_at_utc=at("03 00:00"),
                full_empty="F",
            )
        },
        figures=(("2025-W23", "YIN-ALA", "W", 2, 896_000, 100_800, 252_000, 32_000, 12_800, 600_000),),
    ),
)
