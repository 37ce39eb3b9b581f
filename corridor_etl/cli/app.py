"""The ``corridor`` command: puts the verb groups together and turns errors into one line and an exit code.

Exit codes: 0 done, 1 done with rows held back or nothing published, 2 usage, 3 refused with a reason, 4 transient
failure, safe to run again.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer

from corridor_etl import __version__
from corridor_etl.cli import (
    backfill,
    backup,
    corrections,
    data_quality,
    database,
    demo,
    discrepancies,
    docs,
    doctor,
    explain,
    incidents,
    ingest,
    ledger,
    maintenance,
    metrics,
    outbox,
    quarantine,
    query,
    reconcile,
    reports,
    simulate,
    site,
)
from corridor_etl.errors import CorridorError

app = typer.Typer(
    name="corridor",
    help="Manifests, customs declarations and port records of a freight corridor into weekly reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (
    demo, simulate, ingest, ledger, quarantine, discrepancies, reconcile, corrections, reports, outbox, incidents,
    backfill, database, maintenance, data_quality, docs, site, query, explain, doctor, metrics, backup,
):  # fmt: skip
    group.register(app)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Entry point of the console script; usage errors and exit codes are the framework's own."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    try:
        app()
    except CorridorError as error:
        _end(error)
    except OSError as error:
        from corridor_etl.warehouse import disk  # half a second, which a command that ends well need not pay

        if (failed := disk.of_file(error)) is None:
            raise
        _end(failed)


def _end(error: CorridorError) -> NoReturn:
    typer.echo(f"corridor: {error.message}", err=True)
    sys.exit(error.exit_code)
