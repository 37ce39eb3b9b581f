"""Properties whose examples cost much: ``make test`` tries a few of them, ``make long`` as many as of any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import hypothesis
import pytest

USUAL = 40
Test = TypeVar("Test", bound=Callable[..., Any])


def few(examples: int, **settings: Any) -> Callable[[Test], Test]:
    """Tries ``examples`` where 40 are usual, and more in proportion as ``HYPOTHESIS_EXAMPLES`` says."""
    asked = hypothesis.settings.default.max_examples
    tried = hypothesis.settings(max_examples=max(1, asked * examples // USUAL), deadline=None, **settings)
    return lambda test: pytest.mark.dear(tried(test))
