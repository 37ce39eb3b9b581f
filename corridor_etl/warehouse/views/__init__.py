"""Every view of the warehouse, and how the database gets them.

Views hold nothing, so no migration makes them: opening a warehouse makes them anew whenever their text changed. A
migration takes them away first, because a table that a view reads cannot be altered. To add one, declare a ``View``
and name it here; order matters only for views that read other views.
"""

from __future__ import annotations

import hashlib
from functools import cache

from sqlalchemy import Connection, inspect, text

from corridor_etl.errors import TerminalError
from corridor_etl.warehouse.views._view import WORDS, Said, View
from corridor_etl.warehouse.views.business import MART_VIEWS
from corridor_etl.warehouse.views.larger_units import WAY_VIEWS
from corridor_etl.warehouse.views.ledger import LEDGER_VIEWS
from corridor_etl.warehouse.views.reconciliation import RECONCILIATION
from corridor_etl.warehouse.views.revisions import REVISIONS
from corridor_etl.warehouse.views.trips import TRIP

__all__ = ["VIEWS", "Said", "View", "content_sha256", "create_all", "drop_all"]

VIEWS: dict[str, View] = {
    view.name: view for view in (*LEDGER_VIEWS, REVISIONS, *MART_VIEWS, *WAY_VIEWS, TRIP, RECONCILIATION)
}
_PREFIXES = ("v_", "bi_")


@cache
def content_sha256() -> str:
    """A hash of everything the views are made from, on both databases."""
    said = [
        (v.name, v.comment, [v.sql(words) for words in WORDS.values()], [str(c) for c in v.columns.items()])
        for v in VIEWS.values()
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def create_all(connection: Connection) -> None:
    """Makes every view anew, with comments where the database keeps them."""
    drop_all(connection)
    for view in VIEWS.values():
        _run(connection, f"CREATE VIEW {view.name} AS {_query(connection, view)}")
        if connection.dialect.supports_comments:
            _comment(connection, view)


def drop_all(connection: Connection) -> None:
    """Takes the views away, also those of another version; ``TerminalError`` where a view of others reads one."""
    known = list(VIEWS)
    ours = [name for name in inspect(connection).get_view_names() if name.startswith(_PREFIXES)]
    # Whatever reads another view was made after it.
    ours.sort(key=lambda name: known.index(name) if name in known else len(known))
    try:
        for name in reversed(ours):
            connection.execute(text(f'DROP VIEW "{name}"'))
    except Exception as error:
        if getattr(getattr(error, "orig", None), "sqlstate", None) != "2BP01":
            raise
        raise TerminalError(
            f"the views cannot be renewed: {getattr(error, 'orig', error)}".splitlines()[0],
            expected="no view of others that reads views of the warehouse",
            fix="Drop it, and make it again after the upgrade.",
        ) from error


def _query(connection: Connection, view: View) -> str:
    return view.sql(WORDS[connection.dialect.name]).strip()


def _run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement.replace(":", r"\:")))


def _comment(connection: Connection, view: View) -> None:
    def literal(said: str) -> str:
        return "'" + said.replace("'", "''") + "'"

    _run(connection, f"COMMENT ON VIEW {view.name} IS {literal(view.comment)}")
    for name, said in view.columns.items():
        _run(connection, f"COMMENT ON COLUMN {view.name}.{name} IS {literal(said.comment)}")
