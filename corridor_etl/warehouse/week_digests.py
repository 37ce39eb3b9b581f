"""Whether the rows of a week are what they were when it was last written, without reading them.

A digest that differs says that the week has to be read and compared, no more: so does a week that has none, and every
week once the way in which rows are hashed is another. Whoever changes stored rows otherwise, like a migration, takes
the digests of their weeks away. What is then written belongs to ``mart_tables``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import polars as pl
from sqlalchemy import Column, Connection, delete, select

from corridor_etl.warehouse.frames import insert, schema_of
from corridor_etl.warehouse.schema import WEEK_DIGEST

_DIGITS = 32
_SEEDS = (1, 2)  # two hashes of 64 bits a row, so that no other row has both


def of_weeks(frame: pl.DataFrame, week: str) -> dict[str, str]:
    """ISO week -> digest of its rows in their order; ``week`` is the column that says it."""
    hashes = [frame.hash_rows(seed).alias(f"hash_{seed}") for seed in _SEEDS]
    parts = frame.select(pl.col(week), *hashes).partition_by(
        week, as_dict=True, include_key=False, maintain_order=True
    )
    return {str(label): _digest(part) for (label,), part in parts.items()}


def _digest(hashes: pl.DataFrame) -> str:
    return hashlib.sha256(hashes.write_csv().encode()).hexdigest()[:_DIGITS]


def differing(
    connection: Connection, week: Column[Any], digests: Mapping[str, str], after: str = ""
) -> list[str]:
    """The weeks later than ``after`` that are not as they were last written, or not there any more.

    ``week`` is the column of the table that says the week of a row. A week that is in the table and has no digest
    differs.
    """
    mine = (WEEK_DIGEST.c.table_name == week.table.name, WEEK_DIGEST.c.iso_week > after)
    found = connection.execute(select(WEEK_DIGEST.c.iso_week, WEEK_DIGEST.c.digest).where(*mine))
    known = dict.fromkeys(connection.scalars(select(week).distinct().where(week > after)), "")
    known |= {row.iso_week: row.digest for row in found}
    return sorted(w for w in known.keys() | digests.keys() if known.get(w) != digests.get(w))


def is_one_unknown(connection: Connection, week: Column[Any], after: str = "") -> bool:
    """Whether a week of the table later than ``after`` has rows and no digest."""
    known = select(WEEK_DIGEST.c.iso_week).where(WEEK_DIGEST.c.table_name == week.table.name)
    unknown = select(week).where(week > after, week.not_in(known)).limit(1)
    return connection.execute(unknown).first() is not None


def record(
    connection: Connection, table_name: str, weeks: Collection[str], digests: Mapping[str, str]
) -> None:
    """Remembers some weeks as they are now; those without a digest have no rows."""
    mine = (WEEK_DIGEST.c.table_name == table_name, WEEK_DIGEST.c.iso_week.in_(sorted(weeks)))
    connection.execute(delete(WEEK_DIGEST).where(*mine))
    rows = [{"iso_week": w, "digest": digests[w]} for w in sorted(weeks) if w in digests]
    schema = schema_of(WEEK_DIGEST.c[name] for name in ("iso_week", "digest"))
    insert(connection, WEEK_DIGEST, pl.DataFrame(rows, schema=schema), table_name=str(table_name))
