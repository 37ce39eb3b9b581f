"""What two machines must have in common so that an order is filled on one as it would be on the other.

Which orders there are belongs to ``trays`` and ``render_orders``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import corridor_etl
from corridor_etl.errors import SettingsError
from corridor_etl.jobs.handover import staging
from corridor_etl.jobs.versions import DIGITS, digest_of_files
from corridor_etl.settings import checkout, load_settings

_LIBRARIES = ("polars", "altair", "vl-convert-python", "jinja2", "css-inline", "xlsxwriter")
"""Libraries of which another version may read or draw otherwise."""


@dataclass(frozen=True)
class Terms:
    """Versions, settings, templates and store of one machine; settings and templates by their digests."""

    version: str
    configuration: str
    templates: str
    store: str

    @classmethod
    def here(cls) -> Terms:
        """Those of this process."""
        said = load_settings().model_dump_json().encode()
        return cls(_versions(), hashlib.sha256(said).hexdigest()[:DIGITS], _templates(), staging().address)

    def require_here(self) -> None:
        """``SettingsError`` where this process would fill an order in another way than the one that asks."""
        here = Terms.here()
        if different := [name for name, value in vars(self).items() if getattr(here, name) != value]:
            theirs = "; ".join(f"{name} {getattr(self, name)}" for name in different)
            ours = "; ".join(f"{name} {getattr(here, name)}" for name in different)
            raise SettingsError(
                f"this worker has {ours}",
                expected=f"what the machine of the flow has: {theirs}",
                fix="Give every worker the same package, corridor.toml and CORRIDOR_STORE_URL, and start it again.",
            )


@cache
def _versions() -> str:
    return ", ".join([corridor_etl.__version__, *(f"{name} {version(name)}" for name in _LIBRARIES)])


@cache
def _templates() -> str:
    folder = checkout() / "templates"
    return digest_of_files(folder.rglob("*"), folder)
