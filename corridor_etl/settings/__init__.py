"""What the operator decides: ``corridor.toml`` and the ``CORRIDOR_*`` environment, checked once.

A mistake is one sentence that names the key, says what was found and how to fix it. Thresholds live
here and nowhere else; what they mean is documented beside each key in ``corridor.toml``.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from corridor_etl.errors import SettingsError
from corridor_etl.settings._confidentiality import Confidentiality
from corridor_etl.settings._grades import LETTERS, Grades
from corridor_etl.settings._mail import (
    Credentials,
    Mail,
    Operators,
    credentials,
    mail_in_force,
    unsubscribe_keys,
)
from corridor_etl.settings._quality import Quality
from corridor_etl.settings._reconciliation import Precedence, Reconciliation
from corridor_etl.settings._sections import (
    Corridor,
    Dialect,
    Leg,
    Recipient,
    ReferenceLists,
    Reports,
    Retention,
    Sender,
    Service,
    Settings,
    SourceFamily,
    Targets,
    Thresholds,
)

__all__ = [
    "LETTERS", "Confidentiality", "Corridor", "Credentials", "Dialect", "Grades", "Leg", "Mail", "Operators",
    "Precedence", "Quality", "Recipient", "Reconciliation", "ReferenceLists", "Reports", "Retention", "Sender",
    "Service", "Settings", "SourceFamily", "Targets", "Thresholds", "checkout", "config_path", "credentials", "home",
    "load_settings", "mail_in_force", "parse_settings",
    "unsubscribe_keys",
]  # fmt: skip


def load_settings(path: Path | None = None) -> Settings:
    """Reads and checks ``corridor.toml`` (``CORRIDOR_CONFIG`` or the checkout's own)."""
    return _load((path or config_path()).resolve())


@cache
def _load(path: Path) -> Settings:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(
            f"there is no configuration at {path}", fix="Set CORRIDOR_CONFIG to a corridor.toml."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}", fix="Correct that line.") from error
    return parse_settings(raw, path.name)


def parse_settings(raw: Mapping[str, Any], name: str = "corridor.toml") -> Settings:
    """Checks an already parsed configuration; ``SettingsError`` names the first wrong key."""
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise _explained(error, raw, name) from error
    _check_references(settings, name)
    return settings


def _check_references(settings: Settings, name: str) -> None:
    for section in ("services", "senders", "sources"):
        ids = [item.id for item in getattr(settings, section)]
        for duplicate in sorted({i for i in ids if ids.count(i) > 1}):
            raise SettingsError(f"{name}: {section} has the id '{duplicate}' twice", fix="Rename one.")
    families = [s.id for s in settings.sources]
    for sender in settings.senders:
        if sender.source not in families:
            raise SettingsError(
                f"{name}: senders.{sender.id}.source is '{sender.source}'",
                expected=f"one of {', '.join(families)}",
                fix="Name an id of [[sources]].",
            )
    if not any(s.status == "live" for s in settings.services):
        raise SettingsError(f"{name}: no service is live", fix='Give one of [[services]] status = "live".')


def _explained(error: ValidationError, raw: Mapping[str, Any], name: str) -> SettingsError:
    # a misspelt key is both unknown and missing: the unknown one says what was meant
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    key = _key_path(first["loc"], raw)
    if first["type"] == "extra_forbidden":
        known = _known_keys(first["loc"])
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        fix = f"Did you mean '{near[0]}'?" if near else f"Known keys there: {', '.join(known)}."
        return SettingsError(f"{name}: unknown key '{key}'", fix=fix, key=key)
    if first["type"] == "missing":
        return SettingsError(f"{name}: the key '{key}' is missing", fix="Add it.", key=key)
    reason = first["msg"].removeprefix("Value error, ")
    return SettingsError(f"{name}: '{key}' is {first['input']!r}", expected=_as_expectation(reason),
                         fix="Correct the value.", key=key)  # fmt: skip


def _as_expectation(reason: str) -> str:
    return re.sub(r"^Input should be (a |an )?(valid )?", "", reason)


def _key_path(loc: tuple[int | str, ...], raw: Any) -> str:
    """``services.YIU-EU.status``: positions in a list are replaced by the id or name found there."""
    parts: list[str] = []
    for step in loc:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            raw = None
        is_item = isinstance(step, int) and isinstance(raw, Mapping)
        parts.append(str(raw.get("id") or raw.get("name") if is_item else step))
    return ".".join(parts)


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    model: Any = Settings
    for step in loc[:-1]:
        if isinstance(step, str):
            annotation = model.model_fields[step].annotation
            model = getattr(annotation, "__args__", (annotation,))[0]
    return list(model.model_fields)


def config_path() -> Path:
    """Where the configuration is: ``CORRIDOR_CONFIG``, or ``corridor.toml`` of the checkout."""
    return Path(os.environ.get("CORRIDOR_CONFIG") or checkout() / "corridor.toml")


def checkout() -> Path:
    """The folder that holds ``corridor.toml``, ``expectations/`` and ``templates/``."""
    return Path(__file__).resolve().parent.parent.parent


def home() -> Path:
    """``CORRIDOR_HOME``: the one folder for inbox, archive, lake, warehouse, outbox and site."""
    return Path(os.environ.get("CORRIDOR_HOME") or checkout() / "var").resolve()
