"""Makes the invented marts of ``report_samples`` importable, and renders their issue once."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

if "report_samples" not in sys.modules:
    spec = importlib.util.spec_from_file_location(
        "report_samples", Path(__file__).with_name("report_samples.py")
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
