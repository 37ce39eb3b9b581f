"""A relay for tests: a real SMTP server on this machine that answers as it is told and remembers what it took."""

from __future__ import annotations

import asyncio
import contextlib
import email
import ssl
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from email.policy import SMTP as LINES
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

CUT = "cut"
"""In place of an answer: the connection is cut."""


class Plan:
    """What the relay answers next; ``accepted`` holds (recipient, bytes) of every message it took, in order.

    ``to_recipient`` and ``to_message``: address -> answers, one after the other, then 250. A message that ends in a cut
    is taken and recorded first when ``is_taken`` says so. ``cut_at_data``: address -> the last words before a cut that
    comes before the message.
    """

    def __init__(self) -> None:
        self.to_recipient: dict[str, list[str]] = defaultdict(list)
        self.to_message: dict[str, list[str]] = defaultdict(list)
        self.to_sender: list[str] = []
        self.cut_at_data: dict[str, str] = {}
        self.is_taken = True
        self.seconds = 0.0
        self.accepted: list[tuple[str, bytes]] = []
        self.connections = self.open_at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    def ids(self) -> Counter[str]:
        """How often each Message-ID was accepted."""
        parsed = (email.message_from_bytes(content, policy=LINES) for _, content in self.accepted)
        return Counter(str(message["Message-ID"]) for message in parsed)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.to_sender.pop(0) if self.to_sender else "250 OK"
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.to_recipient[address].pop(0) if self.to_recipient[address] else "250 OK"
        if answer == CUT:
            return _cut(server)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (address,) = envelope.rcpt_tos
        await asyncio.sleep(self.seconds)
        answer = self.to_message[address].pop(0) if self.to_message[address] else "250 2.0.0 OK: queued"
        if answer.startswith("250") or (answer == CUT and self.is_taken):
            assert isinstance(envelope.original_content, bytes)
            with self.lock:
                self.accepted.append((address, envelope.original_content))
        return _cut(server) if answer == CUT else answer


def _cut(server: SMTP) -> str:
    server.transport.abort()
    return "421 gone"


class _Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:
        plan: Plan = self.event_handler
        words = plan.cut_at_data.pop(self.envelope.rcpt_tos[0], None)
        if words is not None:
            if words:
                await self.push(words)
                await asyncio.sleep(0.05)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)

    def connection_made(self, transport: Any) -> None:
        plan: Plan = self.event_handler
        if self.transport is None:  # not the second time, when TLS has begun
            plan.connections += 1
            plan.open_at_once += 1
            plan.most_at_once = max(plan.most_at_once, plan.open_at_once)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.open_at_once -= 1
        super().connection_lost(error)


def signs_in(user: bytes, password: bytes) -> Any:
    """An authenticator that knows one user."""

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (user, password), handled=False)

    return check


@contextlib.contextmanager
def relay(plan: Plan, *, tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[int]:
    """Runs the server for the time of the block; its port. ``tls`` encrypts from the first byte."""
    loop = asyncio.new_event_loop()

    def made() -> SMTP:
        return _Server(plan, hostname="relay.example", loop=loop, **options)

    server = loop.run_until_complete(loop.create_server(made, "127.0.0.1", 0, ssl=tls))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()


@contextlib.contextmanager
def relay_as_set(environment: pytest.MonkeyPatch) -> Iterator[Plan]:
    """Runs the server and makes it the relay of the environment, without encryption; what it is to do."""
    plan = Plan()
    with relay(plan) as port:
        for name, value in (("HOST", "127.0.0.1"), ("PORT", str(port)), ("SECURITY", "none")):
            environment.setenv(f"CORRIDOR_SMTP_{name}", value)
        yield plan
