"""Makes the invented marts and figures of this folder importable, and renders their issue once."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

for _name in ("report_samples", "report_situations"):
    if _name not in sys.modules:
        _spec = importlib.util.spec_from_file_location(_name, Path(__file__).with_name(f"{_name}.py"))
        assert _spec is not None
        assert _spec.loader is not None
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])


@pytest.fixture(scope="session")
def issue() -> Any:
    """(context, rendered, message) of the last week of the samples."""
    import report_samples

    return report_samples.built()
