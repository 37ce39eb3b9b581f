"""The ledger of mails: one sender per message, every move on record, addresses that are suspended."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import Claim, Mails, OutboxRow, Verdict, Warehouse
from corridor_etl.warehouse.engine import writing
from corridor_etl.warehouse.lease import this_process
from corridor_etl.warehouse.schema import OUTBOX

NOON = datetime(2025, 6, 16, 12, tzinfo=UTC)
ONE, TWO = "<1@corridor.example>", "<2@corridor.example>"
SENT = Verdict("sent", "250 ok")
REFUSED = Verdict("failed", "550 no such user", is_address_refused=True)
LONG = timedelta(hours=72)


def row(number: int, **overrides: Any) -> OutboxRow:
    values = {
        "report_key": "weekly/2025-W24/r0/en",
        "revision": 0,
        "recipient": f"reader{number}@corridor.example",
        "message_id": f"<{number}@corridor.example>",
        "content_sha256": str(number) * 64,
        "eml_path": f"outbox/{number}.eml",
        "queued_at_utc": NOON,
    }
    return OutboxRow(**{**values, **overrides})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the clock to minutes after noon."""

    def at(minutes: float) -> None:
        monkeypatch.setenv("CORRIDOR_NOW", (NOON + timedelta(minutes=minutes)).isoformat())

    at(0)
    return at


@pytest.fixture
def mails(warehouse: Warehouse, clock: Any) -> Mails:
    """An outbox with two messages."""
    with writing(warehouse.engine) as connection:
        connection.execute(OUTBOX.insert(), [vars(row(1)), vars(row(2))])
    return warehouse.mails


def claimed(mails: Mails, message_id: str = ONE, by: str = "somebody") -> Claim:
    claim = mails.claim(message_id, by=by)
    assert claim is not None
    return claim


def moves(mails: Mails, message_id: str = ONE) -> list[tuple[str, str, int, str | None]]:
    return mails.events(message_id).select("state_before", "state_after", "attempt", "answer").rows()


def test_a_message_is_claimed_sent_and_every_move_is_on_record(mails: Mails) -> None:
    claim = claimed(mails)
    assert (claim.deliver_to, claim.attempt, claim.eml_path) == (
        "reader1@corridor.example",
        1,
        "outbox/1.eml",
    )
    assert mails.message(ONE)["state"] == "sending"
    assert mails.settle(claim, SENT)
    kept = mails.message(ONE)
    assert (kept["state"], kept["attempts"], kept["sent_at_utc"], kept["last_answer"]) == (
        "sent",
        1,
        NOON,
        "250 ok",
    )
    assert moves(mails) == [("queued", "sending", 1, None), ("sending", "sent", 1, "250 ok")]
    assert mails.due()["message_id"].to_list() == [TWO]


def test_of_many_who_want_a_message_one_gets_it(mails: Mails) -> None:
    found: list[Claim | None] = []
    wanting = [
        threading.Thread(target=lambda i=i: found.append(mails.claim(ONE, by=str(i)))) for i in range(6)
    ]
    for thread in wanting:
        thread.start()
    for thread in wanting:
        thread.join()
    assert (len(found), sum(claim is not None for claim in found)) == (6, 1)
    assert mails.message(ONE)["attempts"] == 1


def test_a_message_that_waits_is_not_due_before_its_time(mails: Mails, clock: Any) -> None:
    later = Verdict("queued", "451 greylisted", next_try_at_utc=NOON + timedelta(minutes=15))
    mails.settle(claimed(mails), later)
    clock(14.9)
    assert mails.claim(ONE, by="early") is None
    clock(15)
    assert claimed(mails).attempt == 2


def test_a_refused_address_is_suspended_until_it_is_lifted(mails: Mails, clock: Any) -> None:
    mails.settle(claimed(mails), REFUSED)
    (suspended,) = mails.suspensions().to_dicts()
    assert (suspended["address"], suspended["reason"], suspended["message_id"], suspended["suspended_at_utc"]) == (
        "reader1@corridor.example", "550 no such user", ONE, NOON,
    )  # fmt: skip
    mails.retry(ONE, by="post office", reason="the mailbox is back")
    assert (mails.message(ONE)["state"], mails.claim(ONE, by="x")) == ("queued", None)
    clock(60)
    mails.lift("Reader1@corridor.example", by="post office")
    assert claimed(mails).attempt == 2
    (lifted,) = mails.suspensions().to_dicts()
    assert (lifted["lifted_by"], lifted["lifted_at_utc"]) == ("post office", NOON + timedelta(hours=1))
    with pytest.raises(UsageError, match="not suspended"):
        mails.lift("reader1@corridor.example", by="post office")


