"""Creates the fact of reconciled items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_reconciliation"
down_revision = "0016_chain"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fct_reconciliation",
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="trip, declared or port_load (on no list), or consignment of several boxes",
        ),
        sa.Column(
            "subject_key",
            sa.Text(),
            nullable=False,
            comment="identity of the item, the same as that of its discrepancies",
        ),
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the departure, else of the release or loading",
        ),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=False,
            comment="service of corridor.toml, UNKNOWN where none is known",
        ),
        sa.Column(
            "direction", sa.Text(), nullable=False, comment="W toward Kazakhstan and Europe, E toward China"
        ),
        sa.Column(
            "train_no",
            sa.Text(),
            nullable=True,
            comment="train; of a consignment the first; null where none is known",
        ),
        sa.Column("container_nos", sa.Text(), nullable=False, comment="containers, separated by one blank"),
        sa.Column(
            "consignment_key",
            sa.Text(),
            nullable=True,
            comment="consignment the box belongs to, as discrepancies name it; null without one",
        ),
        sa.Column(
            "declaration_nos",
            sa.Text(),
            nullable=True,
            comment="Chinese declarations that cover it, separated by one blank",
        ),
        sa.Column(
            "moved_on_local",
            sa.Date(),
            nullable=False,
            comment="day of departure, else of release or loading, local",
        ),
        sa.Column("in_manifest", sa.Boolean(), nullable=False, comment="whether a loading list has it"),
        sa.Column(
            "in_declaration",
            sa.Boolean(),
            nullable=False,
            comment="whether a released declaration or a transit covers it",
        ),
        sa.Column(
            "in_port_record",
            sa.Boolean(),
            nullable=False,
            comment="whether a port, rail or border event of the trip is known",
        ),
        sa.Column("outcome", sa.Text(), nullable=False, comment="the leading one of outcomes"),
        sa.Column(
            "outcomes",
            sa.Text(),
            nullable=False,
            comment="all outcomes, the leading one first, separated by one blank",
        ),
        sa.Column(
            "opened_on",
            sa.Date(),
            nullable=True,
            comment="day from which the leading outcome is open; null where it is matched or pending",
        ),
        sa.Column(
            "due_on",
            sa.Date(),
            nullable=True,
            comment="last day what is pending can come without being missed; null where that is not known",
        ),
        sa.Column(
            "manifest_gross_g",
            sa.BigInteger(),
            nullable=True,
            comment="gross weight by the loading list, without tare [g]",
        ),
        sa.Column(
            "declared_gross_g",
            sa.BigInteger(),
            nullable=True,
            comment="gross weight by declarations that cover just these boxes [g]",
        ),
        sa.Column(
            "port_gross_g",
            sa.BigInteger(),
            nullable=True,
            comment="mass weighed at the port less the tare on the list [g]",
        ),
        sa.Column("chosen_gross_g", sa.BigInteger(), nullable=True, comment="the weight believed [g]"),
        sa.Column(
            "weight_gap_g", sa.BigInteger(), nullable=True, comment="declared less listed gross weight [g]"
        ),
        sa.Column(
            "weighed_gap_g", sa.BigInteger(), nullable=True, comment="weighed less listed gross weight [g]"
        ),
        sa.Column(
            "manifest_packages",
            sa.BigInteger(),
            nullable=True,
            comment="packages by the loading list [packages]",
        ),
        sa.Column(
            "declared_packages",
            sa.BigInteger(),
            nullable=True,
            comment="packages by declarations that cover just these boxes [packages]",
        ),
        sa.Column(
            "chosen_packages",
            sa.BigInteger(),
            nullable=True,
            comment="the number of packages believed [packages]",
        ),
        sa.Column(
            "package_gap", sa.BigInteger(), nullable=True, comment="declared less listed packages [packages]"
        ),
        sa.Column(
            "manifest_hs",
            sa.Text(),
            nullable=True,
            comment="headings by the loading list, 4 digits, separated by one blank",
        ),
        sa.Column(
            "declared_hs",
            sa.Text(),
            nullable=True,
            comment="headings by declarations, 4 digits, separated by one blank",
        ),
        sa.Column("chosen_hs", sa.Text(), nullable=True, comment="the headings believed"),
        sa.Column(
            "manifest_seals",
            sa.Text(),
            nullable=True,
            comment="seals by the loading list, separated by one blank",
        ),
        sa.Column(
            "port_seals",
            sa.Text(),
            nullable=True,
            comment="seals as last read by a port, rail or border event of the trip",
        ),
        sa.Column("chosen_seals", sa.Text(), nullable=True, comment="the seals believed"),
        sa.Column(
            "manifest_size_type", sa.Text(), nullable=True, comment="size and type by the loading list"
        ),
        sa.Column(
            "port_size_type",
            sa.Text(),
            nullable=True,
            comment="size and type by events of the trip; several separated by one blank",
        ),
        sa.Column(
            "chosen_size_type",
            sa.Text(),
            nullable=True,
            comment="the size and type believed; null where it is not one",
        ),
        sa.Column(
            "manifest_full_empty", sa.Text(), nullable=True, comment="F laden or E empty by the loading list"
        ),
        sa.Column(
            "port_full_empty",
            sa.Text(),
            nullable=True,
            comment="F or E by events of the trip; both separated by one blank",
        ),
        sa.Column(
            "chosen_full_empty",
            sa.Text(),
            nullable=True,
            comment="the load status believed; null where it is not one",
        ),
        sa.Column(
            "export_value_cent",
            sa.BigInteger(),
            nullable=True,
            comment="FOB value by the Chinese export declarations [0.01 USD]",
        ),
        sa.Column(
            "import_value_cent",
            sa.BigInteger(),
            nullable=True,
            comment="statistical value by the import declarations abroad [0.01 USD]",
        ),
        sa.Column(
            "chosen_value_cent", sa.BigInteger(), nullable=True, comment="the value believed [0.01 USD]"
        ),
        sa.Column(
            "value_gap_cent",
            sa.BigInteger(),
            nullable=True,
            comment="import value less export value [0.01 USD]",
        ),
        sa.Column("list_delivery_id", sa.Text(), nullable=True, comment="delivery of the loading list"),
        sa.Column(
            "list_line_no", sa.BigInteger(), nullable=True, comment="line of the loading list, or sheet row"
        ),
        sa.Column(
            "declaration_delivery_id",
            sa.Text(),
            nullable=True,
            comment="delivery of a declaration that covers it",
        ),
        sa.Column("port_delivery_id", sa.Text(), nullable=True, comment="delivery of an event of the trip"),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the items of the week last changed",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["batch.snapshot"], name=op.f("fk_fct_reconciliation_snapshot")
        ),
        sa.PrimaryKeyConstraint("subject", "subject_key", name=op.f("pk_fct_reconciliation")),
        comment="Loading list, declaration and port record side by side, as the current records tell it.",
    )
    op.create_index("ix_fct_reconciliation_iso_week", "fct_reconciliation", ["iso_week"], unique=False)
    op.create_index("ix_fct_reconciliation_outcome", "fct_reconciliation", ["outcome"], unique=False)


def downgrade() -> None:
    op.drop_table("fct_reconciliation")
