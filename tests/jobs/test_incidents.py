"""An incident is opened once, counted while it stands, mailed once, and resolved when its cause has gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.clock import now_utc
from corridor_etl.errors import AddressRefused, UsageError
from corridor_etl.jobs.deliver import deliver
from corridor_etl.jobs.incidents import look, look_after
from corridor_etl.jobs.ingest import BatchResult, DeliveryOutcome, concluded
from corridor_etl.jobs.notify import notify
from corridor_etl.settings import checkout
from corridor_etl.warehouse import Batch, IssueRow, Warehouse
from corridor_etl.warehouse.engine import writing
from tests.delivery import outboxes
from tests.delivery.relay import Plan, relay_as_set
from tests.warehouse.conftest import batch_of, delivery

BAD = "booking_desk/bad.csv"
REJECTED = f"delivery.rejected/{BAD}"
HELD = "issue.held/weekly/2025-W24"
OPERATOR = "duty@corridor.example"
FIGURES = pl.DataFrame(schema={"address": pl.String, "value_text": pl.String, "unit": pl.String})


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "postgresql":
        monkeypatch.setenv("CORRIDOR_DATABASE_URL", request.getfixturevalue("new_database")())


@pytest.fixture
def warehouse(own_home: Path) -> Iterator[Warehouse]:
    with Warehouse.open(own_home) as opened:
        yield opened


@pytest.fixture
def operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Names the operators in the configuration."""

    def named(*addresses: str) -> None:
        text = (checkout() / "corridor.toml").read_text(encoding="utf-8")
        path = tmp_path / f"corridor{len(list(tmp_path.glob('*.toml')))}.toml"
        path.write_text(text.replace("\naddresses = []\n", f"\naddresses = {json.dumps(addresses)}\n"))
        monkeypatch.setenv("CORRIDOR_CONFIG", str(path))

    named(OPERATOR)
    return named


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plan]:
    with relay_as_set(monkeypatch) as made:
        yield made


def reject(warehouse: Warehouse, content: str = "bad", name: str = BAD) -> None:
    row = delivery(content, file_name=name, status="rejected", reason="ENCODING", message="it is no text")
    warehouse.publish(Batch(deliveries=[row], received_at_utc=now_utc()), {}, base=warehouse.snapshot())


def load(warehouse: Warehouse, content: str, name: str = BAD) -> None:
    warehouse.publish(batch_of(content, file_name=name), {}, base=warehouse.snapshot())


def hold(warehouse: Warehouse, snapshot: int = 1) -> None:
    warehouse.hold_issue(("weekly", "2025-W24", 0, snapshot), ["Nothing was received."], now_utc())


def publish(warehouse: Warehouse, week: str = "2025-W24", edition: str = "weekly") -> None:
    row = IssueRow(
        edition=edition, week=week, revision=0, language="en", issue_no=1, state="published", snapshot=1,
        published_at_utc=now_utc(), scheduled_at_utc=None, content_sha256="0" * 64, context_json="{}",
        folder=f"site/internal/{edition}/{week}/r0",
    )  # fmt: skip
    warehouse.record_issue(row, FIGURES, [])


def states(warehouse: Warehouse) -> dict[str, tuple[str, int]]:
    """key -> (state, times seen) of the last incident of each key."""
    rows = warehouse.incidents.all().select("incident_key", "state", "times_seen").rows()
    return {key: (state, times) for key, state, times in rows}


@pytest.mark.usefixtures("anywhere")
def test_a_rejected_file_is_one_incident_until_its_name_is_loaded(warehouse: Warehouse) -> None:
    reject(warehouse)
    assert look().opened == (REJECTED,)
    assert look().opened == ()
    assert states(warehouse) == {REJECTED: ("open", 1)}
    reject(warehouse, "bad again")
    look()
    assert states(warehouse) == {REJECTED: ("open", 2)}
    load(warehouse, "another", name="booking_desk/other.csv")
    assert look().resolved == ()
    load(warehouse, "mended")
    assert look().resolved == (REJECTED,)
    assert warehouse.incidents.one(REJECTED)["resolved_by"] == "corridor"
    reject(warehouse, "bad once more")
    assert look().opened == (REJECTED,)
    assert warehouse.incidents.all().height == 2


def test_what_a_person_has_closed_is_opened_again_only_if_it_happens_again(warehouse: Warehouse) -> None:
    reject(warehouse)
    look()
    warehouse.incidents.resolve(REJECTED, by="duty")
    assert look().opened == ()
    reject(warehouse, "bad again")
    assert look().opened == (REJECTED,)


def test_a_held_issue_is_an_incident_until_its_own_week_and_edition_is_published(
    warehouse: Warehouse,
) -> None:
    hold(warehouse)
    assert look().opened == (HELD,)
    hold(warehouse, snapshot=2)
    publish(warehouse, week="2025-W23")
    publish(warehouse, edition="trade")
    look()
    assert states(warehouse) == {HELD: ("open", 2)}
    publish(warehouse)
    assert look().resolved == (HELD,)


def test_a_batch_that_is_held_is_an_incident_until_its_file_is_recorded(warehouse: Warehouse) -> None:
    load(warehouse, "earlier")
    held = DeliveryOutcome(BAD, "held", "VALIDATION_ERROR", "it broke the line.", 0, 0, 0, 0)
    concluded([BatchResult(None, (held,))])
    concluded([BatchResult(None, ())])
    concluded([BatchResult(None, (held,))])
    assert states(warehouse) == {f"batch.held/{BAD}": ("open", 2)}
    load(warehouse, "mended")
    concluded([BatchResult(None, ())])
    assert states(warehouse) == {f"batch.held/{BAD}": ("resolved", 2)}


