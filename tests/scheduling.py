"""Which tests one worker runs together: those that share what their module prepares, so that it is prepared once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

_TOGETHER = ("temporary_server", "whole_season")
"""What the session has once: modules that ask for the same of these fixtures are one piece of work."""
_SHARED = 'scope="module"'


class ByPreparation(LoadScopeScheduling):
    """Every test is a piece of work of its own, but for those of a module with a fixture that lives as long as it."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return _together(Path(str(self.config.rootpath)) / path, path) or nodeid


@cache
def _together(module: Path, path: str) -> str | None:
    """The name of the piece of work that all tests of a module belong to; None where each is one of its own."""
    text = module.read_text(encoding="utf-8")
    asked = (name for name in _TOGETHER if re.search(rf"\b{name}(_home)?: |\"{name}\"", text))
    return next(asked, path if _SHARED in text else None)
