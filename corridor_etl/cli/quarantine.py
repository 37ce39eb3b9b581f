"""``corridor quarantine``: rows held back, with their reasons, and what a person decides about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridor_etl.cli._decider import who
from corridor_etl.cli._moment import AsOf, opened
from corridor_etl.cli._output import AsJson, say, show, show_one
from corridor_etl.errors import UsageError

if TYPE_CHECKING:
    from corridor_etl.jobs.decisions import Decision, Filter

quarantine = typer.Typer(help="Rows held back, with their reasons.", no_args_is_help=True)
STATES = ("open", "replayed", "waived", "superseded", "discarded", "all")
LISTED = ("quarantine_id", "file_name", "line_no", "record_kind", "rule_ids", "suggestion", "state")

Rule = Annotated[str | None, typer.Option(help="Only rows that break this rule.")]
State = Annotated[str | None, typer.Option(help=f"Only rows in this state: {', '.join(STATES)}.")]
Kind = Annotated[str | None, typer.Option(help="Only rows of this record kind.")]
Sender = Annotated[str | None, typer.Option(help="Only rows of this sender of corridor.toml.")]
Week = Annotated[str | None, typer.Option(help="Only rows of this ISO week.")]
Delivery = Annotated[str | None, typer.Option(help="Only rows of this delivery: number, id or file name.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers of rows; or use the filters.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]
By = Annotated[str | None, typer.Option(help="Who decides; the system user if not given.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the row.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(quarantine, name="quarantine")


def _filter(
    default_state: str,
    rule: str | None,
    state: str | None,
    kind: str | None,
    sender: str | None,
    week: str | None,
    delivery: str | None,
) -> Filter:
    """The filter of the options; ``UsageError`` for a state or record kind that does not exist."""
    from corridor_etl.jobs.decisions import Filter
    from corridor_etl.model import kind as known_kind

    wanted = state or default_state
    if wanted not in STATES:
        raise UsageError(f"there is no state '{wanted}'", expected=f"one of {', '.join(STATES)}")
    if kind is not None:
        known_kind(kind)
    return Filter(rule, None if wanted == "all" else wanted, kind, sender, week, delivery)


def _rows(wanted: Filter, as_of: str | None = None) -> list[dict[str, Any]]:
    with opened(as_of) as warehouse:
        return wanted.of(warehouse.quarantine()).to_dicts()


@quarantine.command("list")
def list_rows(
    rule: Rule = None,
    state: State = None,
    kind: Kind = None,
    sender: Sender = None,
    week: Week = None,
    delivery: Delivery = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List the rows held back; the open ones unless a state is given."""
    rows = _rows(_filter("open", rule, state, kind, sender, week, delivery), as_of)
    show(rows, as_json=as_json, columns=LISTED, empty="nothing is held back")


@quarantine.command("show")
def show_row(
    quarantine_id: Annotated[int, typer.Argument()], as_of: AsOf = None, as_json: AsJson = False
) -> None:
    """Show one row: file, line, rules with observed and expected, the row as received, and what was decided."""
    from corridor_etl.jobs.decisions import EVERY_ROW, chosen
    from corridor_etl.quality.rule_words import in_words

    with opened(as_of) as warehouse:
        (row,) = chosen(warehouse, [quarantine_id], EVERY_ROW).to_dicts()
    details = json.loads(row["details_json"])
    show_one(row if as_json else {k: v for k, v in row.items() if k != "details_json"}, as_json=as_json)
    for detail in [] if as_json else details:
        say(f"{detail['rule_id']}  {in_words(row['record_kind'], detail['rule_id'])}")
        say(f"    {detail['column'] or 'row'}: {detail['observed']!r}, expected {detail['expected']}")


