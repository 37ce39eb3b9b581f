"""``corridor sql``: one query against the warehouse, for a quick look. It can only read."""

from __future__ import annotations

import csv
import io
import sys
from typing import Annotated, Any

import typer

from corridor_etl.cli._output import AsJson, show
from corridor_etl.errors import UsageError


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("sql")(sql)


def sql(
    query: Annotated[str, typer.Argument(help='One SELECT; "-" reads it from standard input.')],
    limit: Annotated[int, typer.Option(help="Most rows to print.")] = 200,
    timeout: Annotated[float, typer.Option(help="Seconds the query may take.")] = 30.0,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the warehouse one question in SQL; nothing can be changed by it."""
    from corridor_etl import settings as configuration
    from corridor_etl.warehouse.engine import database_url
    from corridor_etl.warehouse.query import ask

    if as_csv and as_json:
        raise UsageError("--csv and --json are both given", expected="one of them")
    text = sys.stdin.read() if query == "-" else query
    answer = ask(database_url(configuration.home()), text, limit=limit, timeout_seconds=timeout)
    if as_csv:
        typer.echo(_csv(answer.columns, answer.rows), nl=False)
    else:
        _print(answer.columns, answer.rows, as_json)
    if answer.has_more:
        typer.echo(f"the first {limit} rows; --limit shows more", err=True)


def _print(columns: tuple[str, ...], rows: list[tuple[Any, ...]], as_json: bool) -> None:
    # Two columns of one name would be one in JSON.
    names = [name if columns.index(name) == at else f"{name}_{at + 1}" for at, name in enumerate(columns)]
    named = [dict(zip(names, row, strict=True)) for row in rows]
    show(named, as_json=as_json, columns=names, empty="no rows")


def _csv(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    from corridor_etl.spreadsheet_text import inert

    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([inert(name) for name in columns])
    for row in rows:
        writer.writerow([inert(value) if isinstance(value, str) else value for value in row])
    return out.getvalue()
