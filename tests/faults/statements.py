"""Faults at the statements of a run on PostgreSQL: the client, its backend or the server dies, an answer gets lost.

What strace cannot do from outside. The code here runs in the child that is ``corridor``, and touches nothing but what it
kills. The program's own COPY is no statement of SQLAlchemy's; strace counts its messages.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from corridor_etl.warehouse.engine import _WRITER

FIRED = "(fault)"
"""What a child prints when its fault happens."""


def count(work: Callable[[], int]) -> dict[str, Any]:
    """How many statements and commits SQLAlchemy sends in ``work``, and which of all commits are a writer's."""
    is_writer: list[bool] = []
    event.listen(Engine, "commit", lambda c: is_writer.append(bool(c.get_execution_options().get(_WRITER))))
    numbers = _listen(lambda _number, _connection: None)
    code = work()
    return {
        "statements": numbers[0],
        "commits": [n for n, own in enumerate(is_writer, start=1) if own],
        "exit_code": code,
    }


def client(_connection: Any, _server: str) -> None:
    """The program dies."""
    os.kill(os.getpid(), signal.SIGKILL)


def backend(connection: Any, server: str) -> None:
    """An administrator ends the session."""
    with psycopg.connect(server, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [_backend_of(connection)])


def crash(connection: Any, _server: str) -> None:
    """The backend dies, and with it every other: the server starts anew from its log."""
    os.kill(_backend_of(connection), signal.SIGKILL)
    time.sleep(0.2)


def postmaster(connection: Any, server: str) -> None:
    """The whole server is gone until somebody starts it."""
    with psycopg.connect(server, autocommit=True) as other:
        folder = other.execute("SHOW data_directory").fetchone()
    pid = int((Path(folder[0]) / "postmaster.pid").read_text().split()[0]) if folder else 0
    os.kill(pid, signal.SIGKILL)
    os.kill(_backend_of(connection), signal.SIGKILL)
    time.sleep(0.2)


ACTIONS: dict[str, Callable[[Any, str], None]] = {
    "client": client, "backend": backend, "crash": crash, "postmaster": postmaster,
}  # fmt: skip


def at(number: int, fault: str, server: str, work: Callable[[], int]) -> int:
    """``work`` with a fault before its ``number``-th statement or commit."""

    def meet(reached: int, connection: Any) -> None:
        if reached == number:
            print(FIRED, fault, flush=True)
            ACTIONS[fault](connection, server)

    _listen(meet)
    return work()


def _listen(meet: Callable[[int, Any], None]) -> list[int]:
    numbers = [0]

    def reached(connection: Any, *_more: Any) -> None:
        numbers[0] += 1
        meet(numbers[0], connection)

    event.listen(Engine, "before_cursor_execute", reached)
    event.listen(Engine, "commit", reached)
    return numbers


def _backend_of(connection: Any) -> int:
    return int(connection.connection.driver_connection.info.backend_pid)


class Proxy:
    """Passes on what client and server say, until the ``n``-th COMMIT: that one is sent, and its answer is lost."""

    def __init__(self, folder: Path, target: str, n: int) -> None:
        self.folder, self._target, self._n = folder, target, n
        self._commits = 0
        self._drops: set[socket.socket] = set()
        self._lock = threading.Lock()
        path = folder / ".s.PGSQL.5432"
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            near, _ = self._listener.accept()
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._target)
            threading.Thread(target=self._to_server, args=(near, far), daemon=True).start()
            threading.Thread(target=self._to_client, args=(near, far), daemon=True).start()

    def _to_server(self, near: socket.socket, far: socket.socket) -> None:
        while said := _received(near):
            if said[:1] == b"Q" and b"COMMIT" in said and self._is_the_one():
                self._drops.add(far)
                far.sendall(said)
                print(FIRED, "cut", flush=True)
                time.sleep(0.3)
                _shut(near)
                _shut(far)
                return
            far.sendall(said)
        _shut(far)

    def _to_client(self, near: socket.socket, far: socket.socket) -> None:
        try:
            while said := _received(far):
                if far not in self._drops:
                    near.sendall(said)
        except OSError:
            return
        _shut(near)

    def _is_the_one(self) -> bool:
        with self._lock:
            self._commits += 1
            return self._commits == self._n


def _received(sock: socket.socket) -> bytes:
    try:
        return sock.recv(1 << 16)
    except OSError:
        return b""


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