def test_an_address_can_be_suspended_by_hand_once(mails: Mails) -> None:
    mails.suspend("READER2@corridor.example", by="desk", reason="unsubscribed")
    mails.suspend("reader2@corridor.example", by="desk", reason="again")
    assert mails.suspensions().select("address", "reason").rows() == [
        ("reader2@corridor.example", "unsubscribed")
    ]
    assert mails.due()["message_id"].to_list() == [ONE]


def test_a_claim_whose_process_is_gone_becomes_unknown_and_is_not_claimed_again(mails: Mails) -> None:
    gone = this_process().replace(f" process {os.getpid()} ", " process 4194305 ")  # more than a system has
    claimed(mails, by=gone)
    claimed(mails, TWO, by=this_process())
    assert mails.abandon(older_than=LONG) == [ONE]
    assert mails.claim(ONE, by="x") is None
    assert mails.message(ONE)["state"] == "unknown"
    assert moves(mails)[-1][:2] == ("sending", "unknown")
    assert mails.message(TWO)["state"] == "sending"


def test_a_claim_that_is_too_old_becomes_unknown_whoever_has_it(mails: Mails) -> None:
    claimed(mails, by="another machine")
    assert mails.abandon(older_than=timedelta(minutes=30)) == []
    assert mails.abandon(older_than=timedelta(0)) == [ONE]


def test_an_answer_that_comes_after_a_message_was_given_up_as_unknown_counts(mails: Mails) -> None:
    claim = claimed(mails)
    mails.abandon(older_than=timedelta(0))
    assert mails.settle(claim, SENT)
    assert mails.message(ONE)["state"] == "sent"
    assert [move[:2] for move in moves(mails)] == [
        ("queued", "sending"), ("sending", "unknown"), ("unknown", "sent"),
    ]  # fmt: skip


def test_an_answer_that_comes_after_somebody_decided_is_noted_and_changes_nothing(mails: Mails) -> None:
    claim = claimed(mails)
    mails.abandon(older_than=timedelta(0))
    mails.resolve(ONE, "queued", by="desk", reason="not in the log")
    again = claimed(mails)
    assert not mails.settle(claim, SENT)
    assert moves(mails)[-1] == ("sending", "sending", 2, "250 ok")
    assert mails.settle(again, SENT)


def test_an_unknown_message_is_resolved_by_decision_only(mails: Mails) -> None:
    for message_id in (ONE, TWO):
        claimed(mails, message_id)
    mails.abandon(older_than=timedelta(0))
    mails.resolve(ONE, "sent", by="desk", reason="in the log")
    mails.resolve(TWO, "queued", by="desk", reason="not in the log")
    assert [mails.message(m)["state"] for m in (ONE, TWO)] == ["sent", "queued"]
    assert mails.message(ONE)["sent_at_utc"] is not None
    assert mails.events(ONE).row(-1, named=True)["done_by"] == "desk"
    with pytest.raises(UsageError, match="is sent; expected one that is unknown"):
        mails.resolve(ONE, "queued", by="desk", reason="x")


def test_only_a_failed_message_is_tried_again_by_command(mails: Mails) -> None:
    with pytest.raises(UsageError, match="is queued; expected one that is failed"):
        mails.retry(ONE, by="desk", reason="x")
    with pytest.raises(UsageError, match="has no message"):
        mails.retry("<9@nobody>", by="desk", reason="x")


def test_what_nobody_took_in_time_fails_and_can_be_queued_for_as_long_again(mails: Mails, clock: Any) -> None:
    clock(72 * 60)
    assert mails.give_up(older_than=LONG) == []
    clock(72 * 60 + 1)
    assert mails.give_up(older_than=LONG) == [ONE, TWO]
    mails.retry(ONE, by="desk", reason="still wanted")
    assert mails.give_up(older_than=LONG) == []
    assert claimed(mails).attempt == 1


def test_a_message_of_the_sandbox_goes_to_the_sandbox(warehouse: Warehouse, mails: Mails) -> None:
    with writing(warehouse.engine) as connection:
        connection.execute(OUTBOX.insert(), [vars(row(3, sandbox_recipient="sandbox@corridor.example"))])
    claim = claimed(mails, "<3@corridor.example>")
    assert (claim.recipient, claim.deliver_to) == ("reader3@corridor.example", "sandbox@corridor.example")


def test_the_database_knows_the_states(warehouse: Warehouse, mails: Mails) -> None:
    with pytest.raises(IntegrityError), writing(warehouse.engine) as connection:
        connection.execute(OUTBOX.update().values(state="lost"))
