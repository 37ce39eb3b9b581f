"""``corridor docs``: pages for readers that are made from what the warehouse knows."""

from __future__ import annotations

from typing import Annotated

import typer

from corridor_etl.cli._output import AsJson, show_one

docs = typer.Typer(help="Pages about the data.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(docs, name="docs")


@docs.callback()
def _group() -> None:
    """Keeps the group a group while it has one command."""


@docs.command()
def validation(
    pages: Annotated[int, typer.Option(min=1, max=20, help="Results per suite that get a page.")] = 5,
    show: Annotated[bool, typer.Option("--open", help="Open the index in a browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build Data Docs: every suite in words and its last results, as pages that open offline."""
    from corridor_etl.jobs.validation_docs import build_validation_docs

    built = build_validation_docs(pages_per_suite=pages)
    if as_json:
        show_one({"index": str(built.index), "pages": built.pages}, as_json=True)
    else:
        typer.echo(f"{built.pages} pages: {built.index}")
    if show:
        import webbrowser

        webbrowser.open(built.index.as_uri())
