"""Alembic migrations of the warehouse, run from Python inside a transaction of the caller.

One revision per change of ``schema``; ``HEAD`` is the newest, written here so that looking whether there is
anything to do does not need Alembic.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from corridor_etl.errors import SettingsError

HEAD = "0029_discrepancy_changed"
VERSION_TABLE = "alembic_version"


def is_current(connection: Connection) -> bool:
    """Whether the database is at the newest revision; its version table must exist."""
    return connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) == HEAD


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Migrates up to ``revision`` inside the open transaction; nothing happens if it is there already.

    ``SettingsError`` where the database is of a newer version.
    """
    _refuse_newer(connection)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revisions() -> set[str]:
    """Names of all revisions this version knows."""
    return {path.stem for path in (Path(__file__).parent / "versions").glob("[0-9]*.py")}


def _refuse_newer(connection: Connection) -> None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return
    found = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    if found is not None and found not in revisions():
        raise SettingsError(
            f"the warehouse is of schema revision {found}",
            expected=f"{HEAD} or older, which this version knows",
            fix="Install the version that wrote it, or a newer one; nothing was changed.",
        )
