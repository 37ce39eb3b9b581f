"""Properties whose examples cost much: ``make test`` tries a few of them, ``make long`` many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import hypothesis
import pytest

USUAL = 40
Test = TypeVar("Test", bound=Callable[..., Any])


def few(examples: int, many: int | None = None, **settings: Any) -> Callable[[Test], Test]:
    """Tries ``examples`` where 40 are usual; where ``HYPOTHESIS_EXAMPLES`` asks for more, ``many`` in proportion."""
    asked = hypothesis.settings.default.max_examples
    share = many if many is not None and asked > USUAL else examples
    tried = hypothesis.settings(max_examples=max(1, asked * share // USUAL), deadline=None, **settings)
    return lambda test: pytest.mark.dear(tried(test))
