"""``corridor deliveries``, ``coverage``, ``revisions``: what the ledger knows.

Rows held back are in ``quarantine``, mails in ``outbox``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridor_etl.cli._moment import AsOf, opened
from corridor_etl.cli._output import AsJson, show, show_one
from corridor_etl.errors import UsageError

if TYPE_CHECKING:
    from corridor_etl.warehouse import Warehouse

deliveries = typer.Typer(help="Files as received.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(deliveries, name="deliveries")
    app.command("coverage")(coverage)
    app.command("revisions")(revisions)


@deliveries.command("list")
def list_deliveries(
    status: Annotated[str | None, typer.Option(help="Only loaded, rejected or duplicate ones.")] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List every file ever received, with its balance."""
    with opened(as_of) as warehouse:
        rows = warehouse.deliveries().to_dicts()
    columns = ("delivery_no", "file_name", "status", "rows_read", "rows_loaded", "rows_quarantined",
               "rows_duplicate", "reason")  # fmt: skip
    wanted = [row for row in rows if status in (None, row["status"])]
    show(wanted, as_json=as_json, columns=columns, empty="no deliveries")


@deliveries.command("show")
def show_delivery(
    delivery_no: Annotated[int, typer.Argument()], as_of: AsOf = None, as_json: AsJson = False
) -> None:
    """Show one delivery with its findings and its profile."""
    from corridor_etl.cli._deliveries import print_profile, profile_of

    with opened(as_of) as warehouse:
        row = _numbered(warehouse.deliveries().to_dicts(), "delivery_no", delivery_no)
        findings = warehouse.findings().filter(delivery_id=row["delivery_id"]).to_dicts()
        profile = profile_of(warehouse, delivery_no)
    whole = {**row, "findings": findings, "profile": profile}
    show_one(whole if as_json else row, as_json=as_json)
    if not as_json:
        columns = ("rule_id", "severity", "line_no", "message", "observed", "expected")
        show(findings, as_json=False, columns=columns, empty="no findings")
        print_profile(profile)


def _numbered(rows: list[dict[str, Any]], key: str, number: int) -> dict[str, Any]:
    for row in rows:
        if row[key] == number:
            return row
    raise UsageError(f"there is no {key} {number}", fix="List them to see the numbers.")


def coverage(
    week: Annotated[str | None, typer.Option(help="Only this ISO week.")] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show what has arrived of each source, week by week, and what is late."""
    from corridor_etl.cli._deliveries import covered_weeks

    with opened(as_of) as warehouse:
        rows = covered_weeks(warehouse)
    columns = ("iso_week", "source_id", "files", "rows_loaded", "rows_quarantined", "status")
    wanted = [row for row in rows if week in (None, row["iso_week"])]
    show(wanted, as_json=as_json, columns=columns, empty="nothing has arrived")


def revisions(
    week: Annotated[str | None, typer.Option(help="Only figures of this ISO week.")] = None,
    since: Annotated[int | None, typer.Option(help="Only changes made after this snapshot.")] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="How good first prints were, by figure.")
    ] = False,
    triangle: Annotated[
        str | None,
        typer.Option(help="What was known how many weeks after, of mart_trade_week.value_cny_fen."),
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List each change of a weekly figure since its week first appeared, with its cause."""
    if statistics or triangle:
        with opened(as_of) as warehouse:
            _show_vintages(warehouse, triangle, as_json)
        return
    with opened(as_of) as warehouse:
        rows = warehouse.revisions(week=week, since=since).to_dicts()
    columns = ("iso_week", "mart", "row_key", "measure", "value_before", "value_after", "snapshot",
               "committed_at_utc", "cause", "delivery_no")  # fmt: skip
    show(rows, as_json=as_json, columns=columns, empty="no figure has changed since its week first appeared")


def _show_vintages(warehouse: Warehouse, figure: str | None, as_json: bool) -> None:
    from corridor_etl.marts.vintages import additive_measures, revision_statistics, vintages
    from corridor_etl.marts.vintages import triangle as triangle_of

    mart, _, measure = (figure or "").partition(".")
    known = additive_measures()
    if figure and measure not in known.get(mart, ()):
        some = ", ".join(f"{name}.{columns[0]}" for name, columns in known.items())
        raise UsageError(f"'{figure}' is no figure that adds up over a week", expected=f"one like {some}")
    values = vintages({name: warehouse.mart(name) for name in known}, warehouse.revisions())
    found = triangle_of(values, mart, measure) if figure else revision_statistics(values)
    show(found.to_dicts(), as_json=as_json, columns=found.columns, empty="no weeks")
