"""Late modules: what Great Expectations imports for distributions of columns, loaded when something asks it.

SciPy and Altair are a fifth of what it costs to import Great Expectations, and no suite here uses them; every run that
judges rows would pay that. The standard library's ``LazyLoader`` puts it off, nothing is left out. Of our modules
only the one that draws charts asks for one of them, and while it is imported other threads wait.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

LATE = frozenset({"altair", "scipy.stats"})


class LateFinder:
    """Finds the modules of :data:`LATE` where they are, with a loader that waits; no others."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The usual answer, except that loading waits; None for every other module."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname in LATE else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def put_off() -> None:
    """Puts the finder before the usual ones, once."""
    if LateFinder not in sys.meta_path:
        sys.meta_path.insert(0, LateFinder)
