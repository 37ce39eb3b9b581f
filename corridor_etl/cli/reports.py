"""``corridor report`` and ``corridor kpi``: issues and the figures behind them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridor_etl.cli._decider import who
from corridor_etl.cli._moment import AsOf, opened
from corridor_etl.cli._output import AsJson, say, show, show_one
from corridor_etl.errors import UsageError

if TYPE_CHECKING:
    from corridor_etl.warehouse import Warehouse

report = typer.Typer(help="Weekly issues.", no_args_is_help=True)
kpi = typer.Typer(help="Figures and their definitions.", no_args_is_help=True)

Week = Annotated[str, typer.Argument(help="ISO week, like 2025-W24.")]
Revision = Annotated[int, typer.Option(help="Revision of the issue.")]
EditionName = Annotated[str, typer.Option("--edition", help="weekly, throughput, trade or brief.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(report, name="report")
    app.add_typer(kpi, name="kpi")


@report.command()
def publish(
    week: Week,
    edition: EditionName = "weekly",
    revise: Annotated[
        bool, typer.Option("--revise", help="Publish the next revision if a figure has changed.")
    ] = False,
    mail: Annotated[bool, typer.Option(help="Queue the mails.")] = True,
    anyway: Annotated[
        str | None, typer.Option(help="Publish in spite of a large change, and say why; it is recorded.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Who publishes it anyway; whoever is signed in if empty.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Publish the issue of a week: page, mails, ledger. An edition of a week is published once.

    Exit code 1 where it is held or the week has no data.
    """
    from corridor_etl.jobs.incidents import look_after
    from corridor_etl.jobs.issue_versions import Anyway
    from corridor_etl.jobs.weekly import publish_week, revise_week
    from corridor_etl.reference.calendar import monday

    monday(week)
    let_out = None if anyway is None else Anyway(who(by), _said(anyway))
    result = (revise_week if revise else publish_week)(
        week, edition_id=edition, queue_mail=mail, anyway=let_out
    )
    look_after()
    if as_json:
        show_one(vars(result), as_json=True)
    else:
        say(result.line())
        for path in result.messages:
            typer.echo(f"mail: {path}")
    if result.page is None:
        raise typer.Exit(1)


def _said(why: str) -> str:
    if not why.strip():
        raise UsageError("an issue is let out for a reason", fix='Say it: --anyway "REASON".')
    return " ".join(why.split())


