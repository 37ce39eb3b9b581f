"""Small files every source test starts from: one good sample per format under tests/samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor_etl.settings import Sender

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.fixture
def sample_bytes():
    return lambda name: (SAMPLES / name).read_bytes()


@pytest.fixture
def chinese_broker() -> Sender:
    return Sender(id="b", name="Broker", source="declarations", encodings=("utf-8", "gb18030"))
