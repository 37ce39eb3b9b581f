"""``corridor reconcile``: loading list, declaration and port record side by side, and what a partner has to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridor_etl.cli._moment import AsOf, opened
from corridor_etl.cli._output import AsJson, say, show, show_one
from corridor_etl.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

reconcile = typer.Typer(
    help="Loading list, declaration and port record side by side.", invoke_without_command=True
)
_COLUMNS = (
    "iso_week", "train_no", "containers", "outcomes", "state", "age_days", "list_says", "declaration_says", "port_says",
    "believed",
)  # fmt: skip
_CARD = (
    "sender_id", "iso_week", "weeks", "files", "on_time_pct", "complete_pct", "first_pass_pct", "accepted_pct",
    "corrected_per_1000", "grade", "weakest",
)  # fmt: skip
_HISTORY = (
    "rule_id", "outcome", "state", "first_seen_at_utc", "closed_at_utc", "closed_by", "reason", "observed",
)  # fmt: skip
_ALL = "all"
_NOTHING_OPEN = "nothing is open; --outcome all shows what matches and what may still come"


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(reconcile, name="reconcile")


@reconcile.callback()
def list_items(
    ctx: typer.Context,
    week: Annotated[str | None, typer.Option(help="Only of this ISO week.")] = None,
    container: Annotated[
        str | None, typer.Option(help="Only about this container, whatever its outcome.")
    ] = None,
    outcome: Annotated[
        str | None, typer.Option(help="Only with this outcome; all shows matched and pending ones too.")
    ] = None,
    partner: Annotated[str | None, typer.Option(help="Only what this sender's documents can settle.")] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write the list for the partner there.")
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List what does not fit, with both sides and the value believed; the oldest first."""
    if ctx.invoked_subcommand is not None:
        return
    _check(outcome, partner, csv_file)
    rows, past = _asked(week, container, outcome, partner, as_of)
    if csv_file is not None:
        _write(csv_file, rows)
    elif len(rows) == 1 and container is not None and not as_json:
        show_one(rows[0], as_json=False)
        show(past, as_json=False, columns=_HISTORY, empty="never a discrepancy")
    else:
        shown = rows if as_json else [_side_by_side(row) for row in rows]
        show(
            shown,
            as_json=as_json,
            columns=_COLUMNS,
            empty=_NOTHING_OPEN,
        )


def _asked(
    week: str | None, container: str | None, outcome: str | None, partner: str | None, as_of: str | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The items, the oldest first, and what the ledger says of those of one container."""
    import polars as pl

    from corridor_etl.jobs import partner_items
    from corridor_etl.jobs import reconciliation as job
    from corridor_etl.settings import load_settings

    settings = load_settings()
    with opened(as_of) as warehouse:
        found = job.items(warehouse, settings)
        wanted = found.filter(pl.lit(True), *_fitting(week, container, outcome))
        past = [] if container is None else job.history(warehouse, wanted).to_dicts()
    rows = wanted.sort(-pl.col("age_days").fill_null(0), "subject_key").to_dicts()
    if partner is not None:
        rows = partner_items.asked_about(rows, partner, settings)
    return rows, past


def _check(outcome: str | None, partner: str | None, csv_file: Path | None) -> None:
    from corridor_etl.facts.reconciliation import ALL_OUTCOMES

    if outcome not in (None, _ALL, *ALL_OUTCOMES):
        raise UsageError(
            f"there is no outcome '{outcome}'", expected=f"one of {', '.join(ALL_OUTCOMES)} or {_ALL}"
        )
    if csv_file is None:
        return
    if partner is None:
        raise UsageError("a list is written for one partner", fix="Name the sender with --partner.")
    if not csv_file.resolve().parent.is_dir():
        raise UsageError(f"there is no folder {csv_file.resolve().parent}", fix="Make it, or name another.")


def _fitting(week: str | None, container: str | None, outcome: str | None) -> list[pl.Expr]:
    """What is asked for, as conditions on the items."""
    import polars as pl

    def has(column: str, word: str) -> pl.Expr:
        return pl.col(column).str.split(" ").list.contains(word)

    conditions = [] if week is None else [pl.col("iso_week") == week]
    if container is not None:
        conditions.append(has("container_nos", container.strip().upper()))
    if outcome not in (None, _ALL):
        conditions.append(has("outcomes", outcome or ""))
    if outcome is None and container is None:
        conditions.append(pl.col("state").is_in(["open", "waived"]))
    return conditions


def _write(path: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    from corridor_etl.jobs import partner_items
    from corridor_etl.warehouse import durable

    durable.write(path.resolve(), partner_items.as_csv(lines))
    say(f"{len(lines):,} lines written to {path}")


def _side_by_side(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with what each side says of the attribute its outcome (or the one asked about) is about."""
    from corridor_etl.jobs.partner_items import said

    outcome = row.get("asked", row["outcome"])
    sides = said(row, outcome)
    values = " / ".join(text for text in (sides["export"], sides["import"]) if text)
    boxes = row["container_nos"].split()
    more = f" +{len(boxes) - 1}" if len(boxes) > 1 else ""
    return {
        **row,
        "containers": f"{boxes[0]}{more}",
        "outcomes": row.get("asked", row["outcomes"]),
        "list_says": sides["manifest"],
        "declaration_says": sides["declared"] or values,
        "port_says": sides["port"],
        "believed": sides["chosen"],
    }


@reconcile.command("grades")
def show_grades(
    week: Annotated[
        str | None, typer.Option(help="Last ISO week of receipt; that of the last file unless given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the grade card of the senders: the week, and the last weeks together."""
    from corridor_etl.jobs.grades import grades
    from corridor_etl.reference.calendar import monday
    from corridor_etl.settings import load_settings

    if week is not None:
        monday(week)
    with opened() as warehouse:
        card = grades(warehouse, load_settings(), week)
    last = card["iso_week"].max() if card.height else None
    rows = card.to_dicts() if as_json else [_rounded(row) for row in card.filter(iso_week=last).to_dicts()]
    show(rows, as_json=as_json, columns=_CARD, empty="no sender delivered anything in these weeks")


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 1) if isinstance(value, float) else value for name, value in row.items()}
