"""Alembic migrations of the warehouse, run from Python inside a transaction of the caller.

One revision per change of ``schema``; ``HEAD`` is the newest, written here so that looking whether there is
anything to do does not need Alembic.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

HEAD = "0015_lake_expiry"
VERSION_TABLE = "alembic_version"


def is_current(connection: Connection) -> bool:
    """Whether the database is at the newest revision; its version table must exist."""
    return connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) == HEAD


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Migrates up to ``revision`` inside the open transaction; nothing happens if it is there already."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
