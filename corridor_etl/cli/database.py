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


@lake.command("files")
def files(kind: Annotated[str, typer.Option(help="Record kind.")], as_json: AsJson = False) -> None:
    """List the live data files of one record kind."""
    from corridor_etl.warehouse import Warehouse

    with Warehouse.open() as warehouse:
        rows = [{"path": path} for path in warehouse.lake_files(kind)]
    show(rows, as_json=as_json, columns=("path",), empty="no files")


@lake.command()
def compact(
    kind: Annotated[str | None, typer.Option(help="Only this record kind.")] = None,
    week: Annotated[str | None, typer.Option(help="Only this ISO week.")] = None,
    min_files: Annotated[int, typer.Option(min=2, help="Leave weeks with fewer small files alone.")] = 4,
    as_json: AsJson = False,
) -> None:
    """Merge the many small files of a week into few large ones; rows and history stay as they are."""
    from corridor_etl.model import KINDS
    from corridor_etl.warehouse import Warehouse

    with Warehouse.open() as warehouse:
        merges = [
            merge
            for name in ([kind] if kind else sorted(KINDS))
            for merge in warehouse.compact(name, week=week, min_files=min_files)
        ]
    rows = [
        {"record_kind": m.record_kind, "iso_week": m.iso_week, "files": len(m.files), "rows": m.rows}
        for m in merges
    ]
    show(
        rows, as_json=as_json, columns=("record_kind", "iso_week", "files", "rows"), empty="nothing to merge"
    )


@lake.command()
def retain(
    apply: Annotated[
        bool, typer.Option("--apply/--dry-run", help="Take the weeks out, or only say which.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say which weeks the policy of corridor.toml no longer keeps, or take them out of the lake in one commit."""
    from corridor_etl.settings import load_settings
    from corridor_etl.warehouse import Warehouse

    lake_weeks = load_settings().retention.lake_weeks
    with Warehouse.open() as warehouse:
        rows = warehouse.expiring(lake_weeks).to_dicts()
        snapshot = warehouse.expire(lake_weeks) if apply else None
    columns = ("record_kind", "iso_week", "files", "rows")
    show(rows, as_json=as_json, columns=columns, empty="nothing is older than the policy keeps")
    if snapshot is not None:
        typer.echo(f"taken out in snapshot {snapshot}", err=True)
