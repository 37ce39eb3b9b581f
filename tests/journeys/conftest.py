"""The season of the simulated corridor, ingested once for all modules that look at it from different sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.ingested import WEEKS, Ingest, Season
from tests.made_homes import KeptHome


@pytest.fixture(scope="session")
def whole_season(tmp_path_factory: pytest.TempPathFactory, english_only: Path) -> Season:
    home = tmp_path_factory.mktemp("season") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_CONFIG", str(english_only))
        done = Ingest.of(home, WEEKS, faults=True)
    return Season(done.truth, done.result, KeptHome.of(home))


@pytest.fixture
def whole_season_home(
    whole_season: Season, own_home: Path, english_only: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The home of the season as it was made, to be changed by this test."""
    monkeypatch.setenv("CORRIDOR_HOME", str(whole_season.put_back()))
    monkeypatch.setenv("CORRIDOR_CONFIG", str(english_only))
    return whole_season.kept.home
