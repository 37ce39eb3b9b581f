"""The one place that asks what time it is.

Everything else takes a time as an argument or calls :func:`now_utc`, so that ``CORRIDOR_NOW``
(an ISO 8601 instant with offset) can stop the clock for a rebuild or a test. Only leases are counted by
:func:`ticking_utc`: between processes whose clocks stand still they would never run out, or at once.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from corridor_etl.errors import SettingsError


def now_utc() -> datetime:
    """The current instant in UTC, or the one ``CORRIDOR_NOW`` names."""
    fixed = os.environ.get("CORRIDOR_NOW")
    return parse_instant(fixed) if fixed else ticking_utc()


def ticking_utc() -> datetime:
    """The current instant in UTC, which ``CORRIDOR_NOW`` does not stop: only for how long something may still last."""
    return datetime.now(UTC)


def parse_instant(text: str) -> datetime:
    """An ISO 8601 text with offset as a UTC instant; ``SettingsError`` where it is not one."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise _not_an_instant(text) from error
    if instant.tzinfo is None:
        raise _not_an_instant(text)
    return instant.astimezone(UTC)


def _not_an_instant(text: str) -> SettingsError:
    return SettingsError(
        f"'{text}' is not an instant",
        expected="an ISO 8601 time with an offset",
        fix="Write it like 2025-06-30T06:00:00+05:00.",
    )
