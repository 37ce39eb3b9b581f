"""The sections of ``corridor.toml`` as types: which keys there are, what each means and which values it may have.

Reading the file and explaining a mistake in it belongs to the package itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from corridor_etl.errors import SettingsError
from corridor_etl.model import KINDS
from corridor_etl.settings._confidentiality import Confidentiality
from corridor_etl.settings._grades import Grades
from corridor_etl.settings._mail import Mail, Operators
from corridor_etl.settings._quality import Quality
from corridor_etl.settings._reconciliation import Reconciliation
from corridor_etl.settings._section import Percent, Positive, PositiveCount, Section


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


def _known_kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"'{name}' is not a record kind such as port_event")
    return name


OwnerPrefix = Annotated[str, Field(pattern="^[A-Z]{3}[UJZ]?$")]
Zone = Annotated[str, AfterValidator(_known_zone)]
Pattern = Annotated[str, AfterValidator(_valid_pattern)]
Translated = Literal["zh", "ru", "kk"]
ReportLanguage = Literal["en", "zh", "ru", "kk"]


def _without_twins(languages: tuple[ReportLanguage, ...]) -> tuple[ReportLanguage, ...]:
    if len(set(languages)) < len(languages):
        raise ValueError("a language stands in it twice")
    return languages


def _in_language(names: Mapping[Translated, str], language: str, usual: str) -> str:
    return next((name for known, name in names.items() if known == language), usual)


class Corridor(Section):
    """Who runs the corridor and which clock and currency its reports use."""

    name: str
    operator: str
    contact: str
    report_timezone: Zone
    base_currency: Literal["CNY"]
    fx_policy: Literal["market_daily", "customs_cn", "nbk_dt_date"]
    fx_max_age_days: PositiveCount
    fx_sources: tuple[str, ...] = ()
    names: Mapping[Translated, str] = {}
    operator_names: Mapping[Translated, str] = {}

    def name_in(self, language: str) -> str:
        """The corridor's name in a language of the reports, else ``name``."""
        return _in_language(self.names, language, self.name)

    def operator_in(self, language: str) -> str:
        """The operator's name in a language of the reports, else ``operator``."""
        return _in_language(self.operator_names, language, self.operator)


class Targets(Section):
    """What the service promised."""

    cargo_t_per_year: Positive
    weight_basis: Literal["cargo_gross"]
    added_trade_cny_per_year: Positive
    door_to_door_days: Positive
    baseline_days: Positive


class Thresholds(Section):
    """Limits that turn a figure into a word."""

    departure_on_time_minutes: Positive
    range_weeks: PositiveCount
    range_min_weeks: PositiveCount
    percent_min_base: PositiveCount
    percentile_min_trips: PositiveCount
    port_free_days: Positive = 7
    match_rate_min_pct: Percent
    future_event_days: PositiveCount
    train_gross_max_t: Positive = 6000
    train_wagons_max: PositiveCount = 71
    charges_max_share: Positive = 0.3
    invoice_tolerance_share: Positive = 0.005
    value_range_mads: Positive = 3.5
    value_range_min_records: PositiveCount = 30


class ReferenceLists(Section):
    """Lists only the operator can give; an empty one leaves its rule without anything to judge."""

    owner_prefixes: tuple[OwnerPrefix, ...] = ()


class Service(Section):
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
    names: Mapping[Translated, str] = {}

    def name_in(self, language: str) -> str:
        """The service's name in a language of the reports, else ``name``."""
        return _in_language(self.names, language, self.name)

    def nodes(self, direction: str) -> dict[str, str]:
        """Role -> node for direction ``W`` or ``E``; eastbound is the mirror of westbound."""
        roles = ("door_origin", "origin", "border_in", "border_out", "destination", "door_destination")
        names = [getattr(self, role) for role in roles]
        return dict(zip(roles, names if direction == "W" else reversed(names), strict=True))


class Leg(Section):
    """How long one leg plausibly takes, in both directions, until enough trips tell."""

    from_node: str
    to_node: str
    least_hours: Positive
    most_hours: Positive


class Dialect(Section):
    """How one sender departs from the standard it names; what is left out is as the format says.

    ``document_codes`` gives BGM 1001 codes their event, ``time_qualifiers`` and ``place_qualifiers`` are tried in
    order (DTM 2005, LOC 3227), ``header_names`` maps a header as this sender writes it to the raw column it means.
    """

    decimal_mark: Literal[".", ","] | None = None
    is_day_first: bool | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    document_codes: Mapping[str, str] = {}
    time_qualifiers: tuple[str, ...] = ()
    place_qualifiers: tuple[str, ...] = ()
    header_names: Mapping[str, str] = {}
    unterminated_last_row: Literal["reject", "quarantine"] = "reject"


class Sender(Section):
    """Who delivers files, which formats they use, the clock they write and how they depart from the standard."""

    id: str
    name: str
    source: str
    files: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    encodings: tuple[str, ...] = ()
    timezone: Zone | None = None
    dialect: Dialect = Dialect()


class SourceFamily(Section):
    """A family of deliveries that coverage counts together; one that is not expected is shown only when it came.

    What is expected for a week is late ``due_hours`` and ``grace_hours`` after the week has ended in the report's zone.
    """

    id: str
    name: str
    record_kind: str
    files_per_week: PositiveCount | None = None
    is_expected: bool = True
    due_hours: Annotated[float, Field(ge=0)] = 0
    grace_hours: Annotated[float, Field(ge=0)] = 4
    names: Mapping[Translated, str] = {}

    def name_in(self, language: str) -> str:
        """The family's name in a language of the reports, else ``name``."""
        return _in_language(self.names, language, self.name)


class Recipient(Section):
    """Who gets which edition in which language, and as whom."""

    name: str
    address: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")]
    language: ReportLanguage
    editions: tuple[str, ...]
    audience: Literal["internal", "partner", "public"] = "internal"


class Reports(Section):
    """In which of its languages an edition is made here, the first one for who asks for another."""

    languages: Annotated[tuple[ReportLanguage, ...], Field(min_length=1), AfterValidator(_without_twins)] = (
        "en", "zh", "ru", "kk",
    )  # fmt: skip


class Retention(Section):
    """How long rows stay in the lake, by record kind; a kind that is not named stays for ever."""

    lake_weeks: Mapping[Annotated[str, AfterValidator(_known_kind)], Annotated[int, Field(ge=13)]] = {}


class Settings(Section):
    """The whole of ``corridor.toml``."""

    corridor: Corridor
    targets: Targets
    thresholds: Thresholds
    services: tuple[Service, ...]
    legs: tuple[Leg, ...] = ()
    senders: tuple[Sender, ...]
    sources: tuple[SourceFamily, ...]
    reference: ReferenceLists = ReferenceLists()
    retention: Retention = Retention()
    reconciliation: Reconciliation = Reconciliation()
    grades: Grades = Grades()
    quality: Quality = Quality()
    confidentiality: Confidentiality = Confidentiality()
    reports: Reports = Reports()
    recipients: tuple[Recipient, ...]
    mail: Mail = Mail()
    operators: Operators = Operators()

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
