"""Several connections, threads and processes that send one outbox: each message once."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.warehouse import Mails
from corridor_etl.warehouse.engine import open_engine, writing
from tests.delivery import outboxes
from tests.delivery.outboxes import mail, message_id, sender, states
from tests.delivery.relay import Plan

pytestmark = pytest.mark.usefixtures("clock")


def test_messages_go_over_several_connections_at_once_and_each_once(
    tmp_path: Path, plan: Plan, port: int
) -> None:
    mails = outboxes.filled(tmp_path / "many", 12)
    plan.seconds = 0.1
    report = sender(mails, tmp_path / "many", mail(port, connections=3)).run()
    assert len(report.sent) == 12
    assert plan.ids() == {message_id(n): 1 for n in range(1, 13)}
    assert (plan.connections, plan.most_at_once) == (3, 3)


def _send(home: str, port: int, start: Any) -> None:
    start.wait()
    sender(outboxes.opened(Path(home)), Path(home), mail(port, connections=2)).run()


def test_two_processes_at_once_send_each_message_once(tmp_path: Path, plan: Plan, port: int) -> None:
    home = tmp_path / "shared"
    mails = outboxes.filled(home, 16)
    plan.seconds = 0.05
    several = multiprocessing.get_context("spawn")
    start = several.Event()
    processes = [several.Process(target=_send, args=(str(home), port, start)) for _ in range(2)]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert plan.ids() == {message_id(n): 1 for n in range(1, 17)}
    assert states(mails, 16) == ["sent"] * 16


def test_two_senders_at_once_on_postgresql_send_each_message_once(
    tmp_path: Path, plan: Plan, port: int, new_database: Callable[[], str]
) -> None:
    home = tmp_path / "team"
    mails = outboxes.filled(home, 8, new_database())
    plan.seconds = 0.05
    at_once = [threading.Thread(target=sender(mails, home, mail(port, connections=2)).run) for _ in range(2)]
    for thread in at_once:
        thread.start()
    for thread in at_once:
        thread.join()
    assert plan.ids() == {message_id(n): 1 for n in range(1, 9)}
    assert states(mails, 8) == ["sent"] * 8


def test_an_outcome_is_recorded_though_the_database_is_busy_for_a_moment(
    mails: Mails, own_home: Path, plan: Plan, port: int
) -> None:
    url = f"sqlite:///{own_home / 'warehouse.db'}"
    plan.seconds = 0.4

    def hold() -> None:
        while mails.message(message_id(1))["state"] != "sending":
            time.sleep(0.01)
        with writing(open_engine(url)):
            time.sleep(1.2)

    holder = threading.Thread(target=hold)
    holder.start()
    impatient = Mails(open_engine(url, busy_timeout_ms=50))
    assert sender(impatient, own_home, mail(port)).run(limit=1).sent == [message_id(1)]
    holder.join()
    assert (plan.ids(), states(mails, 1)) == ({message_id(1): 1}, ["sent"])
