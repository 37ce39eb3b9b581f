"""``corridor incidents``: what needs a person, taking it on, closing it."""

from __future__ import annotations

from typing import Annotated

import typer

from corridor_etl.cli._decider import who
from corridor_etl.cli._moment import opened
from corridor_etl.cli._output import AsJson, say, show, show_one

incidents = typer.Typer(help="What needs a person, and who sees to it.", no_args_is_help=True)
Incident = Annotated[str, typer.Argument(metavar="INCIDENT", help="Its number, or its key.")]
By = Annotated[str | None, typer.Option(help="Who; whoever is signed in if empty.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(incidents, name="incidents")


@incidents.command("list")
def list_incidents(
    with_resolved: Annotated[bool, typer.Option("--all", help="Also those that are resolved.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the incidents that are not resolved, the oldest first."""
    with opened() as warehouse:
        rows = warehouse.incidents.all().to_dicts()
    wanted = [row for row in rows if with_resolved or row["state"] != "resolved"]
    columns = ("incident_no", "incident_key", "state", "times_seen", "opened_at_utc", "message")
    show(wanted, as_json=as_json, columns=columns, empty="no incidents")


@incidents.command("show")
def show_incident(incident: Incident, as_json: AsJson = False) -> None:
    """Show everything about one incident; of a key the last one."""
    with opened() as warehouse:
        show_one(warehouse.incidents.one(incident), as_json=as_json)


@incidents.command()
def acknowledge(incident: Incident, by: By = None, as_json: AsJson = False) -> None:
    """Take an incident on, so that others see somebody is at it."""
    with opened() as warehouse:
        warehouse.incidents.acknowledge(incident, by=who(by))
        _say_state(warehouse.incidents.one(incident), as_json)


@incidents.command()
def resolve(incident: Incident, by: By = None, as_json: AsJson = False) -> None:
    """Close an incident by hand. It is opened again only if the same happens once more."""
    with opened() as warehouse:
        warehouse.incidents.resolve(incident, by=who(by))
        _say_state(warehouse.incidents.one(incident), as_json)


def _say_state(row: dict[str, object], as_json: bool) -> None:
    if as_json:
        show_one({name: row[name] for name in ("incident_no", "incident_key", "state")}, as_json=True)
    else:
        say(f"{row['incident_no']} {row['incident_key']} is {row['state']}")
