"""How a backfill tells on standard error where it is: a bar on a terminal, a line for each step elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

_LAST_STEPS = {"issue", "failed"}


@contextmanager
def progress(backfill_id: int) -> Iterator[Callable[[str, str, str], None]]:
    """What is to be called with week, step and outcome of each step."""
    if not sys.stderr.isatty():
        yield lambda week, step, told: typer.echo(f"{week} {step}: {told}", err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(f"backfill {backfill_id}", total=_weeks(backfill_id))

        def said(week: str, step: str, told: str) -> None:
            shown.update(task, description=f"{week} {step}: {told}", advance=int(step in _LAST_STEPS))

        yield said


def _weeks(backfill_id: int) -> int:
    from corridor_etl.warehouse import Warehouse

    with Warehouse.open() as warehouse:
        weeks = warehouse.backfills.weeks(backfill_id)
        return weeks.filter(
            ~weeks["state"].is_in(["swapped", "unchanged"]) | weeks["finished_at_utc"].is_null()
        ).height