@pytest.mark.usefixtures("anywhere")
def test_a_mail_that_failed_is_an_incident_until_it_is_sent(warehouse: Warehouse, plan: Plan) -> None:
    with writing(warehouse.engine) as connection:
        outboxes.put(connection, warehouse.home, 1)
    (failing, key) = (outboxes.address(1), f"mail.failed/{outboxes.message_id(1)}")
    plan.to_recipient[failing].append("550 5.3.4 too large")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_NOW", outboxes.NOW)
        deliver()
        assert states(warehouse) == {key: ("open", 1)}
        warehouse.mails.retry(outboxes.message_id(1), by="duty", reason="smaller now")
        deliver()
    assert states(warehouse) == {key: ("resolved", 1)}


@pytest.mark.usefixtures("operators")
@pytest.mark.usefixtures("anywhere")
def test_the_operators_get_one_mail_per_incident_however_often_and_from_wherever_it_is_looked_at(
    warehouse: Warehouse, plan: Plan
) -> None:
    reject(warehouse)
    hold(warehouse)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: look(), range(4)))
    assert (
        notify().line() == "incidents: 0 opened, 0 resolved; 1 sent, 0 to be tried later, 0 failed, 0 unknown"
    )
    deliver()
    notify()
    ((to, content),) = plan.accepted
    assert to == OPERATOR
    message: Any = message_from_bytes(content, policy=SMTP)
    said = message.get_content()
    assert all(said.count(key) == 1 for key in (REJECTED, HELD))
    reject(warehouse, "worse", name="booking_desk/worse.csv")
    notify()
    assert len(plan.accepted) == 2
    assert "worse" in message_from_bytes(plan.accepted[1][1], policy=SMTP)["Subject"]
    assert REJECTED.encode() not in plan.accepted[1][1]


@pytest.mark.usefixtures("operators")
def test_notifying_sends_no_other_mail(warehouse: Warehouse, plan: Plan) -> None:
    with writing(warehouse.engine) as connection:
        outboxes.put(connection, warehouse.home, 1)
    reject(warehouse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_NOW", outboxes.NOW)  # the mail that waits has not grown too old
        notify()
    assert [to for to, _ in plan.accepted] == [OPERATOR]


def test_the_sandbox_gets_the_mail_in_place_of_the_operators(
    operators: Callable[..., None], warehouse: Warehouse, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_SMTP_SANDBOX", "sandbox@corridor.example")
    operators(OPERATOR, "night@corridor.example")
    reject(warehouse)
    notify()
    assert [to for to, _ in plan.accepted] == ["sandbox@corridor.example"] * 2
    first: Any = message_from_bytes(plan.accepted[0][1], policy=SMTP)
    assert first["Subject"].startswith("[sandbox] Incident: delivery.rejected/")
    assert len(plan.ids()) == 2


def test_an_operator_who_may_not_be_written_to_gets_nothing_and_the_incident_is_kept(
    operators: Callable[..., None], warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    operators(OPERATOR, "duty@elsewhere.example")
    reject(warehouse)
    with pytest.raises(AddressRefused):
        look()
    look_after()
    assert "elsewhere.example" in caplog.text
    assert states(warehouse) == {REJECTED: ("open", 1)}
    assert warehouse.outbox().height == 0
    operators(OPERATOR)
    look()
    assert warehouse.outbox()["recipient"].to_list() == [OPERATOR]


@pytest.mark.usefixtures("operators")
def test_a_mail_about_incidents_that_fails_is_listed_and_mailed_to_nobody(
    warehouse: Warehouse, plan: Plan
) -> None:
    plan.to_recipient[OPERATOR].append("550 5.1.1 unknown")
    reject(warehouse)
    notify()
    look()
    (failed,) = warehouse.incidents.all().filter(kind="mail.failed").to_dicts()
    assert (failed["state"], failed["notified_at_utc"]) == ("open", None)
    assert warehouse.outbox().height == 1


@pytest.mark.usefixtures("operators")
def test_text_of_a_sender_writes_no_header_and_no_line_of_its_own(warehouse: Warehouse, plan: Plan) -> None:
    reject(warehouse, name="booking_desk/a\r\nBcc: x@corridor.example\u2028中.csv")
    notify()
    ((_, content),) = plan.accepted
    message: Any = message_from_bytes(content, policy=SMTP)
    assert message["Bcc"] is None
    assert not [line for line in message.get_content().splitlines() if line.startswith("Bcc")]


def test_what_happened_long_ago_opens_no_incident(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    reject(warehouse)
    monkeypatch.setenv("CORRIDOR_NOW", (now_utc() + timedelta(days=29)).isoformat())
    assert look().opened == ()


def test_people_list_take_on_and_close_incidents(warehouse: Warehouse) -> None:
    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(app, ["incidents", *arguments, "--json"])
        if result.exception is not None:
            raise result.exception
        return json.loads(result.stdout)

    reject(warehouse)
    look()
    assert [row["incident_key"] for row in run("list")] == [REJECTED]
    assert run("acknowledge", "1", "--by", "duty")["state"] == "acknowledged"
    assert run("show", REJECTED)["acknowledged_by"] == "duty"
    with pytest.raises(UsageError, match="is acknowledged"):
        run("acknowledge", REJECTED)
    assert run("resolve", REJECTED, "--by", "duty")["state"] == "resolved"
    assert run("list") == []
    assert len(run("list", "--all")) == 1
    with pytest.raises(UsageError, match="no incident"):
        run("show", "7")
