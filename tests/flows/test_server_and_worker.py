"""The whole chain for real: a Prefect server, a process worker, ``prefect deploy``, schedules, a late run, its report.

Every deployment is started over the API, and what it did is looked for in the warehouse, the site and the relay; by ``make
long`` also backfill, maintenance and what is started twice, all of which other tests run without a server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.workers.process import ProcessWorker

from corridor_etl.jobs.prefect_api import POOL, Api
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from flows import automations
from flows.deploying import switch, switches
from flows.strays import BEGUN_AGAIN, put_in_order
from tests.delivery.relay import Plan, relay
from tests.flows.servers import (
    BEGINS_WITHIN_SECONDS,
    PREFECT,
    QUIET_SERVICES,
    Server,
    clean_environment,
    free_port,
    prefect,
    running,
    waited_for,
)

pytestmark = [pytest.mark.server, pytest.mark.timeout(1800)]
SIMULATED = "2025-W22:2025-W23"
LATE_MONDAY = datetime(2025, 6, 9, 1, 0, tzinfo=UTC)
"""Monday 06:00 in Almaty: the run for 2025-W23, a year and more before the test."""
TEMPLATE = ProcessWorker.get_default_base_job_template()
OPERATOR = "duty@corridor.example"
BAD = "booking_desk/scan0001.pdf"


@dataclass(frozen=True)
class Platform:
    """A server with a worker, the relay that worker sends by, and the run that ingested the inbox."""

    server: Server
    relayed: Plan
    ingested: str


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, english_only: Path, where_runs_are_kept: dict[str, str]
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("platform")
    home = folder / "home"
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("CORRIDOR_HOME", str(home))
        simulate(home, parse_range(SIMULATED), seed=1, faults=False, settings=load_settings())
        (home / "inbox" / BAD).write_bytes(b"%PDF-1.7\nnot a delivery\n%%EOF\n")
        port = free_port()
        environment = clean_environment(home, port, **QUIET_SERVICES)
        log = folder / "server.log"
        command = [*PREFECT, "server", "start", "--port", str(port)]
        stack.enter_context(running(command, {**environment, **where_runs_are_kept}, log))
        api = stack.enter_context(httpx.Client(base_url=environment["PREFECT_API_URL"], timeout=60))
        server = Server(api, home, environment)
        waited_for(server.is_healthy, seconds=300, what=f"the server; see {log}")
        pool = {"name": POOL, "type": "process", "base_job_template": TEMPLATE}
        server.ask("POST", "/work_pools/", pool, once=True)
        elsewhere = {name: value for name, value in environment.items() if name != "CORRIDOR_CHECKOUT"}
        prefect(["--no-prompt", "deploy", "--all"], elsewhere)
        there = {PREFECT_API_URL: environment["PREFECT_API_URL"]}
        with temporary_settings(there), get_client(sync_client=True) as client:
            automations.bring_up_to_date(client)
        yield server


@pytest.fixture(scope="module")
def platform(
    server: Server, tmp_path_factory: pytest.TempPathFactory, english_only: Path
) -> Iterator[Platform]:
    """What the worker finds scheduled waits: only the runs of these tests go on."""
    folder, plan = tmp_path_factory.mktemp("worker"), Plan()
    config = folder / "corridor.toml"
    usual = english_only.read_text(encoding="utf-8")
    config.write_text(
        usual.replace("\naddresses = []\n", f'\naddresses = ["{OPERATOR}"]\n'), encoding="utf-8"
    )
    for name in ("ingest", "weekly-reports", "maintenance"):
        server.silence(name)
    with relay(plan) as port:
        mail = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none"}
        environment = {
            **server.environment,
            "CORRIDOR_CONFIG": str(config),
            **{f"CORRIDOR_SMTP_{name}": value for name, value in mail.items()},
        }
        worker = [*PREFECT, "worker", "start", "--pool", "corridor", "--type", "process"]
        with running(worker, environment, folder / "worker.log"):
            ingested = server.start("ingest", datetime.now(UTC))
            server.finished(ingested)
            yield Platform(server, plan, ingested)


def test_scheduled_runs_appear_after_deployment(server: Server) -> None:
    """A server can be healthy, accept every deployment, show active schedules and still never start a run."""
    for name in ("ingest", "weekly-reports", "maintenance"):
        runs = waited_for(
            lambda name=name: [r for r in server.runs(name) if r["auto_scheduled"]],
            seconds=BEGINS_WITHIN_SECONDS,
            what=f"a scheduled run of {name}",
        )
        assert len(runs) >= 3


def test_what_somebody_asks_for_has_no_schedule(server: Server) -> None:
    assert [server.deployment(name)["schedules"] for name in ("backfill", "notify")] == [[], []]


def test_each_worker_finds_its_own_checkout(server: Server) -> None:
    """Deployed without the variable, the folder is looked up where a run starts."""
    assert "{{ $CORRIDOR_CHECKOUT }}" in str(server.deployment("ingest")["pull_steps"])


def test_the_server_refuses_a_week_that_is_none(server: Server) -> None:
    body = {"parameters": {"week": "24/2025"}}
    path = f"/deployments/{server.deployment('weekly-reports')['id']}/create_flow_run"
    with pytest.raises(httpx.HTTPStatusError, match=r"\b(409|422)\b"):
        server.ask("POST", path, body)


FAR = datetime(2030, 1, 7, 1, tzinfo=UTC)
"""So late that no worker takes a run before the test is done with it."""


def strayed(server: Server, state: str) -> tuple[str, str]:
    """A backfill that the server takes to be in this state, while nobody is at it; its id and its scheduled time."""
    run = server.start("backfill", FAR, weeks="2025-W22", reason="nobody is at it")
    server.ask("POST", f"/flow_runs/{run}/set_state", {"state": {"type": state}, "force": True})
    return run, server.ask("GET", f"/flow_runs/{run}")["expected_start_time"]


def looked(server: Server, run: str) -> tuple[str, str]:
    """State and scheduled time of a run after a look for strays."""
    put_in_order(Api.of(server.environment["PREFECT_API_URL"], server.environment))
    found = server.ask("GET", f"/flow_runs/{run}")
    return found["state_name"], found["next_scheduled_start_time"]


@pytest.mark.parametrize("state", ["PENDING", "RUNNING", "CRASHED"])
def test_a_run_nobody_is_at_is_begun_again_twice_for_the_time_it_was_scheduled(
    server: Server, state: str
) -> None:
    run, scheduled = strayed(server, state)
    for _ in range(2):
        assert looked(server, run) == (BEGUN_AGAIN, scheduled)
        assert looked(server, run) == (BEGUN_AGAIN, scheduled)
        server.ask("POST", f"/flow_runs/{run}/set_state", {"state": {"type": state}, "force": True})
    assert looked(server, run) == ("Crashed", None)
    assert looked(server, run) == ("Crashed", None)


def test_a_run_that_was_to_be_cancelled_while_nobody_was_at_it_is_cancelled(server: Server) -> None:
    run, _ = strayed(server, "RUNNING")
    server.ask("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}, "force": True})
    assert looked(server, run) == ("Cancelled", None)


def test_a_run_that_holds_its_slot_is_left_alone(server: Server) -> None:
    run, _ = strayed(server, "RUNNING")
    limit = server.deployment("backfill")["global_concurrency_limit"]["name"]
    slot = {"slots": 1, "names": [limit]}
    server.ask("POST", "/v2/concurrency_limits/increment", slot, once=True)
    assert looked(server, run) == ("Running", None)
    server.ask("POST", "/v2/concurrency_limits/decrement", slot, once=True)
    assert looked(server, run)[0] == BEGUN_AGAIN
    server.ask("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLED"}, "force": True})


def test_what_somebody_has_switched_on_or_off_stays_so_when_the_server_is_deployed_to_again(
    server: Server,
) -> None:
    def switched(name: str, is_active: bool) -> None:
        deployment = server.deployment(name)
        path = f"/deployments/{deployment['id']}/schedules/{deployment['schedules'][0]['id']}"
        server.ask("PATCH", path, {"active": is_active})

    api = Api.of(server.environment["PREFECT_API_URL"], server.environment)
    switched("deliver", True)
    server.silence("maintenance")
    before = switches(api)
    assert (before.active[("deliver", "every-10-minutes")], before.paused) == (True, {"maintenance"})
    switched("deliver", False)  # as prefect.yaml has them
    server.ask("POST", f"/deployments/{server.deployment('maintenance')['id']}/resume_deployment")
    switch(api, before)
    assert switches(api) == before
    switched("deliver", False)


def test_a_late_run_reports_the_week_it_was_scheduled_for(platform: Platform) -> None:
    server = platform.server
    late = server.finished(server.start("weekly-reports", LATE_MONDAY, editions=["weekly"]))
    assert late["name"] == "weekly 2025-W23"
    with Warehouse.open(server.home) as warehouse:
        ((week, folder),) = warehouse.issues().select("week", "folder").rows()
    assert week == "2025-W23"
    assert "2025-W23" in (server.home / folder / "index.html").read_text(encoding="utf-8")


def test_a_rejected_delivery_tells_the_operators_at_once_and_once(platform: Platform) -> None:
    """Its event starts ``notify`` by the automation."""
    server = platform.server
    waited_for(
        lambda: [r for r in server.runs("notify") if r["state_type"] == "COMPLETED"],
        seconds=BEGINS_WITHIN_SECONDS,
        what="a run that the automation started",
    )
    assert_the_operators_were_told_once(platform)


def assert_the_operators_were_told_once(platform: Platform) -> None:
    assert Counter(to for to, _ in platform.relayed.accepted if to == OPERATOR) == {OPERATOR: 1}
    with Warehouse.open(platform.server.home) as warehouse:
        incidents = warehouse.incidents.all().filter(kind="delivery.rejected")
    assert incidents.select("subject", "state").rows() == [(BAD, "open")]
    assert incidents["notified_at_utc"].null_count() == 0


def test_every_mail_is_sent_once(platform: Platform) -> None:
    server = platform.server
    server.finished(server.start("deliver", datetime.now(UTC)))
    assert_every_mail_was_sent_once(platform)


def assert_every_mail_was_sent_once(platform: Platform) -> None:
    with Warehouse.open(platform.server.home) as warehouse:
        mails = warehouse.outbox()
    assert mails.filter(report_key="weekly/2025-W23/r0/en").height == 2
    assert set(mails["state"]) == {"sent"}
    assert platform.relayed.ids() == dict.fromkeys(mails["message_id"], 1)


@pytest.mark.long
def test_what_somebody_starts_too_tells_and_mails_nobody_twice(platform: Platform) -> None:
    server = platform.server
    server.finished(server.start("weekly-reports", LATE_MONDAY, editions=["weekly"]))
    for name in ("deliver", "deliver", "notify", "notify"):
        run = server.ended(server.start(name, datetime.now(UTC)))
        # An event may have started one more: a run that finds one at work has nothing to add.
        assert run["state_type"] in ({"COMPLETED", "CANCELLED"} if name == "notify" else {"COMPLETED"}), run[
            "state"
        ]
    assert_the_operators_were_told_once(platform)
    assert_every_mail_was_sent_once(platform)


@pytest.mark.long
def test_a_backfill_makes_past_weeks_and_mails_nobody(platform: Platform) -> None:
    server = platform.server
    run = server.start("backfill", datetime.now(UTC), weeks="2025-W22:2025-W23", reason="first weeks")
    assert server.finished(run)["name"] == "backfill 2025-W22:2025-W23 (first weeks)"
    with Warehouse.open(server.home) as warehouse:
        assert sorted(warehouse.issues()["week"]) == ["2025-W22", "2025-W23"]
        assert {key for key in warehouse.outbox()["report_key"] if "W22" in key} == set()


@pytest.mark.long
def test_maintenance_sweeps_looks_and_builds_the_site(platform: Platform) -> None:
    server = platform.server
    (server.home / "site" / "index.html").unlink(missing_ok=True)
    steps = ["sweep", "archive", "ledger", "site"]
    server.finished(server.start("maintenance", datetime.now(UTC), steps=steps))
    assert (server.home / "site" / "index.html").is_file()
