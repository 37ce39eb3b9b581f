"""The last validation results of each suite: committed with their batch, bounded, and kept by the migration."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

from corridor_etl.errors import BaseMoved, UsageError
from corridor_etl.warehouse import VALIDATION_COLUMNS, Batch, Warehouse, migrations, validation_results
from corridor_etl.warehouse.engine import open_engine, reading, writing

NOW = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)


def validations(*suites: str) -> pl.DataFrame:
    rows = [(suite, NOW, True, "{}") for suite in suites]
    return pl.DataFrame(rows, schema=VALIDATION_COLUMNS, orient="row")


def with_results(make: SimpleNamespace, name: str, *suites: str) -> Batch:
    return replace(make.batch(name, rows=1), validations=validations(*suites))


def test_results_are_kept_with_their_batch_newest_first(warehouse: Warehouse, make: SimpleNamespace) -> None:
    for base, suites in enumerate([("booking", "port_event"), ("booking",)]):
        warehouse.publish(with_results(make, f"f{base}", *suites), {}, base=base)
    stored = warehouse.validation_results()
    assert stored.select("suite", "snapshot").rows() == [("booking", 2), ("booking", 1), ("port_event", 1)]
    assert stored["run_at_utc"].to_list() == [NOW] * 3


def test_only_the_last_results_of_a_suite_are_kept(
    warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation_results, "KEPT", 4)
    warehouse.publish(with_results(make, "rare", "port_event", "booking"), {}, base=0)
    for base in range(1, 7):
        warehouse.publish(with_results(make, f"f{base}", "booking"), {}, base=base)
    kept = warehouse.validation_results()
    assert kept.filter(suite="booking")["snapshot"].to_list() == list(range(7, 3, -1))
    assert kept.filter(suite="port_event")["snapshot"].to_list() == [1]


def test_a_batch_that_is_refused_leaves_no_result_and_drops_none(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    warehouse.publish(with_results(make, "first", "booking"), {}, base=0)
    with pytest.raises(BaseMoved):
        warehouse.publish(with_results(make, "late", "booking"), {}, base=0)
    assert warehouse.validation_results()["snapshot"].to_list() == [1]


def test_two_results_of_a_suite_are_refused(warehouse: Warehouse, make: SimpleNamespace) -> None:
    with pytest.raises(UsageError, match="booking has two results"):
        warehouse.publish(with_results(make, "f", "booking", "booking"), {}, base=0)


def test_migration_keeps_the_data_of_the_ledger_both_ways(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'w.db'}")
    with writing(engine) as connection:
        migrations.upgrade(connection, "0007_issues")
        connection.execute(
            text(
                "INSERT INTO batch (snapshot, received_at_utc, committed_at_utc, deliveries, rows_loaded)"
                " VALUES (1, '2025-06-02 01:00:00', '2025-06-02 01:00:00', 1, 8)"
            )
        )
    with writing(engine) as connection:
        migrations.upgrade(connection)
        connection.execute(
            text("INSERT INTO validation_result VALUES ('booking', 1, '2025-06-02 01:00:00', 1, '{}')")
        )
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0007_issues")
    with reading(engine) as connection:
        assert not inspect(connection).has_table("validation_result")
        assert connection.scalar(text("SELECT rows_loaded FROM batch")) == 8
    engine.dispose()
