"""What tests of jobs share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corridor_etl.warehouse import Warehouse


@pytest.fixture
def home(own_home: Path) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with Warehouse.open(own_home) as warehouse:
        yield warehouse
