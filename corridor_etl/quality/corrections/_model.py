"""What one correction says, as written in TOML: which keys there are and which belong to which action.

Whether columns exist and values fit them is judged by ``_typed``; reading files and explaining mistakes belongs to
``files``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt
from pydantic import model_validator as checked_whole

Action = Literal["drop", "override", "scale", "flag"]
Status = Literal["proposed", "active", "retired"]

_CHANGES = {"drop": (), "override": ("values", "clear"), "scale": ("factors",), "flag": ()}
"""The keys that say what an action changes; every other action leaves them out."""


def _listed(value: Any) -> Any:
    """One text stands for a list of one."""
    return (value,) if isinstance(value, str) else value


def _only_a_day(value: Any) -> Any:
    if type(value) is not date:
        raise ValueError("a date without quotes, like 2025-06-30")
    return value


def _printable(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("a text of one line without control characters")
    return text.strip()


Day = Annotated[date, BeforeValidator(_only_a_day)]
Line = Annotated[str, Field(max_length=400), AfterValidator(_printable)]
Texts = Annotated[tuple[Line, ...], BeforeValidator(_listed)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Count = Annotated[StrictInt, Field(ge=1)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(_Written):
    """Which rows are meant: all of what is given must hold. ``columns``: column -> value, list or from/to."""

    sender: Texts = ()
    files: Texts = ()
    lines: Any = None
    columns: dict[str, Any] = {}
    missing: Texts = ()

    @checked_whole(mode="after")
    def _says_something(self) -> Match:
        if not (self.sender or self.files or self.columns or self.missing):
            raise ValueError("at least one of sender, files, columns or missing")
        if self.lines is not None and not self.files:
            raise ValueError("files beside lines, because a line number means nothing without its file")
        return self


class Expect(_Written):
    """How the matched rows of a delivery must look for the correction to be applied to them."""

    columns: dict[str, Any] = {}
    missing: Texts = ()
    rows_at_least: Count | None = None
    rows_at_most: Count | None = None

    @checked_whole(mode="after")
    def _says_something(self) -> Expect:
        least, most = self.rows_at_least, self.rows_at_most
        if not (self.columns or self.missing or least or most):
            raise ValueError("at least one of columns, missing, rows_at_least or rows_at_most")
        if least and most and least > most:
            raise ValueError("rows_at_least that is not more than rows_at_most")
        return self


class Written(_Written):
    """One correction as its author wrote it."""

    id: Identifier
    kind: str
    action: Action
    reason: Line
    author: Line
    provider: Annotated[Line, Field(max_length=80)]
    reported_on: Day
    expires_on: Day
    status: Status
    match: Match
    expect: Expect
    values: dict[str, Any] = {}
    clear: Texts = ()
    factors: dict[str, Any] = {}
    changes_key: StrictBool = False
    after: Texts = ()

    @checked_whole(mode="after")
    def _fits_its_action(self) -> Written:
        mine = _CHANGES[self.action]
        given = [key for keys in _CHANGES.values() for key in keys if getattr(self, key)]
        if foreign := [key for key in given if key not in mine]:
            raise ValueError(f"no {foreign[0]} beside action = '{self.action}'")
        if mine and not given:
            raise ValueError(f"{' or '.join(mine)} beside action = '{self.action}'")
        if self.expires_on < self.reported_on:
            raise ValueError("expires_on that is not before reported_on")
        if self.expect.rows_at_least and not (self.match.sender or self.match.files):
            raise ValueError(
                "match.sender or match.files beside rows_at_least, to say which deliveries must have them"
            )
        return self


class Document(_Written):
    """One file of corrections."""

    corrections: tuple[Written, ...] = ()
