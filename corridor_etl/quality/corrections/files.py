"""Reads the corrections of a corridor: every ``*.toml`` of one folder, checked whole before any of it is used.

A mistake is one sentence that names file, correction and fix. What a correction may say belongs to ``_model`` and
``_typed``; applying it belongs to ``application``.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from corridor_etl.errors import SettingsError
from corridor_etl.quality.corrections._model import Document
from corridor_etl.quality.corrections._typed import Correction, Refused, typed
from corridor_etl.settings import Settings, checkout

MOST_BYTES = 1024 * 1024
"""More than this is no file of corrections."""


@dataclass(frozen=True)
class Corrections:
    """Every correction in order: by file name, then position."""

    every: tuple[Correction, ...] = ()

    def of(self, kind: str, statuses: Sequence[str] = ("active",)) -> tuple[Correction, ...]:
        """Those about one record kind that have one of the statuses, in order."""
        return tuple(c for c in self.every if c.written.kind == kind and c.written.status in statuses)


def corrections_folder() -> Path:
    """``CORRIDOR_CORRECTIONS``, or the folder of the checkout."""
    return Path(os.environ.get("CORRIDOR_CORRECTIONS") or checkout() / "expectations" / "corrections")


def load_corrections(settings: Settings, folder: Path | None = None) -> Corrections:
    """All corrections of the folder, in order; ``SettingsError`` for the first mistake in any file."""
    found, mistakes = read_corrections(settings, folder)
    if mistakes:
        raise mistakes[0]
    return found


def read_corrections(
    settings: Settings, folder: Path | None = None
) -> tuple[Corrections, list[SettingsError]]:
    """The corrections that could be read, and every mistake, one per file or correction at most."""
    place = folder or corrections_folder()
    if not place.is_dir():
        if os.environ.get("CORRIDOR_CORRECTIONS") or folder:
            return Corrections(), [
                SettingsError(
                    f"there is no folder {place}", fix="Set CORRIDOR_CORRECTIONS to one, or unset it."
                )
            ]
        return Corrections(), []
    found: list[Correction] = []
    mistakes: list[SettingsError] = []
    for path in sorted(place.glob("*.toml"), key=lambda p: p.name):
        try:
            document = _document(path)
        except SettingsError as error:
            mistakes.append(error)
            continue
        for position, written in enumerate(document.corrections):
            try:
                found.append(typed(written, (path.name, position), settings))
            except Refused as error:
                mistakes.append(error.explained(f"{path.name}: correction '{written.id}'"))
    return Corrections(tuple(found)), [*mistakes, *_among_each_other(found)]


def _document(path: Path) -> Document:
    try:
        if not path.is_file():
            raise SettingsError(f"{path.name} is no file that can be read", fix="Take it out of the folder.")
        if path.stat().st_size > MOST_BYTES:
            raise SettingsError(
                f"{path.name} has more than {MOST_BYTES:,} bytes", fix="Split it by provider."
            )
        raw = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError, OSError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise SettingsError(f"{path.name} is not valid TOML: {reason}", fix="Correct that line.") from error
    try:
        return Document.model_validate(raw)
    except ValidationError as error:
        raise _explained(error, raw, path.name) from error


def _explained(error: ValidationError, raw: Any, name: str) -> SettingsError:
    # a misspelt key is both unknown and missing: the unknown one says what was meant
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    place, key = _place(first["loc"], raw, name), ".".join(map(str, first["loc"][2:] or first["loc"]))
    if first["type"] == "extra_forbidden":
        known = _known_keys(first["loc"])
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        fix = f"Did you mean '{near[0]}'?" if near else f"Known keys there: {', '.join(known)}."
        return SettingsError(f"{place}: unknown key '{key}'", fix=fix)
    if first["type"] == "missing":
        return SettingsError(f"{place}: the key '{key}' is missing", fix="Add it.")
    reason = re.sub(r"^(Value error, |Input should be (a |an )?(valid )?)", "", first["msg"])
    if isinstance(first["input"], dict):
        where = f"{place}: {key}" if first["loc"][2:] else place
        return SettingsError(
            f"{where} does not hold together", expected=reason, fix="Add or take away a key."
        )
    return SettingsError(
        f"{place}: '{key}' is {str(first['input'])[:60]!r}", expected=reason, fix="Correct the value."
    )


def _place(loc: tuple[int | str, ...], raw: Any, name: str) -> str:
    """The file, and the correction by its id or, where it has none that can be shown, its position."""
    if len(loc) < 2 or not isinstance(loc[1], int):
        return name
    item = raw["corrections"][loc[1]]
    given = item.get("id") if isinstance(item, dict) else None
    is_shown = isinstance(given, str) and given.isprintable() and 0 < len(given) <= 64
    return f"{name}: correction '{given}'" if is_shown else f"{name}: correction number {loc[1] + 1}"


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    model: Any = Document
    for step in loc[:-1]:
        if isinstance(step, str):
            annotation = model.model_fields[step].annotation
            model = getattr(annotation, "__args__", (annotation,))[0]
    return list(model.model_fields) if issubclass(model, BaseModel) else []


def _among_each_other(found: Sequence[Correction]) -> list[SettingsError]:
    """Ids used twice, and corrections that name one to come after which does not come before."""
    mistakes, earlier = [], dict[str, Correction]()
    for correction in found:
        place = f"{correction.place[0]}: correction '{correction.id}'"
        if first := earlier.get(correction.id):
            fact = f"{place}: the id is used before, in {first.place[0]}"
            mistakes.append(SettingsError(fact, expected="an id of its own", fix="Rename one."))
        for name in correction.written.after:
            if name not in earlier or earlier[name].kind != correction.kind:
                expected = "an earlier correction of the same kind (order is file name, then position)"
                mistakes.append(
                    SettingsError(
                        f"{place}: after names '{name}'", expected=expected, fix="Move or rename it."
                    )
                )
        earlier.setdefault(correction.id, correction)
    return mistakes
