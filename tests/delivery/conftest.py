"""Makes the invented marts of ``report_samples`` importable, renders their issue once; a relay and an outbox for it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.warehouse import Mails
from tests.delivery import outboxes
from tests.delivery.relay import Plan, relay

if "report_samples" not in sys.modules:
    spec = importlib.util.spec_from_file_location(
        "report_samples", Path(__file__).parent.parent / "reports" / "report_samples.py"
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules["report_samples"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["report_samples"])


@pytest.fixture(scope="session")
def issue() -> Any:
    """(context, rendered, message) of the last week of the samples."""
    import report_samples

    return report_samples.built()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock to minutes after the messages were queued."""

    def at(minutes: float) -> None:
        monkeypatch.setenv("CORRIDOR_NOW", (outboxes.QUEUED + timedelta(minutes=minutes)).isoformat())

    at(0)
    return at


@pytest.fixture
def plan() -> Plan:
    return Plan()


@pytest.fixture
def port(plan: Plan) -> Iterator[int]:
    with relay(plan) as number:
        yield number


@pytest.fixture
def mails(own_home: Path) -> Mails:
    return outboxes.filled(own_home, 3)
