"""What a check of the doctor says: one sentence with its verdict, and what it may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from corridor_etl.errors import CorridorError
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """``fact``, and unless that is ok what was ``expected`` and the ``fix``: a command or a setting."""

    check: str
    state: State
    fact: str
    expected: str = ""
    fix: str = ""

    def line(self) -> str:
        """Fact, expectation and fix in one line, as errors say them."""
        return CorridorError(self.fact, expected=self.expected, fix=self.fix).message


@dataclass(frozen=True)
class Said:
    """A finding before it is known which check it is of."""

    state: State
    fact: str
    expected: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Patient:
    """What is examined; ``settings`` or ``warehouse`` is None where it cannot be used, a finding of its own."""

    home: Path
    environ: Mapping[str, str]
    now_utc: datetime
    settings: Settings | None = None
    warehouse: Warehouse | None = None


def failed(error: CorridorError, *, expected: str = "a value that can be used") -> Said:
    """An error of the platform as a finding; ``expected`` where it does not say that itself."""
    return Said("fail", error.fact, error.expected or expected, error.fix)
