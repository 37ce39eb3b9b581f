"""Versions of an issue to be rendered by whoever takes the order: contexts on the way there, looks on the way back.

Rendering needs no database and no file of the flow's machine, so an order may be filled on another machine. What comes
back lies in the store under the SHA-256 of its bytes. Who sends orders, and when, belongs to ``press``.
"""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from corridor_etl.jobs.handover import fetched, put, staging
from corridor_etl.jobs.terms import Terms
from corridor_etl.reports.content import WeeklyContext
from corridor_etl.reports.render import Rendered, render


@dataclass(frozen=True)
class Printed:
    """What a task gives back for its order: one line, and the file in the store that holds the looks."""

    line: str
    file: str


@dataclass(frozen=True)
class RenderOrder:
    """Some versions of an issue; ``contexts`` are pickled, so that a task runner sees one value and not all cells.

    It may be filled any number of times, by anybody who has the same store: the result is the same. ``folder`` is its
    own, so that nobody else waits for the file.
    """

    name: str
    folder: str
    contexts: bytes
    terms: Terms

    @classmethod
    def of(cls, contexts: Sequence[WeeklyContext]) -> RenderOrder:
        """An order of versions of one issue for one audience."""
        first = contexts[0]
        issue = f"{first.edition} {first.week} r{first.revision}"
        name = f"{issue} {first.audience} {' '.join(context.language for context in contexts)}"
        return cls(name, uuid.uuid4().hex, pickle.dumps(list(contexts)), Terms.here())

    def filled(self) -> Printed:
        """Renders the versions and puts their looks into the store."""
        self.terms.require_here()
        contexts: list[WeeklyContext] = pickle.loads(self.contexts)
        content = pickle.dumps([render(context) for context in contexts])
        return Printed(f"{self.name}: {len(content):,} bytes", put(content, self.folder, staging()))


def taken(printed: Printed) -> list[Rendered]:
    """The looks of an order, out of the store, where nothing is left of them.

    ``UsageError`` where the file is gone, ``TransientError`` where it has changed.
    """
    store = staging()
    looks: list[Rendered] = pickle.loads(fetched(printed.file, store))
    store.remove(printed.file)
    return looks
