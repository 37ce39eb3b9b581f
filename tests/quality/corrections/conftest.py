"""Corrections as their authors write them: TOML files in a folder, loaded and applied to staged rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.model import kind as record_kind
from corridor_etl.quality.corrections import Corrected, Corrections, corrected, load_corrections
from corridor_etl.settings import Settings

HEAD = """
[[corrections]]
id = "{id}"
kind = "{kind}"
action = "{action}"
reason = "known at the desk"
author = "data team"
provider = "booking desk"
reported_on = 2025-01-10
expires_on = {expires_on}
status = "{status}"
{top}
[corrections.match]
{match}
[corrections.expect]
{expect}
"""
DEFAULTS = {
    "id": "C1", "kind": "booking", "action": "flag", "expires_on": "2025-06-30", "status": "active", "top": "",
    "match": 'columns = { booking_no = "B1" }', "expect": "rows_at_most = 1000",
}  # fmt: skip


def toml_of(**changes: str) -> str:
    return HEAD.format(**{**DEFAULTS, **changes})


@dataclass(frozen=True)
class Delivery:
    delivery_id: str = "0123456789abcdef"
    name: str = "booking_desk/a.csv"
    sender_id: str | None = "booking_desk"
    received_at_utc: datetime = datetime(2025, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def toml() -> Callable[..., str]:
    """One correction as TOML, the defaults with some parts changed."""
    return toml_of


@pytest.fixture
def delivery() -> Callable[..., Delivery]:
    """Makes what is known of a delivery."""
    return Delivery


@pytest.fixture
def load(tmp_path: Path, settings: Settings) -> Callable[..., Corrections]:
    """Writes files (name -> text, or one text) and loads them."""

    def run(files: str | dict[str, str]) -> Corrections:
        folder = tmp_path / "corrections"
        folder.mkdir(exist_ok=True)
        for name, text in ({"a.toml": files} if isinstance(files, str) else files).items():
            (folder / name).write_text(text, encoding="utf-8")
        return load_corrections(settings, folder)

    return run


@pytest.fixture
def correct(load: Any, settings: Settings, frame_of: Any) -> Callable[..., Corrected]:
    """Applies files to rows of a kind: the good row with these changes, all of one delivery unless said otherwise."""

    def run(
        files: str | dict[str, str],
        *changes: dict[str, Any],
        kind: str = "booking",
        deliveries: tuple[Delivery, ...] = (Delivery(),),
        staged: pl.DataFrame | None = None,
    ) -> Corrected:
        rows = frame_of(kind, *changes) if staged is None else staged
        active = load(files).of(kind)
        return corrected(rows, record_kind(kind), deliveries, active, settings.report_zone)

    return run
