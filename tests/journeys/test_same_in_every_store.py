"""A corridor that is kept in PostgreSQL and a bucket ends with the figures of one that is kept in a folder.

``make test`` looks at one week, which workers read and render meanwhile: ``tests/machines/test_two_workers.py``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.model import KINDS
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import Settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse

DEMO = ("2025-W09", "2025-W26")


def kept(home: Path, last: str) -> dict[str, pl.DataFrame]:
    """Marts, figures of the issue, and the current records, of a home that is ingested and published now."""
    ingest()
    issue = publish_week(last)
    with Warehouse.open(home) as warehouse:
        assert problems(warehouse) == []
        found = {table: warehouse.mart(table) for table in warehouse.mart_tables()}
        found |= {kind: warehouse.current(kind) for kind in KINDS}
        found["figures"] = warehouse.issue_figures("weekly", last, 0)
        found["batches"] = warehouse.batches().select("snapshot", "deliveries", "rows_loaded")
        found["issue"] = pl.DataFrame({"state": [issue.state]})
    return found


@pytest.mark.long
def test_two_settings_change_where_it_is_kept_and_no_figure(
    own_home: Path,
    settings: Settings,
    english_only: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    new_database: Callable[[], str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv("CORRIDOR_CONFIG", str(english_only))
    simulate(own_home, parse_range(":".join(DEMO)), seed=1, faults=True, settings=settings)
    team = tmp_path / "team"
    shutil.copytree(own_home / "inbox", team / "inbox")
    in_a_folder = kept(own_home, DEMO[1])

    monkeypatch.setenv("CORRIDOR_HOME", str(team))
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", new_database())
    request.getfixturevalue("s3")
    in_a_bucket = kept(team, DEMO[1])

    assert in_a_folder["figures"].height > 20
    assert sum(in_a_folder[kind].height for kind in KINDS) > 200
    different = [name for name, frame in in_a_folder.items() if not frame.equals(in_a_bucket[name])]
    assert different == []
    assert not (team / "warehouse.db").exists()
    assert not (team / "lake").exists()
    assert not (team / "archive").exists()
