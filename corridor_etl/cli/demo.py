"""``corridor demo``: simulates a corridor, then runs the real flows on its files and says where to look.

It works in its own home folder, ``var/demo`` of the checkout unless ``CORRIDOR_HOME`` is set, and running it again
changes nothing.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import polars as pl

    from corridor_etl.jobs.weekly import IssueResult

WEEKS = "2025-W09:2025-W26"
ISSUES = "2025-W23:2025-W26"
READERS = "".join(
    f"""
[[recipients]]
name = "{name}"
address = "{address}@corridor.example"
language = "{language}"
editions = ["weekly"]
"""
    for name, address, language in (
        ("Ningbo desk", "ningbo", "zh"),
        ("Almaty desk", "almaty", "ru"),
        ("Altynkol desk", "altynkol", "kk"),
    )
)
"""Those who read the mail in the languages that nobody of ``corridor.toml`` asks for."""


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command()(demo)


def demo(
    weeks: Annotated[str, typer.Option(help="ISO weeks to simulate, first:last.")] = WEEKS,
    issues: Annotated[str, typer.Option(help="ISO weeks to report, first:last.")] = ISSUES,
) -> None:
    """Simulate a corridor, ingest its files, report the last weeks, and say where the report is."""
    started = time.monotonic()
    home = _demo_home()
    from corridor_etl import settings as configuration

    os.environ.setdefault("CORRIDOR_HOME", str(configuration.checkout() / home))
    home = configuration.home()
    _with_readers_of_each_language(home)
    from flows.offline import start_early

    start_early()
    _simulate(home, weeks)
    published = _run_flows(issues)
    docs, site = _validation_docs(home), _site()
    _say_what_came_out(home, published, {"Site": site, "Validation": docs}, time.monotonic() - started)


def _demo_home() -> Path:
    return Path("var") / "demo"


def _with_readers_of_each_language(home: Path) -> None:
    """Unless a configuration was chosen: the usual one with a recipient more for each language but English."""
    from corridor_etl import settings as configuration

    if os.environ.get("CORRIDOR_CONFIG"):
        return
    usual = (configuration.checkout() / "corridor.toml").read_text(encoding="utf-8")
    path = home / "corridor.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(usual + READERS, encoding="utf-8")
    os.environ["CORRIDOR_CONFIG"] = str(path)


def _simulate(home: Path, weeks: str) -> None:
    from corridor_etl.reference.calendar import parse_range
    from corridor_etl.settings import load_settings
    from corridor_etl.simulator import simulate

    typer.echo(f"1/3 simulating the corridor, {weeks}, with faults ...")
    result = simulate(home, parse_range(weeks), seed=1, faults=True, settings=load_settings())
    typer.echo(f"    {len(result.files)} files in {home / 'inbox'}")


def _run_flows(issues: str) -> list[IssueResult]:
    from corridor_etl.reference.calendar import parse_range
    from flows.offline import run_ingest, run_weekly_report

    typer.echo("2/3 running the ingest flow ...")
    with _progress():
        result = run_ingest()
    typer.echo(f"    {result.line()}")
    typer.echo(f"3/3 running the weekly report flow, {issues} ...")
    results = []
    for week in parse_range(issues):
        results.append(run_weekly_report(week))
        typer.echo(f"    {results[-1].line()}")
    return results


@contextmanager
def _progress() -> Iterator[None]:
    """Prints what the jobs log while they work."""
    log = logging.getLogger("corridor_etl.jobs")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("    %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False  # Prefect would print each line a second time
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.propagate = True


def _validation_docs(home: Path) -> Path | str:
    """The index of the validation pages, made anew where batches were judged since, else the command for it."""
    index = home / "site" / "validation" / "index.html"
    if "great_expectations" not in sys.modules:
        return index if index.is_file() else "corridor docs validation"
    from corridor_etl.jobs.validation_docs import build_validation_docs

    return build_validation_docs().index


def _site() -> Path:
    """The page to begin with, built once more because the validation pages are there now."""
    from corridor_etl.jobs.site import build_site

    return build_site().index


def _say_what_came_out(
    home: Path, issues: list[IssueResult], places: dict[str, Path | str], seconds: float
) -> None:
    import polars as pl

    from corridor_etl.warehouse import Warehouse

    with Warehouse.open() as warehouse:
        deliveries = warehouse.deliveries()
        held = warehouse.quarantine(state="open")
        outbox = warehouse.outbox()
    statuses = Counter(deliveries["status"])
    totals = {
        c: int(deliveries[c].sum())
        for c in ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
    }
    rules = Counter(rule for ids in held["rule_ids"] for rule in ids.split(","))
    typer.echo("")
    typer.echo(
        f"Files      {statuses['loaded']} loaded, {statuses['rejected']} rejected, {statuses['duplicate']} sent before"
    )
    typer.echo(
        f"Rows       {totals['rows_read']:,} read = {totals['rows_loaded']:,} loaded"
        f" + {totals['rows_quarantined']:,} held back + {totals['rows_duplicate']:,} duplicate"
    )
    typer.echo(f"Held back  {held.height} rows: {', '.join(f'{r} {n}' for r, n in rules.most_common(8))}")
    last = issues[-1]
    typer.echo(f"Report     {last.page}")
    mails = outbox.filter(pl.col("report_key").str.contains(last.week, literal=True))["eml_path"]
    typer.echo(f"Mail       {home / mails[0]}" if len(mails) else "Mail       none")
    typer.echo(f"Mails      {len(mails)} of this issue, {', '.join(_languages(outbox, last.week))}")
    for name, place in places.items():
        typer.echo(f"{name:<10} {place}")
    typer.echo(f"Look at    CORRIDOR_HOME={home} .venv/bin/corridor quarantine list")
    if all(issue.state != "published" for issue in issues):
        typer.echo("Nothing was new: every file had been ingested and every issue published before.")
    typer.echo(f"Done in {seconds:.0f} s.")


def _languages(outbox: pl.DataFrame, week: str) -> list[str]:
    """The languages of a week's mails, which their keys end with."""
    keys = [key.split("/") for key in outbox["report_key"]]
    return sorted({parts[-1] for parts in keys if week in parts})
