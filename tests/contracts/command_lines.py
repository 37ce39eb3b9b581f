"""Command lines as documents and units write them, read by the application's own parser without running anything."""

from __future__ import annotations

import re
import shlex
from functools import cache

import typer
from typer.main import get_command

from corridor_etl.cli.app import app

_INLINE = re.compile(r"`(corridor [^`]+)`")
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def commands_in(markdown: str) -> list[str]:
    """Every ``corridor ...`` of blocks of shell and of inline code; in a block with prompts, what follows one."""
    inline = [" ".join(found.split()) for found in _INLINE.findall(_BLOCK.sub("", markdown))]
    lines = [line for block in _BLOCK.findall(markdown) for line in _typed(block)]
    return [line for line in (*lines, *inline) if line.startswith("corridor ")]


def _typed(block: str) -> list[str]:
    lines = [line.strip() for line in block.splitlines()]
    prompted = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return prompted or lines


@cache
def _corridor() -> typer.core.TyperCommand | typer.core.TyperGroup:
    """All commands; to put them together takes longer than to read a line by them."""
    return get_command(app)


def understood(line: str) -> str:
    """The full name of the command; raises what the parser raises for one it does not know, or for its options."""
    arguments = shlex.split(line.partition(" #")[0].partition(" | ")[0].partition(" > ")[0])[1:]
    command, context, name = _corridor(), None, "corridor"
    while isinstance(command, typer.core.TyperGroup):
        context = command.make_context(
            name, arguments[:1] or ["--help"], parent=context, resilient_parsing=True
        )
        if not arguments or (found := command.get_command(context, arguments[0])) is None:
            raise ValueError(f"there is no command in: {line}")
        name, arguments, command = f"{name} {arguments[0]}", arguments[1:], found
    command.make_context(name, arguments, parent=context)
    return name
