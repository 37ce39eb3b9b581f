"""One file per record kind: raw text to typed, canonical columns in UTC and one unit. Nothing is judged here."""

from __future__ import annotations

import sys
from functools import cache

from corridor_etl import discovery
from corridor_etl.errors import UsageError
from corridor_etl.sources import RawFile
from corridor_etl.staging._staging import Staged, Staging, StagingContext

__all__ = ["Staged", "Staging", "StagingContext", "stage", "stagings"]


@cache
def stagings() -> dict[str, Staging]:
    """Every record kind that can be staged, by name."""
    return discovery.declared(sys.modules[__name__], "STAGING")


def stage(kind: str, raw: RawFile, context: StagingContext) -> Staged:
    """The typed rows of a raw file and the rows that could not be typed; ``UsageError`` for an unknown kind."""
    known = stagings()
    if kind not in known:
        raise UsageError(f"records of kind '{kind}' cannot be staged", expected=f"one of {', '.join(known)}")
    return known[kind].stage(raw, context)
