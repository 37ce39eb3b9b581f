"""Creates batches, deliveries and leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_ledger"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="number of the batch, counted from 1 without gaps",
        ),
        sa.Column(
            "received_at_utc",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when the batch began to be read [UTC]",
        ),
        sa.Column(
            "committed_at_utc",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when the batch became visible [UTC]",
        ),
        sa.Column(
            "deliveries", sa.BigInteger(), nullable=False, comment="deliveries recorded by the batch [files]"
        ),
        sa.Column(
            "rows_loaded", sa.BigInteger(), nullable=False, comment="rows the batch added to the lake [rows]"
        ),
        sa.Column(
            "lease_token",
            sa.BigInteger(),
            nullable=True,
            comment="fencing token of the writer; null if it held no lease",
        ),
        sa.PrimaryKeyConstraint("snapshot", name=op.f("pk_batch")),
        comment="One row per commit: everything a batch wrote became visible at once.",
    )
    op.create_table(
        "delivery",
        sa.Column(
            "delivery_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="number of the delivery in order of recording",
        ),
        sa.Column(
            "delivery_id",
            sa.Text(),
            nullable=False,
            comment="first 16 hexadecimal digits of sha256; shared by deliveries of the same bytes",
        ),
        sa.Column(
            "sha256",
            sa.Text(),
            nullable=False,
            comment="SHA-256 of the bytes as received; names the archived file",
        ),
        sa.Column("file_name", sa.Text(), nullable=False, comment="path below the inbox as received"),
        sa.Column(
            "sender_id",
            sa.Text(),
            nullable=True,
            comment="sender of corridor.toml; null if no sender claims the file",
        ),
        sa.Column("source_id", sa.Text(), nullable=True, comment="source family of corridor.toml"),
        sa.Column("record_kind", sa.Text(), nullable=True, comment="record kind of the rows"),
        sa.Column(
            "format", sa.Text(), nullable=True, comment="name of the source plug-in that read the file"
        ),
        sa.Column("dialect", sa.Text(), nullable=True, comment="what exactly the format turned out to be"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="size as received [bytes]"),
        sa.Column(
            "received_at_utc",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when the file was taken from the inbox [UTC]",
        ),
        sa.Column(
            "status",
            sa.Text(),
            nullable=False,
            comment="loaded, rejected (whole file, bytes kept) or duplicate (bytes known before)",
        ),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=True,
            comment="short upper-case reason why nothing was loaded; null for a loaded one",
        ),
        sa.Column("message", sa.Text(), nullable=True, comment="sentence that explains the reason"),
        sa.Column(
            "rows_read",
            sa.BigInteger(),
            nullable=False,
            comment="rows by the count that is independent of the parser [rows]",
        ),
        sa.Column("rows_loaded", sa.BigInteger(), nullable=False, comment="rows added to the lake [rows]"),
        sa.Column(
            "rows_quarantined", sa.BigInteger(), nullable=False, comment="rows kept in quarantine [rows]"
        ),
        sa.Column(
            "rows_duplicate",
            sa.BigInteger(),
            nullable=False,
            comment="rows that repeat a record already known [rows]",
        ),
        sa.Column(
            "first_delivery_no",
            sa.BigInteger(),
            nullable=True,
            comment="for a duplicate: the delivery that first had these bytes",
        ),
        sa.Column(
            "snapshot", sa.BigInteger(), nullable=False, comment="number of the batch that wrote the row"
        ),
        sa.CheckConstraint(
            "status <> 'loaded' OR rows_read = rows_loaded + rows_quarantined + rows_duplicate",
            name=op.f("ck_delivery_balance"),
        ),
        sa.CheckConstraint(
            "rows_read >= 0 AND rows_loaded >= 0 AND rows_quarantined >= 0 AND rows_duplicate >= 0",
            name=op.f("ck_delivery_not_negative"),
        ),
        sa.CheckConstraint(
            "status = 'loaded' OR (rows_loaded = 0 AND rows_quarantined = 0 AND rows_duplicate = 0)",
            name=op.f("ck_delivery_nothing_loaded"),
        ),
        sa.CheckConstraint(
            "status <> 'rejected' OR coalesce(reason, '') <> ''", name=op.f("ck_delivery_reason_given")
        ),
        sa.CheckConstraint("status IN ('loaded', 'rejected', 'duplicate')", name=op.f("ck_delivery_status")),
        sa.ForeignKeyConstraint(
            ["first_delivery_no"], ["delivery.delivery_no"], name=op.f("fk_delivery_first_delivery_no")
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_delivery_snapshot")),
        sa.PrimaryKeyConstraint("delivery_no", name=op.f("pk_delivery")),
        comment="One row per file as received, with its balance.",
    )
    op.create_index("ix_delivery_sha256", "delivery", ["sha256"], unique=False)
    op.create_index(
        "uq_delivery_loaded_once",
        "delivery",
        ["sha256"],
        unique=True,
        sqlite_where=sa.text("status = 'loaded'"),
        postgresql_where=sa.text("status = 'loaded'"),
    )
    op.create_table(
        "delivery_week",
        sa.Column("delivery_no", sa.BigInteger(), autoincrement=False, nullable=False, comment="delivery"),
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the rows; empty for rows whose week is unknown",
        ),
        sa.Column(
            "rows_loaded",
            sa.BigInteger(),
            nullable=False,
            comment="rows of the week added to the lake [rows]",
        ),
        sa.Column(
            "rows_quarantined",
            sa.BigInteger(),
            nullable=False,
            comment="rows of the week in quarantine [rows]",
        ),
        sa.Column(
            "rows_duplicate",
            sa.BigInteger(),
            nullable=False,
            comment="rows of the week that repeat a known record [rows]",
        ),
        sa.ForeignKeyConstraint(
            ["delivery_no"], ["delivery.delivery_no"], name=op.f("fk_delivery_week_delivery_no")
        ),
        sa.PrimaryKeyConstraint("delivery_no", "iso_week", name=op.f("pk_delivery_week")),
        comment="Which weeks a delivery speaks about: the base of coverage.",
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False, comment="what is held"),
        sa.Column("holder", sa.Text(), nullable=False, comment="who holds it"),
        sa.Column(
            "token",
            sa.BigInteger(),
            nullable=False,
            comment="fencing token: grows by one each time the lease changes hands",
        ),
        sa.Column(
            "expires_at_utc",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="from then on anybody may take it [UTC]",
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
        comment="Who may write; a writer whose token is no longer the current one cannot commit.",
    )
    op.create_table(
        "stamp",
        sa.Column("name", sa.Text(), nullable=False, comment="what was brought up to date"),
        sa.Column("content_sha256", sa.Text(), nullable=False, comment="hash of what it was made from"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stamp")),
        comment="Tells whether dimensions and lake tables are as the installed version wants them.",
    )


def downgrade() -> None:
    op.drop_table("stamp")
    op.drop_table("lease")
    op.drop_table("delivery_week")
    op.drop_table("delivery")
    op.drop_table("batch")
