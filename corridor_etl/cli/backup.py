"""``corridor backup`` and ``corridor restore``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from corridor_etl.cli._moment import opened
from corridor_etl.cli._output import AsJson, say, show_one


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the backups; files in it are kept once.")
    ],
    as_json: AsJson = False,
) -> None:
    """Add the state of now to a folder of backups, while others go on working."""
    from corridor_etl.jobs.backup import backup as job

    with opened() as warehouse:
        done = job(warehouse, out)
    if as_json:
        show_one(asdict(done), as_json=True)
    else:
        say(f"{done.folder}: snapshot {done.snapshot}, {done.files} files, of them {done.copied_files} new "
            f"({done.copied_bytes / 2**20:.1f} MiB)")  # fmt: skip


def restore(
    folder: Annotated[Path, typer.Argument(metavar="IN", help="Folder of the backups.")],
    into: Annotated[
        Path, typer.Option(help="Home folder to make; CORRIDOR_DATABASE_URL names its database.")
    ],
    state: Annotated[str | None, typer.Option(help="Which state; the newest if empty.")] = None,
    nothing_sent: Annotated[
        bool,
        typer.Option("--nothing-sent", help="No mail has left since the backup: let waiting ones wait on."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a home from a backup, check it, and say what it holds. Nothing that is there is overwritten."""
    from corridor_etl.jobs.restore import restore as job
    from corridor_etl.settings import load_settings

    done = job(folder, into, load_settings(), state=state, nothing_sent=nothing_sent)
    if as_json:
        show_one(asdict(done), as_json=True)
        return
    say(f"{done.home}: state {done.state}, snapshot {done.snapshot}, {done.deliveries} deliveries, {done.issues} "
        f"issues, {done.files} files; every file is as it was")  # fmt: skip
    if done.unknown_mails:
        say(f"{done.unknown_mails} mails that waited then are unknown now: ask the relay's log "
            "(corridor outbox resolve --relay-log FILE)")  # fmt: skip
    say("corridor site build makes the pages around the issues again")
