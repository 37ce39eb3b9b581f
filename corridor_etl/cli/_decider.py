"""Who decides, for commands that record it."""

from __future__ import annotations

import getpass

from corridor_etl.errors import UsageError


def who(by: str | None) -> str:
    """The name given, else whoever is signed in; ``UsageError`` where the system does not say."""
    if by and by.strip():
        return " ".join(by.split())
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise UsageError("the system does not say who you are", fix="Say it with --by.") from error
