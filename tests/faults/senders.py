"""A sender killed at each call that changes something, and what became of the mails afterwards.

``python -m tests.faults.senders`` takes all calls, with ``--database postgresql`` those of a sender whose ledger is there;
what it tells the server goes to a socket, as what it tells the relay does. The relay runs in this process and remembers what it took; the sender
is a child, killed by strace at its n-th call to a file of its home or to a socket. Then a new sender runs, a
person resolves what is unknown with the relay's own log, and a last sender runs. Promised is: every message arrives, and
one that arrives twice was on record as unknown before it was sent again.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from corridor_etl.delivery.relay_log import read_log
from corridor_etl.warehouse import Mails
from tests.delivery import outboxes
from tests.delivery.outboxes import message_id
from tests.delivery.relay import Plan, relay
from tests.faults import strace
from tests.faults.server import own_server
from tests.faults.strace import Call

MESSAGES = 3
LATER = "2025-06-16T06:30:00+05:00"
"""After the wait of a message whose connection was cut before its end."""
SECONDS = 60
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.delivery.outboxes", "tests.delivery.relay", "tests.faults.strace"])


@dataclass
class Tally:
    """What a sweep counts: points by kind of call, and what must not be."""

    points: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    resent: int = 0
    not_reached: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The summary."""
        kinds = ", ".join(f"{n} {name}" for name, n in self.points.most_common())
        return (
            f"{self.points.total()} points ({kinds}): {len(self.lost)} losses, {len(self.doubled)} duplicates not"
            f" recorded as unknown first, {self.unknown} unknown, {self.resent} of them sent again, "
            f"{self.not_reached} not reached"
        )


Work = Callable[[Path, int, str | None], None]


class Place:
    """A home, its ledger and a relay; each trial has a new home of the same path, and a new schema on ``server``."""

    def __init__(self, folder: Path, work: Work, server: str | None = None) -> None:
        self.home, self.log, self._work, self._server = folder / "home", folder / "strace.log", work, server
        self.was_killed, self.url = False, None if server is None else _in_schema(server)

    def trial(self, plan: Plan, port: int, traced: Callable[[int], strace.Strace]) -> str:
        """Runs a sender that is traced from its start; the log of strace."""
        shutil.rmtree(self.home, ignore_errors=True)
        if self._server is not None:
            _empty_schema(self._server)
        outboxes.filled(self.home, MESSAGES, self.url)
        ours, theirs = multiprocessing.Pipe()
        # Not forked from here: the relay's thread may hold a lock that the child would wait for.
        child = _PROCESSES.Process(target=self._child, args=(theirs, port))
        child.start()
        ours.recv()
        tracer = traced(child.pid or 0)
        tracer.wait_until_attached()
        ours.send("go")
        child.join(SECONDS)
        if child.is_alive():
            child.kill()
            raise RuntimeError("the sender did not end")
        self.was_killed = child.exitcode == -signal.SIGKILL
        return tracer.finish()

    def _child(self, pipe: Any, port: int) -> None:
        pipe.send("ready")
        pipe.recv()
        self._work(self.home, port, self.url)
        os._exit(0)  # what Python does at its end is no part of sending

    def mails(self) -> Mails:
        """The ledger of the home as it is now."""
        return outboxes.opened(self.home, self.url)


_SCHEMA = "senders"


def _in_schema(server: str) -> str:
    return f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{_SCHEMA}"


def _empty_schema(server: str) -> None:
    # A killed sender's session may hold what it wrote until the server has noticed that it is gone.
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE".encode())
        connection.execute(f"CREATE SCHEMA {_SCHEMA}".encode())


def send(home: Path, port: int, url: str | None) -> None:
    """The sender as it is."""
    outboxes.sender(outboxes.opened(home, url), home, outboxes.mail(port)).run()


def send_without_claims(home: Path, port: int, url: str | None) -> None:
    """A sender that was made wrong: it records what it does only when it has done it."""
    mails = outboxes.opened(home, url)
    one = outboxes.sender(mails, home, outboxes.mail(port))
    with one._new_relay() as connection:
        for row in mails.due().to_dicts():
            connection.open()
            connection.send(outboxes.CONTACT, row["deliver_to"], (home / row["eml_path"]).read_bytes())
            claim = mails.claim(row["message_id"], by="planted")
            assert claim is not None
            mails.settle(claim, outboxes.SENT)


WORKS: dict[str, Work] = {"right": send, "without-claims": send_without_claims}


