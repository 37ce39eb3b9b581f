"""The demo writes to readers of every language an issue is made in, and keeps a configuration that was chosen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from corridor_etl.cli.demo import _with_readers_of_each_language
from corridor_etl.delivery.addresses import is_allowed
from corridor_etl.settings import load_settings


def test_the_demo_has_a_reader_of_each_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_CONFIG", "")
    usual = load_settings()
    _with_readers_of_each_language(tmp_path / "demo")
    settings = load_settings()
    assert {r.language for r in settings.recipients} == set(settings.reports.languages)
    assert all(is_allowed(r.address, settings.mail) for r in settings.recipients)
    assert settings.model_copy(update={"recipients": usual.recipients}) == usual


def test_the_demo_keeps_a_configuration_that_was_chosen(
    tmp_path: Path, english_only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_CONFIG", str(english_only))
    _with_readers_of_each_language(tmp_path / "demo")
    assert os.environ["CORRIDOR_CONFIG"] == str(english_only)
    assert not (tmp_path / "demo").exists()
