"""The migrations make exactly the tables the schema declares, can be run again, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import IntegrityError

from corridor_etl.warehouse import Warehouse, migrations
from corridor_etl.warehouse.engine import open_engine, reading, writing
from corridor_etl.warehouse.schema import METADATA

FOLDER = Path(migrations.__file__).parent


def constraints(engine: Engine) -> dict[str, Any]:
    """Checks, unique constraints, foreign keys and indexes, which Alembic's own comparison does not look at."""
    seen = inspect(engine)
    return {
        name: {
            "primary": seen.get_pk_constraint(name)["constrained_columns"],
            "checks": sorted((c["name"], c["sqltext"]) for c in seen.get_check_constraints(name)),
            "unique": sorted(str(c["column_names"]) for c in seen.get_unique_constraints(name)),
            "foreign": sorted(
                (str(c["constrained_columns"]), c["referred_table"]) for c in seen.get_foreign_keys(name)
            ),
            "indexes": sorted(
                (i["name"], i["unique"], [str(o) for o in i["dialect_options"].values()])
                for i in seen.get_indexes(name)
            ),
        }
        for name in METADATA.tables
    }


@pytest.fixture
def empty(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database of the same kind with nothing in it."""
    is_file = database == "sqlite"
    url = f"sqlite:///{tmp_path / 'w.db'}" if is_file else request.getfixturevalue("new_database")()
    engine = open_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    yield engine
    engine.dispose()


def test_the_migrations_make_what_the_schema_declares(warehouse: Warehouse, empty: Engine) -> None:
    with reading(warehouse.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    declared = empty
    METADATA.create_all(declared)
    assert constraints(warehouse.engine) == constraints(declared)


def test_the_newest_revision_is_the_one_written_down() -> None:
    script = ScriptDirectory(str(FOLDER))
    assert script.get_heads() == [migrations.HEAD]


def _tables(connection: Connection) -> list[str]:
    return sorted(inspect(connection).get_table_names())


def test_up_twice_changes_nothing_and_down_leaves_nothing(empty: Engine) -> None:
    engine = empty
    with writing(engine) as connection:
        migrations.upgrade(connection)
        once = _tables(connection)
    with writing(engine) as connection:
        migrations.upgrade(connection)
        assert _tables(connection) == once
        assert migrations.is_current(connection)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert _tables(connection) == [migrations.VERSION_TABLE]


def test_a_failed_migration_leaves_the_database_as_it_was(empty: Engine) -> None:
    engine = empty
    try:
        with writing(engine) as connection:
            migrations.upgrade(connection)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    with reading(engine) as connection:
        assert _tables(connection) == []


def test_every_table_and_column_says_what_it_means() -> None:
    for table in METADATA.tables.values():
        assert table.comment, table.name
        assert [c.name for c in table.columns if not c.comment] == [], table.name


def test_effects_of_corrections_come_to_a_warehouse_with_data_and_go_again(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'w.db'}")
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    batch = (
        "INSERT INTO batch (snapshot, received_at_utc, committed_at_utc, deliveries, rows_loaded)"
        " VALUES (1, '2025-06-01', '2025-06-01', 0, 0)"
    )
    effect = (
        "INSERT INTO correction_effect (snapshot, delivery_id, correction_id, iso_week, record_kind, action, provider,"
        " guard_outcome, rows) VALUES (1, 'd', 'C1', '2025-W24', 'booking', 'drop', 'desk', 'passed', {rows})"
    )
    with writing(engine) as connection:
        migrations.upgrade(connection, "0007_issues")
        connection.exec_driver_sql(batch)
    with writing(engine) as connection:
        before = _tables(connection)
        migrations.upgrade(connection, "0012_correction_effects")
        assert sorted(set(_tables(connection)) - set(before)) == ["correction_effect"]
        connection.exec_driver_sql(effect.format(rows=3))
    with (
        pytest.raises(IntegrityError, match="ck_correction_effect_not_negative"),
        writing(engine) as connection,
    ):
        connection.exec_driver_sql(effect.format(rows=-1))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0012_correction_effects-1")
        assert _tables(connection) == before
        assert connection.exec_driver_sql("SELECT count(*) FROM batch").scalar() == 1
