"""Which tests one worker runs together: those that share what their module prepares, so that it is prepared once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

_TOGETHER = ("temporary_server", "whole_season")
"""What the session has once: modules that ask for the same of these fixtures are one piece of work."""
_SHARED = re.compile(r'scope="module"(?P<parameters>, params=)?')


class ByPreparation(LoadScopeScheduling):
    """Every test is a piece of work of its own, but for those of a module with a fixture that lives as long as it."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        module = Path(str(self.config.rootpath)) / path
        if asked := _asked_of_session(module):
            return asked
        shared = _shared(module)
        if shared is None:
            return nodeid
        # A module that prepares several things one after the other names each in brackets.
        return f"{path} {test.rpartition('[')[2]}" if shared and "[" in test else path


@cache
def _asked_of_session(module: Path) -> str | None:
    text = module.read_text(encoding="utf-8")
    return next((name for name in _TOGETHER if re.search(rf"\b{name}(_home)?: |\"{name}\"", text)), None)


@cache
def _shared(module: Path) -> bool | None:
    """Whether what the module prepares has parameters; None where it prepares nothing."""
    found = _SHARED.search(module.read_text(encoding="utf-8"))
    return None if found is None else bool(found["parameters"])
