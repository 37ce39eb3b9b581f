"""Which tests one worker runs together: those that share what their module prepares, so that it is prepared once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

_TOGETHER = "temporary_server"
"""Modules that name this fixture are one piece of work: the session has it once."""
_SHARED = re.compile(r'scope="module"(?P<parameters>, params=)?')


class ByPreparation(LoadScopeScheduling):
    """Every test is a piece of work of its own, but for those of a module with a fixture that lives as long as it."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        if _is_together(Path(str(self.config.rootpath)) / path):
            return _TOGETHER
        shared = _shared(Path(str(self.config.rootpath)) / path)
        if shared is None:
            return nodeid
        # A module that prepares several things one after the other names each in brackets.
        return f"{path} {test.rpartition('[')[2]}" if shared and "[" in test else path


@cache
def _is_together(module: Path) -> bool:
    return _TOGETHER in module.read_text(encoding="utf-8")


@cache
def _shared(module: Path) -> bool | None:
    """Whether what the module prepares has parameters; None where it prepares nothing."""
    found = _SHARED.search(module.read_text(encoding="utf-8"))
    return None if found is None else bool(found["parameters"])
