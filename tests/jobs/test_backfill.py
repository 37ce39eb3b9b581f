"""A backfill is recorded before it begins, changes exactly what differs, goes on after a kill, and mails nobody unasked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.clock import now_utc
from corridor_etl.errors import LeaseHeld, TerminalError, UsageError
from corridor_etl.jobs import versions
from corridor_etl.jobs.backfill import BACKFILL, Begun, approve, reject, request
from corridor_etl.jobs.backfill_plan import plan
from corridor_etl.jobs.backfill_run import Outcome, run
from corridor_etl.jobs.backfill_states import week_states
from corridor_etl.jobs.backfill_told import listed
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import checkout, load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Batch, Warehouse
from corridor_etl.warehouse.backfills import Backfills
from tests.made_homes import KeptHome

WEEKS = "2025-W20:2025-W22"
LISTED = parse_range(WEEKS)
NEXT = "2025-W23"  # only bookings are known of it
NOW, BEFORE_ANY_ISSUE = "2025-07-07T01:00:00+00:00", "2025-05-16T01:00:00+00:00"
ON_TIME = "departure_on_time_minutes = 120"
Undisturbed = tuple[dict[str, pl.DataFrame], pl.DataFrame]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> KeptHome:
    """A home with three weeks ingested and nothing published."""
    home = tmp_path_factory.mktemp("backfill") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", NOW)
        simulate(home, LISTED, seed=1, faults=False, settings=load_settings())
        ingest()
    return KeptHome.of(home)


@pytest.fixture
def home(made: KeptHome, own_home: Path, english_only: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home as it was made, with issues in one language."""
    made.put_back()
    monkeypatch.setenv("CORRIDOR_HOME", str(made.home))
    monkeypatch.setenv("CORRIDOR_NOW", NOW)
    monkeypatch.setenv("CORRIDOR_CONFIG", str(english_only))
    return made.home


@pytest.fixture(scope="module")
def hasty(english_only: Path) -> Path:
    """A ``corridor.toml`` by which a train is on time within one minute only."""
    usual = english_only.read_text(encoding="utf-8")
    assert ON_TIME in usual
    path = english_only.with_name("hasty.toml")
    path.write_text(usual.replace(ON_TIME, "departure_on_time_minutes = 1"), encoding="utf-8")
    return path


@pytest.fixture
def other_rule(home: Path, hasty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_CONFIG", str(hasty))


@pytest.fixture(scope="module")
def undisturbed(made: KeptHome, hasty: Path) -> Undisturbed:
    """What a backfill after another rule comes to when nothing stops it."""
    made.put_back()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(made.home))
        patch.setenv("CORRIDOR_NOW", BEFORE_ANY_ISSUE)
        patch.setenv("CORRIDOR_CONFIG", str(hasty))
        assert made_again().state == "done"
        return marts(), became_of_weeks()


@pytest.fixture
def no_issue_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_NOW", BEFORE_ANY_ISSUE)


def silent(_week: str, _step: str, _told: str) -> None:
    pass


def asked(weeks: str = WEEKS, **how: Any) -> Begun:
    return request(weeks, reason="another rule", by="desk", **how)


def made_again(weeks: str = WEEKS, *, said: Callable[[str, str, str], None] = silent, **how: Any) -> Outcome:
    begun = asked(weeks, **how)
    assert begun.backfill_id is not None, begun.told
    return run(begun.backfill_id, said=said)


def marts() -> dict[str, pl.DataFrame]:
    """All marts and facts, without the snapshots in which they became what they are."""
    with Warehouse.open() as warehouse:
        found = {name: warehouse.mart(name) for name in warehouse.mart_tables()}
        found |= {"trips": warehouse.trips(), "items": warehouse.reconciled_items()}
    return {name: frame.drop("snapshot") for name, frame in found.items()}


def cells(frames: dict[str, pl.DataFrame]) -> dict[tuple[str, ...], int | None]:
    """(mart, week, the rest of the key, measure) -> value, by a plain loop."""
    found = {}
    for name, frame in frames.items():
        if name in ("trips", "items"):
            continue
        texts = [c for c, dtype in frame.schema.items() if dtype == pl.String and c != "iso_week"]
        for row in frame.iter_rows(named=True):
            key = "|".join(row[c] for c in texts)
            for measure, value in row.items():
                if measure not in (*texts, "iso_week") and value is not None:
                    found[name, row["iso_week"], key, measure] = value
    return found


