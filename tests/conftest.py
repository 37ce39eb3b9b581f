"""What every test shares: no variable of the host reaches the product, and each test has its own home folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from corridor_etl.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [n for n in os.environ if n.startswith("CORRIDOR_") and n != "CORRIDOR_SAMPLES"]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    return home


@pytest.fixture
def settings() -> Settings:
    return load_settings()
