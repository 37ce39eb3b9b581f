"""Connections that are kept for their next use as long as a warehouse is open.

To open a database costs more than most questions asked of it. Without a holder no connection outlives its use, and none
is ever used by another process than the one that opened it, so a process may fork at any time. What a connection is
used for belongs to ``engine``.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool


class WhileHeld(NullPool):
    """A pool that keeps connections while somebody holds it, and else is like its base, which keeps none."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._idle: deque[ConnectionPoolEntry] = deque()
        self._holders = deque[None]()  # as many as there are holders; what threads do to it needs no lock
        self._process = os.getpid()
        self._of_parent: list[object] = []

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps connections for the time of the block; the last holder to leave closes them."""
        self._holders.append(None)
        try:
            yield
        finally:
            self._holders.pop()
            if not self._holders:
                self.dispose()

    def recreate(self) -> WhileHeld:
        """The pool itself: an engine that is disposed of by one holder is still that of the others."""
        return self

    def dispose(self) -> None:
        """Closes what is kept and not in use."""
        while (entry := self._kept()) is not None:
            entry.close()

    def _do_get(self) -> ConnectionPoolEntry:
        return self._kept() or self._create_connection()

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        if self._holders:
            self._idle.append(record)
        else:
            record.close()

    def _kept(self) -> ConnectionPoolEntry | None:
        if self._process != os.getpid():  # SQLite forbids a child even to close them
            self._of_parent.append(self._idle)
            self._idle, self._process = deque(), os.getpid()
        try:
            return self._idle.pop()
        except IndexError:
            return None


@contextmanager
def kept(engine: Engine) -> Iterator[None]:
    """Keeps the connections of an engine for the time of the block, where its pool can."""
    if not isinstance(engine.pool, WhileHeld):
        yield
        return
    with engine.pool.held():
        yield
