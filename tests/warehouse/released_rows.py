"""Warehouses as earlier versions left them: each revision of the schema in turn, with rows that fit it.

``released/<revision>.toml`` holds rows of the tables a revision creates or changes, in the order they go in. A new revision
needs its own file and nothing else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, inspect, text

from corridor_etl.warehouse import Warehouse, migrations
from corridor_etl.warehouse.engine import reading, writing

FOLDER = Path(__file__).parent / "released"
SCRIPTS = Path(migrations.__file__).parent
LAKE = "0003_lake"
ARCHIVED = [f"released {letter}".encode() for letter in "abc"]
"""The bytes of the deliveries in the files."""
ICEBERG = ("iceberg_tables", "iceberg_namespace_properties")
Rows = dict[str, list[dict[str, Any]]]


def revisions() -> list[str]:
    """All revisions, the oldest first."""
    return [script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()][::-1]


def sample_rows(revision: str) -> Rows:
    """Table -> rows that came with a revision."""
    path = FOLDER / f"{revision}.toml"
    assert path.is_file(), (
        f"write rows that fit revision {revision} into {path.name}, see {Path(__file__).name}"
    )
    return tomllib.loads(path.read_text(encoding="utf-8"))


def walked(warehouse: Warehouse, lake_rows: Any) -> Iterator[str]:
    """Brings an empty database up from revision to revision, with rows of each, and tells where it is.

    ``lake_rows``: rows of bookings that delivery 1 loaded, put into the lake as soon as there is one.
    """
    for content in ARCHIVED:
        warehouse.archive.put(content)
    for revision in revisions():
        with writing(warehouse.engine) as connection:
            migrations.upgrade(connection, revision)
            samples = sample_rows(revision)
            found = tables(connection, samples)
            for name, rows in samples.items():
                connection.execute(found[name].insert(), _alike(rows))
            if revision == LAKE:
                warehouse.lake.ensure(connection)
                warehouse.lake.register(connection, warehouse.lake.stage({"booking": lake_rows}, 1), 1)
        yield revision


def filled(warehouse: Warehouse, last: str, lake_rows: Any) -> None:
    """Brings an empty database up to revision ``last``, see :func:`walked`."""
    for revision in walked(warehouse, lake_rows):
        if revision == last:
            return


def _alike(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name) for name in names} for row in rows]


def tables(connection: Connection, names: Iterable[str]) -> Mapping[str, Table]:
    """Tables as they are in the database now."""
    found = MetaData()
    found.reflect(connection, only=sorted(names), resolve_fks=False)
    return found.tables


def stored(warehouse: Warehouse) -> Rows:
    """Every row of every table, in the order of the primary key."""
    with reading(warehouse.engine) as connection:
        return stored_by(connection)


def stored_by(connection: Connection) -> Rows:
    """The same as a connection sees it, also before it commits; values as the driver gives them."""
    seen, quoted = inspect(connection), connection.dialect.identifier_preparer.quote
    found: Rows = {}
    for name in sorted(set(seen.get_table_names()) - {migrations.VERSION_TABLE}):
        key = ", ".join(quoted(column) for column in seen.get_pk_constraint(name)["constrained_columns"])
        query = f"SELECT * FROM {quoted(name)}" + (f" ORDER BY {key}" if key else "")
        found[name] = [dict(row._mapping) for row in connection.execute(text(query))]
    return found


def downgraded(connection: Connection, revision: str) -> None:
    """Takes revisions back inside the open transaction."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.downgrade(config, revision)
