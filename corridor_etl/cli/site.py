"""``corridor site``: the index of all issues, and a server to look at it, which also takes people off the list."""

from __future__ import annotations

import ipaddress
from typing import Annotated

import typer

from corridor_etl.cli._output import AsJson, show_one
from corridor_etl.errors import UsageError

site = typer.Typer(help="The archive of issues as web pages.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(site, name="site")


@site.command()
def build(as_json: AsJson = False) -> None:
    """Build the pages around the issues: index by year, a page per week, feed."""
    from corridor_etl.jobs.site import build_site

    built = build_site()
    if as_json:
        show_one({"index": str(built.index), "pages": built.pages, "written": built.written}, as_json=True)
    else:
        typer.echo(f"{built.pages} pages, {built.written} of them new or changed: {built.index}")


@site.command()
def serve(
    audience: Annotated[
        str | None,
        typer.Option(help="Only what internal, partner or public may see; everything unless given."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen at; 0 takes a free one.")
    ] = 8000,
) -> None:
    """Serve the built pages until interrupted, to this machine only unless another address is given.

    Links to unsubscribe are answered too, if CORRIDOR_UNSUBSCRIBE_KEY is set.
    """
    from corridor_etl import settings as configuration
    from corridor_etl.cli._site_server import server
    from corridor_etl.reports.site_issues import AUDIENCES

    if audience not in (None, *AUDIENCES):
        raise UsageError(f"there is no audience '{audience}'", expected=f"one of {', '.join(AUDIENCES)}")
    if audience is None and not _is_this_machine(host):
        raise UsageError(
            f"{host} may be reached from other machines, and the whole site holds internal pages",
            fix="Name the audience that may read it: --audience public.",
        )
    configuration.unsubscribe_keys()  # a wrong one is said now, and not to who follows a link
    folder = configuration.home() / "site" / (audience or "")
    if not (folder / "index.html").is_file():
        raise UsageError(f"nothing is built in {folder}", fix="corridor site build")
    try:
        running = server(folder, host, port)
    except OSError as error:
        raise UsageError(
            f"{host}:{port} cannot be listened at: {error.strerror}", fix="Name another --port."
        ) from error
    with running:
        typer.echo(f"http://{host}:{running.server_address[1]}/")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            typer.echo("stopped")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