@quarantine.command()
def replay(
    numbers: Numbers = None,
    rule: Rule = None,
    state: State = None,
    kind: Kind = None,
    sender: Sender = None,
    week: Week = None,
    delivery: Delivery = None,
    dry_run: DryRun = False,
    by: By = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Judge rows anew, after a fix, and load those that break no rule any more; all open rows if none are named."""
    from corridor_etl.jobs.replay import replay as work

    wanted = _meant(numbers, "open", rule, state, kind, sender, week, delivery)
    _say(work(numbers or (), wanted, by=who(by), reason=reason, is_dry_run=dry_run), as_json)


@quarantine.command()
def waive(
    reason: Reason,
    numbers: Numbers = None,
    rule: Rule = None,
    state: State = None,
    kind: Kind = None,
    sender: Sender = None,
    week: Week = None,
    delivery: Delivery = None,
    dry_run: DryRun = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Load rows in spite of the rules that hold them back; who and why is kept as a finding."""
    from corridor_etl.jobs.replay import waive as work

    wanted = _meant(numbers, "open", rule, state, kind, sender, week, delivery, must=True)
    _say(work(numbers or (), wanted, by=who(by), reason=reason, is_dry_run=dry_run), as_json)


@quarantine.command()
def discard(
    reason: Reason,
    numbers: Numbers = None,
    rule: Rule = None,
    state: State = None,
    kind: Kind = None,
    sender: Sender = None,
    week: Week = None,
    delivery: Delivery = None,
    dry_run: DryRun = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Keep rows out for good, with who and why."""
    from corridor_etl.jobs.decisions import decide

    wanted = _meant(numbers, "open", rule, state, kind, sender, week, delivery, must=True)
    _say(decide("discard", numbers or (), wanted, by=who(by), reason=reason, is_dry_run=dry_run), as_json)


@quarantine.command()
def reopen(
    reason: Reason,
    numbers: Numbers = None,
    rule: Rule = None,
    state: State = None,
    kind: Kind = None,
    sender: Sender = None,
    week: Week = None,
    delivery: Delivery = None,
    dry_run: DryRun = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Open discarded rows again."""
    from corridor_etl.jobs.decisions import decide

    wanted = _meant(numbers, "discarded", rule, state, kind, sender, week, delivery, must=True)
    _say(decide("reopen", numbers or (), wanted, by=who(by), reason=reason, is_dry_run=dry_run), as_json)


@quarantine.command()
def export(
    out: Annotated[Path, typer.Argument(help="File to write: .xlsx or .csv.")],
    rule: Rule = None,
    state: State = None,
    kind: Kind = None,
    sender: Sender = None,
    week: Week = None,
    delivery: Delivery = None,
) -> None:
    """Write the rows for the partner who sent them: what is wrong in words, and the row with its bad cells marked."""
    from corridor_etl.clock import now_utc
    from corridor_etl.jobs import partner_list
    from corridor_etl.jobs.as_sent import cells_as_sent
    from corridor_etl.warehouse import Warehouse, durable

    if out.suffix.lower() not in (".xlsx", ".csv"):
        raise UsageError(
            f"'{out.name}' is no list for a partner", expected="a name that ends in .xlsx or .csv"
        )
    if not out.resolve().parent.is_dir():
        raise UsageError(f"there is no folder {out.resolve().parent}", fix="Make it, or name another.")
    rows = _rows(_filter("open", rule, state, kind, sender, week, delivery))
    with Warehouse.open() as warehouse:
        found = partner_list.lines(rows, cells_as_sent(warehouse, rows))
    is_csv = out.suffix.lower() == ".csv"
    content = partner_list.as_csv(found) if is_csv else partner_list.as_xlsx(found, now_utc())
    durable.write(out.resolve(), content)
    say(f"{len(found):,} rows written to {out}")


def _meant(numbers: list[int] | None, default_state: str, *filters: str | None, must: bool = False) -> Filter:
    """The filter of a verb; ``UsageError`` where rows are named twice over, or not at all though they ``must`` be."""
    wanted = _filter(default_state, *filters)
    is_filtered = any(f is not None for f in filters)
    if numbers and is_filtered:
        raise UsageError("rows are named by numbers and by filters", expected="one of the two")
    if must and not numbers and not is_filtered:
        raise UsageError(
            "no row is named", fix="Give numbers of rows, or filters such as --rule or --delivery."
        )
    return wanted


def _say(decision: Decision, as_json: bool) -> None:
    """What became of each row, the summary, and the exit code: 3 nothing done, 1 rows stay held back."""
    columns = ("quarantine_id", "file_name", "line_no", "record_kind", "outcome", "message")
    rows = [vars(outcome) for outcome in decision.outcomes]
    if rows or as_json:
        show(rows, as_json=as_json, columns=columns, empty="")
    typer.echo(decision.line(), err=as_json)
    if decision.is_refused or decision.leaves_rows:
        raise typer.Exit(3 if decision.is_refused else 1)
