"""The option ``--as-of`` that every verb that reads has in common, and the warehouse as of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from corridor_etl.warehouse import Warehouse

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Show what was known then: a snapshot, a time with its zone (2025-06-30T06:00:00+05:00), "
        "or a day, to its end in the zone of the report.",
    ),
]


@contextmanager
def opened(as_of: str | None = None) -> Iterator[Warehouse]:
    """The warehouse, as it is or as of a moment; ``UsageError`` for a moment that is not known."""
    from corridor_etl.settings import load_settings
    from corridor_etl.warehouse import Warehouse

    with Warehouse.open() as warehouse:
        if as_of is None:
            yield warehouse
        else:
            zone = load_settings().report_zone
            yield warehouse.at(warehouse.snapshot_of(as_of.strip(), zone))
