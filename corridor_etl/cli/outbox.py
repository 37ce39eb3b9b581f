"""``corridor outbox``: mails that wait, sending them, and what people decide about those that did not get through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridor_etl.cli._decider import who
from corridor_etl.cli._moment import opened
from corridor_etl.cli._output import AsJson, say, show, show_one
from corridor_etl.errors import UsageError

if TYPE_CHECKING:
    from corridor_etl.warehouse import Mails, Warehouse

outbox = typer.Typer(help="Mails of the issues: sending them, and what became of each.", no_args_is_help=True)
Message = Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="The Message-ID, with < and >.")]
By = Annotated[str | None, typer.Option(help="Who decides; whoever is signed in if empty.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the message.")]
_STATES = ("queued", "sending", "sent", "failed", "unknown")


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(outbox, name="outbox")


@outbox.command("list")
def list_outbox(
    state: Annotated[str | None, typer.Option(help=f"Only {', '.join(_STATES)} ones.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the mails of all issues with their state."""
    if state not in (None, *_STATES):
        raise UsageError(f"'{state}' is no state of a mail", expected=f"one of {', '.join(_STATES)}")
    with opened() as warehouse:
        rows = warehouse.outbox().to_dicts()
    wanted = [row for row in rows if state in (None, row["state"])]
    columns = ("message_id", "recipient", "state", "attempts", "next_try_at_utc", "last_answer")
    show(wanted, as_json=as_json, columns=columns, empty="no mails")


@outbox.command("show")
def show_message(message_id: Message, as_json: AsJson = False) -> None:
    """Show one mail and everything that happened to it."""
    with opened() as warehouse:
        row = warehouse.mails.message(message_id)
        events = warehouse.mails.events(message_id).to_dicts()
    show_one({**row, "events": events} if as_json else row, as_json=as_json)
    if not as_json:
        columns = ("at_utc", "state_before", "state_after", "attempt", "done_by", "answer")
        show(events, as_json=False, columns=columns, empty="nothing has happened to it")


@outbox.command("send")
def send(
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    to_folder: Annotated[
        Path | None, typer.Option("--dry-run", help="Write what would be sent to this folder; send nothing.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send the mails that are due, each to its one recipient. Exit code 1 if somebody has to look at some."""
    if to_folder is not None:
        _show_previews(to_folder, limit, as_json)
        return
    from corridor_etl.jobs.deliver import deliver

    report = deliver(limit=limit)
    if as_json:
        show_one({**vars(report), "problem": report.problem and report.problem.message}, as_json=True)
    else:
        say(report.line())
    if report.problem is not None:
        raise report.problem
    if report.needs_somebody:
        raise typer.Exit(1)


def _show_previews(folder: Path, limit: int | None, as_json: bool) -> None:
    from corridor_etl.jobs.deliver import dry_run

    rows = [vars(preview) for preview in dry_run(folder, limit=limit)]
    columns = ("message_id", "deliver_to", "path", "why_not")
    show(rows, as_json=as_json, columns=columns, empty="nothing is due")


@outbox.command("retry")
def retry(
    message_id: Message, reason: Reason = "asked for by hand", by: By = None, as_json: AsJson = False
) -> None:
    """Queue a failed mail again, the same bytes. A suspended address has to be lifted as well."""
    with opened() as warehouse:
        warehouse.mails.retry(message_id, by=who(by), reason=reason)
        _say_state(warehouse.mails, message_id, as_json)


@outbox.command("resolve")
def resolve(
    message_id: Annotated[str | None, typer.Argument(help="The Message-ID, with < and >.")] = None,
    is_sent: Annotated[bool, typer.Option("--sent", help="The relay has it: it was sent.")] = False,
    is_resent: Annotated[
        bool, typer.Option("--resend", help="The relay has it not: queue it again.")
    ] = False,
    relay_log: Annotated[
        Path | None, typer.Option(help="Ask this log of the relay about all unknown mails.")
    ] = None,
    reason: Reason = "decided by hand",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Say what became of an unknown mail, or let the relay's log say it of all. Exit code 1 if some stay unknown."""
    if sum((is_sent, is_resent, relay_log is not None)) != 1 or (message_id is None) == (relay_log is None):
        raise UsageError(
            "it is not clear what to resolve",
            expected="MESSAGE_ID with --sent or --resend, or --relay-log FILE",
        )
    with opened() as warehouse:
        if relay_log is not None:
            _resolve_by_log(warehouse, relay_log, who(by), as_json)
        elif message_id is not None:
            state = "sent" if is_sent else "queued"
            warehouse.mails.resolve(message_id, state, by=who(by), reason=reason)
            _say_state(warehouse.mails, message_id, as_json)


def _resolve_by_log(warehouse: Warehouse, log: Path, by: str, as_json: bool) -> None:
    from corridor_etl.jobs.resolve import resolve_by_log

    unknown = warehouse.outbox().filter(state="unknown")["message_id"].to_list()
    done = resolve_by_log(warehouse.mails, unknown, log, by=by)
    rows = [vars(found) for found in done.found]
    rows += [{"message_id": silent, "state": "unknown", "line": None} for silent in done.silent]
    show(rows, as_json=as_json, columns=("message_id", "state", "line"), empty="no mail is unknown")
    if not as_json and rows:
        say(done.line())
    if done.silent:
        raise typer.Exit(1)


@outbox.command("suspended")
def suspended(
    with_lifted: Annotated[bool, typer.Option("--all", help="Also those that were lifted.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the addresses nothing is sent to, since when and why."""
    with opened() as warehouse:
        rows = warehouse.mails.suspensions().to_dicts()
    wanted = [row for row in rows if with_lifted or row["lifted_at_utc"] is None]
    columns = ("address", "suspended_at_utc", "suspended_by", "reason", "lifted_at_utc")
    show(wanted, as_json=as_json, columns=columns, empty="no address is suspended")


@outbox.command("suspend")
def suspend(
    address: Annotated[str, typer.Argument(help="The address, or the last part of its unsubscribe link.")],
    reason: Annotated[str, typer.Option(help="Why, for instance: unsubscribed.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Send nothing to an address from now on, for instance because its owner unsubscribed."""
    with opened() as warehouse:
        named = address if "@" in address else _of_link(address, warehouse.mails.addresses())
        warehouse.mails.suspend(named, by=who(by), reason=reason)
    _say({"address": named, "state": "suspended"}, f"{named} is suspended", as_json)


def _of_link(token: str, recipients: list[str]) -> str:
    from corridor_etl.delivery.unsubscribe import owner, recipient_hash
    from corridor_etl.settings import unsubscribe_keys

    by_hash = {recipient_hash(address): address for address in recipients}
    if found := by_hash.get(token) or owner(token, recipients, unsubscribe_keys()):
        return found
    raise UsageError(f"'{token}' is no address and no unsubscribe link of anybody who got mail")


@outbox.command("lift")
def lift(
    address: Annotated[str, typer.Argument(help="The address.")], by: By = None, as_json: AsJson = False
) -> None:
    """Send to a suspended address again. Mails that failed for it are not queued by this; retry them."""
    with opened() as warehouse:
        warehouse.mails.lift(address, by=who(by))
    _say({"address": address, "state": "lifted"}, f"{address} gets mail again", as_json)


def _say_state(mails: Mails, message_id: str, as_json: bool) -> None:
    state = mails.message(message_id)["state"]
    _say({"message_id": message_id, "state": state}, f"{message_id} is {state}", as_json)


def _say(row: dict[str, str], line: str, as_json: bool) -> None:
    if as_json:
        show_one(row, as_json=True)
    else:
        say(line)