def sweep(
    folder: Path,
    *,
    every: int = 1,
    first: int = 0,
    only: str = "",
    work: str = "right",
    say: bool = False,
    server: str | None = None,
) -> Tally:
    """Kills a sender at each ``every``-th of its calls whose name, number and path match ``only``."""
    place, tally = Place(folder, WORKS[work], server), Tally()
    with _relay() as (plan, port):
        found = _recorded(place, plan, port)
        calls = [c for c in found if re.search(only, f"{c.name} {c.n} {c.path}")]
        for number, call in enumerate(calls[first::every]):
            plan.accepted.clear()
            place.trial(plan, port, lambda pid, c=call: _killing(place.log, pid, c))  # type: ignore[misc]
            _judge(place, plan, port, call, tally)
            if say:
                print(f"{number} {call.name} {call.n} {call.path}: {tally.line()}", flush=True)
    return tally


@contextmanager
def _relay() -> Iterator[tuple[Plan, int]]:
    plan = Plan()
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with relay(plan) as port:
        yield plan, port


def _recorded(place: Place, plan: Plan, port: int) -> list[Call]:
    """Every call of an undisturbed sender that changes its files or speaks to the relay."""
    log = place.trial(plan, port, lambda pid: strace.recording(place.log, pid))
    assert len(plan.accepted) == MESSAGES
    return strace.calls(log, [str(place.home), "TCP:", "UNIX", "socket:"])


def _killing(log: Path, pid: int, call: Call) -> strace.Strace:
    return strace.injecting(log, [pid], call.name, "signal=KILL", call.n)


def _judge(place: Place, plan: Plan, port: int, call: Call, tally: Tally) -> None:
    """What a killed sender left, then a second sender, a person with the relay's log, and a last sender."""
    _settle(plan)
    tally.points[call.name] += 1
    mails, took_before = place.mails(), plan.ids()
    tally.not_reached += not place.was_killed
    _run_again(place, port)
    unknown = [
        message_id(n) for n in range(1, MESSAGES + 1) if mails.message(message_id(n))["state"] == "unknown"
    ]
    tally.unknown += len(unknown)
    tally.doubled += [f"{call}: {one}" for one, times in plan.ids().items() if times > 1]
    for one in unknown:
        if plan.ids()[one] != took_before[one]:
            tally.doubled.append(f"{call}: {one} was unknown and sent")
    _resolve(place, plan, unknown, tally)
    _run_again(place, port)
    for number in range(1, MESSAGES + 1):
        if plan.ids()[message_id(number)] < 1 or mails.message(message_id(number))["state"] != "sent":
            tally.lost.append(f"{call}: {message_id(number)}")


def _resolve(place: Place, plan: Plan, unknown: list[str], tally: Tally) -> None:
    log = place.home / "relay.log"
    log.write_text("".join(f"accepted {one}\n" for one in plan.ids()))
    said = read_log(log, unknown)
    for one in unknown:
        state = said[one].state if one in said else "queued"
        tally.resent += state == "queued"
        place.mails().resolve(one, state, by="desk", reason="log of the relay")


def _run_again(place: Place, port: int) -> None:
    # The relay ends the wait for a connection that was cut in time; the clock is moved for it.
    os.environ["CORRIDOR_NOW"] = LATER
    try:
        send(place.home, port, place.url)
    finally:
        os.environ["CORRIDOR_NOW"] = outboxes.NOW


def _settle(plan: Plan) -> None:
    """Waits until the relay has noticed that the sender is gone."""
    until = time.monotonic() + SECONDS
    while plan.open_at_once and time.monotonic() < until:
        time.sleep(0.01)


@contextmanager
def _server(database: str) -> Iterator[str | None]:
    if database == "postgresql":
        with own_server() as own:
            yield own.address
    else:
        yield None if database == "sqlite" else database


def main(arguments: list[str] | None = None) -> int:
    """The whole sweep, or a part of it; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, help="each k-th point")
    parser.add_argument("--first", type=int, default=0, help="the first point tried")
    parser.add_argument("--only", default="", help="a pattern that call and path must match")
    parser.add_argument("--work", choices=list(WORKS), default="right", help="a sender that was made wrong")
    parser.add_argument(
        "--database", default="sqlite", help="sqlite, postgresql (a server of its own) or an address"
    )
    parser.add_argument("--verbose", action="store_true", help="a line per point")
    asked = parser.parse_args(arguments)
    os.environ["CORRIDOR_NOW"] = outboxes.NOW
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="senders"))
    with _server(asked.database) as server:
        tally = sweep(
            folder,
            every=asked.every,
            first=asked.first,
            only=asked.only,
            work=asked.work,
            say=asked.verbose,
            server=server,
        )
    shutil.rmtree(folder)
    print(*tally.lost, *tally.doubled, tally.line(), f"{time.monotonic() - began:.0f} s", sep="\n")
    return int(bool(tally.lost or tally.doubled))


if __name__ == "__main__":
    sys.exit(main())