@report.command()
def build(
    week: Week,
    edition: EditionName = "weekly",
    revision: Revision = 0,
    out: Annotated[Path | None, typer.Option(help="Write the files below this folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a published issue again from its snapshot and compare it with what was published, byte for byte."""
    from corridor_etl.jobs.rebuild import rebuild

    found = rebuild(week, edition_id=edition, revision=revision, out=out)
    if as_json:
        show_one({**vars(found), "is_same": found.is_same}, as_json=True)
    else:
        say(found.line())
    if not found.is_same:
        raise typer.Exit(1)


@report.command()
def check(
    week: Week, edition: EditionName = "weekly", revision: Revision = 0, as_json: AsJson = False
) -> None:
    """Run every check on a published issue, made again from its snapshot."""
    from corridor_etl.jobs.rebuild import rebuild

    found = rebuild(week, edition_id=edition, revision=revision, with_checks=True)
    rows = [{"problem": problem} for problem in found.failed]
    show(rows, as_json=as_json, columns=("problem",), empty="every check passes")
    if rows:
        raise typer.Exit(1)


@report.command("list")
def list_issues(as_of: AsOf = None, as_json: AsJson = False) -> None:
    """List the issues that are published, and those that are held with the reasons."""
    with opened(as_of) as warehouse:
        rows = warehouse.issues().drop("context_json").to_dicts()
        known = {(r["edition"], r["week"], r["revision"]) for r in rows}
        held = [r for r in warehouse.issue_holds().to_dicts() if _key(r) not in known]
    columns = ("edition", "week", "revision", "state", "snapshot", "published_at_utc", "folder", "reasons")
    rows += [{**row, "state": "held"} for row in held]
    show(rows, as_json=as_json, columns=columns, empty="nothing is published")


def _key(row: dict[str, Any]) -> tuple[str, str, int]:
    return row["edition"], row["week"], row["revision"]


@report.command("show")
def show_issue(
    week: Week,
    edition: EditionName = "weekly",
    revision: Revision = 0,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show every figure of a published issue with its address; with --as-of, as they were known then."""
    with opened(as_of) as warehouse:
        published = warehouse.issue_figures(edition, week, revision).to_dicts()
        rows = published if as_of is None else _figures_then(week, edition, warehouse)
    if not rows:
        raise UsageError(
            f"no issue {edition}/{week}/r{revision} is published", fix=f"corridor report publish {week}"
        )
    show(rows, as_json=as_json, columns=("address", "value_text", "unit"), empty="no figures")


def _figures_then(week: str, edition: str, warehouse: Warehouse) -> list[dict[str, Any]]:
    from corridor_etl.jobs.weekly import figures_then
    from corridor_etl.settings import load_settings

    return figures_then(week, warehouse, load_settings(), edition).to_dicts()


@kpi.command("list")
def list_kpis(as_json: AsJson = False) -> None:
    """List the KPIs with unit and basis."""
    from corridor_etl.kpis import kpis

    rows = [
        {
            "name": k.name,
            "title": k.title.en,
            "unit": k.unit,
            "state": "not available" if k.unavailable else "available",
            "mart": k.mart,
            "basis": k.basis,
        }
        for k in kpis().values()
    ]
    show(rows, as_json=as_json, columns=("name", "title", "unit", "state", "basis"), empty="no KPIs")


@kpi.command("show")
def show_kpi(
    name: Annotated[str, typer.Argument(help="As in list.")],
    language: Annotated[str, typer.Option("--lang", help="Title and caveat in en, zh, ru or kk.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show how one KPI is defined."""
    from corridor_etl.kpis import kpis
    from corridor_etl.kpis._kpi import LANGUAGES

    known = kpis()
    if name not in known:
        raise UsageError(f"there is no KPI '{name}'", expected=f"one of {', '.join(known)}")
    if language not in LANGUAGES:
        raise UsageError(f"KPIs are not told in '{language}'", expected=f"one of {', '.join(LANGUAGES)}")
    definition = known[name]
    plain = ("formula", "unavailable", "unit", "basis", "week_date", "zone", "small_number_rule", "mart")
    told = {
        "name": name,
        "title": definition.title.into(language),
        **{field: getattr(definition, field) for field in plain},
        "caveat": definition.caveat.into(language),
        "dimensions": " ".join(definition.dimensions),
        "columns": " ".join(definition.columns),
    }
    show_one({key: value for key, value in told.items() if value}, as_json=as_json)


@kpi.command("values")
def values(
    week: Annotated[str, typer.Option(help="ISO week, like 2025-W24.")],
    mart: Annotated[str | None, typer.Option(help="Only this mart table.")] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show the mart rows of a week."""
    with opened(as_of) as warehouse:
        names = [n for n in warehouse.mart_tables() if mart in (None, n)]
        tables: dict[str, list[dict[str, Any]]] = {
            name: warehouse.mart(name, weeks=[week]).to_dicts() for name in names
        }
    if as_json:
        show(
            [{"mart": n, **row} for n, rows in tables.items() for row in rows],
            as_json=True,
            columns=(),
            empty="",
        )
        return
    for name, rows in tables.items():
        typer.echo(name)
        show(rows, as_json=False, columns=tuple(rows[0]) if rows else (), empty="  no rows")


@kpi.command("public")
def public(
    week: Annotated[str, typer.Option(help="ISO week, like 2025-W24.")],
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show a week as others may see it: cells that tell of a single firm are withheld."""
    from corridor_etl.jobs.known_facts import known_facts
    from corridor_etl.marts.public import SCHEMA, public_week
    from corridor_etl.reference.calendar import monday
    from corridor_etl.settings import load_settings

    monday(week)
    settings = load_settings()
    with opened(as_of) as warehouse:
        current, facts = known_facts(warehouse, settings)
    found = public_week(current, facts, week, settings.live_service.id, settings.confidentiality)
    show(found.to_dicts(), as_json=as_json, columns=tuple(SCHEMA), empty=f"{week} has no data")
