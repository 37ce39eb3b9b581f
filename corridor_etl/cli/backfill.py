"""``corridor backfill``: issues of past weeks, on demand, without mail."""

from __future__ import annotations

from typing import Annotated

import typer

backfill = typer.Typer(help="Issues of past weeks, without mail.", no_args_is_help=True)
Weeks = Annotated[str, typer.Argument(help="ISO weeks, first:last.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(backfill, name="backfill")


@backfill.command()
def plan(weeks: Weeks) -> None:
    """Show which weeks have no issue yet; change nothing."""
    from corridor_etl.jobs.backfill import weeks_to_rebuild
    from corridor_etl.reference.calendar import parse_range

    missing = weeks_to_rebuild(weeks)
    for week in parse_range(weeks):
        typer.echo(f"{week}  {'missing, would be published' if week in missing else 'published'}")
    typer.echo(f"{len(missing)} weeks would run; no mail would be sent")


@backfill.command()
def run(
    weeks: Weeks,
    reason: Annotated[str, typer.Option(help="Why; shown with every line.")],
) -> None:
    """Publish the issues that are missing."""
    from corridor_etl.jobs.backfill import rebuild_week, weeks_to_rebuild

    missing = weeks_to_rebuild(weeks)
    for week in missing:
        typer.echo(rebuild_week(week).line())
    typer.echo(f"backfill {weeks} ({reason}): {len(missing)} weeks run, no mail queued")
