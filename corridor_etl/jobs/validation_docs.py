"""The validation pages of the site, from the results the warehouse keeps. Made when asked for, never by an ingest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corridor_etl import settings as configuration
from corridor_etl.warehouse import Warehouse

PAGES_PER_SUITE = 5


@dataclass(frozen=True)
class ValidationDocs:
    """Where the pages are, and how many."""

    index: Path
    pages: int


def build_validation_docs(*, pages_per_suite: int = PAGES_PER_SUITE) -> ValidationDocs:
    """Writes ``site/validation`` of the home folder anew: all suites and their newest results."""
    from corridor_etl.quality.data_docs.site import Run, build_site

    with Warehouse.open() as warehouse:
        kept = warehouse.validation_results()
    runs = [Run(**row) for row in kept.drop("success").iter_rows(named=True)]
    folder = configuration.home() / "site" / "validation"
    pages = build_site(folder, runs, pages_per_suite=pages_per_suite)
    return ValidationDocs(folder / "index.html", pages)
