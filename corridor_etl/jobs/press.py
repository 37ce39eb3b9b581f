"""Where the versions of an issue are rendered: in this process once it is published, or by others ahead of that.

Contexts are a function of the plan of an issue, so what was begun for a plan is taken for the same plan and for no
other: where data or numbers have moved in between, the issue is made of those of now. How an order is filled belongs to
``render_orders``; which issues are begun ahead to ``issue_plans``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from corridor_etl.jobs.issue_versions import Plan, Version, contexts, rendered
from corridor_etl.jobs.render_orders import Printed, RenderOrder, taken
from corridor_etl.reports.context import WeeklyContext
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

VERSIONS_PER_ORDER = 2
"""A version takes half a second of processor time, a task on another machine up to 0.3 s beside its work."""


class Press:
    """Renders in this process, one version after the other, when an issue is published."""

    is_elsewhere = False

    def contexts(self, plan: Plan, warehouse: Warehouse, settings: Settings) -> list[WeeklyContext]:
        """The contexts of an issue, as in :func:`.issue_versions.contexts`."""
        return contexts(plan, warehouse, settings)

    def is_new(self, plan: Plan) -> bool:
        """Whether nobody has asked this of the plan before."""
        return True

    def send_ahead(self, plan: Plan, made: Sequence[WeeklyContext]) -> None:
        """Has the versions of an issue rendered ahead, where others do that."""

    def versions(self, plan: Plan, made: Sequence[WeeklyContext]) -> list[Version]:
        """The versions of an issue, each with its looks."""
        return rendered(made)


HERE = Press()


class Sent(Protocol):
    """An order that somebody fills."""

    def result(self) -> Printed:
        """Waits for it; ``TransientError`` where nobody fills it, else what it ended with."""


@dataclass(frozen=True)
class _Begun:
    made: list[WeeklyContext]
    sent: list[Sent]


class SharedPress(Press):
    """Has versions rendered by others that share the store; ``send`` gives an order to one of them."""

    is_elsewhere = True

    def __init__(self, send: Callable[[RenderOrder], Sent]) -> None:
        self._send = send
        self._begun: dict[tuple[object, ...], _Begun] = {}
        self._seen: set[tuple[object, ...]] = set()

    def contexts(self, plan: Plan, warehouse: Warehouse, settings: Settings) -> list[WeeklyContext]:
        """Those that are being rendered, if any are."""
        begun = self._begun.get(plan.key)
        return begun.made if begun else contexts(plan, warehouse, settings)

    def is_new(self, plan: Plan) -> bool:
        """Whether nobody has asked this of the plan before."""
        is_new = plan.key not in self._seen
        self._seen.add(plan.key)
        return is_new

    def send_ahead(self, plan: Plan, made: Sequence[WeeklyContext]) -> None:
        """Sends the orders of an issue."""
        self._begun[plan.key] = _Begun(list(made), self._sent(made))

    def versions(self, plan: Plan, made: Sequence[WeeklyContext]) -> list[Version]:
        """Waits for the orders of an issue, and sends them first where that was not done ahead; errors of ``Sent``.

        It can be asked for again after an error; then the orders are sent anew.
        """
        begun = self._begun.pop(plan.key, None)
        printed = [order.result() for order in (begun.sent if begun else self._sent(made))]
        looks = [one for file in printed for one in taken(file)]
        return [Version(context, look) for context, look in zip(made, looks, strict=True)]

    def _sent(self, made: Sequence[WeeklyContext]) -> list[Sent]:
        return [self._send(RenderOrder.of(some)) for some in _shares(made)]


def _shares(made: Sequence[WeeklyContext]) -> Iterator[Sequence[WeeklyContext]]:
    for _, same in groupby(made, key=lambda context: context.audience):
        mine = list(same)
        yield from (mine[n : n + VERSIONS_PER_ORDER] for n in range(0, len(mine), VERSIONS_PER_ORDER))