def states(weeks: str = WEEKS) -> dict[str, tuple[str, str]]:
    with Warehouse.open() as warehouse:
        return {s.week: (s.state, s.why) for s in week_states(parse_range(weeks), warehouse, load_settings())}


def record(number: int) -> tuple[dict[str, Any], pl.DataFrame, pl.DataFrame]:
    with Warehouse.open() as warehouse:
        backfills = warehouse.backfills
        return backfills.one(number), backfills.weeks(number), backfills.differences(number)


def issues() -> list[tuple[str, int]]:
    with Warehouse.open() as warehouse:
        return list(warehouse.listed_issues().select("week", "revision").iter_rows())


def mails() -> int:
    with Warehouse.open() as warehouse:
        return warehouse.outbox().height


def snapshot() -> int:
    with Warehouse.open() as warehouse:
        return warehouse.snapshot()


def another_commit() -> None:
    with Warehouse.open() as warehouse:
        batch = Batch(deliveries=(), received_at_utc=now_utc())
        warehouse.publish(batch, {}, base=warehouse.snapshot())


@pytest.mark.usefixtures("home")
def test_weeks_that_only_lack_their_issue_get_it_in_order_without_mail() -> None:
    before, at = marts(), snapshot()
    assert set(states().values()) == {("missing", "no issue")}
    assert made_again(LISTED[0] + ":" + LISTED[1]).state == "done"
    _row, weeks, differences = record(1)
    assert weeks["issue"].to_list() == ["weekly published"] * 2
    assert differences.is_empty()
    with Warehouse.open() as warehouse:
        assert warehouse.listed_issues().select("week", "issue_no").rows() == [(LISTED[0], 1), (LISTED[1], 2)]
    assert mails() == 0
    assert snapshot() == at
    assert all(marts()[name].equals(frame) for name, frame in before.items())
    assert [s for s, _ in states().values()] == ["ok", "ok", "missing"]
    again = asked(LISTED[0] + ":" + LISTED[1])
    assert (again.backfill_id, again.told[:13]) == (None, "nothing to do")


@pytest.mark.usefixtures("home", "no_issue_is_due")
def test_all_weeks_made_again_over_unchanged_data_differ_nowhere() -> None:
    before, at = marts(), snapshot()
    assert made_again(mode="all").state == "done"
    _row, weeks, differences = record(1)
    assert weeks["is_rebuilt"].all()
    assert weeks["state"].to_list() == ["unchanged"] * 3
    assert differences.is_empty()
    assert all(marts()[name].equals(frame) for name, frame in before.items())
    assert snapshot() == at
    assert asked(mode="all").told.startswith("nothing to do: backfill 1 has done it")


@pytest.mark.usefixtures("other_rule")
def test_another_rule_changes_exactly_the_cells_that_differ_and_issues_are_revised_without_mail(
    english_only: Path,
) -> None:
    two = f"{LISTED[1]}:{LISTED[2]}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_CONFIG", str(english_only))
        publish_week(LISTED[1], queue_mail=False)
    assert states(two) == {
        LISTED[1]: ("stale", "rules of another version"),
        LISTED[2]: ("missing", "no issue"),
    }
    before = cells(marts())
    foreseen = plan(two).to_json()["differences"]
    assert made_again(two).state == "done"
    after = cells(marts())
    differing = {
        k: (before.get(k), after.get(k))
        for k in before.keys() | after.keys()
        if before.get(k) != after.get(k)
    }
    _row, weeks, differences = record(1)
    found = {
        (d["mart"], d["iso_week"], d["row_key"], d["measure"]): (
            int(d["value_before"]),
            int(d["value_after"]),
        )
        for d in differences.filter(pl.col("mart") != "figure").to_dicts()
    }
    assert found == differing
    assert {(mart, week, measure) for mart, week, _, measure in found} == {
        ("mart_departure_week", week, "trains_on_time") for week in LISTED[1:]
    }
    assert set(differences.filter(mart="figure")["measure"]) == {
        "departures.on_time",
        "departures.on_time_pct",
    }
    assert sorted(map(str, foreseen)) == sorted(map(str, differences.to_dicts()))
    assert set(states(two).values()) == {("ok", "")}
    assert weeks.select("iso_week", "issue").rows() == [
        (LISTED[1], "weekly published as r1"), (LISTED[2], "weekly published"),
    ]  # fmt: skip
    assert set(issues()) == {(LISTED[1], 0), (LISTED[1], 1), (LISTED[2], 0)}
    assert mails() == 0
    with Warehouse.open() as warehouse:
        assert set(warehouse.revisions(since=1)["cause"]) == {"configuration"}
    assert weeks["snapshot"].to_list() == [3, 2], "the newest week is put in first"


