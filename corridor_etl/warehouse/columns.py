"""Column types of the warehouse: how a table says what a column means, and the UTC instant.

What the columns are called belongs to ``schema/``; reading and writing frames belongs to ``frames``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Double, ForeignKey, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: only aware times go in, and UTC comes out, also from SQLite, which forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as the database stores it; ``ValueError`` for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; instants must be aware")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The stored instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only for a column declared INTEGER.
SERIAL = BigInteger().with_variant(Integer, "sqlite")


def _column(name: str, of_type: TypeEngine[Any], meaning: str, unit: str, **options: Any) -> Column[Any]:
    comment = f"{meaning} [{unit}]" if unit else meaning
    options.setdefault("nullable", False)
    link = [ForeignKey(target)] if (target := options.pop("foreign_key", None)) else []
    return Column(name, of_type, *link, comment=comment, info={"meaning": meaning, "unit": unit}, **options)


def text(name: str, meaning: str, **options: Any) -> Column[Any]:
    """A text column; not null unless ``nullable=True``."""
    return _column(name, Text(), meaning, "", **options)


def count(name: str, meaning: str, unit: str = "", **options: Any) -> Column[Any]:
    """A whole number in ``unit``; not null unless ``nullable=True``."""
    return _column(name, BigInteger(), meaning, unit, **options)


def number(name: str, meaning: str, unit: str = "", **options: Any) -> Column[Any]:
    """A statistic in ``unit``, for which a binary fraction is exact enough; not null unless ``nullable=True``."""
    return _column(name, Double(), meaning, unit, **options)


def serial(name: str, meaning: str) -> Column[Any]:
    """A number the database gives to each row."""
    return _column(name, SERIAL, meaning, "", primary_key=True, autoincrement=True)


def instant(name: str, meaning: str, **options: Any) -> Column[Any]:
    """A UTC instant; not null unless ``nullable=True``."""
    return _column(name, UtcDateTime(), meaning, "UTC", **options)


def day(name: str, meaning: str, **options: Any) -> Column[Any]:
    """A calendar date; not null unless ``nullable=True``."""
    return _column(name, Date(), meaning, "", **options)


def flag(name: str, meaning: str, **options: Any) -> Column[Any]:
    """True or false."""
    return _column(name, Boolean(), meaning, "", **options)
