"""Agencies that keep EDIFACT code lists (data element 3055): the country of those that are national."""

from __future__ import annotations

import re
from functools import cache

from corridor_etl.reference import country
from corridor_etl.reference._tables import table


@cache
def _countries() -> dict[str, str]:
    agencies = table("edifact_codes").filter(element="3055").select("code", "name").drop_nulls()
    national = {code: name[:2] for code, name in agencies.iter_rows() if re.match("[A-Z]{2}, ", name)}
    return {code: found for code, found in national.items() if found in country.known_codes()}


def country_of(agency: str) -> str | None:
    """The alpha-2 country of a national agency such as a customs administration; None for all others."""
    return _countries().get(agency)
