"""``corridor simulate``: writes a simulated corridor's files and the truth about them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corridor_etl.errors import UsageError


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command()(simulate)


def simulate(
    out: Annotated[Path, typer.Argument(help="Folder to write to: inbox/ and truth.json.")],
    weeks: Annotated[str, typer.Option(help="ISO weeks, first:last.")] = "2025-W09:2025-W26",
    scale: Annotated[str, typer.Option(help="corridor, or port for one stream of port events.")] = "corridor",
    events: Annotated[int, typer.Option(help="Port events to write at scale port.", min=1)] = 1_000_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    faults: Annotated[
        bool, typer.Option("--faults", help="Inject named faults, listed in truth.json.")
    ] = False,
) -> None:
    """Write the files that senders write, and a truth file: what a perfect pipeline must report."""
    from corridor_etl import simulator
    from corridor_etl.cli._output import reporter
    from corridor_etl.reference.calendar import parse_range
    from corridor_etl.settings import load_settings

    if scale not in ("corridor", "port"):
        raise UsageError(f"there is no scale '{scale}'", expected="corridor or port")
    settings = load_settings()
    if scale == "port":
        result = simulator.simulate_port(out, events, seed=seed, settings=settings)
    else:
        result = simulator.simulate(
            out, parse_range(weeks), seed=seed, faults=faults, settings=settings, progress=reporter()
        )
    typer.echo(f"{len(result.files)} files in {out / 'inbox'}; the truth about them in {result.truth_path}")
