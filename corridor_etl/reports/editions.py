"""Editions of the issue as data: ``templates/<edition>/report.toml`` says which blocks each has and what they speak of.

A block is a file of ``templates/_shared/blocks`` for each of page, mail and text. Sentences belong to ``wording``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from corridor_etl.errors import SettingsError, UsageError
from corridor_etl.reports.gate import Gate
from corridor_etl.reports.language import N_, NP_
from corridor_etl.settings import checkout

Block = Literal[
    "headline", "tiles", "attention", "targets", "key", "throughput", "trade", "ahead", "data", "revisions",
    "disclosed", "notes",
]  # fmt: skip
Point = Literal["throughput", "trade", "cargo", "trade_target", "transit", "declared"]
Language = Literal["en", "zh", "ru", "kk"]
Audience = Literal["internal", "partner", "public"]
INTERNAL = "internal"
WEEKLY = "weekly"
_NAMES = (
    N_("Corridor weekly"), N_("Corridor throughput"), N_("Corridor trade"), N_("Corridor brief"),
    NP_("masthead", "corridor weekly"), NP_("masthead", "corridor throughput"), NP_("masthead", "corridor trade"),
    NP_("masthead", "corridor brief"), NP_("subject", "corridor weekly"), NP_("subject", "corridor throughput"),
    NP_("subject", "corridor trade"), NP_("subject", "corridor brief"),
)  # fmt: skip
"""Titles and labels in the files of editions, marked for translation, which reads programs only."""

TABLES: dict[str, tuple[str, ...]] = {
    "key": ("key",),
    "throughput": ("departures", "legs", "comparison"),
    "trade": ("flows", "goods"),
    "ahead": ("ahead",),
    "data": ("sources",),
    "revisions": ("changes", "revisions"),
    "disclosed": ("disclosed",),
}
"""Block -> ids of its tables, in reading order."""
CHARTS: dict[str, tuple[str, ...]] = {"throughput": ("throughput", "legs"), "trade": ("trade",)}
"""Block -> ids of its charts, in reading order."""


class Outside(BaseModel):
    """How an audience outside the house reads an edition: its own lists, as in :class:`Edition`.

    Figures whose addresses begin with one of ``withheld`` have no value for it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    blocks: tuple[Block, ...]
    points: tuple[Point, ...]
    tiles: tuple[str, ...]
    key_figures: tuple[str, ...]
    watched: tuple[str, ...] = ()
    attention: tuple[str, ...] = ()
    withheld: tuple[str, ...]


class Edition(BaseModel):
    """One edition.

    ``label`` is what masthead and subject call it; ``headline`` says which figures headline and subject lead with;
    ``blocks`` are in reading order; ``tiles``, ``key_figures`` and ``watched`` are addresses of figures, ``attention``
    names of rules; ``background`` are tables it does not show but whose numbers its sentences name. ``gate``
    says when it goes out, ``revised_pct`` from which change on a figure is revised. The rest are limits of checks.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    label: str
    languages: tuple[Language, ...]
    audiences: tuple[Audience, ...]
    headline: Literal["throughput", "trade"]
    blocks: tuple[Block, ...]
    points: tuple[Point, ...]
    tiles: tuple[str, ...]
    key_figures: tuple[str, ...]
    watched: tuple[str, ...]
    attention: tuple[str, ...]
    background: tuple[str, ...] = ()
    gate: Gate = Gate()
    revised_pct: float = Field(default=1, ge=0)
    withheld: tuple[str, ...] = ()
    audience: dict[Audience, Outside] = {}
    mail_max_bytes: PositiveInt
    picture_max_bytes: PositiveInt
    message_max_bytes: PositiveInt

    def seen_by(self, audience: str) -> Edition:
        """The edition as an audience reads it; ``SettingsError`` where its file does not say how."""
        if audience == INTERNAL:
            return self
        rules = next((rules for name, rules in self.audience.items() if name == audience), None)
        if rules is None:
            raise SettingsError(
                f"the edition {self.id} does not say what the audience '{audience}' reads",
                fix=f"Add [audience.{audience}] to templates/{self.id}/report.toml.",
            )
        return self.model_copy(update=rules.model_dump())

    def made_in(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Those of the languages ``wanted`` that it offers, in their order; ``SettingsError`` where there is none."""
        found = tuple(language for language in wanted if language in self.languages)
        if not found:
            raise SettingsError(
                f"the edition {self.id} is made in none of the languages {', '.join(wanted)}",
                expected=f"one of {', '.join(self.languages)}",
                fix="Add one to languages in [reports] of corridor.toml.",
            )
        return found

    @property
    def tables(self) -> tuple[str, ...]:
        """Ids of the tables of its blocks, in reading order."""
        return tuple(t for block in self.blocks for t in TABLES.get(block, ()))

    @property
    def charts(self) -> tuple[str, ...]:
        """Ids of the charts of its blocks, in reading order."""
        return tuple(c for block in self.blocks for c in CHARTS.get(block, ()))


@cache
def edition(name: str) -> Edition:
    """The edition called ``name``; ``UsageError`` for one there is not, ``SettingsError`` for a mistake in its file."""
    if name not in edition_names():
        raise UsageError(f"there is no edition '{name}'", expected=f"one of {', '.join(edition_names())}")
    path = checkout() / "templates" / name / "report.toml"
    try:
        return Edition.model_validate({"id": name, **tomllib.loads(path.read_text(encoding="utf-8"))})
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"templates/{name}/report.toml is not an edition: {_first(error)}", fix="Correct that key."
        ) from error


def _first(error: ValidationError | tomllib.TOMLDecodeError) -> str:
    if isinstance(error, tomllib.TOMLDecodeError):
        return str(error)
    first = error.errors()[0]
    return f"'{'.'.join(map(str, first['loc']))}' is wrong: {first['msg']}"


@cache
def edition_names() -> tuple[str, ...]:
    """The editions there are, by name, the weekly one first."""
    found = {path.parent.name for path in (checkout() / "templates").glob("*/report.toml")}
    return tuple(sorted(found, key=lambda name: (name != WEEKLY, name)))
