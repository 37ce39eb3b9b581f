"""The ledger of discrepancies: opened and healed by each batch, waived and reopened by people.

A batch hands in everything that fails now; what is in the ledger and not among it has healed. Nothing here judges.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, bindparam, select, update

from corridor_etl.clock import now_utc
from corridor_etl.errors import UsageError
from corridor_etl.warehouse import bulk, history
from corridor_etl.warehouse.frames import fetched, in_parts, insert, schema_of
from corridor_etl.warehouse.schema import DISCREPANCY

OPEN, HEALED, WAIVED = "open", "healed", "waived"
VISIT = "visit"
_HEALING = "healing"
_KEPT_BY_LEDGER = (
    "discrepancy_id", "first_seen_at_utc", "changed_at_utc", "state", "closed_at_utc", "closed_by", "reason",
    "snapshot_opened", "snapshot_closed",
)  # fmt: skip
DISCREPANCY_COLUMNS = schema_of(c for c in DISCREPANCY.columns if c.name not in _KEPT_BY_LEDGER)
DISCREPANCY_OPTIONAL = tuple(
    c.name for c in DISCREPANCY.columns if c.nullable and c.name in DISCREPANCY_COLUMNS
)
_KEY = ["rule_id", "subject_key"]
_SAID = list(DISCREPANCY_COLUMNS)
_STORED = schema_of(DISCREPANCY.c[name] for name in ("discrepancy_id", "state", *_SAID))
_BEFORE = "_before"
_OPENED: dict[str, Any] = {
    "state": OPEN,
    "closed_at_utc": None,
    "closed_by": None,
    "reason": None,
    "snapshot_closed": None,
}


def record(
    connection: Connection,
    failing: pl.DataFrame,
    snapshot: int,
    at_utc: datetime,
    visits_of: pl.Series | None = None,
) -> None:
    """Brings the ledger to what fails now (:data:`DISCREPANCY_COLUMNS`, one row per rule and subject).

    Of visits only those of the boxes ``visits_of`` were judged, if it is given: those of others neither fail nor heal.

    New ones open; open ones that no longer fail heal; healed ones that fail again open with their first day kept. A
    waiver stands as long as what was observed is the same. What is open and says what it said before is not touched.
    """
    stored = bulk.unload(connection, DISCREPANCY, _STORED)
    known = failing.join(stored, on=_KEY, how="left", suffix=_BEFORE)
    is_new, is_open = pl.col("discrepancy_id").is_null(), pl.col("state") == OPEN
    is_settled = (pl.col("state") == WAIVED) & (pl.col("observed") == pl.col(f"observed{_BEFORE}"))
    is_other = pl.any_horizontal(
        pl.col(n).ne_missing(pl.col(f"{n}{_BEFORE}")) for n in _SAID if n not in _KEY
    )
    again = known.filter(~is_new, ~is_settled.fill_null(False), ~is_open)
    other = known.filter(~is_new, is_open, is_other)
    healed = stored.filter(is_open & _was_judged(visits_of)).join(failing, on=_KEY, how="anti")
    _open(connection, known.filter(is_new).select(_SAID), snapshot, at_utc)
    changing = pl.concat(rows["discrepancy_id"] for rows in (again, other, healed)).to_list()
    with history.recorded(connection, DISCREPANCY, snapshot, "discrepancy_id", changing):
        _update(connection, again, changed_at_utc=at_utc, snapshot_opened=snapshot, **_OPENED)
        _update(connection, other, changed_at_utc=at_utc)
        _close(connection, healed["discrepancy_id"], HEALED, snapshot, at_utc)


def _was_judged(visits_of: pl.Series | None) -> pl.Expr:
    if visits_of is None:
        return pl.lit(True)
    return (pl.col("subject") != VISIT) | pl.col("container_nos").is_in(visits_of.implode())


def _open(connection: Connection, rows: pl.DataFrame, snapshot: int, at_utc: datetime) -> None:
    """Inserts new ones; nothing else has been opened by this batch so far."""
    seen = {"first_seen_at_utc": at_utc, "changed_at_utc": at_utc, "snapshot_opened": snapshot}
    with history.recorded(connection, DISCREPANCY, snapshot, "snapshot_opened", [snapshot]):
        insert(connection, DISCREPANCY, rows, **seen, **_OPENED)


def _update(connection: Connection, rows: pl.DataFrame, **constants: Any) -> None:
    if rows.is_empty():
        return
    said = [name for name in _SAID if name not in _KEY]
    statement = (
        update(DISCREPANCY)
        .where(DISCREPANCY.c.discrepancy_id == bindparam("number"))
        .values({**{name: bindparam(f"new_{name}") for name in said}, **constants})
    )
    renamed = rows.select(pl.col("discrepancy_id").alias("number"), pl.col(said).name.prefix("new_"))
    connection.execute(statement, renamed.to_dicts())


def _close(connection: Connection, numbers: pl.Series, state: str, snapshot: int, at_utc: datetime) -> None:
    closed = {"state": state, "closed_at_utc": at_utc, "closed_by": _HEALING, "snapshot_closed": snapshot}
    for part in in_parts(numbers):
        mine = DISCREPANCY.c.discrepancy_id.in_(part)
        connection.execute(update(DISCREPANCY).where(mine).values(closed))


def read(connection: Connection, as_of: int | None = None) -> pl.DataFrame:
    """All discrepancies in order of their number; as they were at ``as_of`` if given."""
    if as_of is not None:
        return history.table(connection, DISCREPANCY, as_of)
    return fetched(connection, select(DISCREPANCY).order_by(DISCREPANCY.c.discrepancy_id))


def waive(connection: Connection, discrepancy_id: int, *, by: str, reason: str, snapshot: int) -> None:
    """Closes an open discrepancy that is accepted as it is; ``UsageError`` unless it is open and a reason is given."""
    if not by.strip() or not reason.strip():
        raise UsageError("a waiver says who gives it and why", fix="Give --by and --reason.")
    closed = {
        "state": WAIVED, "closed_at_utc": now_utc(), "closed_by": by.strip(), "reason": reason.strip(),
        "snapshot_closed": snapshot,
    }  # fmt: skip
    _move(connection, discrepancy_id, OPEN, closed, snapshot)


def reopen(connection: Connection, discrepancy_id: int, snapshot: int) -> None:
    """Takes a waiver back; ``UsageError`` unless the discrepancy is waived."""
    _move(connection, discrepancy_id, WAIVED, _OPENED, snapshot)


def _move(
    connection: Connection, discrepancy_id: int, state: str, values: dict[str, Any], snapshot: int
) -> None:
    mine = DISCREPANCY.c.discrepancy_id == discrepancy_id
    found = connection.scalar(select(DISCREPANCY.c.state).where(mine))
    if found != state:
        raise UsageError(
            f"discrepancy {discrepancy_id} is {found}"
            if found
            else f"there is no discrepancy {discrepancy_id}",
            expected=f"one that is {state}",
            fix="List them to see the numbers and their states.",
        )
    with history.recorded(connection, DISCREPANCY, snapshot, "discrepancy_id", [discrepancy_id]):
        connection.execute(update(DISCREPANCY).where(mine).values(values))
