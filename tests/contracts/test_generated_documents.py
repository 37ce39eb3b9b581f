"""Documents that are written from the code say what the code says."""

from __future__ import annotations

from corridor_etl.settings import checkout
from corridor_etl.staging._document import render_sources
from corridor_etl.warehouse._document import render_warehouse


def test_the_page_of_sources_is_current() -> None:
    page = (checkout() / "docs" / "sources.md").read_text(encoding="utf-8")
    assert page == render_sources(), (
        "write it anew: python -m corridor_etl.staging._document > docs/sources.md"
    )


def test_the_page_of_the_warehouse_is_current() -> None:
    page = (checkout() / "docs" / "warehouse.md").read_text(encoding="utf-8")
    assert page == render_warehouse(), (
        "write it anew: python -m corridor_etl.warehouse._document > docs/warehouse.md"
    )
