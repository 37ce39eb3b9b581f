"""What a week of a mart or fact held when it was last written, in a few digits.

A cache: without a row here the week is read and compared. How digests are made belongs to ``warehouse.week_digests``.
"""

from __future__ import annotations

from sqlalchemy import Table

from corridor_etl.warehouse.columns import text
from corridor_etl.warehouse.schema._metadata import METADATA

WEEK_DIGEST = Table(
    "week_digest",
    METADATA,
    text("table_name", "mart or fact that is kept by week", primary_key=True),
    text("iso_week", "ISO week of its rows", primary_key=True),
    text("digest", "digest of these rows without snapshot, 32 hexadecimal digits"),
    comment="Whether a week is what it was, without reading it: a commit reads and writes only weeks that differ.",
)
