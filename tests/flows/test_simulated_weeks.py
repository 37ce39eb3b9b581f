"""Weeks of operation in minutes: a real server and worker on PostgreSQL, with all that goes wrong in between.

Every run is asked for with the time it was scheduled for, and its clock shows when it really began. One Monday passes
without any run, some runs are late, some files come a week late, the server is killed in a run and so is the worker.
``SIMULATED_WEEKS=23`` makes an hour of it.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import polars as pl
import pytest

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import ingest
from corridor_etl.reference.calendar import shifted, weeks_between
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from tests.delivery.relay import Plan, relay
from tests.flows.servers import ENDED, Server, clean_environment, free_port, waited_for
from tests.flows.simulated import Hours, Part, Weeks
from tests.journeys import made

pytestmark = [pytest.mark.long, pytest.mark.server, pytest.mark.timeout(3 * 3600)]
FIRST = "2025-W09"
COUNT = int(os.environ.get("SIMULATED_WEEKS", "6"))
WEEKS = weeks_between(FIRST, shifted(FIRST, COUNT - 1))
EDITIONS = ["weekly", "brief"]
SERVER_KILLED, WORKER_KILLED, MISSED = WEEKS[2], WEEKS[3], WEEKS[4]
LATE = {week: timedelta(hours=9) for week in WEEKS[1::4]}
"""How much later than scheduled the run that publishes a week begins."""
SCHEDULED = ("ingest", "weekly-reports", "deliver", "maintenance")
LOCKED = ("database is locked", "OperationalError")


@dataclass
class Story:
    """The platform, and what was asked of it."""

    server: Server
    parts: dict[str, Part]
    relayed: Plan
    weeks: Weeks
    asked: list[tuple[str, str]] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def ask(self, name: str, scheduled: datetime, late: timedelta = timedelta()) -> str:
        parameters = {"editions": EDITIONS} if name == "weekly-reports" else {}
        run = self.server.start(name, scheduled, scheduled + late, **parameters)
        self.asked.append((name, run))
        return run

    def wait(self, *runs: str) -> None:
        """Until all of these have ended, whatever becomes of server and worker meanwhile."""
        until = time.monotonic() + 1200
        for run in runs:
            while (state := self._state(run)) not in ENDED:
                assert time.monotonic() < until, (run, state)
                for part in self.parts.values():
                    part.ensure()
                time.sleep(1)

    def _state(self, run: str) -> str:
        try:
            return str(self.server.ask("GET", f"/flow_runs/{run}")["state_type"])
        except httpx.TransportError:
            return "no answer"

    def begin(self, part: str, times: int = 1) -> None:
        self.parts[part].start()
        if part == "server":
            assert self.parts[part].says("corridor server: ready", times)
            paused = {name for name in SCHEDULED if self.server.deployment(name)["paused"]}
            assert paused == (set(SCHEDULED) if times > 1 else set())  # a restart switches nothing on
            for name in SCHEDULED:  # the real clock has no part in this
                self.server.silence(name)


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory, english_only: Path, prefect_database: str
) -> Iterator[Story]:
    folder, plan, port = tmp_path_factory.mktemp("weeks"), Plan(), free_port()
    home = folder / "home"
    simulate(folder / "told", WEEKS, seed=1, settings=load_settings())
    with relay(plan) as smtp, ExitStack() as stack:
        environment = clean_environment(
            home,
            port,
            CORRIDOR_CONFIG=str(english_only),
            # For what events start: two clocks that are a year apart would give each other's mails up.
            CORRIDOR_NOW=Hours(WEEKS[0], load_settings()).ingest.isoformat(),
            CORRIDOR_PREFECT_DATABASE_URL=prefect_database,
            CORRIDOR_SMTP_HOST="127.0.0.1",
            CORRIDOR_SMTP_PORT=str(smtp),
            CORRIDOR_SMTP_SECURITY="none",
            PYTHONUNBUFFERED="1",
        )
        del environment["PREFECT_CLIENT_MAX_RETRIES"]
        parts = {
            "server": Part(
                ["flows.server", "serve", "--port", str(port)], environment, folder / "server.log"
            ),
            "worker": Part(["flows.server", "work"], environment, folder / "worker.log"),
        }
        api = stack.enter_context(httpx.Client(base_url=environment["PREFECT_API_URL"], timeout=60))
        for part in parts.values():
            stack.callback(part.stop)
        yield Story(Server(api, home, environment), parts, plan, Weeks(folder / "told" / "inbox", WEEKS))


def test_weeks_pass_as_they_should_whatever_happens(
    story: Story, own_home: Path, english_only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    story.begin("server")
    story.begin("worker")
    _live(story)
    took = time.monotonic() - began
    _no_run_is_left_behind(story)
    _nothing_was_locked(story)
    with Warehouse.open(story.server.home) as warehouse:
        _every_week_came_out_once(story, warehouse)
        _every_mail_came_once(story, warehouse)
        assert problems(warehouse) == []
        lived = made.marts(warehouse)
    _told(story, took)
    monkeypatch.setenv("CORRIDOR_CONFIG", str(english_only))
    monkeypatch.setenv("CORRIDOR_NOW", Hours(WEEKS[-1], load_settings()).ingest.isoformat())
    for week in WEEKS:
        story.weeks.come(week, own_home / "inbox")
    ingest()
    with Warehouse.open(own_home) as warehouse:
        assert made.marts(warehouse) == lived


def _live(story: Story) -> None:
    before: list[str] = []
    for week in WEEKS:
        hours = Hours(week, load_settings())
        story.weeks.come(week, story.server.home / "inbox")
        if week == MISSED:
            continue
        reading = story.ask("ingest", hours.ingest)
        if week == WORKER_KILLED:
            _killed(story, "worker", reading)
        story.wait(*before, reading)
        publishing = story.ask("weekly-reports", hours.publish, LATE.get(week, timedelta()))
        if week == SERVER_KILLED:
            _killed(story, "server", publishing)
        story.wait(publishing)
        # These meet each other, and what is read next.
        before = [story.ask("deliver", hours.deliver + LATE.get(week, timedelta()))]
        before.append(story.ask("maintenance", hours.maintain))
    story.wait(*before)


def _killed(story: Story, part: str, run: str) -> None:
    story.server.at_work(run)
    story.parts[part].kill()
    time.sleep(3)
    story.begin(part, times=2)


def _no_run_is_left_behind(story: Story) -> None:
    """Not even of those that events have started meanwhile."""
    left = {"flow_runs": {"state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING", "PAUSED"]}}}}
    waited_for(
        lambda: story.server.ask("POST", "/flow_runs/filter", left) == [], seconds=120, what="the last run"
    )
    for name, run_id in story.asked:
        run = story.server.ask("GET", f"/flow_runs/{run_id}")
        assert run["state_type"] == "COMPLETED", (name, run["state"], story.server.messages(run_id)[-5:])
        story.seconds.setdefault(name, []).append(run["total_run_time"])


def _nothing_was_locked(story: Story) -> None:
    logs = {name: part.log.read_text(errors="replace") for name, part in story.parts.items()}
    for _name, run in story.asked:
        logs[run] = "\n".join(story.server.messages(run))
    assert [(name, word) for name, log in logs.items() for word in LOCKED if word in log] == []


def _every_week_came_out_once(story: Story, warehouse: Warehouse) -> None:
    issues = warehouse.issues().select("edition", "week", "revision")
    first = issues.filter(revision=0)
    assert sorted(first.select("edition", "week").rows()) == sorted((e, w) for e in EDITIONS for w in WEEKS)
    revised = issues.filter(pl.col("revision") > 0)
    weeks = {*story.weeks.late.values(), *_taken_back(warehouse)}
    assert sorted(revised.rows()) == sorted((e, w, 1) for e in EDITIONS for w in weeks)
    files = [p for p in story.weeks.files if p.is_file()]
    assert warehouse.deliveries().filter(status="loaded").height == len(files)


def _taken_back(warehouse: Warehouse) -> set[str]:
    """Weeks whose trains an operator withdrew after they were published, as some weeks tell."""
    changes = warehouse.revisions().filter(
        pl.col("cause").str.contains("cancelled"), mart="mart_departure_week", measure="trains"
    )
    first = warehouse.issues().filter(revision=0, edition="weekly").select("week", published="snapshot")
    late = changes.join(first, left_on="iso_week", right_on="week").filter(
        pl.col("snapshot") > pl.col("published")
    )
    return set(late["iso_week"])


def _every_mail_came_once(story: Story, warehouse: Warehouse) -> None:
    mails = warehouse.outbox()
    recipients = len(load_settings().recipients)
    issues = warehouse.issues().filter(edition="weekly").height
    assert (mails.height, set(mails["state"])) == (issues * recipients, {"sent"})
    assert story.relayed.ids() == Counter(mails["message_id"].to_list())


def _told(story: Story, took: float) -> None:
    """What a person wants to know who ran this for an hour."""
    print(
        f"\n{len(WEEKS)} weeks, {len(story.asked)} runs in {took / 60:.1f} minutes; median and longest run:"
    )
    for name, seconds in sorted(story.seconds.items()):
        ordered = sorted(seconds)
        print(f"  {name}: {len(ordered)} runs, {ordered[len(ordered) // 2]:.1f} s, {ordered[-1]:.1f} s")
