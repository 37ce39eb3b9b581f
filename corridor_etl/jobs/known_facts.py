"""The facts as a warehouse knows them, now or as of its snapshot: only the kinds of records they are made of are read.

What they will be once a batch is committed belongs to ``consequences``.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor_etl.facts.corridor import RECORD_KINDS, Facts
from corridor_etl.facts.departures import train_departures
from corridor_etl.jobs.current import known_to
from corridor_etl.jobs.material import Material
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_OF_TRAINS = ("manifest_container", "port_event", "declaration_item")


def known_facts(warehouse: Warehouse, settings: Settings) -> tuple[Mapping[str, pl.DataFrame], Facts]:
    """The current records by kind, and the facts of them. Errors as ``facts.corridor.corridor_facts``.

    Of very many port events only those of the corridor's boxes are among them, and no moves and stays.
    """
    material = Material.of(known_to(warehouse), settings, RECORD_KINDS)
    return material.records, material.facts(settings)


def known_departures(warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    """The trains, see ``facts.departures.train_departures``."""
    records = Material.of(known_to(warehouse), settings, _OF_TRAINS).records
    manifests, events, declarations = (records[kind] for kind in _OF_TRAINS)
    return train_departures(manifests, events, declarations, settings)
