"""What an answer of the relay means for a message: sent, wait, failed or unknown.

| the conversation ended | with 2xx | with 4xx | with 5xx | without an answer |
|---|---|---|---|---|
| before the final dot | goes on | wait | failed | wait: the relay has no message |
| after the final dot | sent | wait | failed | unknown: it may have one |

A refusal suspends the address, unless it is about the sender (then it is about all messages) or says by an enhanced
code that it is about the message itself.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from corridor_etl.delivery.smtp import Answer, Step
from corridor_etl.settings import Mail
from corridor_etl.warehouse import Verdict

_ABOUT_THE_MESSAGE = re.compile(r"5\.(3\.4|6\.[0-9]+)\b")
_TOO_BIG = 552


def verdict(answer: Answer, attempt: int, mail: Mail, at_utc: datetime) -> Verdict:
    """The outcome of attempt number ``attempt`` that ended at ``at_utc``."""
    if _kind(answer) == "unknown":
        return Verdict("unknown", answer.line())
    if _kind(answer) == "sent":
        return Verdict("sent", answer.line())
    if _kind(answer) == "failed":
        return Verdict("failed", answer.line(), is_address_refused=_is_about_the_address(answer))
    return Verdict("queued", answer.line(), next_try_at_utc=at_utc + waiting(attempt, mail))


def _kind(answer: Answer) -> str:
    hundreds = None if answer.code is None else answer.code // 100
    if answer.step is Step.FINAL_DOT:
        return {2: "sent", 4: "wait", 5: "failed"}.get(hundreds or 0, "unknown")
    return "failed" if hundreds == 5 and not refuses_us(answer) else "wait"


def waiting(attempt: int, mail: Mail) -> timedelta:
    """How long to wait after attempt number ``attempt``."""
    return timedelta(minutes=mail.retry_minutes[min(attempt, len(mail.retry_minutes)) - 1])


def refuses_us(answer: Answer) -> bool:
    """Whether the relay takes no mail from this sender at all, so that more attempts are of no use now."""
    is_refusal = answer.code is not None and answer.code // 100 == 5
    return is_refusal and answer.step is Step.SENDER and not _is_about_the_message(answer)


def is_cut_before_the_end(answer: Answer) -> bool:
    """Whether the connection ended while the relay had no message."""
    return answer.code is None and answer.step is not Step.FINAL_DOT


def _is_about_the_message(answer: Answer) -> bool:
    return answer.code == _TOO_BIG or bool(_ABOUT_THE_MESSAGE.match(answer.text))


def _is_about_the_address(answer: Answer) -> bool:
    return answer.step is not Step.SENDER and not bool(_ABOUT_THE_MESSAGE.match(answer.text))
