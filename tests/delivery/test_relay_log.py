"""What logs of relays say about messages whose outcome is not known, and what they do not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor_etl.delivery.relay_log import findings, read_log
from corridor_etl.errors import UsageError
from corridor_etl.jobs.resolve import resolve_by_log
from corridor_etl.warehouse import Mails, Verdict
from tests.delivery import outboxes
from tests.delivery.outboxes import address, message_id, states

ONE, TWO, THREE = (message_id(n) for n in (1, 2, 3))


def postfix(queue_id: str, number: int, *then: str) -> list[str]:
    """Lines about a message as Postfix writes them: its Message-ID, then what the other services say."""
    first = f"Jun 16 01:00:01 mx1 postfix/cleanup[311]: {queue_id}: message-id={message_id(number)}"
    return [first, *(f"Jun 16 01:00:02 mx1 postfix/{line.format(queue_id)}" for line in then)]


ACTIVE = "qmgr[7]: {}: from=<reports@corridor.example>, size=4711, nrcpt=1 (queue active)"
SENT = "smtp[9]: {}: to=<reader1@corridor.example>, relay=mail.example[192.0.2.1]:25, dsn=2.0.0, status=sent (250 Ok)"
DEFERRED = "smtp[9]: {}: to=<reader1@corridor.example>, relay=none, dsn=4.4.1, status=deferred (timed out)"
BOUNCED = "smtp[9]: {}: to=<reader1@corridor.example>, dsn=5.1.1, status=bounced (550 no such user)"


def said(*lines: str) -> dict[str, str]:
    return {found.message_id: found.state for found in findings(lines, [ONE, TWO, THREE])}


@pytest.mark.parametrize(
    ("then", "state"),
    [
        ((ACTIVE,), "sent"),
        ((ACTIVE, SENT), "sent"),
        ((ACTIVE, DEFERRED), "sent"),
        ((ACTIVE, BOUNCED), "failed"),
    ],
    ids=["in the queue", "sent on", "to be tried again by the relay", "bounced"],
)
def test_postfix_tells_the_outcome_by_the_queue_id(then: tuple[str, ...], state: str) -> None:
    assert said(*postfix("4F1A2B3C", 1, *then)) == {ONE: state}


def test_a_message_id_alone_is_logged_before_the_message_was_over_and_proves_nothing() -> None:
    lost = "smtpd[5]: lost connection after DATA (4096 bytes) from app[192.0.2.9]"
    assert said(*postfix("4F1A2B3C", 1, lost)) == {}


def test_a_queue_id_that_is_used_again_speaks_of_the_later_message() -> None:
    stranger = "Jun 16 02:00:01 mx1 postfix/cleanup[311]: 4F1A2B3C: message-id=<other@elsewhere.example>"
    assert said(*postfix("4F1A2B3C", 1), stranger, *postfix("4F1A2B3C", 2, ACTIVE)) == {TWO: "sent"}
    assert (
        said(*postfix("4F1A2B3C", 1), stranger, f"Jun 16 02:00:02 mx1 postfix/{ACTIVE.format('4F1A2B3C')}")
        == {}
    )


def test_plain_lines_say_it_by_one_word_before_the_message_id() -> None:
    lines = (
        f"2025-06-16T01:00:00Z accepted 250 queue=77 {ONE}",
        f"2025-06-16T01:00:00Z REJECTED {TWO} by policy",
        f"2025-06-16T01:00:00Z received {THREE}",
        "2025-06-16T01:00:00Z accepted <somebody@elsewhere.example>",
    )
    assert said(*lines) == {ONE: "sent", TWO: "failed"}


def test_exim_says_it_with_an_arrow() -> None:
    line = f"2025-06-16 01:00:00 1tYABC-0001 <= reports@corridor.example H=app P=esmtps S=4711 id={ONE[1:-1]}"
    assert said(line, line.replace("<=", "=>").replace(ONE[1:-1], TWO[1:-1])) == {ONE: "sent"}


def test_other_words_and_other_messages_in_a_line_do_not_count() -> None:
    assert said(f"unaccepted {ONE}", f"accepted <x@y.example> after {ONE}", f"{ONE} accepted") == {}


@pytest.fixture
def unknown(own_home: Path) -> Mails:
    """An outbox with three messages, all of them unknown."""
    mails = outboxes.filled(own_home, 3)
    for number in (1, 2, 3):
        claim = mails.claim(message_id(number), by="somebody")
        assert claim is not None
        mails.settle(claim, Verdict("unknown", "the connection ended"))
    return mails


def test_a_log_resolves_what_it_knows_and_leaves_the_rest_unknown(unknown: Mails, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text("\n".join(postfix("A1B2C3", 1, ACTIVE) + postfix("D4E5F6", 2, ACTIVE, BOUNCED)) + "\n\xff")
    done = resolve_by_log(unknown, [ONE, TWO, THREE], log, by="desk")
    assert done.line() == "1 sent, 1 failed, 1 still unknown"
    assert states(unknown, 3) == ["sent", "failed", "unknown"]
    assert unknown.suspensions()["address"].to_list() == [address(2)]
    assert "queue active" in unknown.message(ONE)["last_answer"]
    with pytest.raises(UsageError, match="there is no log"):
        read_log(tmp_path / "none.log", [THREE])