@pytest.mark.usefixtures("home")
def test_with_reissue_a_mail_is_queued_once_for_each_recipient() -> None:
    one = f"{LISTED[2]}:{LISTED[2]}"
    assert made_again(one, reissue=True).state == "done"
    assert mails() == 2
    assert asked(one, reissue=True).backfill_id is None
    assert mails() == 2


@pytest.mark.usefixtures("other_rule", "no_issue_is_due")
def test_what_is_held_is_put_in_once_approved_and_compared_anew_where_data_have_moved_before() -> None:
    before, at = cells(marts()), snapshot()
    assert made_again(hold_for_approval=True).state == "waiting_approval"
    assert (cells(marts()), snapshot()) == (before, at)
    found = record(1)[2]
    assert found.height > 0
    with pytest.raises(UsageError, match="waits for approval"):
        run(1, said=silent)
    another_commit()
    with pytest.raises(TerminalError, match="nothing was put in: backfill 1 was compared on snapshot 1"):
        approve(1, by="head of the desk")
    row, _weeks, _ = record(1)
    assert (row["state"], row["base_snapshot"], row["decided_by"]) == ("waiting_approval", 2, None)
    assert cells(marts()) == before
    approve(1, by="head of the desk")
    assert run(1, said=silent).state == "done"
    row, weeks, differences = record(1)
    assert row["decided_by"] == "head of the desk"
    assert differences.equals(found)
    assert set(weeks["state"]) <= {"swapped", "unchanged"}
    assert cells(marts()) != before


@pytest.mark.usefixtures("home")
def test_a_rejected_backfill_has_ended_and_asking_again_is_another() -> None:
    how = {"mode": "all", "hold_for_approval": True}
    assert asked(**how).backfill_id == 1
    with pytest.raises(UsageError, match="backfill 1 is planned"):
        reject(1, by="head of the desk")
    with Warehouse.open() as warehouse:
        warehouse.backfills.note(1, state="waiting_approval")
    reject(1, by="head of the desk")
    row, weeks, _ = record(1)
    assert (row["state"], row["decided_by"]) == ("rejected", "head of the desk")
    assert set(weeks["state"]) == {"queued"}
    with pytest.raises(UsageError, match="is rejected"):
        run(1, said=silent)
    assert asked(**how).backfill_id == 2


class Killed(BaseException):
    """What nothing in the product catches."""


def became_of_weeks() -> pl.DataFrame:
    return record(1)[1].select("iso_week", "state", "cells_changed", "figures_changed")


def assert_same_end(undisturbed: Undisturbed) -> None:
    assert run(1, said=silent).state == "done"
    frames, weeks = undisturbed
    assert all(marts()[name].equals(frame) for name, frame in frames.items())
    assert became_of_weeks().equals(weeks)


