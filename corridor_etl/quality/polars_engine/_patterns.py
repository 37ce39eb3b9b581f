"""Patterns of text in the terms of Polars: regular expressions, SQL LIKE and strftime formats.

Polars' regular expressions run in linear time and therefore know no look-around and no back-references; a pattern
that needs them is refused by name.
"""

from __future__ import annotations

import re

import polars as pl

_DIRECTIVES = {"%f": "%6f", "%y": "%y"}
_UNKNOWN_TO_POLARS = {"%c", "%x", "%X", "%U", "%W"}


def checked(regex: str) -> str:
    """The pattern, once Polars has compiled it; ``ValueError`` names the pattern and what is wrong with it."""
    try:
        pl.select(pl.lit("").str.contains(regex))
    except pl.exceptions.ComputeError as error:
        raise ValueError(
            f"Polars cannot run the regular expression {regex!r} (it has no look-around and no back-references): "
            f"{str(error).splitlines()[0]}"
        ) from error
    return regex


def of_like(pattern: str, escape: str | None) -> str:
    """The regular expression of a SQL LIKE pattern: ``%`` any text, ``_`` any one character."""
    parts, characters = [], iter(pattern)
    for character in characters:
        if character == escape:
            literal = next(characters, None)
            if literal is None:
                raise ValueError(f"like pattern {pattern!r} ends with its escape character {escape!r}")
            parts.append(re.escape(literal))
        else:
            parts.append({"%": ".*", "_": "."}.get(character, re.escape(character)))
    return f"(?s)^{''.join(parts)}$"


def parses(cell: pl.Expr, strftime_format: str) -> pl.Expr:
    """Whether the text is a date, a time or both, written in the format."""
    directives = set(re.findall(r"%.", strftime_format))
    if unknown := sorted(directives & _UNKNOWN_TO_POLARS):
        raise ValueError(f"strftime format {strftime_format!r}: Polars has no {', '.join(unknown)}")
    written = strftime_format
    for python, polars in _DIRECTIVES.items():
        written = written.replace(python, polars)
    has_day = bool(directives & {"%d", "%j", "%m", "%Y", "%y", "%b", "%B"})
    has_time = bool(directives & {"%H", "%I", "%M", "%S", "%f"})
    if has_day and not has_time:
        return cell.str.to_date(written, strict=False).is_not_null()
    kind = pl.Datetime("us") if has_day else pl.Time
    return cell.str.strptime(kind, written, strict=False).is_not_null()
