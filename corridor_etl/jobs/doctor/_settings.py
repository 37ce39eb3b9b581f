"""Checks of what an operator sets: corridor.toml, the environment, clocks, time zones and installed packages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import metadata
from zoneinfo import ZoneInfo

from corridor_etl.clock import parse_instant
from corridor_etl.errors import CorridorError
from corridor_etl.jobs.doctor._finding import Patient, Said
from corridor_etl.settings import Settings, config_path, load_settings

KNOWN_VARIABLES = (
    "CORRIDOR_CHECKOUT", "CORRIDOR_CONFIG", "CORRIDOR_CORRECTIONS", "CORRIDOR_DASK_ADDRESS", "CORRIDOR_DATABASE_URL",
    "CORRIDOR_HOME", "CORRIDOR_LEASE_SECONDS", "CORRIDOR_NOW", "CORRIDOR_PREFECT_DATABASE_URL",
    "CORRIDOR_READER_PASSWORD", "CORRIDOR_SAMPLES", "CORRIDOR_SMTP_CA_FILE", "CORRIDOR_SMTP_HOST",
    "CORRIDOR_SMTP_PASSWORD", "CORRIDOR_SMTP_PORT", "CORRIDOR_SMTP_SANDBOX", "CORRIDOR_SMTP_SECURITY",
    "CORRIDOR_SMTP_USER", "CORRIDOR_STORE_URL", "CORRIDOR_TASK_RUNNER", "CORRIDOR_UNSUBSCRIBE_KEY",
    "CORRIDOR_WAIT_SECONDS",
)  # fmt: skip
"""Every variable of the platform; another that begins alike is a slip of the pen."""
RANGES: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "fastapi": ((0, 139), (0, 151)),
    "prefect": ((3, 8, 8), (3, 8, 9)),
    "sqlalchemy": ((2, 0, 40), (2, 1)),
}
"""Package -> least version, and the first one that breaks the schedules or the server; as in pyproject.toml."""
_KAZAKHSTAN = ("Asia/Almaty", datetime(2025, 1, 1, tzinfo=UTC), timedelta(hours=5))
"""A zone whose clock changed on 2024-03-01: who has the old offset has old tables."""


def readable() -> Settings | None:
    """The settings, or None where a check says why they cannot be read."""
    try:
        return load_settings()
    except CorridorError:
        return None


def settings_file(_patient: Patient) -> Iterator[Said]:
    """Whether corridor.toml is there, and every key of it known and possible."""
    settings = load_settings()
    services = sum(s.status == "live" for s in settings.services)
    yield Said("ok", f"{config_path()}: {settings.corridor.name}, {services} live services, "
                     f"{len(settings.senders)} senders, {len(settings.recipients)} recipients")  # fmt: skip


def environment(patient: Patient) -> Iterable[Said]:
    """Whether each variable that begins with CORRIDOR_ is one."""
    found = sorted(name for name in patient.environ if name.startswith("CORRIDOR_"))
    unknown = [name for name in found if name not in KNOWN_VARIABLES]
    if not unknown:
        yield Said("ok", f"{len(found)} variables CORRIDOR_* are set, each of them known")
    for name in unknown:
        near = difflib.get_close_matches(name, KNOWN_VARIABLES, n=1)
        meant = f"Did you mean {near[0]}? Rename it." if near else "Unset it."
        yield Said("warn", f"{name} is set and means nothing", "a name of docs/configuration.md", meant)


def clock(patient: Patient) -> Iterable[Said]:
    """Whether the clock runs, and is not stopped by a variable that a rebuild has left."""
    given = patient.environ.get("CORRIDOR_NOW")
    if not given:
        yield Said("ok", f"it is {patient.now_utc:%Y-%m-%d %H:%M:%S} UTC")
        return
    stopped = parse_instant(given)
    yield Said(
        "warn",
        f"CORRIDOR_NOW stops the clock at {stopped:%Y-%m-%d %H:%M} UTC, {_apart(patient.now_utc - stopped)}",
        "a clock that runs, unless this is a rebuild or a test",
        "unset CORRIDOR_NOW",
    )


def _apart(late: timedelta) -> str:
    return f"{abs(late) // timedelta(days=1)} days {'ago' if late > timedelta() else 'ahead'}"


def time_zones(_patient: Patient) -> Iterable[Said]:
    """Whether there are time zone tables, and none from before Kazakhstan changed its clock in March 2024."""
    name, at, expected = _KAZAKHSTAN
    try:
        offset = at.astimezone(ZoneInfo.no_cache(name)).utcoffset()
    except (LookupError, OSError):
        yield Said("fail", f"there is no time zone {name}", "tables of the IANA", "pip install tzdata")
        return
    if offset == expected:
        yield Said("ok", f"{name} is UTC+5 in 2025, tables are of 2024 or newer")
    else:
        yield Said(
            "fail", f"{name} is at {offset} in 2025: the time zone tables are old", f"{expected}, as since 2024-03",
            "Update the system's package tzdata, or set PYTHONTZPATH to an empty text to use the one of Python.",
        )  # fmt: skip


def packages(_patient: Patient) -> Iterable[Said]:
    """Whether the packages that break the scheduler without a word are in the range that works."""
    versions = {name: metadata.version(name) for name in RANGES}
    wrong = {name: v for name, v in versions.items() if not _fits(v, *RANGES[name])}
    for name, version in wrong.items():
        least, first_wrong = (".".join(map(str, part)) for part in RANGES[name])
        yield Said("fail", f"{name} {version} is installed", f"{least} or newer, below {first_wrong}: others break the "
                   "server, or its schedules without a word", "pip install -r requirements.lock")  # fmt: skip
    if not wrong:
        yield Said("ok", ", ".join(f"{name} {version}" for name, version in versions.items()))


def _fits(version: str, least: tuple[int, ...], first_wrong: tuple[int, ...]) -> bool:
    parts = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    return least <= parts < first_wrong
