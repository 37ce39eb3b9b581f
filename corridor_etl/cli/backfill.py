"""``corridor backfill``: past weeks made again, as a record of who asked, what differed and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridor_etl.cli._backfill_progress import progress
from corridor_etl.cli._decider import who
from corridor_etl.cli._output import AsJson, say, show, show_one
from corridor_etl.errors import UsageError

if TYPE_CHECKING:
    from corridor_etl.jobs.backfill_run import Outcome

backfill = typer.Typer(help="Past weeks made again, without mail.", no_args_is_help=True)

Weeks = Annotated[str, typer.Argument(help="ISO weeks, first:last.")]
Number = Annotated[int, typer.Argument(help="Number of the backfill.")]
By = Annotated[str | None, typer.Option("--by", help="Who asks; the user of the system if left out.")]
All = Annotated[bool, typer.Option("--all", help="Also weeks that are as they should be.")]
OnlyFailed = Annotated[bool, typer.Option("--only-failed", help="Only weeks that failed before.")]
Parallel = Annotated[int, typer.Option(min=1, max=16, help="Weeks that are compared at a time.")]
EXIT_CODES = {"failed": 1, "cancelled": 4}
LISTED = ("backfill_id", "weeks", "mode", "state", "done", "differ", "requested_by", "reason")
SHOWN_WEEKS = ("iso_week", "state_before", "state", "cells_changed", "facts_changed", "figures_changed", "issue",
               "why", "error")  # fmt: skip
SHOWN_DIFF = ("iso_week", "mart", "row_key", "measure", "value_before", "value_after")


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(backfill, name="backfill")


@backfill.command()
def plan(
    weeks: Weeks,
    reason: Annotated[str, typer.Option(help="Why; as run would record it.")] = "",
    all_weeks: All = False,
    only_failed: OnlyFailed = False,
    as_json: AsJson = False,
) -> None:
    """Show what a backfill would do: weeks by state, rows, time, figures that may change; change nothing."""
    from corridor_etl.jobs.backfill_plan import plan as planned

    found = planned(weeks, mode=_mode(all_weeks, only_failed))
    if as_json:
        show_one({"reason": reason, **found.to_json()}, as_json=True)
        return
    chosen = {state.week for state in found.taken}
    rows = [{**vars(s), "would_run": "yes" if s.week in chosen else ""} for s in found.states]
    show(rows, as_json=False, columns=("week", "state", "rows", "would_run", "why"), empty="no weeks")
    for text in found.lines():
        say(text)


@backfill.command()
def run(
    weeks: Weeks,
    reason: Annotated[str, typer.Option(help="Why; kept with the record.")],
    all_weeks: All = False,
    only_failed: OnlyFailed = False,
    hold_for_approval: Annotated[
        bool, typer.Option("--hold-for-approval", help="Compare, then wait for approve or reject.")
    ] = False,
    reissue: Annotated[bool, typer.Option("--reissue", help="Queue the mails of its issues.")] = False,
    max_parallel: Parallel = 4,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Make weeks again that are missing, failed, stale or corrected; the same call goes on after a kill.

    Figures are made beside the live ones, compared, and put in one week a commit, the newest first; then issues are
    published in order, without mail. Exit code 1 where a week failed, 4 where it was cancelled.
    """
    from corridor_etl.jobs.backfill import request

    begun = request(
        weeks,
        reason=reason,
        by=who(by),
        mode=_mode(all_weeks, only_failed),
        hold_for_approval=hold_for_approval,
        reissue=reissue,
    )
    if begun.backfill_id is None:
        if as_json:
            show_one({"backfill_id": None, "state": "nothing to do", "told": begun.told}, as_json=True)
        else:
            say(begun.told)
        return
    typer.echo(begun.told, err=True)
    _go_on(begun.backfill_id, max_parallel, as_json)


@backfill.command()
def resume(backfill_id: Number, max_parallel: Parallel = 4, as_json: AsJson = False) -> None:
    """Go on with a backfill that was killed or cancelled, or in which weeks failed."""
    _go_on(backfill_id, max_parallel, as_json)


@backfill.command()
def approve(backfill_id: Number, by: By = None, max_parallel: Parallel = 4, as_json: AsJson = False) -> None:
    """Put in what a held backfill found. Refused where data or code have moved: then it is compared again."""
    from corridor_etl.jobs.backfill import approve as approved

    approved(backfill_id, by=who(by))
    _go_on(backfill_id, max_parallel, as_json)


@backfill.command()
def reject(backfill_id: Number, by: By = None) -> None:
    """End a held backfill without putting anything in."""
    from corridor_etl.jobs.backfill import reject as rejected

    rejected(backfill_id, by=who(by))
    say(f"backfill {backfill_id} is rejected: nothing was put in")


@backfill.command()
def status(
    backfill_id: Annotated[int | None, typer.Argument(help="Number; the last one if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how far a backfill is, week by week."""
    _show(backfill_id, as_json, with_differences=False)


@backfill.command("show")
def show_backfill(backfill_id: Number, as_json: AsJson = False) -> None:
    """Show a backfill with each cell and figure that differed."""
    _show(backfill_id, as_json, with_differences=True)


@backfill.command("list")
def list_backfills(as_json: AsJson = False) -> None:
    """List every backfill: who, why, weeks, what differed, state."""
    from corridor_etl.jobs.backfill_told import listed

    show(listed(), as_json=as_json, columns=LISTED, empty="no backfills")


def _show(backfill_id: int | None, as_json: bool, *, with_differences: bool) -> None:
    from corridor_etl.jobs.backfill_told import told

    found = told(backfill_id, with_differences=with_differences)
    if as_json:
        show_one(found, as_json=True)
        return
    weeks, differences = found.pop("weeks_of_it"), found.pop("differences", None)
    show_one(found, as_json=False)
    show(weeks, as_json=False, columns=SHOWN_WEEKS, empty="no weeks")
    if differences is not None:
        show(differences, as_json=False, columns=SHOWN_DIFF, empty="nothing differs")


def _go_on(backfill_id: int, max_parallel: int, as_json: bool) -> None:
    from corridor_etl.jobs.backfill_run import line
    from corridor_etl.jobs.backfill_run import run as gone_on

    with progress(backfill_id) as said:
        outcome = gone_on(backfill_id, said=said, max_parallel=max_parallel)
    _conclude(outcome, line(outcome), as_json)


def _conclude(outcome: Outcome, told: str, as_json: bool) -> None:
    if as_json:
        values: dict[str, Any] = {**vars(outcome), "told": told}
        show_one(values, as_json=True)
    else:
        say(told)
    if outcome.state in EXIT_CODES:
        raise typer.Exit(EXIT_CODES[outcome.state])


def _mode(all_weeks: bool, only_failed: bool) -> str:
    if all_weeks and only_failed:
        raise UsageError("--all and --only-failed were both given", expected="one of the two, or none")
    return "all" if all_weeks else "only-failed" if only_failed else "default"
