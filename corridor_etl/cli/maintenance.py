"""``corridor maintenance``: housekeeping, all of it or some steps."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from corridor_etl.cli._output import AsJson, show

maintenance = typer.Typer(help="Housekeeping of lake, archive, ledger and pages.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(maintenance, name="maintenance")


@maintenance.callback()
def _group() -> None:
    """Keeps ``run`` a verb of its own."""


@maintenance.command()
def run(
    step: Annotated[list[str] | None, typer.Option(help="Only this step; may be given again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run every step, or those named; one that fails stops no other. Exit code 3 or 4 if any failed."""
    from corridor_etl.jobs.maintenance import maintain, require_done

    results = maintain(step or ())
    columns = ("step", "is_done", "told")
    show((asdict(result) for result in results), as_json=as_json, columns=columns, empty="no steps")
    require_done(results)
