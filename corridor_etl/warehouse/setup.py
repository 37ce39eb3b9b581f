"""Brings a home folder to what the installed version expects: migrations, dimensions, lake tables, views.

Cheap when there is nothing to do; safe when several processes do it at once.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select

from corridor_etl.errors import SettingsError
from corridor_etl.model import KINDS
from corridor_etl.settings import Settings
from corridor_etl.warehouse import dimensions, migrations, views
from corridor_etl.warehouse.durable import make_folder
from corridor_etl.warehouse.engine import reading, require_unicode
from corridor_etl.warehouse.lake import Lake, stored_schema
from corridor_etl.warehouse.publish import transaction
from corridor_etl.warehouse.schema import STAMP


def prepare(engine: Engine, lake: Lake, settings: Settings) -> None:
    """Runs what is missing, all of it in one transaction."""
    wanted = {
        "dimensions": dimensions.content_sha256(settings),
        "lake": _model_sha256(),
        "views": views.content_sha256(),
    }
    with reading(engine) as connection:
        if _is_ready(connection, wanted):
            return
    with transaction(engine) as connection:
        require_unicode(connection)
        migrations.upgrade(connection)
        stamps = _stamps(connection)
        if stamps.get("dimensions") != wanted["dimensions"]:
            dimensions.load(connection, settings)
        if stamps.get("lake") != wanted["lake"]:
            lake.ensure(connection)
        if stamps.get("views") != wanted["views"]:
            views.create_all(connection)
        connection.execute(STAMP.delete())
        connection.execute(STAMP.insert(), [{"name": n, "content_sha256": h} for n, h in wanted.items()])


def checked_home(home: Path) -> Path:
    """The home folder, made if it is missing; ``SettingsError`` for a path that Iceberg cannot address."""
    folder = home.resolve()
    if wrong := sorted(set("#?") & set(str(folder))):
        raise SettingsError(
            f"the home folder {folder} has {' and '.join(wrong)} in its path",
            expected="a path without # and ?, which end a file address",
            fix="Set CORRIDOR_HOME to another folder.",
        )
    return make_folder(folder)


def _is_ready(connection: Connection, wanted: dict[str, str]) -> bool:
    if not inspect(connection).has_table(migrations.VERSION_TABLE):
        return False
    return migrations.is_current(connection) and _stamps(connection) == wanted


def _stamps(connection: Connection) -> dict[str, str]:
    return {row.name: row.content_sha256 for row in connection.execute(select(STAMP))}


@cache
def _model_sha256() -> str:
    schemas = [(name, [(c, str(t)) for c, t in stored_schema(KINDS[name]).items()]) for name in sorted(KINDS)]
    return hashlib.sha256(repr(schemas).encode()).hexdigest()
