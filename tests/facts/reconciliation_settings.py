"""The shipped configuration with another precedence of sources."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from corridor_etl.settings import Settings, checkout, parse_settings


def with_precedence(precedence: Mapping[str, Any]) -> Settings:
    raw = tomllib.loads((checkout() / "corridor.toml").read_text(encoding="utf-8"))
    raw["reconciliation"]["precedence"] = precedence
    return parse_settings(raw)
