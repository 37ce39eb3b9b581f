"""Being asked to stop without leaving anything half done: the step in flight ends, then the work does.

The first Ctrl-C or SIGTERM is noted; a second one ends the process as it always did.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_ASKING = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether somebody asked to stop; ``signal_no`` is how."""

    def __init__(self) -> None:
        self.signal_no: int | None = None
        self._before: dict[int, Any] = {}

    def __bool__(self) -> bool:
        return self.signal_no is not None

    def install(self) -> None:
        """Takes the signals over."""
        self._before = {number: signal.signal(number, self._note) for number in _ASKING}

    def restore(self) -> None:
        """Gives them back to whoever had them."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _note(self, signal_no: int, _frame: FrameType | None) -> None:
        self.signal_no = signal_no
        self.restore()


@contextmanager
def stopping_between_steps() -> Iterator[Stop]:
    """The block in which a signal asks to stop; outside the main thread, where there are none, nothing ever does."""
    stop = Stop()
    if threading.current_thread() is threading.main_thread():
        stop.install()
    try:
        yield stop
    finally:
        stop.restore()
