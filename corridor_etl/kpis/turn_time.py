"""What a box does between journeys: the return of the empty, and the turn to its next westbound departure."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.places import role_nodes, with_local_date
from corridor_etl.kpis._durations import CHAIN_COLUMNS, DIMENSIONS, Stretch, chain_rows, timed, with_goods
from corridor_etl.kpis._example import Example, at, on, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

_RETURN = Stretch("empty_return", "delivered_at_utc", "empty_returned_at_utc", "returned_on_local")
_TURN = Stretch("turn", "departed_at_utc", "next_departed_at_utc", "next_departed_on_local")


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_chain_week for ``empty_return`` and ``turn``; the turn belongs to the service of its first trip."""
    trips = facts.trips
    places = role_nodes(trips, settings)
    laden = with_goods(
        with_local_date(trips, places, "empty_returned_at_utc", "door_destination", "returned_on_local")
    )
    return chain_rows(pl.concat([timed(laden, [_RETURN]), timed(_turns(trips), [_TURN])]), settings)


def _turns(trips: pl.DataFrame) -> pl.LazyFrame:
    """Westbound trips with the next departure of the same box; those nobody saw depart come first, and time nothing."""
    west = trips.lazy().filter(pl.col("direction") == "W")
    is_same_box = pl.col("container_no") == pl.col("container_no").shift(-1)
    return west.sort("container_no", "departed_at_utc", "trip_id").with_columns(
        pl.when(is_same_box).then(pl.col(name).shift(-1)).alias(f"next_{name}")
        for name in ("departed_at_utc", "departed_on_local")
    )


KPI = Kpi(
    name="turn_time",
    title=Translated(
        en="Empty return and turn time of boxes",
        zh="还空箱时间与集装箱周转时间",
        ru="Возврат порожних и оборот контейнеров",
        kk="Бос контейнерді қайтару және контейнер айналымы",
    ),
    formula=(
        "empty_return = handed back empty - delivered, of laden trips. turn = next westbound departure of the "
        "same box - "
        "westbound departure. CV = standard deviation / mean"
    ),
    unit="s; trips; ppm",
    basis="Actual events; a box is its ISO 6346 number.",
    is_additive=False,
    week_date="Return of the empty box, on the calendar of the door; next departure, on that of the origin",
    zone="Door of destination; origin of the train",
    caveat=Translated(
        en=(
            "Boxes that have not come back yet are missing, so that recent weeks look faster. Of a box that "
            "went over other "
            "routes in between only the two departures are seen."
        ),
        zh="尚未返回的集装箱不在其内，近几周会显得偏快；期间走其他线路的集装箱只能看到两次发车。",
        ru=(
            "Ещё не вернувшихся контейнеров нет, поэтому последние недели выглядят быстрее. У контейнера, "
            "ходившего другими "
            "путями, видны только два отправления."
        ),
        kk=(
            "Әлі қайтпаған контейнерлер жоқ, сондықтан соңғы апталар жылдамырақ көрінеді. Аралықта басқа "
            "бағытпен жүрген "
            "контейнердің тек екі жөнелтілімі көрінеді."
        ),
    ),
    small_number_rule="No P90 below thresholds.percentile_min_trips trips; no CV of one.",
    mart="mart_chain_week",
    dimensions=DIMENSIONS,
    columns=CHAIN_COLUMNS,
    compute=compute,
    helpers=(_turns, timed, chain_rows),
    example=Example(
        given={
            "trips": rows_of(
                {
                    "container_no": "A", "trip_id": "1", "departed_at_utc": at("02 00:00"), "departed_on_local": on(2),
                    "delivered_at_utc": at("04 00:00"), "empty_returned_at_utc": at("05 12:00"),
                },
                {"container_no": "A", "trip_id": "2", "departed_at_utc": at("05 00:00"), "direction": "E"},
                {"container_no": "A", "trip_id": "3", "departed_at_utc": at("08 00:00"), "departed_on_local": on(8)},
                {"container_no": "B", "trip_id": "4", "departed_at_utc": at("08 06:00"), "departed_on_local": on(8)},
                {"container_no": "A", "trip_id": "5"},
                {"container_no": "B", "trip_id": "6"},
                full_empty="F",
            )
        },
        figures=(
            ("2025-W23", "YIN-ALA", "W", "empty_return", 1, *[129_600] * 3, None, *[129_600] * 2, None, None),
            ("2025-W23", "YIN-ALA", "W", "turn", 1, *[518_400] * 3, None, *[518_400] * 2, None, None),
        ),
    ),
)  # fmt: skip
