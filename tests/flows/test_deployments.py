"""What ``prefect.yaml`` promises: every flow is deployed, importable, on the right clock and checks its parameters."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import anyio
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from prefect import Flow
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ParameterTypeError
from prefect.flows import load_flow_from_entrypoint
from prefect.server.schemas.schedules import CronSchedule as ServerCron

from corridor_etl.jobs.weeks import week_to_report
from corridor_etl.reference.calendar import week_of
from corridor_etl.settings import checkout, load_settings
from flows import offline, offline_environment
from flows.backfill import backfill
from flows.deliver import send
from flows.weekly_reports import due_week, weekly_reports

PROJECT: dict[str, Any] = yaml.safe_load((checkout() / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS: dict[str, dict[str, Any]] = {d["name"]: d for d in PROJECT["deployments"]}
APART = {"assets.py", "automations.py", "deploying.py", "events.py", "offline.py", "server.py", "strays.py"}
"""Files of the folder that declare no flow."""
FLOW_FILES = sorted(f.name for f in (checkout() / "flows").glob("[a-z]*.py") if f.name not in APART)


def loaded(name: str) -> Flow[..., Any]:
    return load_flow_from_entrypoint(str(checkout() / DEPLOYMENTS[name]["entrypoint"]))


def schedule(name: str) -> CronSchedule:
    (declared,) = DEPLOYMENTS[name]["schedules"]
    return CronSchedule(cron=declared["cron"], timezone=declared["timezone"])


def dates(name: str, start: datetime, count: int) -> list[datetime]:
    cron = ServerCron(**schedule(name).model_dump())
    return anyio.run(lambda: cron.get_dates(n=count, start=start))


def test_every_flow_file_is_deployed_once() -> None:
    files = sorted(d["entrypoint"].partition(":")[0] for d in DEPLOYMENTS.values())
    assert files == [f"flows/{name}" for name in FLOW_FILES]


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_an_entrypoint_is_the_flow_of_its_name(name: str) -> None:
    flow = loaded(name)
    assert isinstance(flow, Flow)
    assert flow.name == name
    assert flow.description


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_a_run_has_a_name_that_says_what_it_is(name: str) -> None:
    """Prefect's own are two words at random."""
    assert loaded(name).flow_run_name


def test_a_file_apart_declares_no_flow() -> None:
    """A flow in one of them would be deployed by nobody and missed by nobody."""
    files = [checkout() / "flows" / name for name in APART]
    assert [f.name for f in files if f.exists() and "@flow" in f.read_text(encoding="utf-8")] == []


def test_what_runs_without_a_server_is_what_is_scheduled() -> None:
    scheduled = {name: d["entrypoint"] for name, d in DEPLOYMENTS.items() if d["schedules"]}
    named = {n: e.replace("flows.", "flows/").replace(":", ".py:") for n, e in offline.FLOWS.items()}
    assert named == scheduled


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_every_parameter_is_described_in_the_form(name: str) -> None:
    properties = loaded(name).parameters.properties
    assert [p for p, schema in properties.items() if not schema.get("description")] == []


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_a_deployment_runs_alone_in_the_pool_and_is_tagged(name: str) -> None:
    deployment = DEPLOYMENTS[name]
    assert deployment["work_pool"]["name"] == "corridor"
    assert deployment["concurrency_limit"]["limit"] == 1
    assert "corridor" in deployment["tags"]
    assert deployment["description"]


def test_a_week_of_reports_is_never_dropped() -> None:
    strategies = {name: d["concurrency_limit"]["collision_strategy"] for name, d in DEPLOYMENTS.items()}
    assert strategies == {
        "ingest": "CANCEL_NEW",
        "weekly-reports": "ENQUEUE",
        "deliver": "CANCEL_NEW",
        "notify": "CANCEL_NEW",
        "backfill": "ENQUEUE",
        "maintenance": "CANCEL_NEW",
    }


def test_mail_is_never_sent_again_because_a_run_failed_and_not_before_somebody_switches_it_on() -> None:
    assert (send.retries, send.persist_result, send.cache_policy) == (0, False, NO_CACHE)
    (declared,) = DEPLOYMENTS["deliver"]["schedules"]
    assert declared["active"] is False


def test_the_checkout_is_found_through_the_environment() -> None:
    (step,) = PROJECT["pull"]
    (options,) = step.values()
    assert options == {"directory": "{{ $CORRIDOR_CHECKOUT }}"}
    assert not re.search(r"(^|\s)/\w", (checkout() / "prefect.yaml").read_text(encoding="utf-8"))


