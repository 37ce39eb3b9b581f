"""Issues rendered elsewhere are the issues rendered here, and what was begun ahead is taken for the same plan only."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.errors import SettingsError, TransientError, UsageError
from corridor_etl.jobs.handover import staging
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.issue_plans import Wanted, in_turn, plan_of, send_ahead
from corridor_etl.jobs.issue_versions import Plan, contexts
from corridor_etl.jobs.press import HERE, Press, SharedPress
from corridor_etl.jobs.render_orders import Printed, RenderOrder, taken
from corridor_etl.jobs.terms import Terms
from corridor_etl.jobs.weekly import publish_week, revise_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.reports.content import WeeklyContext
from corridor_etl.reports.render import render
from corridor_etl.settings import checkout, load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from tests.machines.swept import assert_swept_after_a_day
from tests.made_homes import KeptHome

WEEK, NEXT = WEEKS = ("2025-W20", "2025-W21")
EDITIONS = ("brief", "trade")
NOW = "2025-06-02T01:00:00+00:00"
DUE = [Wanted(week, edition) for week in WEEKS for edition in EDITIONS]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeptHome]:
    """A home with two weeks ingested but for one train."""
    home = tmp_path_factory.mktemp("press") / "home"
    usual = (checkout() / "corridor.toml").read_text(encoding="utf-8")
    config = home.with_name("corridor.toml")
    config.write_text(usual.replace('["en", "zh", "ru", "kk"]', '["en", "zh"]'), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", NOW)
        patch.setenv("CORRIDOR_CONFIG", str(config))
        simulate(home, parse_range(":".join(WEEKS)), seed=1, faults=False, settings=load_settings())
        late = next(p for p in sorted((home / "inbox" / "train_operator").iterdir()) if "_X9" in p.name)
        late.rename(late_file(home))
        ingest()
    yield KeptHome.of(home)
    shutil.rmtree(home.parent)


def late_file(home: Path) -> Path:
    return home.with_name("late_train_X9_2025-05-12.csv")


@pytest.fixture(autouse=True)
def home(made: KeptHome, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_HOME", str(made.home))
    monkeypatch.setenv("CORRIDOR_NOW", NOW)
    monkeypatch.setenv("CORRIDOR_CONFIG", str(made.home.with_name("corridor.toml")))
    made.put_back()
    return made.home


@dataclass
class Elsewhere:
    """Somebody who fills orders as they arrive on another machine."""

    orders: list[RenderOrder] = field(default_factory=list)
    fails: Exception | None = None

    def __call__(self, order: RenderOrder) -> Elsewhere._Sent:
        self.orders.append(order)
        return self._Sent(carried(order), self.fails)

    @dataclass
    class _Sent:
        order: RenderOrder
        fails: Exception | None

        def result(self) -> Printed:
            if self.fails:
                raise self.fails
            return carried(self.order.filled())


def carried(sent: Any) -> Any:
    """What arrives where an order or its receipt is sent to."""
    return pickle.loads(pickle.dumps(sent))


def life(press: Press, home: Path) -> dict[str, Any]:
    """Two weeks published, then a late file and the revisions it asks for; every file and row of that."""
    said = [publish_week(w.week, edition_id=w.edition, press=press).line() for w in in_turn(DUE, press)]
    ingest([late_file(home)])
    revisions = [replace(w, is_revision=True) for w in DUE]
    said += [revise_week(w.week, edition_id=w.edition, press=press).line() for w in in_turn(revisions, press)]
    with Warehouse.open() as warehouse:
        rows = [
            warehouse.listed_issues().drop("published_at_utc"),
            warehouse.issue_versions(),
            warehouse.issue_changes(),
        ]
        rows += [warehouse.issue_figures(w.edition, w.week, 0) for w in DUE]
        mails = warehouse.outbox().height
    site = {str(p.relative_to(home)): p.read_bytes() for p in (home / "site").rglob("*") if p.is_file()}
    return {"said": said, "rows": [frame.to_dicts() for frame in rows], "mails": mails, "site": site}


@pytest.mark.long
def test_issues_of_several_weeks_and_their_revisions_are_those_of_one_process(
    made: KeptHome, home: Path
) -> None:
    here = life(HERE, home)
    made.put_back()
    elsewhere = Elsewhere()
    there = life(SharedPress(elsewhere), home)
    assert there["said"] == here["said"]
    assert sum("published as r1" in line for line in here["said"]) >= len(EDITIONS)
    assert sorted(there["site"]) == sorted(here["site"])
    assert [name for name in here["site"] if here["site"][name] != there["site"][name]] == []
    assert there == here
    # Two languages to an order, and no version was rendered twice: what was begun ahead was taken.
    assert len(elsewhere.orders) * 2 == len(here["rows"][1])
    assert list(staging().listed()) == []


def test_what_comes_next_is_begun_before_its_turn_but_not_what_tells_of_it() -> None:
    elsewhere = Elsewhere()
    turns = in_turn(DUE, SharedPress(elsewhere))
    assert next(turns) == DUE[0]
    assert names(elsewhere) == {f"{edition} {WEEK}" for edition in EDITIONS}
    publish_week(WEEK, edition_id="brief", press=(press := SharedPress(elsewhere)))
    send_ahead(DUE, press)
    assert f"brief {NEXT}" in names(elsewhere)
    assert f"trade {NEXT}" not in names(elsewhere)


def test_each_audience_has_orders_of_its_own() -> None:
    elsewhere = Elsewhere()
    send_ahead([Wanted(WEEK, "throughput")], SharedPress(elsewhere))
    audiences = ("internal", "partner", "public")
    assert [o.name for o in elsewhere.orders] == [f"throughput {WEEK} r0 {a} en zh" for a in audiences]


def names(elsewhere: Elsewhere) -> set[str]:
    return {" ".join(order.name.split()[:2]) for order in elsewhere.orders}


def test_an_issue_begun_before_other_data_came_is_made_of_the_data_of_its_turn(home: Path) -> None:
    elsewhere = Elsewhere()
    press = SharedPress(elsewhere)
    send_ahead([Wanted(WEEK, "brief")], press)
    before = len(elsewhere.orders)
    ingest([late_file(home)])
    publish_week(WEEK, edition_id="brief", press=press)
    assert len(elsewhere.orders) == 2 * before > 0
    with Warehouse.open() as warehouse:
        assert warehouse.listed_issues()["snapshot"].to_list() == [warehouse.snapshot()]


def test_a_lost_order_publishes_nothing_and_is_sent_anew_by_the_next_try() -> None:
    elsewhere = Elsewhere(fails=TransientError("rendering was lost"))
    press = SharedPress(elsewhere)
    send_ahead([Wanted(WEEK, "brief")], press)
    with pytest.raises(TransientError, match="was lost"):
        publish_week(WEEK, edition_id="brief", press=press)
    with Warehouse.open() as warehouse:
        assert warehouse.listed_issues().is_empty()
        assert warehouse.outbox().is_empty()
    elsewhere.fails = None
    assert publish_week(WEEK, edition_id="brief", press=press).page is not None


def test_an_issue_that_cannot_be_begun_stops_no_other_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = Elsewhere()
    press = SharedPress(elsewhere)
    whole = press.contexts

    def broken(plan: Plan, *others: Any) -> list[WeeklyContext]:
        if plan.kind.id == "brief":
            raise ValueError("no such figure")
        return whole(plan, *others)

    monkeypatch.setattr(press, "contexts", broken)
    send_ahead(DUE[:2], press)
    assert names(elsewhere) == {f"trade {WEEK}"}
    assert "brief 2025-W20 was not begun ahead: no such figure" in caplog.text


def brief() -> list[WeeklyContext]:
    settings = load_settings()
    with Warehouse.open() as warehouse:
        plan = plan_of(Wanted(WEEK, "brief"), warehouse.listed_issues(), warehouse, settings)
        assert plan is not None
        return contexts(plan, warehouse, settings)


def test_an_order_is_small_and_filled_twice_is_the_same() -> None:
    made = brief()
    order = RenderOrder.of(made)
    assert order.name == "brief 2025-W20 r0 internal en zh"
    assert len(pickle.dumps(order)) < 200_000
    first, again = carried(order).filled(), carried(order).filled()
    assert first == again
    assert len(pickle.dumps(first)) < 1_000
    assert [entry.name for entry in staging().listed()] == [first.file]
    assert taken(first) == [render(context) for context in made]
    assert list(staging().listed()) == []


def test_looks_that_change_on_their_way_are_not_published() -> None:
    printed = RenderOrder.of(brief()).filled()
    staging().put(printed.file, pickle.dumps([]))
    with pytest.raises(TransientError, match="have changed"):
        taken(printed)
    staging().remove(printed.file)
    with pytest.raises(UsageError, match="there is no file"):
        taken(printed)


@pytest.mark.parametrize("name", ["version", "configuration", "templates", "store"])
def test_a_worker_that_would_render_otherwise_refuses_the_order(name: str) -> None:
    order = RenderOrder.of(brief())
    foreign = replace(order, terms=replace(Terms.here(), **{name: "another"}))
    with pytest.raises(SettingsError, match=f"{name} another"):
        foreign.filled()
    assert list(staging().listed()) == []


def test_what_nobody_took_is_swept_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = RenderOrder.of(brief()).filled()
    assert_swept_after_a_day({printed.file}, monkeypatch)
