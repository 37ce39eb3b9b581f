"""Creates the profiles of deliveries and the numbers of their messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_delivery_profiles"
down_revision = "0009_discrepancies"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NUMBERS = {
    "interchange_sender": "sender of the interchange (UNB 0004)",
    "interchange_recipient": "recipient of the interchange (UNB 0010)",
    "interchange_ref": "reference of the interchange (UNB 0020)",
    "message_ref": "reference of the message (UNH 0062)",
    "message_kind": "type of the message (UNH 0065)",
    "document_no": "number of the document (BGM 1004)",
    "previous_no": "number of the document a correction names (RFF+ACW)",
    "function_code": "what the message does (BGM 1225)",
}


def upgrade() -> None:
    op.create_table(
        "delivery_profile",
        sa.Column("delivery_no", sa.BigInteger(), autoincrement=False, nullable=False, comment="delivery"),
        sa.Column("record_kind", sa.Text(), nullable=False, comment="record kind of the rows"),
        sa.Column(
            "rows", sa.BigInteger(), nullable=False, comment="staged rows of the kind, loaded or not [rows]"
        ),
        sa.Column(
            "first_on",
            sa.Date(),
            nullable=True,
            comment="first day the rows belong to, without the earliest twentieth",
        ),
        sa.Column(
            "middle_on",
            sa.Date(),
            nullable=True,
            comment="median day the rows belong to; null where no row has one",
        ),
        sa.Column(
            "last_on",
            sa.Date(),
            nullable=True,
            comment="last day the rows belong to, without the latest twentieth",
        ),
        sa.Column(
            "comparable",
            sa.BigInteger(),
            nullable=False,
            comment="earlier deliveries it was compared with; below four it was not judged [deliveries]",
        ),
        sa.Column(
            "is_held",
            sa.Boolean(),
            nullable=False,
            comment="whether all rows of the delivery went to quarantine because of a rule about deliveries",
        ),
        sa.CheckConstraint("rows >= 0", name=op.f("ck_delivery_profile_rows")),
        sa.ForeignKeyConstraint(
            ["delivery_no"], ["delivery.delivery_no"], name=op.f("fk_delivery_profile_delivery_no")
        ),
        sa.PrimaryKeyConstraint("delivery_no", "record_kind", name=op.f("pk_delivery_profile")),
        comment="One row per delivery and record kind: how much there was and of which days.",
    )
    op.create_index("ix_delivery_profile_middle_on", "delivery_profile", ["middle_on"])
    _create_columns()
    _create_references()


def _create_columns() -> None:
    op.create_table(
        "delivery_profile_column",
        sa.Column("delivery_no", sa.BigInteger(), autoincrement=False, nullable=False, comment="delivery"),
        sa.Column("record_kind", sa.Text(), nullable=False, comment="record kind of the rows"),
        sa.Column("column_name", sa.Text(), nullable=False, comment="canonical column"),
        sa.Column("nulls", sa.BigInteger(), nullable=False, comment="rows in which it is empty [rows]"),
        sa.Column("distinct_count", sa.BigInteger(), nullable=False, comment="different values [values]"),
        sa.Column(
            "measured",
            sa.BigInteger(),
            nullable=True,
            comment="values above zero in median_unit; null for columns without a measure [values]",
        ),
        sa.Column("median", sa.Double(), nullable=True, comment="median of these values [median_unit]"),
        sa.Column(
            "median_unit", sa.Text(), nullable=True, comment="unit or currency most of the values have"
        ),
        sa.Column(
            "codes_json",
            sa.Text(),
            nullable=True,
            comment="list of its codes, for container_no of owner prefixes; null if too many",
        ),
        sa.ForeignKeyConstraint(
            ["delivery_no", "record_kind"],
            ["delivery_profile.delivery_no", "delivery_profile.record_kind"],
            name=op.f("fk_delivery_profile_column_delivery_no_record_kind"),
        ),
        sa.PrimaryKeyConstraint(
            "delivery_no", "record_kind", "column_name", name=op.f("pk_delivery_profile_column")
        ),
        comment="One row per delivery, record kind and column: what was empty, usual and named in it.",
    )


def _create_references() -> None:
    op.create_table(
        "delivery_reference",
        sa.Column(
            "reference_no",
            _SERIAL,
            autoincrement=True,
            nullable=False,
            comment="number of the message in order of recording",
        ),
        sa.Column("delivery_no", sa.BigInteger(), nullable=False, comment="delivery"),
        *(sa.Column(name, sa.Text(), nullable=True, comment=meaning) for name, meaning in _NUMBERS.items()),
        sa.ForeignKeyConstraint(
            ["delivery_no"], ["delivery.delivery_no"], name=op.f("fk_delivery_reference_delivery_no")
        ),
        sa.PrimaryKeyConstraint("reference_no", name=op.f("pk_delivery_reference")),
        comment="One row per message of a loaded interchange, as the sender numbered it.",
    )
    for name in ("delivery_no", "document_no", "interchange_sender"):
        op.create_index(f"ix_delivery_reference_{name}", "delivery_reference", [name])


def downgrade() -> None:
    op.drop_table("delivery_reference")
    op.drop_table("delivery_profile_column")
    op.drop_table("delivery_profile")
