"""``corridor explain``: from a figure of an issue to the lines of files it was made of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridor_etl.cli._moment import opened
from corridor_etl.cli._output import AsJson, say, show

if TYPE_CHECKING:
    from corridor_etl.jobs.explain import Explanation

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command()(explain)


def explain(
    address: Annotated[str, typer.Argument(help="Like weekly/2025-W24/r0#throughput.teu.")],
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many rows of each list.")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Walk a published figure back: its formula, what adds to it, the lines of files, and what was held back."""
    from corridor_etl.jobs.explain import explain as explained
    from corridor_etl.settings import load_settings

    with opened() as warehouse:
        found = explained(address, warehouse, load_settings())
    if as_json:
        typer.echo(json.dumps(_as_data(found), ensure_ascii=False, indent=1, default=str))
    else:
        _print(found, limit)
    if not found.is_whole:
        say(f"The parts come to {found.value}, which is not what was published.")
        raise typer.Exit(1)


def _as_data(found: Explanation) -> dict[str, Any]:
    lists = ("parts", "lines", "corrections", "held_back")
    head = ("address", "published", "unit", "snapshot", "definition", "is_whole")
    return {**{n: getattr(found, n) for n in head}, **{n: getattr(found, n).to_dicts() for n in lists}}


_TABLES = (
    ("parts", "What adds to it", ("record", "direction", "amount", "over")),
    ("lines", "The lines it rests on", ("record", "what", "file_name", "line_no", "rules")),
    ("corrections", "Corrections applied to these files", ("correction_id", "record_kind", "action", "rows")),
    (
        "held_back",
        "Held back, and not in it",
        ("record_kind", "file_name", "line_no", "rule_ids", "iso_week", "cargo_gross_kg"),
    ),
)


def _print(found: Explanation, limit: int) -> None:
    say(f"{found.address} = {found.published} {found.unit}, as of snapshot {found.snapshot}")
    for name, text in found.definition.items():
        say(f"{name}: {text}")
    for name, title, columns in _TABLES:
        rows = getattr(found, name)
        typer.echo(f"\n{title}: {rows.height}")
        if rows.height:
            shown = [c for c in columns if c in rows.columns and rows[c].null_count() < rows.height]
            show(rows.head(limit).to_dicts(), as_json=False, columns=shown, empty="")
        if rows.height > limit:
            typer.echo(f"and {rows.height - limit} more; --limit shows more of them, --json all")
