"""Sending to a real SMTP server: every answer it can give, cuts before, in and after the message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corridor_etl.delivery.smtp import Relay, Step
from corridor_etl.errors import RelayDown, RelayRefused
from corridor_etl.settings import Credentials
from corridor_etl.warehouse import Mails
from tests.delivery import outboxes
from tests.delivery.outboxes import CONTACT, address, content, mail, message_id, sender, states
from tests.delivery.relay import CUT, Plan, relay

pytestmark = pytest.mark.usefixtures("clock")
AT = outboxes.QUEUED


def test_every_message_arrives_once_with_its_bytes_in_one_connection(
    mails: Mails, own_home: Path, plan: Plan, port: int
) -> None:
    report = sender(mails, own_home, mail(port)).run()
    assert report.line() == "3 sent, 0 to be tried later, 0 failed, 0 unknown"
    assert plan.accepted == [(address(n), content(n)) for n in (1, 2, 3)]
    assert plan.connections == 1
    kept = mails.message(message_id(1))
    assert (kept["last_answer"], kept["sent_at_utc"]) == ("250 2.0.0 OK: queued (the end of the message)", AT)
    assert sender(mails, own_home, mail(port)).run().sent == []
    assert len(plan.accepted) == 3


@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted", "452 4.2.2 mailbox full", "421 4.3.2 closing"])
@pytest.mark.parametrize("step", ["to_recipient", "to_message"])
def test_a_temporary_refusal_waits_longer_each_time_and_is_sent_with_the_same_bytes(
    mails: Mails,
    own_home: Path,
    plan: Plan,
    port: int,
    clock: Callable[[float], None],
    step: str,
    answer: str,
) -> None:
    getattr(plan, step)[address(2)] += [answer, answer]
    report = sender(mails, own_home, mail(port)).run()
    assert (len(report.sent), report.queued) == (2, [message_id(2)])
    clock(14)
    assert sender(mails, own_home, mail(port)).run().queued == []
    clock(15)
    assert sender(mails, own_home, mail(port)).run().queued == [message_id(2)]
    assert mails.message(message_id(2))["next_try_at_utc"] == AT + timedelta(minutes=45)
    clock(45)
    assert sender(mails, own_home, mail(port)).run().sent == [message_id(2)]
    assert plan.accepted[-1] == (address(2), content(2))
    assert mails.message(message_id(2))["attempts"] == 3


@pytest.mark.parametrize("step", ["to_recipient", "to_message"])
def test_a_refusal_for_good_suspends_that_address_and_stops_no_other(
    mails: Mails, own_home: Path, plan: Plan, port: int, step: str
) -> None:
    getattr(plan, step)[address(1)] += ["550 5.1.1 no such user"]
    report = sender(mails, own_home, mail(port)).run()
    assert (report.failed, len(report.sent), report.needs_somebody) == ([message_id(1)], 2, True)
    (suspended,) = mails.suspensions().to_dicts()
    assert (suspended["address"], suspended["reason"][:22]) == (address(1), "550 5.1.1 no such user")
    mails.retry(message_id(1), by="desk", reason="x")
    assert sender(mails, own_home, mail(port)).run().sent == []
    mails.lift(address(1), by="desk")
    assert sender(mails, own_home, mail(port)).run().sent == [message_id(1)]


def test_a_message_the_relay_finds_too_big_suspends_nobody(
    mails: Mails, own_home: Path, plan: Plan, port: int
) -> None:
    plan.to_message[address(1)] += ["552 5.3.4 message too big"]
    assert sender(mails, own_home, mail(port)).run().failed == [message_id(1)]
    assert mails.suspensions().is_empty()


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_cut_after_the_message_is_unknown_and_never_sent_again_by_itself(
    mails: Mails, own_home: Path, plan: Plan, port: int, clock: Callable[[float], None], is_taken: bool
) -> None:
    plan.to_message[address(2)] += [CUT]
    plan.is_taken = is_taken
    report = sender(mails, own_home, mail(port)).run()
    assert (report.unknown, len(report.sent)) == ([message_id(2)], 2)
    clock(60 * 24)
    assert (
        sender(mails, own_home, mail(port)).run().line() == "0 sent, 0 to be tried later, 0 failed, 0 unknown"
    )
    assert plan.ids()[message_id(2)] == int(is_taken)
    if is_taken:
        mails.resolve(message_id(2), "sent", by="desk", reason="in the log")
    else:
        mails.resolve(message_id(2), "queued", by="desk", reason="not in the log")
    sender(mails, own_home, mail(port)).run()
    assert plan.ids() == {message_id(n): 1 for n in (1, 2, 3)}
    assert states(mails, 3) == ["sent"] * 3


def test_a_cut_before_the_message_was_over_waits_and_loses_nothing(
    mails: Mails, own_home: Path, plan: Plan, port: int, clock: Callable[[float], None]
) -> None:
    plan.to_recipient[address(1)] += [CUT]  # on a new connection, so that it is not tried at once
    plan.cut_at_data = {address(3): ""}  # on a used one: tried at once on a new one
    report = sender(mails, own_home, mail(port)).run()
    assert (report.queued, report.sent) == ([message_id(1)], [message_id(2), message_id(3)])
    clock(15)
    sender(mails, own_home, mail(port)).run()
    assert plan.ids() == {message_id(n): 1 for n in (1, 2, 3)}


def test_a_cut_in_the_middle_of_a_message_is_known_to_be_none_and_one_at_its_end_is_not(
    mails: Mails, own_home: Path, plan: Plan, port: int
) -> None:
    """Of a short message nobody can tell whether its end was read."""
    plan.cut_at_data = {address(1): "354 go on", address(2): "354 go on"}
    with Relay(mail(port), Credentials(), "corridor.example") as connection:
        connection.open()
        long = content(1) + (b"y" * 70 + b"\r\n") * 200_000
        assert connection.send(CONTACT, address(1), long).step is Step.BODY
    sender(mails, own_home, mail(port)).run()
    assert states(mails, 3) == ["sent", "unknown", "sent"]


def test_a_relay_that_is_down_leaves_everything_as_it_was(mails: Mails, own_home: Path) -> None:
    with relay(Plan()) as closed:
        pass
    report = sender(mails, own_home, mail(closed)).run()
    assert isinstance(report.problem, RelayDown)
    assert report.problem.exit_code == 4
    assert states(mails, 3) == ["queued"] * 3
    assert [mails.message(message_id(n))["attempts"] for n in (1, 2, 3)] == [0, 0, 0]


def test_a_relay_that_goes_down_on_the_way_keeps_the_rest_queued(
    mails: Mails, own_home: Path, plan: Plan
) -> None:
    with relay(plan) as port:
        first = sender(mails, own_home, mail(port)).run(limit=1)
    assert first.sent == [message_id(1)]
    assert isinstance(sender(mails, own_home, mail(port)).run().problem, RelayDown)
    assert states(mails, 3) == ["sent", "queued", "queued"]


def test_a_relay_slower_than_the_time_for_its_answer_is_unknown(
    mails: Mails, own_home: Path, plan: Plan, port: int
) -> None:
    plan.seconds = 2.5
    report = sender(mails, own_home, mail(port, answer_seconds=0.5)).run(limit=1)
    assert report.unknown == [message_id(1)]
    assert "timed out" in mails.message(message_id(1))["last_answer"]


def test_a_relay_may_take_longer_for_its_last_answer_than_for_the_others(
    mails: Mails, own_home: Path, plan: Plan, port: int
) -> None:
    plan.seconds = 2.5
    report = sender(mails, own_home, mail(port, timeout_seconds=2)).run(limit=1)
    assert report.sent == [message_id(1)]


def test_a_relay_that_refuses_the_sender_stops_the_run_and_fails_nobody(
    mails: Mails, own_home: Path, plan: Plan, port: int
) -> None:
    plan.to_sender += ["550 5.7.1 not your relay"]
    report = sender(mails, own_home, mail(port)).run()
    assert isinstance(report.problem, RelayRefused)
    assert states(mails, 3) == ["queued"] * 3
    assert mails.suspensions().is_empty()


@pytest.mark.parametrize("change", [b"another message\r\n", None])
def test_a_file_that_is_not_what_was_queued_is_never_sent(
    mails: Mails, own_home: Path, plan: Plan, port: int, change: bytes | None
) -> None:
    path = own_home / "outbox" / "2.eml"
    path.unlink() if change is None else path.write_bytes(change)
    report = sender(mails, own_home, mail(port)).run()
    assert report.failed == [message_id(2)]
    assert plan.ids().keys() == {message_id(1), message_id(3)}


def test_messages_queued_before_the_sandbox_or_for_a_domain_no_longer_allowed_are_held(
    mails: Mails, own_home: Path, plan: Plan, port: int
) -> None:
    for overrides in ({"sandbox": "box@corridor.example"}, {"allowed_domains": ("other.example",)}):
        report = sender(mails, own_home, mail(port, **overrides)).run()
        assert (len(report.held), report.sent, report.needs_somebody) == (3, [], True)
    assert plan.connections == 0
    assert states(mails, 3) == ["queued"] * 3


def test_no_more_leave_in_a_minute_than_is_set(mails: Mails, own_home: Path, plan: Plan, port: int) -> None:
    began = datetime.now(UTC)
    sender(mails, own_home, mail(port, messages_per_minute=120)).run()
    assert datetime.now(UTC) - began >= timedelta(seconds=1)
