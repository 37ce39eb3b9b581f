"""What each delivery looked like from above, and how its messages were numbered: what later ones are compared with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Table

from corridor_etl.warehouse.columns import count, day, flag, number, serial, text
from corridor_etl.warehouse.schema._metadata import METADATA


def _delivery(**options: Any) -> Column[Any]:
    return count("delivery_no", "delivery", foreign_key="delivery.delivery_no", **options)


DELIVERY_PROFILE = Table(
    "delivery_profile",
    METADATA,
    _delivery(primary_key=True, autoincrement=False),
    text("record_kind", "record kind of the rows", primary_key=True),
    count("rows", "staged rows of the kind, loaded or not", "rows"),
    day("first_on", "first day the rows belong to, without the earliest twentieth", nullable=True),
    day("middle_on", "median day the rows belong to; null where no row has one", nullable=True),
    day("last_on", "last day the rows belong to, without the latest twentieth", nullable=True),
    count(
        "comparable", "earlier deliveries it was compared with; below four it was not judged", "deliveries"
    ),
    flag("is_held", "whether all rows of the delivery went to quarantine because of a rule about deliveries"),
    CheckConstraint("rows >= 0", name="rows"),
    Index("ix_delivery_profile_middle_on", "middle_on"),
    comment="One row per delivery and record kind: how much there was and of which days.",
)

DELIVERY_PROFILE_COLUMN = Table(
    "delivery_profile_column",
    METADATA,
    count("delivery_no", "delivery", primary_key=True, autoincrement=False),
    text("record_kind", "record kind of the rows", primary_key=True),
    text("column_name", "canonical column", primary_key=True),
    count("nulls", "rows in which it is empty", "rows"),
    count("distinct_count", "different values", "values"),
    count("measured", "values above zero in median_unit; null for columns without a measure", "values", nullable=True),
    number("median", "median of these values", "median_unit", nullable=True),
    text("median_unit", "unit or currency most of the values have", nullable=True),
    text("codes_json", "list of its codes, for container_no of owner prefixes; null if too many", nullable=True),
    ForeignKeyConstraint(
        ["delivery_no", "record_kind"], ["delivery_profile.delivery_no", "delivery_profile.record_kind"]
    ),
    comment="One row per delivery, record kind and column: what was empty, usual and named in it.",
)  # fmt: skip

DELIVERY_REFERENCE = Table(
    "delivery_reference",
    METADATA,
    serial("reference_no", "number of the message in order of recording"),
    _delivery(),
    text("interchange_sender", "sender of the interchange (UNB 0004)", nullable=True),
    text("interchange_recipient", "recipient of the interchange (UNB 0010)", nullable=True),
    text("interchange_ref", "reference of the interchange (UNB 0020)", nullable=True),
    text("message_ref", "reference of the message (UNH 0062)", nullable=True),
    text("message_kind", "type of the message (UNH 0065)", nullable=True),
    text("document_no", "number of the document (BGM 1004)", nullable=True),
    text("previous_no", "number of the document a correction names (RFF+ACW)", nullable=True),
    text("function_code", "what the message does (BGM 1225)", nullable=True),
    Index("ix_delivery_reference_delivery_no", "delivery_no"),
    Index("ix_delivery_reference_document_no", "document_no"),
    Index("ix_delivery_reference_interchange_sender", "interchange_sender"),
    comment="One row per message of a loaded interchange, as the sender numbered it.",
)
