"""What the operator decides: ``corridor.toml`` and the ``CORRIDOR_*`` environment, checked once.

A mistake is one sentence that names the key, says what was found and how to fix it. Thresholds live
here and nowhere else; what they mean is documented beside each key in ``corridor.toml``.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from corridor_etl.errors import SettingsError

Positive = Annotated[float, Field(gt=0)]
PositiveCount = Annotated[int, Field(gt=0)]
Percent = Annotated[float, Field(ge=0, le=100)]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"'{name}' is not an IANA time zone such as Asia/Almaty")
    return name


def _valid_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"'{text}' is not a regular expression: {error}") from error
    return text


Zone = Annotated[str, AfterValidator(_known_zone)]
Pattern = Annotated[str, AfterValidator(_valid_pattern)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Corridor(_Section):
    """Who runs the corridor and which clock and currency its reports use."""

    name: str
    operator: str
    contact: str
    report_timezone: Zone
    base_currency: Literal["CNY"]
    fx_policy: Literal["market_daily"]
    fx_max_age_days: PositiveCount


class Targets(_Section):
    """What the service promised."""

    cargo_t_per_year: Positive
    weight_basis: Literal["cargo_gross"]
    added_trade_cny_per_year: Positive
    door_to_door_days: Positive
    baseline_days: Positive


class Thresholds(_Section):
    """Limits that turn a figure into a word."""

    departure_on_time_minutes: Positive
    range_weeks: PositiveCount
    range_min_weeks: PositiveCount
    percent_min_base: PositiveCount
    percentile_min_trips: PositiveCount
    match_rate_min_pct: Percent
    future_event_days: PositiveCount


class Service(_Section):
    """One train service: its nodes in westbound order and the train numbers that belong to it."""

    id: str
    name: str
    status: Literal["live", "comparison", "planned"]
    valid_from: date | None = None
    valid_to: date | None = None
    train_no_pattern: Pattern
    capacity_teu: PositiveCount
    door_origin: str
    origin: str
    border_in: str
    border_out: str
    destination: str
    door_destination: str

    def nodes(self, direction: str) -> dict[str, str]:
        """Role -> node for direction ``W`` or ``E``; eastbound is the mirror of westbound."""
        roles = ("door_origin", "origin", "border_in", "border_out", "destination", "door_destination")
        names = [getattr(self, role) for role in roles]
        return dict(zip(roles, names if direction == "W" else reversed(names), strict=True))


class Sender(_Section):
    """Who delivers files, which formats they use and the clock they write."""

    id: str
    name: str
    source: str
    files: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    encodings: tuple[str, ...] = ()
    timezone: Zone | None = None


class SourceFamily(_Section):
    """A family of deliveries that coverage counts together."""

    id: str
    name: str
    record_kind: str
    files_per_week: PositiveCount | None = None


class Recipient(_Section):
    """Who gets which edition in which language."""

    name: str
    address: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")]
    language: Literal["en"]
    editions: tuple[str, ...]


class Settings(_Section):
    """The whole of ``corridor.toml``."""

    corridor: Corridor
    targets: Targets
    thresholds: Thresholds
    services: tuple[Service, ...]
    senders: tuple[Sender, ...]
    sources: tuple[SourceFamily, ...]
    recipients: tuple[Recipient, ...]

    def service(self, service_id: str) -> Service:
        """The service called ``service_id``; ``SettingsError`` with the known ids where there is none."""
        return _named(self.services, service_id, "services")

    def sender(self, sender_id: str) -> Sender:
        """The sender called ``sender_id``; ``SettingsError`` with the known ids where there is none."""
        return _named(self.senders, sender_id, "senders")

    def service_of_train(self, train_no: str) -> str | None:
        """The id of the service a train number belongs to, or None."""
        for service in self.services:
            if re.fullmatch(service.train_no_pattern, train_no):
                return service.id
        return None

    @property
    def live_service(self) -> Service:
        """The service the headline figures are about: the first live one."""
        return next(s for s in self.services if s.status == "live")

    @property
    def report_zone(self) -> ZoneInfo:
        """The zone whose calendar decides which week a scheduled report is about."""
        return ZoneInfo(self.corridor.report_timezone)


def _named(items: Iterable[Any], wanted: str, section: str) -> Any:
    known = {item.id: item for item in items}
    if wanted not in known:
        raise SettingsError(
            f"{section} has no id '{wanted}'",
            expected=f"one of {', '.join(known)}",
            fix="Add it to corridor.toml or correct the id.",
        )
    return known[wanted]


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
    return Path(__file__).resolve().parent.parent


def home() -> Path:
    """``CORRIDOR_HOME``: the one folder for inbox, archive, lake, warehouse, outbox and site."""
    return Path(os.environ.get("CORRIDOR_HOME") or checkout() / "var").resolve()
