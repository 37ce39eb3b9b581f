"""``corridor discrepancies``: what documents of different sources say differently, and what people decide about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from corridor_etl.cli._moment import AsOf, opened
from corridor_etl.cli._output import AsJson, say, show, show_one
from corridor_etl.errors import UsageError

discrepancies = typer.Typer(help="What documents of different sources say differently.", no_args_is_help=True)
_COLUMNS = (
    "discrepancy_id",
    "rule_id",
    "severity",
    "iso_week",
    "subject",
    "subject_key",
    "observed",
    "state",
)
Number = Annotated[int, typer.Argument(help="Number of the discrepancy.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(discrepancies, name="discrepancies")


@discrepancies.command("list")
def list_discrepancies(
    rule: Annotated[str | None, typer.Option(help="Only of this rule.")] = None,
    week: Annotated[str | None, typer.Option(help="Only of this ISO week.")] = None,
    container: Annotated[str | None, typer.Option(help="Only about this container.")] = None,
    train: Annotated[str | None, typer.Option(help="Only about this train.")] = None,
    state: Annotated[str | None, typer.Option(help="open, healed, waived or all.")] = "open",
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List discrepancies, open ones unless asked otherwise, and the rules that had nothing to judge."""
    with opened(as_of) as warehouse:
        rows = warehouse.discrepancies().to_dicts()
        checks = warehouse.checks()
    asked = {"rule_id": rule, "iso_week": week, "train_no": train, "state": None if state == "all" else state}
    wanted = [row for row in rows if _fits(row, asked) and _names(row, container)]
    show(wanted, as_json=as_json, columns=_COLUMNS, empty="the documents agree")
    if not as_json and (idle := _not_judged(checks)):
        say(f"not judged, because there is nothing to compare: {', '.join(idle)}")


def _fits(row: Mapping[str, Any], asked: Mapping[str, str | None]) -> bool:
    return all(value in (None, row[name]) for name, value in asked.items())


def _names(row: Mapping[str, Any], container: str | None) -> bool:
    return container is None or container.strip().upper() in (row["container_nos"] or "").split()


def _not_judged(checks: Any) -> list[str]:
    """The rules that judged nothing in the last batch that compared the sources."""
    from corridor_etl.model import CROSS_SOURCE

    mine = checks.filter(record_kind=CROSS_SOURCE)
    last = mine.filter(snapshot=mine["snapshot"].max()) if mine.height else mine
    return sorted(last.filter(evaluated=0)["rule_id"])


@discrepancies.command("show")
def show_discrepancy(discrepancy_id: Number, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Show one discrepancy: what the documents say, since when, and the files they came in."""
    with opened(as_of) as warehouse:
        found = warehouse.discrepancies().filter(discrepancy_id=discrepancy_id).to_dicts()
        files = dict(
            warehouse.deliveries().filter(status="loaded").select("delivery_id", "file_name").iter_rows()
        )
    if not found:
        raise UsageError(f"there is no discrepancy {discrepancy_id}", fix="List them to see the numbers.")
    (row,) = found
    names = {
        "file_name": files.get(row["delivery_id"]),
        "other_file_name": files.get(row["other_delivery_id"]),
    }
    show_one({**row, **names}, as_json=as_json)


@discrepancies.command("waive")
def waive_discrepancy(
    discrepancy_id: Number,
    reason: Annotated[str, typer.Option(help="Why it is accepted as it is.")],
    by: Annotated[str, typer.Option(help="Who decides.")],
    as_json: AsJson = False,
) -> None:
    """Accept an open discrepancy as it is, until the documents say something else."""
    with opened() as warehouse:
        warehouse.waive_discrepancy(discrepancy_id, by=by, reason=reason)
    _say_state(discrepancy_id, "waived", as_json)


@discrepancies.command("reopen")
def reopen_discrepancy(discrepancy_id: Number, as_json: AsJson = False) -> None:
    """Take a waiver back."""
    with opened() as warehouse:
        warehouse.reopen_discrepancy(discrepancy_id)
    _say_state(discrepancy_id, "open", as_json)


def _say_state(discrepancy_id: int, state: str, as_json: bool) -> None:
    row = {"discrepancy_id": discrepancy_id, "state": state}
    if as_json:
        show_one(row, as_json=True)
    else:
        say(f"discrepancy {discrepancy_id} is {state}")
