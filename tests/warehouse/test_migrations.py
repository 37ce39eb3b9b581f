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
