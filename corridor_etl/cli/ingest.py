"""``corridor ingest``: the inbox, or given files, into the warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corridor_etl.cli._dry_run import SHOWN, described, print_reading
from corridor_etl.cli._output import AsJson, reporter, show


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command()(ingest)


def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; the inbox if none.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be read; change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read, validate and load deliveries; print the balance of each."""
    if dry_run:
        _show_readings(paths, as_json)
        return
    result = _ingest_with_progress(paths)
    rows = [vars(outcome) for outcome in result.deliveries if outcome.status != "known"]
    columns = ("name", "status", "rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate", "message")
    show(rows, as_json=as_json, columns=columns, empty="no new files")
    problems = [f"{o.name}: {text}" for o in result.deliveries for text in o.correction_problems]
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo(result.line(), err=as_json)
    if problems or result.total("rows_quarantined") or result.count("rejected") or result.count("held"):
        raise typer.Exit(1)


def _ingest_with_progress(paths: list[Path] | None):  # type: ignore[no-untyped-def]
    from corridor_etl.jobs.turns import INGEST, turn

    say = reporter()
    with turn(INGEST) as lease:
        # Whoever has to wait, or is refused, need not load the rules first.
        from corridor_etl.jobs.ingest import batches, concluded, publish_readings
        from corridor_etl.jobs.intake import inbox_files, read_deliveries

        groups = batches(inbox_files(paths), retry_rejected=bool(paths))
        done, total, results = 0, sum(map(len, groups)), []
        for group in groups:
            readings = []
            for file in group:
                readings += read_deliveries(file)
                done += 1
                say(f"reading {done} of {total}: {file.name}")
            say(f"validating and committing {len(readings)} files")
            results.append(publish_readings(readings, lease=lease))
        say("")
        return concluded(results)


def _show_readings(paths: list[Path] | None, as_json: bool) -> None:
    from corridor_etl.jobs.corrections import tried
    from corridor_etl.jobs.intake import inbox_files, read_deliveries
    from corridor_etl.quality.corrections import load_corrections
    from corridor_etl.settings import load_settings

    settings = load_settings()
    known = load_corrections(settings)
    readings = [r for file in inbox_files(paths) for r in read_deliveries(file, keep=False)]
    all_said = [described(r, tried([r], settings, known).to_dicts()) for r in readings]
    if as_json:
        show(all_said, as_json=True, columns=SHOWN, empty="no files")
    elif not readings:
        typer.echo("no files")
    else:
        for said in all_said:
            print_reading(said)
