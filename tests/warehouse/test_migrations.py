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
from sqlalchemy import Connection, Engine, inspect, text
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


BEFORE = {
    "open": "ST-007",
    "replayed": "ST-007",
    "waived": "ID-002",
}


def _at_0007(engine: Engine) -> None:
    """A warehouse of the revision before with rows of the quarantine in it."""
    with writing(engine) as connection:
        migrations.upgrade(connection, "0007_issues")
        connection.execute(
            text("INSERT INTO batch VALUES (1, '2025-06-02 01:00:00', '2025-06-02 01:00:01', 0, 0, NULL)")
        )
        for state, rule in BEFORE.items():
            connection.execute(
                text(
                    "INSERT INTO quarantine (delivery_id, line_no, record_kind, rule_ids, severity, details_json,"
                    " raw_text, state, first_seen_at_utc, snapshot) VALUES ('d', 9, 'booking', :rule, 'critical',"
                    " '[]', 'as;received', :state, '2025-06-02 01:00:00', 1)"
                ),
                {"state": state, "rule": rule},
            )
        connection.execute(
            text("INSERT INTO check_result VALUES (1, 'booking', 'BK-001', 'critical', 9, 2, 0)")
        )


def _rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


KEPT = (
    "SELECT quarantine_id, delivery_id, line_no, rule_ids, raw_text, state, first_seen_at_utc FROM quarantine"
)
DECIDED = "SELECT state, last_seen_at_utc, decided_by, decision_reason FROM quarantine ORDER BY quarantine_id"


def test_decisions_come_to_a_quarantine_that_has_rows_and_go_again(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'w.db'}")
    _at_0007(engine)
    before = _rows(engine, KEPT)
    with writing(engine) as connection:
        migrations.upgrade(connection)
    seen = "2025-06-02 01:00:00"
    assert _rows(engine, KEPT) == before
    assert _rows(engine, DECIDED) == [
        ("open", seen, None, None),
        ("replayed", seen, "corridor", "its original came"),
        ("waived", seen, "corridor", "not recorded"),
    ]
    assert _rows(engine, "SELECT unexpected, withdrawn FROM check_result") == [(2, 0)]
    for broken in ("state = 'lost'", "state = 'discarded'", "state = 'waived', decision_reason = ''"):
        with pytest.raises(IntegrityError, match="CHECK"), writing(engine) as connection:
            connection.execute(text(f"UPDATE quarantine SET {broken} WHERE quarantine_id = 1"))
    with writing(engine) as connection:
        connection.execute(text("UPDATE quarantine SET state = 'superseded' WHERE quarantine_id = 1"))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0007_issues")
    assert _rows(engine, KEPT) == before
    assert "withdrawn" not in {c["name"] for c in inspect(engine).get_columns("check_result")}


def test_batches_of_before_the_recording_of_changes_are_known_as_such_and_stay(empty: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    batches = "SELECT snapshot, deliveries, rows_loaded FROM batch"
    with writing(empty) as connection:
        migrations.upgrade(connection, "0012_correction_effects")
        tables = _tables(connection)
        connection.execute(
            text("INSERT INTO batch VALUES (1, '2025-06-02 01:00:00', '2025-06-02 01:00:01', 3, 9, NULL)")
        )
    with writing(empty) as connection:
        migrations.upgrade(connection, "0013_history")
        assert set(_tables(connection)) - set(tables) == {"mart_change", "state_change", "batch_cause"}
        assert connection.scalar(text("SELECT is_recorded FROM batch")) in (False, 0)
    with writing(empty) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0013_history-1")
        assert _tables(connection) == tables
        assert [tuple(row) for row in connection.execute(text(batches))] == [(1, 3, 9)]
