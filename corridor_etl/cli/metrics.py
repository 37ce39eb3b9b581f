"""``corridor metrics``: numbers for a monitoring system."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from corridor_etl.cli._moment import opened
from corridor_etl.cli._output import AsJson, show


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("metrics")(metrics)


def metrics(
    out: Annotated[
        Path | None,
        typer.Option(help="Write this file, whole or not at all; print to the terminal if empty."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say in numbers how the platform does, in the text format of Prometheus."""
    from corridor_etl.clock import now_utc
    from corridor_etl.jobs import metrics as job
    from corridor_etl.settings import load_settings

    with opened() as warehouse:
        found = job.samples(warehouse, load_settings(), now_utc())
    if out is not None:
        job.write(found, out)
    if as_json:
        show(map(asdict, found), as_json=True, columns=(), empty="")
    elif out is None:
        typer.echo(job.exposition(found), nl=False)
