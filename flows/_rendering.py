"""Versions of issues as tasks of a run where tasks are on other machines; else they are rendered when published.

Which orders are sent, and when, belongs to ``corridor_etl.jobs.press``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from prefect import task

from corridor_etl.errors import CorridorError, TransientError
from corridor_etl.jobs.press import HERE, Press, SharedPress
from corridor_etl.jobs.render_orders import Printed, RenderOrder
from flows._runtime import RETRIED
from flows._task_runners import is_on_dask


# No timeout of Prefect's: it cannot stop a thread of a worker. Publishing, which waits for this, has one.
@task(task_run_name="render {order.name}", **RETRIED)
def render(order: RenderOrder) -> Printed:
    """Renders some versions of an issue and puts them into the store."""
    return order.filled()


def press() -> Press:
    """Where the versions of this run's issues are rendered."""
    return SharedPress(_sent) if is_on_dask() else HERE


class Ending(Protocol):
    """A task that somebody runs."""

    def result(self) -> Printed:
        """Waits for its end; raises what it ended with."""


@dataclass(frozen=True)
class Sent:
    """An order on its way, as a task of the run."""

    name: str
    task: Ending

    def result(self) -> Printed:
        """What came of it; ``TransientError`` where Dask has lost the task, else what the task ended with."""
        try:
            return self.task.result()
        except CorridorError:
            raise
        except Exception as error:  # Dask's own errors, as when each worker dies that takes the task
            raise TransientError(
                f"rendering {self.name} was lost: {error}", fix="Look at the workers."
            ) from error


def _sent(order: RenderOrder) -> Sent:
    return Sent(order.name, render.submit(order))