def test_the_inbox_is_visited_every_quarter_of_an_hour() -> None:
    visits = dates("ingest", datetime(2025, 6, 30, 0, 1, tzinfo=UTC), 5)
    assert [v.astimezone(UTC).minute for v in visits] == [15, 30, 45, 0, 15]


def test_the_weekly_report_is_due_on_mondays_at_six_in_the_zone_of_the_reports() -> None:
    zone = load_settings().report_zone
    assert schedule("weekly-reports").timezone == zone.key
    due = [d.astimezone(zone) for d in dates("weekly-reports", datetime(2024, 1, 1, tzinfo=UTC), 120)]
    assert {(d.isoweekday(), d.time()) for d in due} == {(1, time(6))}


def test_each_scheduled_run_reports_the_week_before_and_no_week_is_missed() -> None:
    """Over two turns of the year, one of them after a week 53."""
    due = dates("weekly-reports", datetime(2020, 11, 1, tzinfo=UTC), 120)
    weeks = [week_to_report(d, load_settings()) for d in due]
    assert weeks == [week_of((d - timedelta(days=7)).date()) for d in due]
    assert "2020-W53" in weeks
    assert len(set(weeks)) == len(weeks)


@pytest.mark.parametrize(
    ("scheduled", "week"),
    [
        ("2025-06-30T01:00:00+00:00", "2025-W26"),
        ("2025-06-29T18:59:59+00:00", "2025-W25"),
        ("2025-06-29T19:00:00+00:00", "2025-W26"),
        ("2021-01-04T01:00:00+00:00", "2020-W53"),
    ],
    ids=["on-schedule", "sunday-2359-in-almaty", "monday-0000-in-almaty", "after-week-53"],
)
def test_a_run_reports_the_week_of_its_scheduled_time_not_of_today(scheduled: str, week: str) -> None:
    assert due_week(None, datetime.fromisoformat(scheduled)) == week


def test_a_week_that_is_asked_for_wins_over_the_scheduled_time() -> None:
    assert due_week("2025-W10", datetime(2025, 6, 30, 1, tzinfo=UTC)) == "2025-W10"


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda instant: 1970 < instant.year < 9999))
def test_the_reported_week_is_over_and_the_next_one_is_not(scheduled: datetime) -> None:
    settings = load_settings()
    today = scheduled.astimezone(settings.report_zone).date()
    assert week_to_report(scheduled, settings) == week_of(today - timedelta(days=7))


def test_the_server_gets_the_pattern_of_a_week() -> None:
    choices = loaded("weekly-reports").parameters.properties["week"]["anyOf"]
    assert {"string", "null"} == {c["type"] for c in choices}
    pattern = next(c["pattern"] for c in choices if c["type"] == "string")
    assert re.fullmatch(pattern, "2025-W24")
    assert not re.fullmatch(pattern, "2025-24")


def test_the_server_gets_the_pattern_of_a_range_and_a_reason() -> None:
    parameters = loaded("backfill").parameters
    assert parameters.required == ["weeks", "reason"]
    assert re.fullmatch(parameters.properties["weeks"]["pattern"], "2025-W09:2025-W24")
    assert not re.fullmatch(parameters.properties["weeks"]["pattern"], "2025-W09..2025-W24")
    assert parameters.properties["reason"]["minLength"] == 3


@pytest.mark.parametrize("week", ["2025-W54", "2025-W00", "2025-24", "last week"])
def test_a_week_that_does_not_exist_is_refused(week: str) -> None:
    with pytest.raises(ParameterTypeError, match="week"):
        weekly_reports.validate_parameters({"week": week})


@pytest.mark.parametrize(
    ("weeks", "reason"),
    [("2025-W24:2025-W09", "late files"), ("2025-W09:2025-W60", "late files"), ("2025-W09:2025-W24", "x")],
    ids=["backwards", "week-60", "no-reason"],
)
def test_a_backfill_that_makes_no_sense_is_refused(weeks: str, reason: str) -> None:
    with pytest.raises(ParameterTypeError):
        backfill.validate_parameters({"weeks": weeks, "reason": reason})


def test_prefect_stays_on_this_machine(own_home: Any) -> None:
    environment = offline_environment(own_home)
    assert environment["PREFECT_HOME"] == str(own_home / "prefect")
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
