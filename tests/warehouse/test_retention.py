"""Old weeks leave the lake by policy; every balance can still be told, and figures stay."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from corridor_etl.errors import BaseMoved
from corridor_etl.jobs.health import problems
from corridor_etl.settings import Retention
from corridor_etl.warehouse import Warehouse, retention
from corridor_etl.warehouse.engine import writing

POLICY = {"booking": 13}


@pytest.fixture(autouse=True)
def in_week_25(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bookings lie in weeks 10 to 13; thirteen weeks before week 25 is week 12."""
    monkeypatch.setenv("CORRIDOR_NOW", "2025-06-18T12:00:00+00:00")


def publish(warehouse: Warehouse, make: SimpleNamespace, *names: str) -> None:
    for name in names:
        warehouse.publish(make.batch(name), {}, base=warehouse.snapshot())


def test_whole_weeks_leave_in_one_commit_that_the_ledger_keeps(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    publish(warehouse, make, "a", "b")
    kept = warehouse.rows("booking", weeks=["2025-W12", "2025-W13"])
    said = [("booking", "2025-W10", 2, 4), ("booking", "2025-W11", 2, 4)]
    assert warehouse.expiring(POLICY).rows() == said
    assert warehouse.snapshot() == 2, "saying so changes nothing"
    assert warehouse.expire(POLICY) == 3
    assert warehouse.rows("booking").equals(kept)
    assert warehouse.batches()["rows_loaded"].to_list() == [8, 8, 0]
    told = warehouse.expired()
    assert told["rows"].sum() == 8
    assert set(told["snapshot"]) == {3}
    assert warehouse.expire(POLICY) is None


def test_a_kind_that_the_policy_does_not_name_stays(warehouse: Warehouse, make: SimpleNamespace) -> None:
    publish(warehouse, make, "a")
    assert warehouse.expire({"port_event": 13}) is None
    assert warehouse.expire({}) is None
    assert warehouse.rows("booking").height == 8


def test_the_check_of_the_warehouse_knows_what_left_and_still_misses_what_is_lost(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    publish(warehouse, make, "a")
    warehouse.archive.put(b"a")
    warehouse.expire(POLICY)
    assert problems(warehouse) == []
    with writing(warehouse.engine) as connection:
        names = [file.name for file in warehouse.lake.files(connection, "booking", {"2025-W12"})]
        warehouse.lake.replace(connection, "booking", names, [])
    assert problems(warehouse) == [
        "the lake holds 2 rows of booking_desk/a.csv and 4 left by policy, the ledger says 8 were loaded"
    ]


def test_figures_of_weeks_that_have_left_stay_as_they_were(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    weeks = [{"iso_week": "2025-W11"}, {"iso_week": "2025-W12"}]
    warehouse.publish(make.batch("a"), make.match_mart(*weeks), base=0)
    warehouse.expire(POLICY)
    after = make.match_mart({"iso_week": "2025-W12", "laden_boxes": 99})
    warehouse.publish(make.batch("b"), after, base=2)
    found = warehouse.mart("mart_match_week").select("iso_week", "laden_boxes", "snapshot").rows()
    assert found == [("2025-W11", 40, 1), ("2025-W12", 99, 3)]


def test_a_batch_committed_meanwhile_stops_it(
    warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(warehouse, make, "a")
    counted = retention._counted

    def interrupted(*given: object) -> object:
        publish(warehouse, make, "b")
        return counted(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(retention, "_counted", interrupted)
    with pytest.raises(BaseMoved):
        warehouse.expire(POLICY)
    assert warehouse.rows("booking").height == 16
    assert warehouse.expired().is_empty()


@pytest.mark.parametrize("lake_weeks", [{"bookings": 52}, {"booking": 12}, {"booking": "long"}])
def test_a_policy_that_cannot_be_is_refused(lake_weeks: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="booking"):
        Retention.model_validate({"lake_weeks": lake_weeks})
