"""``corridor db`` and ``corridor lake``: the warehouse's schema and the lake's files."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from corridor_etl.cli._output import AsJson, show

db = typer.Typer(help="The warehouse database.", no_args_is_help=True)
lake = typer.Typer(help="The tables of accepted rows.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(db, name="db")
    app.add_typer(lake, name="lake")


@db.command()
def upgrade() -> None:
    """Bring the warehouse to this version's schema."""
    from corridor_etl.warehouse import Warehouse

    with Warehouse.open() as warehouse:
        typer.echo(f"the warehouse is at snapshot {warehouse.snapshot()}, schema up to date")


@db.command()
def check() -> None:
    """Compare archive, ledger and lake with each other; exit code 3 where they differ."""
    from corridor_etl.errors import TerminalError
    from corridor_etl.jobs.health import problems
    from corridor_etl.warehouse import Warehouse

    with Warehouse.open() as warehouse:
        found = problems(warehouse)
        deliveries = warehouse.deliveries().height
    for problem in found:
        typer.echo(problem)
    if found:
        raise TerminalError(f"{len(found)} problems in the warehouse", fix="Restore what is named above.")
    typer.echo(f"{deliveries} deliveries: every file is as received, every balance and every table agrees")


@lake.command("files")
def files(
    kind: Annotated[str, typer.Option(help="Record kind.")],
    week: Annotated[str | None, typer.Option(help="Only this ISO week, as 2025-W24.")] = None,
    attach: Annotated[bool, typer.Option(help="Print a DuckDB statement that reads the files.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the live data files of one record kind, or attach them to DuckDB."""
    from corridor_etl.warehouse import Warehouse
    from corridor_etl.warehouse.attaching import duckdb_view

    with Warehouse.open() as warehouse:
        found = warehouse.lake_file_facts(kind, week=week)
    if attach:
        typer.echo(duckdb_view(kind, found["path"].to_list()))
    else:
        show(found.iter_rows(named=True), as_json=as_json, columns=found.columns, empty="no files")


@lake.command("sweep")
def sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list.")] = False,
    older_than_hours: Annotated[int, typer.Option(min=1, help="Younger files stay.")] = 24,
    archive: Annotated[
        bool, typer.Option("--archive", help="Remove received bytes that no delivery names, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove files of lake, archive and spool that nothing refers to, such as a crash leaves."""
    from datetime import timedelta

    from corridor_etl.warehouse import Warehouse

    with Warehouse.open() as warehouse:
        found = warehouse.sweep(
            older_than=timedelta(hours=older_than_hours), is_dry_run=dry_run, with_archive=archive
        )
    columns = ("place", "name", "size_bytes", "modified_at_utc", "is_removed")
    show((asdict(orphan) for orphan in found), as_json=as_json, columns=columns, empty="nothing to sweep")
