"""The migration of the effects of corrections, up and down on a warehouse that holds data."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import IntegrityError

from corridor_etl.warehouse import migrations
from corridor_etl.warehouse.engine import open_engine, writing

FOLDER = Path(migrations.__file__).parent


def tables(connection: Connection) -> list[str]:
    return sorted(inspect(connection).get_table_names())


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
        migrations.upgrade(connection, "0011_validation_results")
        connection.exec_driver_sql(batch)
    with writing(engine) as connection:
        before = tables(connection)
        migrations.upgrade(connection, "0012_correction_effects")
        assert sorted(set(tables(connection)) - set(before)) == ["correction_effect"]
        connection.exec_driver_sql(effect.format(rows=3))
    with (
        pytest.raises(IntegrityError, match="ck_correction_effect_not_negative"),
        writing(engine) as connection,
    ):
        connection.exec_driver_sql(effect.format(rows=-1))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0012_correction_effects-1")
        assert tables(connection) == before
        assert connection.exec_driver_sql("SELECT count(*) FROM batch").scalar() == 1
