"""One process at a time at work that must not be done twice at once: ingest, publishing, building the site.

Ingest commits on the state it read, so two at once would stay right without this: the slower one would only do its work
anew, up to four times, and then give up. With it the second waits for the first and finds its work done. What makes a
commit safe belongs to ``warehouse.publish``; verbs of the quarantine are short and go without a turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from corridor_etl.warehouse import Lease, Warehouse

INGEST, ISSUES, SITE = "ingest", "issues", "site"


@contextmanager
def turn(work: str) -> Iterator[Lease]:
    """The only process at ``work`` for the time of the block; ``LeaseHeld`` where another was at it for too long.

    Commits are to be given the lease: they are refused with ``LeaseLost`` once another process has taken over, which
    it does when this one was stopped for longer than a lease lasts.
    """
    with Warehouse.open() as warehouse, warehouse.lease(work) as lease:
        yield lease
