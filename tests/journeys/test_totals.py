"""SQL over the warehouse and the lake, in another engine, comes to every figure of every mart by another road.

The statements are in docs/queries/totals, one per mart. They read the container trips, the dimensions and the rows of
the lake as DuckDB sees them, and none of the code that makes the marts.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import polars as pl
import pytest
from sqlalchemy import select

from corridor_etl.kpis import kpis
from corridor_etl.settings import Settings, checkout, load_settings
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.attaching import duckdb_view
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import METADATA
from tests.journeys.ingested import Season

FOLDER = checkout() / "docs" / "queries" / "totals"
STATEMENTS = {path.stem: path for path in sorted(FOLDER.glob("mart_*.sql"))}
TABLES = ("fct_container_trip", "dim_node", "dim_service", "dim_leg")
KINDS = ("booking", "declaration_item", "port_event", "terminal_visit", "stowage_position")
OF_NO_CORRIDOR = {"mart_vessel_load_week"}
"""Marts of records that no simulated corridor has; the published samples do."""
LIMITS = ("departure_on_time_minutes", "percentile_min_trips", "port_free_days")


class Corridor:
    """The corridor in the warehouse: its marts, and what another engine reads."""

    def __init__(self) -> None:
        self.limits = _limits(load_settings())
        with Warehouse.open() as warehouse:
            self.marts = {name: warehouse.mart(name).drop("snapshot") for name in warehouse.mart_tables()}
            with reading(warehouse.engine) as connection:
                self.tables = {n: fetched(connection, select(METADATA.tables[n])) for n in TABLES}
            self.files = {kind: warehouse.lake_files(kind) for kind in KINDS}
            self.empty = {kind: warehouse.rows(kind).clear() for kind in KINDS if not self.files[kind]}
            assert not warehouse.lake_files("exchange_rate"), "the statements know the built-in rates only"

    def engine(self) -> duckdb.DuckDBPyConnection:
        """Another engine that sees the tables and the lake."""
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        for name, frame in {**self.tables, "setting": self.limits}.items():
            _create(connection, name, frame)
        for kind, frame in self.empty.items():
            _create(connection, f"lake_{kind}", frame)
        for kind in self.files.keys() - self.empty.keys():
            connection.execute(duckdb_view(f"lake_{kind}", self.files[kind]))
        rates = checkout() / "corridor_etl" / "reference" / "data" / "fx_daily.csv"
        connection.execute(
            "CREATE TABLE rate AS SELECT quote, rate_date AS rate_on, CAST(rate * 100000000::HUGEINT AS BIGINT) AS per_usd_e8 "
            "FROM read_csv(?, types = {'rate': 'DECIMAL(38,8)', 'rate_date': 'DATE'}) "
            "WHERE base = 'USD' AND rate_type = 'market_mid'",
            [str(rates)],
        )
        connection.execute((FOLDER / "_common.sql").read_text(encoding="utf-8"))
        return connection


def _create(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register("_frame", frame.to_arrow())
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM _frame")
    connection.unregister("_frame")


def _limits(settings: Settings) -> pl.DataFrame:
    values = {
        "fx_max_age_days": settings.corridor.fx_max_age_days,
        "door_to_door_days": settings.targets.door_to_door_days,
        "baseline_days": settings.targets.baseline_days,
        **{name: getattr(settings.thresholds, name) for name in LIMITS},
    }
    return pl.DataFrame({"name": list(values), "value": [int(v) for v in values.values()]})


@pytest.fixture(scope="module")
def corridor(whole_season: Season) -> Iterator[Corridor]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(whole_season.put_back()))
        yield Corridor()


@pytest.fixture
def engine(corridor: Corridor) -> Iterator[duckdb.DuckDBPyConnection]:
    with corridor.engine() as connection:
        yield connection


def statement(mart: str) -> str:
    return STATEMENTS[mart].read_text(encoding="utf-8")


def answer(engine: duckdb.DuckDBPyConnection, mart: str, schema: pl.Schema) -> pl.DataFrame:
    """What the statement of a mart says, with the columns and types of the mart."""
    rows = engine.execute(f"SELECT {', '.join(schema)} FROM ({statement(mart)})").fetchall()
    return pl.DataFrame(rows, schema=schema, orient="row")


def differences(
    engine: duckdb.DuckDBPyConnection, mart: str, frame: pl.DataFrame
) -> list[tuple[object, ...]]:
    """Rows of one side only, each with the side."""
    theirs = answer(engine, mart, frame.schema)
    names = frame.columns
    ours_only = frame.join(theirs, on=names, how="anti", nulls_equal=True)
    theirs_only = theirs.join(frame, on=names, how="anti", nulls_equal=True)
    return [("mart", *r) for r in ours_only.rows()] + [("sql", *r) for r in theirs_only.rows()]


def test_every_mart_and_every_column_of_it_has_its_statement(
    corridor: Corridor, engine: duckdb.DuckDBPyConnection
) -> None:
    assert set(STATEMENTS) == set(corridor.marts)
    for kpi in (k for k in kpis().values() if k.compute):
        said = [column[0] for column in engine.execute(statement(kpi.mart)).description]
        assert {*kpi.dimensions, *kpi.columns} <= set(said), kpi.name
        assert set(kpi.summed) <= set(said), kpi.name
    assert all(p.read_text(encoding="utf-8").startswith("-- ") for p in FOLDER.glob("*.sql"))


@pytest.mark.parametrize("mart", STATEMENTS)
def test_the_statement_comes_to_the_figures_of_the_mart(
    corridor: Corridor, engine: duckdb.DuckDBPyConnection, mart: str
) -> None:
    assert corridor.marts[mart].height > 3 or mart in OF_NO_CORRIDOR
    assert differences(engine, mart, corridor.marts[mart]) == []


# What one falsified value of the warehouse or the lake must be noticed by.
FALSE = {
    "UPDATE fct_container_trip SET cargo_gross_g = cargo_gross_g + 1": {"mart_throughput_week", "mart_leg_week"},
    "UPDATE fct_container_trip SET departed_at_utc = departed_at_utc - INTERVAL 1 SECOND": {
        "mart_departure_week", "mart_chain_week", "mart_speed_week",
    },
    "UPDATE fct_container_trip SET teu_x100 = teu_x100 + 100": {"mart_balance_week", "mart_load_week"},
}  # fmt: skip
A_TRIP = "WHERE trip_id = (SELECT min(trip_id) FROM laden_trip WHERE arrived_at_utc IS NOT NULL)"


@pytest.mark.parametrize("change", FALSE)
def test_one_falsified_trip_is_noticed(
    corridor: Corridor, engine: duckdb.DuckDBPyConnection, change: str
) -> None:
    engine.execute(f"{change} {A_TRIP}")
    noticed = {mart for mart in STATEMENTS if differences(engine, mart, corridor.marts[mart])}
    assert FALSE[change] <= noticed


@pytest.mark.parametrize(
    ("kind", "counting", "column", "mart"),
    [
        (
            "declaration_item",
            "declared WHERE regime = 'CN' AND ie_flag = 'E' AND released_on_local IS NOT NULL",
            "total_price",
            "mart_trade_week",
        ),
        ("booking", "booking WHERE booking_status = 'confirmed'", "teu", "mart_booking_week"),
        ("port_event", "actual WHERE event_code = 'GTIN' AND teu > 0", "teu", "mart_port_move_week"),
    ],
)
def test_one_falsified_row_of_the_lake_is_noticed(
    corridor: Corridor, engine: duckdb.DuckDBPyConnection, kind: str, counting: str, column: str, mart: str
) -> None:
    (line,) = engine.execute(f"SELECT delivery_id, line_no FROM {counting} ORDER BY ALL LIMIT 1").fetchall()
    of_one = f"{column} + CASE WHEN (delivery_id, line_no) = {line} THEN 1 ELSE 0 END"
    files = duckdb_view(f"lake_{kind}", corridor.files[kind])
    engine.execute(files.replace("SELECT *", f"SELECT * REPLACE ({of_one} AS {column})"))
    assert differences(engine, mart, corridor.marts[mart])


def test_a_falsified_figure_of_a_mart_is_noticed(
    corridor: Corridor, engine: duckdb.DuckDBPyConnection
) -> None:
    true = corridor.marts["mart_trade_week"]
    false = true.with_columns(pl.col("value_cny_fen") + (pl.int_range(true.height) == 0).cast(pl.Int64))
    assert len(differences(engine, "mart_trade_week", false)) == 2
