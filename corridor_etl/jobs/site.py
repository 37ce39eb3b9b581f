"""Writes the pages around the issues below ``site`` of the home folder. Issues themselves are never touched.

What the pages say belongs to ``reports.site``. Building again from the same ledger and files writes
nothing but the status page, which says how old things are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corridor_etl import settings as configuration
from corridor_etl.clock import now_utc
from corridor_etl.jobs.status import FOLDER as STATUS_FOLDER
from corridor_etl.jobs.status import status_pages
from corridor_etl.jobs.turns import SITE
from corridor_etl.reports.language import N_
from corridor_etl.reports.site import Door, pages
from corridor_etl.reports.site_issues import PAGE, frozen_issues
from corridor_etl.settings import load_settings
from corridor_etl.warehouse import Warehouse, durable

FOLDER = "site"
STATUS = Door(
    N_("Status"),
    f"{STATUS_FOLDER}/{PAGE}",
    N_("For operators: what has come, what is held back, what is open"),
    is_english=True,
)
VALIDATION = Door(
    N_("Rules"),
    f"validation/{PAGE}",
    N_("What each row is judged by, and the last results"),
    is_english=True,
)


@dataclass(frozen=True)
class SiteBuilt:
    """The page to begin with, how many pages there are, and how many of them are new or changed."""

    index: Path
    pages: int
    written: int


def build_site() -> SiteBuilt:
    """Brings the pages to what the ledger says now, each of them whole or not at all.

    One build at a time, so that no older state is written over a newer one; ``LeaseHeld`` where another takes too long.
    """
    settings, site = load_settings(), configuration.home() / FOLDER
    with Warehouse.open() as warehouse, warehouse.lease(SITE):
        issues = frozen_issues(site, warehouse.listed_issues().to_dicts())
        doors = [STATUS, VALIDATION] if (site / VALIDATION.path).is_file() else [STATUS]
        made = {
            **status_pages(warehouse, settings, now_utc()),
            **pages(issues, settings.corridor, doors),
        }
        return SiteBuilt(site / PAGE, len(made), _write(site, made))


def _write(site: Path, made: Mapping[str, bytes]) -> int:
    """Writes what differs, in the order given: a page comes after those it links to."""
    written = 0
    for name, content in made.items():
        path = site / name
        if not path.is_file() or path.read_bytes() != content:
            durable.make_folder(path.parent)
            durable.write(path, content)
            written += 1
    return written
