"""Creates the dimensions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_dimensions"
down_revision = "0003_lake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dim_node",
        sa.Column("node_id", sa.Text(), nullable=False, comment="node of the corridor"),
        sa.Column("name_en", sa.Text(), nullable=False, comment="name in English"),
        sa.Column("name_local", sa.Text(), nullable=True, comment="name in the local language"),
        sa.Column("country", sa.Text(), nullable=True, comment="ISO 3166 alpha-2"),
        sa.Column("locode", sa.Text(), nullable=True, comment="UN/LOCODE"),
        sa.Column("esr_code", sa.Text(), nullable=True, comment="station code of the 1520 mm network"),
        sa.Column("role", sa.Text(), nullable=True, comment="seaport, dry port, border station, terminal"),
        sa.Column("timezone", sa.Text(), nullable=True, comment="IANA time zone"),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_dim_node")),
        comment="Places of the corridor.",
    )
    op.create_table(
        "dim_size_type",
        sa.Column("size_type", sa.Text(), nullable=False, comment="ISO 6346 size and type code"),
        sa.Column(
            "teu_x100",
            sa.BigInteger(),
            nullable=True,
            comment="length; null where the code does not say [0.01 TEU]",
        ),
        sa.Column("height", sa.Text(), nullable=True, comment="height as the standard gives it"),
        sa.Column("category", sa.Text(), nullable=True, comment="dry, reefer, tank, ..."),
        sa.Column("type_name", sa.Text(), nullable=True, comment="what the type code means"),
        sa.PrimaryKeyConstraint("size_type", name=op.f("pk_dim_size_type")),
        comment="Container sizes and types.",
    )
    op.create_table(
        "dim_hs",
        sa.Column("hs_code", sa.Text(), nullable=False, comment="2, 4 or 6 digits"),
        sa.Column("level", sa.BigInteger(), nullable=False, comment="number of digits [digits]"),
        sa.Column("section", sa.Text(), nullable=True, comment="section of the nomenclature"),
        sa.Column("description", sa.Text(), nullable=False, comment="text of the nomenclature"),
        sa.Column("edition", sa.Text(), nullable=False, comment="edition of the nomenclature"),
        sa.PrimaryKeyConstraint("hs_code", name=op.f("pk_dim_hs")),
        comment="Harmonized System chapters, headings and subheadings.",
    )
    op.create_table(
        "dim_country",
        sa.Column("country_code", sa.Text(), nullable=False, comment="ISO 3166 alpha-2"),
        sa.Column("alpha3", sa.Text(), nullable=True, comment="ISO 3166 alpha-3"),
        sa.Column("name_en", sa.Text(), nullable=False, comment="name in English"),
        sa.Column("name_zh", sa.Text(), nullable=True, comment="name in Chinese"),
        sa.Column("name_ru", sa.Text(), nullable=True, comment="name in Russian"),
        sa.PrimaryKeyConstraint("country_code", name=op.f("pk_dim_country")),
        comment="Countries.",
    )
    op.create_table(
        "dim_service",
        sa.Column("service_id", sa.Text(), nullable=False, comment="service of corridor.toml"),
        sa.Column("service_name", sa.Text(), nullable=False, comment="its name"),
        sa.Column("status", sa.Text(), nullable=False, comment="live, comparison or planned"),
        sa.Column("valid_from_on", sa.Date(), nullable=True, comment="first day of service"),
        sa.Column("valid_to_on", sa.Date(), nullable=True, comment="last day of service"),
        sa.Column("capacity_teu", sa.BigInteger(), nullable=False, comment="slots of one departure [TEU]"),
        sa.Column(
            "door_origin",
            sa.Text(),
            nullable=False,
            comment="node where the goods are handed over, westbound",
        ),
        sa.Column("origin", sa.Text(), nullable=False, comment="node where the train starts, westbound"),
        sa.Column(
            "border_in",
            sa.Text(),
            nullable=False,
            comment="node where the train reaches the border, westbound",
        ),
        sa.Column(
            "border_out", sa.Text(), nullable=False, comment="node where it leaves the border, westbound"
        ),
        sa.Column("destination", sa.Text(), nullable=False, comment="node where the train ends, westbound"),
        sa.Column(
            "door_destination",
            sa.Text(),
            nullable=False,
            comment="node where the goods are handed out, westbound",
        ),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_dim_service")),
        comment="Train services.",
    )
    op.create_table(
        "dim_iso_week",
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO 8601 week, like 2025-W24"),
        sa.Column("iso_year", sa.BigInteger(), nullable=False, comment="year of the week"),
        sa.Column("week_no", sa.BigInteger(), nullable=False, comment="1 to 53"),
        sa.Column("monday_on", sa.Date(), nullable=False, comment="first day"),
        sa.Column("sunday_on", sa.Date(), nullable=False, comment="last day"),
        sa.PrimaryKeyConstraint("iso_week", name=op.f("pk_dim_iso_week")),
        comment="Calendar of ISO weeks.",
    )
    op.create_table(
        "dim_column",
        sa.Column("table_name", sa.Text(), nullable=False, comment="table"),
        sa.Column("column_name", sa.Text(), nullable=False, comment="column; empty for the table itself"),
        sa.Column("unit", sa.Text(), nullable=False, comment="unit of the value; empty for text and codes"),
        sa.Column("meaning", sa.Text(), nullable=False, comment="what it says"),
        sa.PrimaryKeyConstraint("table_name", "column_name", name=op.f("pk_dim_column")),
        comment="Data dictionary: the meaning of every column, for databases without column comments.",
    )


def downgrade() -> None:
    op.drop_table("dim_column")
    op.drop_table("dim_iso_week")
    op.drop_table("dim_service")
    op.drop_table("dim_country")
    op.drop_table("dim_hs")
    op.drop_table("dim_size_type")
    op.drop_table("dim_node")
