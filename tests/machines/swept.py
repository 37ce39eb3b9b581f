"""What lies in ``staging/`` and nobody took over: it is there for a day, then it is swept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from corridor_etl.clock import now_utc
from corridor_etl.jobs.handover import staging
from corridor_etl.warehouse import Warehouse


def assert_swept_after_a_day(waiting: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """These files are all there is, go with the first sweep after a day, and with none before."""
    monkeypatch.delenv("CORRIDOR_NOW")
    for hours, swept in ((0, set()), (25, waiting)):
        monkeypatch.setenv("CORRIDOR_NOW", (now_utc() + timedelta(hours=hours)).isoformat())
        with Warehouse.open() as warehouse:
            found = warehouse.sweep(older_than=timedelta(hours=24), is_dry_run=False, with_archive=False)
        assert {orphan.name for orphan in found if orphan.place == "staging"} == swept
        monkeypatch.delenv("CORRIDOR_NOW")
    assert list(staging().listed()) == []
