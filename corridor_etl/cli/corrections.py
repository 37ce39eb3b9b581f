"""``corridor corrections``: which there are, what each did, and whether the files hold together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridor_etl.cli._moment import AsOf, opened
from corridor_etl.cli._output import AsJson, say, show, show_one
from corridor_etl.errors import TerminalError, UsageError

if TYPE_CHECKING:
    from corridor_etl.quality.corrections import Correction, Corrections
    from corridor_etl.settings import Settings

corrections = typer.Typer(help="Known errors of providers, mended until the source is.", no_args_is_help=True)
EFFECT_COLUMNS = (
    "file_name", "first_line_no", "correction_id", "action", "iso_week", "rows", "guard_outcome", "old_text",
    "new_text",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(corrections, name="corrections")


def _loaded() -> tuple[Corrections, Settings]:
    from corridor_etl.quality.corrections import load_corrections
    from corridor_etl.settings import load_settings

    settings = load_settings()
    return load_corrections(settings), settings


def _listed(correction: Correction, settings: Settings) -> dict[str, Any]:
    from corridor_etl.clock import now_utc

    written = correction.written
    state = correction.state(now_utc(), settings.report_zone)
    return {
        "id": correction.id,
        "kind": written.kind,
        "action": written.action,
        "state": state,
        "applied": "yes" if state == "active" else "no",
        "expires_on": written.expires_on.isoformat(),
        "provider": written.provider,
        "file": correction.place[0],
        "reason": written.reason,
    }


@corrections.command("list")
def list_corrections(as_json: AsJson = False) -> None:
    """List every correction with its state today; only active ones that have not expired are applied."""
    found, settings = _loaded()
    rows = [_listed(c, settings) for c in found.every]
    columns = ("id", "kind", "action", "state", "applied", "expires_on", "provider", "file")
    show(rows, as_json=as_json, columns=columns, empty="there are no corrections")


@corrections.command("show")
def show_correction(
    correction_id: Annotated[str, typer.Argument(help="As in list.")],
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show one correction in full, with what it did to each delivery so far."""
    found, settings = _loaded()
    wanted = next((c for c in found.every if c.id == correction_id), None)
    if wanted is None:
        raise UsageError(f"there is no correction '{correction_id}'", fix="List them to see the ids.")
    with opened(as_of) as warehouse:
        effects = warehouse.correction_effects().filter(correction_id=wanted.id)
        names = warehouse.deliveries().filter(status="loaded").select("delivery_id", "file_name")
    rows = effects.join(names, on="delivery_id", how="left", maintain_order="left").to_dicts()
    described = {
        **_listed(wanted, settings),
        **{key: str(v) for key, v in wanted.written.model_dump(exclude_defaults=True).items()},
        "matches": wanted.match.words(),
        "expects": wanted.expect.words(),
    }
    show_one({**described, "effects": rows} if as_json else described, as_json=as_json)
    if not as_json:
        show(rows, as_json=False, columns=EFFECT_COLUMNS, empty="it has touched no delivery yet")


@corrections.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files to try them on; the archive if none.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what each would match; change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check every file of corrections; with --dry-run also say what active and proposed ones would match."""
    from corridor_etl.quality.corrections import read_corrections
    from corridor_etl.settings import load_settings

    settings = load_settings()
    found, mistakes = read_corrections(settings)
    if mistakes:
        for mistake in mistakes:
            say(mistake.message)
        raise TerminalError(f"{len(mistakes)} mistakes in the corrections", fix="Mend what is named above.")
    if dry_run or paths:
        _try(found, settings, paths, as_json)
    elif as_json:
        show([_listed(c, settings) for c in found.every], as_json=True, columns=(), empty="")
    else:
        files = len({c.place[0] for c in found.every})
        typer.echo(f"every file holds together; corrections: {len(found.every)}, files: {files}")


def _try(found: Corrections, settings: Settings, paths: list[Path] | None, as_json: bool) -> None:
    from corridor_etl.jobs.corrections import TRIED, archived, tried
    from corridor_etl.jobs.intake import inbox_files, read_deliveries
    from corridor_etl.warehouse import Warehouse

    if paths:
        readings = (r for file in inbox_files(paths) for r in read_deliveries(file, keep=False))
        effects = tried(readings, settings, found, TRIED)
    else:
        with Warehouse.open() as warehouse:
            effects = tried(archived(warehouse, found, TRIED), settings, found, TRIED)
    show(effects.to_dicts(), as_json=as_json, columns=EFFECT_COLUMNS, empty="no correction matches any row")
    if not effects.is_empty() and effects["guard_outcome"].is_in(["failed", "conflict"]).any():
        raise typer.Exit(1)