@pytest.mark.long
def test_a_run_that_breaks_off_twice_is_gone_on_with_to_the_same_end(
    undisturbed: Undisturbed, other_rule: None, no_issue_is_due: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the commit of a week, then after that of another."""
    monkeypatch.setattr(Backfills, "swap", breaking({LISTED[2]: False, LISTED[1]: True}))
    for _attempt in range(2):
        with pytest.raises(Killed):
            made_again()
        assert asked().told == "backfill 1 has not ended: going on with it"
    assert_same_end(undisturbed)


@pytest.mark.long
@pytest.mark.parametrize("after", [False, True], ids=["before-its-commit", "after-its-commit"])
@pytest.mark.parametrize("week", LISTED)
def test_a_run_that_breaks_off_at_any_week_is_gone_on_with_to_the_same_end(
    week: str,
    after: bool,
    undisturbed: Undisturbed,
    other_rule: None,
    no_issue_is_due: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Backfills, "swap", breaking({week: after}))
    with pytest.raises(Killed):
        made_again()
    assert_same_end(undisturbed)


def breaking(at: dict[str, bool]) -> Any:
    """A commit that does not come back from its first call for some weeks, before or after it is made."""
    swap, left = Backfills.swap, dict(at)

    def broken(record: Backfills, number: int, week: str, *arguments: Any, **named: Any) -> int:
        is_after = left.pop(week, None)
        if is_after is False:
            raise Killed
        result: int = swap(record, number, week, *arguments, **named)
        if is_after:
            raise Killed
        return result

    return broken


KILLED = """
import os, signal
from corridor_etl.jobs.backfill_run import run

def said(week, step, told):
    if step == "put in":
        os.kill(os.getpid(), signal.SIGKILL)

run(1, said=said)
"""


def test_a_killed_process_leaves_a_record_that_another_goes_on_with(
    undisturbed: Undisturbed, other_rule: None, no_issue_is_due: None
) -> None:
    assert asked().backfill_id == 1
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=checkout(), check=False)
    assert killed.returncode == -signal.SIGKILL
    row, weeks, _ = record(1)
    assert row["state"] == "running"
    assert weeks.filter(pl.col("state").is_in(["swapped", "unchanged"]))["iso_week"].to_list() == [LISTED[-1]]
    assert_same_end(undisturbed)
    assert {state for state, _ in states().values()} == {"ok"}


@pytest.mark.usefixtures("other_rule", "no_issue_is_due")
def test_being_asked_to_stop_ends_the_week_in_flight_and_no_more() -> None:
    def stopped(_week: str, step: str, _told: str) -> None:
        if step == "put in":
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    assert made_again(said=stopped).state == "cancelled"
    assert signal.getsignal(signal.SIGTERM) == before
    is_done = record(1)[1]["state"].is_in(["swapped", "unchanged"])
    assert is_done.to_list() == [False, False, True]


@pytest.mark.usefixtures("home")
def test_a_week_that_fails_stops_no_other_and_is_tried_again() -> None:
    two = f"{LISTED[2]}:{NEXT}"
    outcome = made_again(two)
    assert (outcome.state, outcome.failed) == ("failed", (NEXT,))
    assert issues() == [(LISTED[2], 0)]
    state, why = states(two)[NEXT]
    assert state == "failed"
    assert "Train manifests: nothing of this week was received" in why
    assert plan(two, mode="only-failed").to_json()["weeks_to_run"] == 1
    assert made_again(two, mode="only-failed").failed == (NEXT,)
    assert [row["state"] for row in listed()] == ["failed", "failed"]


@pytest.mark.usefixtures("home")
def test_a_second_backfill_at_once_is_refused_and_says_who_is_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_WAIT_SECONDS", "0")
    with (
        Warehouse.open() as warehouse,
        warehouse.lease(BACKFILL),
        pytest.raises(LeaseHeld, match="'backfill'"),
    ):
        asked()
    assert listed() == []


@pytest.mark.usefixtures("home", "no_issue_is_due")
def test_code_that_computes_the_same_leaves_figures_and_snapshot_and_the_week_is_known_to_be_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at, one = snapshot(), f"{LISTED[2]}:{LISTED[2]}"
    monkeypatch.setattr(versions, "_code_version", lambda: "another")
    assert set(states().values()) == {("stale", "code of another version")}
    assert made_again(one).state == "done"
    assert [state for state, _ in states().values()] == ["stale", "stale", "ok"]
    assert snapshot() == at


def test_a_version_changes_only_with_what_can_change_results(tmp_path: Path) -> None:
    for name in ("facts/trips.py", "cli/main.py", "reference/ports.csv", "facts/__pycache__/trips.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a", encoding="utf-8")
    seen = {versions.digest_of(tmp_path)}
    for name, count in {"cli/main.py": 1, "facts/__pycache__/trips.pyc": 1, "facts/trips.py": 2,
                        "reference/ports.csv": 3}.items():  # fmt: skip
        (tmp_path / name).write_text("b", encoding="utf-8")
        seen.add(versions.digest_of(tmp_path))
        assert len(seen) == count, name
    settings = load_settings()
    mailed = settings.model_copy(update={"recipients": ()})
    later = settings.thresholds.model_copy(update={"departure_on_time_minutes": 60})
    assert versions.build_of(mailed) == versions.build_of(settings)
    assert versions.build_of(settings.model_copy(update={"thresholds": later})) != versions.build_of(settings)


@pytest.mark.parametrize(
    ("weeks", "reason", "said"),
    [("2025-W22:2025-W20", "late files", "runs backwards"), (WEEKS, "  ", "no reason is given")],
)
def test_what_makes_no_sense_is_refused(weeks: str, reason: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        request(weeks, reason=reason, by="desk")
