"""Finds plug-ins by folder: every module of a package must declare exactly one named object.

An import error is an error, never a skip. What a plug-in is belongs to its own package.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from corridor_etl.errors import TerminalError


def declared(package: ModuleType, attribute: str) -> dict[str, Any]:
    """Every module's ``attribute``, keyed by the object's ``name``, in module order.

    Modules whose name starts with an underscore are the package's own machinery and are passed over.
    ``TerminalError`` where a module declares none, or two declare the same name.
    """
    found: dict[str, Any] = {}
    for module in _plug_in_modules(package):
        plug_in = getattr(module, attribute, None)
        if plug_in is None:
            raise TerminalError(
                f"{module.__name__} declares no {attribute}",
                expected="one per plug-in file",
                fix=f"Declare {attribute}, or start the file's name with an underscore.",
            )
        if plug_in.name in found:
            raise TerminalError(f"two plug-ins are called '{plug_in.name}'", fix="Rename one.")
        found[plug_in.name] = plug_in
    return found


def _plug_in_modules(package: ModuleType) -> list[ModuleType]:
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.ispkg)
    return [
        importlib.import_module(f"{package.__name__}.{name}") for name in names if not name.startswith("_")
    ]
