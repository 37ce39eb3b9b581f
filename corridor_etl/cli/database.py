"""``corridor db`` and ``corridor lake``: the warehouse's schema and the lake's files."""

from __future__ import annotations

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


@db.command("grant-read")
def grant_read(role: Annotated[str, typer.Argument(help="Role of PostgreSQL.")]) -> None:
    """Let a role read every table and view, also future ones; CORRIDOR_READER_PASSWORD makes it if it is missing."""
    import os

    from corridor_etl.warehouse import Warehouse
    from corridor_etl.warehouse.grants import grant_read as granted

    with Warehouse.open() as warehouse:
        password = os.environ.get("CORRIDOR_READER_PASSWORD")
        is_new = granted(warehouse.engine, role, create_with_password=password)
    typer.echo(f"{role} {'was made and ' if is_new else ''}may read every table and view, and write nothing")


@lake.command("files")
def files(kind: Annotated[str, typer.Option(help="Record kind.")], as_json: AsJson = False) -> None:
    """List the live data files of one record kind."""
    from corridor_etl.warehouse import Warehouse

    with Warehouse.open() as warehouse:
        rows = [{"path": path} for path in warehouse.lake_files(kind)]
    show(rows, as_json=as_json, columns=("path",), empty="no files")
