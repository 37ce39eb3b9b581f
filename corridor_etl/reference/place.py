"""Places: corridor nodes, their aliases in four languages, UN/LOCODE, and the zone of a place.

CNNGB is the airport in UN/LOCODE but what shipping lines send for the port: it is read as node NGB.
"""

from __future__ import annotations

import re
from functools import cache

from babel.core import get_global

from corridor_etl.reference._tables import mapping, table


@cache
def nodes() -> dict[str, dict[str, str | None]]:
    """Node id -> its row of ``corridor_nodes`` (names, country, locode, zone, gauge, role)."""
    return {row["node_id"]: row for row in table("corridor_nodes").iter_rows(named=True)}


@cache
def aliases() -> dict[str, str]:
    """Every code and name of a node, without case -> the node."""
    known = {alias.casefold(): node for alias, node in mapping("location_alias", "alias", "node_id").items()}
    for node_id, row in nodes().items():
        for name in (node_id, row["locode"], row["name_en"], row["name_local"]):
            if name:
                known.setdefault(name.casefold(), node_id)
    return known


def node_of(text: str | None) -> str | None:
    """The corridor node a code or name means, or None; blanks and a terminal suffix do not matter."""
    return aliases().get(re.sub(r"\s+", " ", (text or "").strip()).casefold())


@cache
def locodes() -> frozenset[str]:
    """UN/LOCODE entries of the register at hand (whole for the corridor's countries only)."""
    return frozenset(table("unlocode")["locode"])


@cache
def covered_countries() -> frozenset[str]:
    """Countries whose UN/LOCODE list is complete here, so that an unknown code can be judged."""
    return frozenset("CN HK MO TW KZ KG UZ TJ TM MN RU BY JP KR AZ GE AM AF PL LT LV VN".split())


@cache
def zone_of_country(country: str) -> str | None:
    """The IANA zone of a country that has only one, else None."""
    zones = get_global("territory_zones").get(country, [])
    return zones[0] if len(zones) == 1 else None


def zone_of(code: str | None) -> tuple[str | None, str]:
    """(IANA zone, how it is known) of a place: by its node, else by its country, else (None, "unknown")."""
    node = node_of(code)
    if node:
        return nodes()[node]["timezone"], "node"
    zone = zone_of_country((code or "")[:2].upper()) if len(code or "") == 5 else None
    return (zone, "country") if zone else (None, "unknown")
