"""Creates the Iceberg catalog."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_lake"
down_revision = "0002_quarantine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "iceberg_tables",
        sa.Column("catalog_name", sa.String(255), nullable=False, comment="always corridor"),
        sa.Column("table_namespace", sa.String(255), nullable=False, comment="always lake"),
        sa.Column("table_name", sa.String(255), nullable=False, comment="record kind"),
        sa.Column("metadata_location", sa.String(1000), nullable=True, comment="current metadata file"),
        sa.Column(
            "previous_metadata_location", sa.String(1000), nullable=True, comment="metadata file before it"
        ),
        sa.Column("iceberg_type", sa.String(5), nullable=True, comment="TABLE or VIEW"),
        sa.PrimaryKeyConstraint(
            "catalog_name", "table_namespace", "table_name", name=op.f("pk_iceberg_tables")
        ),
        comment="Pointers to the lake tables, in the layout of the Iceberg JDBC catalog.",
    )
    op.create_table(
        "iceberg_namespace_properties",
        sa.Column("catalog_name", sa.String(255), nullable=False, comment="always corridor"),
        sa.Column("namespace", sa.String(255), nullable=False, comment="always lake"),
        sa.Column("property_key", sa.String(255), nullable=False, comment="name of a property"),
        sa.Column("property_value", sa.String(1000), nullable=False, comment="its value"),
        sa.PrimaryKeyConstraint(
            "catalog_name", "namespace", "property_key", name=op.f("pk_iceberg_namespace_properties")
        ),
        comment="Namespaces of the lake, in the layout of the Iceberg JDBC catalog.",
    )


def downgrade() -> None:
    op.drop_table("iceberg_namespace_properties")
    op.drop_table("iceberg_tables")
