"""Rights of people who only read: a role of PostgreSQL that sees every table and view, also future ones.

SQLite has no roles; there the file's permissions decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from corridor_etl.errors import TerminalError, UsageError
from corridor_etl.warehouse.publish import transaction

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_NO_RIGHT = "42501"
_RIGHTS = (
    "GRANT CONNECT ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
)


def grant_read(engine: Engine, role: str, *, create_with_password: str | None = None) -> bool:
    """Lets ``role`` read all tables and views of the warehouse, and nothing else; whether the role is new.

    A role that is missing is made where a password is given for it. ``UsageError`` for SQLite, for a name that is no
    plain one, for the warehouse's own role, and for a missing role without password.
    """
    if engine.dialect.name != "postgresql":
        raise UsageError(
            "SQLite has no roles",
            expected="a warehouse on PostgreSQL",
            fix="Give readers the file without write permission; they open it with mode=ro, or use corridor sql.",
        )
    if not _NAME.fullmatch(role):
        raise UsageError(f"'{role}' is no name of a role", expected="letters, digits and underscores")
    with _may_grant(role), transaction(engine) as connection:
        is_new = not _checked_role(connection, role, create_with_password)
        if is_new:
            _create(connection, role, create_with_password or "")
        for right in _RIGHTS:
            connection.execute(text(_filled(connection, right, role)))
    return is_new


@contextmanager
def _may_grant(role: str) -> Iterator[None]:
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_RIGHT:
            raise
        said = str(error.orig).splitlines()[0]
        raise TerminalError(
            f"the database refuses to let '{role}' read: {said}",
            expected="the owner of database and schema, who for a new role may create roles",
            fix="Run it as the owner, or have the role created first.",
        ) from error


def _checked_role(connection: Connection, role: str, password: str | None) -> bool:
    """Whether the role exists."""
    known = connection.execute(
        text("SELECT rolsuper, rolname = current_user AS is_own FROM pg_roles WHERE rolname = :role"), {"role": role}
    ).one_or_none()  # fmt: skip
    if known is None and not password:
        raise UsageError(
            f"there is no role '{role}'", fix="Have it created, or set CORRIDOR_READER_PASSWORD to make it here."
        )  # fmt: skip
    if known is not None and (known.rolsuper or known.is_own):
        raise TerminalError(
            f"the role '{role}' may write",
            expected="a role that neither owns the warehouse nor is a superuser",
        )
    return known is not None


def _create(connection: Connection, role: str, password: str) -> None:
    # A password is no parameter of this statement; PostgreSQL itself quotes it, out of sight of the log.
    connection.execute(text("SELECT set_config('corridor.reader', :password, true)"), {"password": password})
    connection.execute(
        text(
            "DO $$ BEGIN EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', "
            f"'{role}', current_setting('corridor.reader')); END $$"
        )
    )
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"ALTER ROLE {quoted} SET default_transaction_read_only = on"))


def _filled(connection: Connection, right: str, role: str) -> str:
    quote = connection.dialect.identifier_preparer.quote
    names = connection.execute(
        text("SELECT current_database() AS database, current_schema() AS schema")
    ).one()
    return right.format(
        database=quote(names.database), schema=quote(names.schema), role=quote(role)
    )  # fmt: skip
