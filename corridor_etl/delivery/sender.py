"""Sends what is due: claims a message, hands its frozen bytes over, records what came of it.

The ledger decides, so that any number of senders may run at once and one may die at any point: what it had claimed is
unknown then, and never sent again by itself. What an answer means belongs to ``verdicts``, the connection to ``smtp``.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.delivery.addresses import why_held
from corridor_etl.delivery.smtp import Relay
from corridor_etl.delivery.verdicts import is_cut_before_the_end, refuses_us, verdict, waiting
from corridor_etl.errors import CorridorError, RelayDown, RelayRefused, WarehouseBusy
from corridor_etl.settings import Mail
from corridor_etl.warehouse import Claim, Mails, Verdict

_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_RECORDING_PAUSES = (1.0, 5.0, 15.0)
log = logging.getLogger(__name__)


@dataclass
class SendReport:
    """Message-IDs by what became of them. ``held``: not sent because of settings; ``problem``: why sending stopped."""

    sent: list[str] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    problem: CorridorError | None = None

    def line(self) -> str:
        """The summary every run ends with."""
        counts = f"{len(self.sent)} sent, {len(self.queued)} to be tried later, {len(self.failed)} failed"
        held = f", {len(self.held)} held: {', '.join(sorted(set(self.held.values())))}" if self.held else ""
        return f"{counts}, {len(self.unknown)} unknown{held}"

    @property
    def needs_somebody(self) -> bool:
        """Whether a person has to look: failed, unknown or held messages."""
        return bool(self.failed or self.unknown or self.held)


class Sender:
    """One run over what is due. ``new_relay`` makes a connection that is not open yet."""

    def __init__(
        self, mails: Mails, home: Path, mail: Mail, new_relay: Callable[[], Relay], *, sender: str, by: str
    ) -> None:
        self._mails, self._home, self._mail, self._new_relay = mails, home, mail, new_relay
        self._from, self._by = sender, by
        self._pace = Pace(mail.messages_per_minute)
        self._waiting: SimpleQueue[str] = SimpleQueue()
        self._stop = threading.Event()
        self.report = SendReport()

    def run(self, limit: int | None = None, *, about: str = "") -> SendReport:
        """Sends at most ``limit`` of what is due; what stops it early is the ``problem`` of the report.

        ``about``: only messages whose report key begins so.
        """
        self.report.unknown += self._mails.abandon(older_than=timedelta(minutes=self._mail.claim_minutes))
        self.report.failed += self._mails.give_up(older_than=timedelta(hours=self._mail.give_up_hours))
        due = self._mails.due().filter(pl.col("report_key").str.starts_with(about))
        ids = self._may_leave(due.select("message_id", "deliver_to").rows())[:limit]
        for message_id in ids:
            self._waiting.put(message_id)
        workers = min(self._mail.connections, len(ids))
        if workers == 1:
            self._work()
        elif workers:
            with ThreadPoolExecutor(workers) as pool:
                for done in [pool.submit(self._work) for _ in range(workers)]:
                    done.result()
        return self.report

    def _may_leave(self, rows: Iterable[tuple[str, str]]) -> list[str]:
        free = []
        for message_id, address in rows:
            if (why := why_held(address, self._mail)) is None:
                free.append(message_id)
            else:
                self.report.held[message_id] = why
        return free

    def _work(self) -> None:
        with self._new_relay() as relay:
            try:
                while (message_id := self._next()) is not None:
                    self._pace.wait()
                    relay.open()  # before the claim: a relay that is down leaves nothing behind
                    if (claim := self._mails.claim(message_id, by=self._by)) is not None:
                        self._settle(claim, self._attempt(relay, claim))
            except CorridorError as error:
                self._halt(error)

    def _next(self) -> str | None:
        try:
            return None if self._stop.is_set() else self._waiting.get_nowait()
        except Empty:
            return None

    def _halt(self, error: CorridorError) -> None:
        self.report.problem = self.report.problem or error
        self._stop.set()

    def _attempt(self, relay: Relay, claim: Claim) -> Verdict:
        message, wrong = frozen(self._home, claim)
        if wrong:
            return Verdict("failed", wrong)
        was_used = relay.used > 0
        answer = relay.send(self._from, claim.deliver_to, message)
        if was_used and is_cut_before_the_end(answer):  # relays end connections that are idle or old
            try:
                relay.open()
            except (RelayDown, RelayRefused) as error:
                self._halt(error)
                at_utc = now_utc() + waiting(claim.attempt, self._mail)
                return Verdict("queued", error.message, next_try_at_utc=at_utc)
            answer = relay.send(self._from, claim.deliver_to, message)
        if refuses_us(answer):
            self._halt(RelayRefused(f"the relay takes no mail from {self._from}: {answer.line()}"))
        return verdict(answer, claim.attempt, self._mail, now_utc())

    def _settle(self, claim: Claim, outcome: Verdict) -> None:
        for pause in (*_RECORDING_PAUSES, None):
            try:
                is_mine = self._mails.settle(claim, outcome)
                break
            except WarehouseBusy:
                if pause is None:
                    raise
                time.sleep(pause)
        log.info("%s: %s", claim.message_id, outcome.state)
        if is_mine:
            getattr(self.report, outcome.state).append(claim.message_id)


class Pace:
    """Lets so many a minute pass, evenly, in all threads together."""

    def __init__(self, per_minute: int) -> None:
        self._seconds, self._lock, self._next = 60 / per_minute, threading.Lock(), 0.0

    def wait(self) -> None:
        """Returns when it is one's turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._seconds
        time.sleep(turn - now)


def frozen(home: Path, claim: Claim) -> tuple[bytes, str]:
    """The bytes of a message as they were queued, and what is wrong with them; empty for nothing."""
    try:
        message = (home / claim.eml_path).read_bytes()
    except OSError as error:
        return b"", f"the file {claim.eml_path} cannot be read: {error.strerror}"
    if hashlib.sha256(message).hexdigest() != claim.content_sha256:
        return b"", f"the file {claim.eml_path} is not what was queued"
    if _BARE_LINE_END.search(message) or not message.endswith(b"\r\n"):
        return b"", f"the file {claim.eml_path} has lines that do not end in CR LF"
    return message, ""
