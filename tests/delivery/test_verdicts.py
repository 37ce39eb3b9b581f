"""What each answer of a relay means for a message, at each step of the conversation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from corridor_etl.delivery.smtp import Answer, Step
from corridor_etl.delivery.verdicts import refuses_us, verdict, waiting
from tests.delivery.outboxes import mail

AT = datetime(2025, 6, 16, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("step", "code", "state"),
    [
        (Step.SENDER, 250, "queued"), (Step.SENDER, 451, "queued"), (Step.SENDER, 550, "queued"),
        (Step.SENDER, 552, "failed"), (Step.SENDER, None, "queued"),
        (Step.RECIPIENT, 451, "queued"), (Step.RECIPIENT, 550, "failed"), (Step.RECIPIENT, None, "queued"),
        (Step.DATA, 452, "queued"), (Step.DATA, 554, "failed"), (Step.DATA, None, "queued"),
        (Step.BODY, None, "queued"),
        (Step.FINAL_DOT, 250, "sent"), (Step.FINAL_DOT, 452, "queued"), (Step.FINAL_DOT, 554, "failed"),
        (Step.FINAL_DOT, None, "unknown"), (Step.FINAL_DOT, 354, "unknown"), (Step.FINAL_DOT, -1, "unknown"),
    ],
)  # fmt: skip
def test_what_an_answer_means_depends_on_where_it_came(step: Step, code: int | None, state: str) -> None:
    answer = Answer(step, code, "said")
    found = verdict(answer, 1, mail(25), AT)
    assert found.state == state
    assert (found.next_try_at_utc is not None) == (state == "queued")
    assert found.is_address_refused == (state == "failed" and step is not Step.SENDER)
    assert refuses_us(answer) == ((step, code) == (Step.SENDER, 550))


@pytest.mark.parametrize(
    ("text", "is_suspended"),
    [("5.1.1 no such user", True), ("5.7.1 policy", True), ("no reason given", True), ("5.3.4 too big", False),
     ("5.6.0 content", False)],
)  # fmt: skip
def test_a_refusal_that_is_about_the_message_suspends_nobody(text: str, is_suspended: bool) -> None:
    found = verdict(Answer(Step.FINAL_DOT, 554, text), 1, mail(25), AT)
    assert (found.state, found.is_address_refused) == ("failed", is_suspended)


def test_waits_grow_and_the_last_one_repeats() -> None:
    waits = [waiting(attempt, mail(25)) for attempt in range(1, 8)]
    assert waits == [timedelta(minutes=m) for m in (15, 30, 60, 120, 240, 240, 240)]
