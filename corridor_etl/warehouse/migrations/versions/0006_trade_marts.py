"""Creates the marts of trade, transit and bookings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_trade_marts"
down_revision = "0005_throughput_marts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mart_trade_week",
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the release, on the calendar of the customs office",
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
            "flow",
            sa.Text(),
            nullable=False,
            comment="EXPORT_DOMESTIC, RE_EXPORT, IMPORT, RE_IMPORT, EMPTY or UNDECLARED",
        ),
        sa.Column(
            "hs_chapter",
            sa.Text(),
            nullable=False,
            comment="HS chapter, 2 digits; empty where the goods are not known or the box is empty",
        ),
        sa.Column("items", sa.BigInteger(), nullable=False, comment="declaration items [items]"),
        sa.Column(
            "declarations",
            sa.BigInteger(),
            nullable=False,
            comment="distinct declarations; cannot be added over chapters or flows [declarations]",
        ),
        sa.Column(
            "value_cny_fen",
            sa.BigInteger(),
            nullable=False,
            comment="declared value at the rate of the release date [0.01 CNY]",
        ),
        sa.Column(
            "value_usd_cent",
            sa.BigInteger(),
            nullable=False,
            comment="declared value at the rate of the release date [0.01 USD]",
        ),
        sa.Column(
            "net_g",
            sa.BigInteger(),
            nullable=False,
            comment="statutory quantity of items counted in kilograms [g]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_trade_week_snapshot")),
        sa.PrimaryKeyConstraint(
            "iso_week", "service_id", "direction", "flow", "hs_chapter", name=op.f("pk_mart_trade_week")
        ),
        comment="Declared goods, per week of release.",
    )
    op.create_table(
        "mart_transit_week",
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the end of the stretch, on the calendar of its place",
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
            "measure",
            sa.Text(),
            nullable=False,
            comment="door_to_door, border, or leg_ with origin, to_border, border, from_border, delivery",
        ),
        sa.Column("trips", sa.BigInteger(), nullable=False, comment="trips measured [trips]"),
        sa.Column("sum_s", sa.BigInteger(), nullable=False, comment="summed duration [s]"),
        sa.Column(
            "mean_s", sa.BigInteger(), nullable=False, comment="mean duration, rounded half to even [s]"
        ),
        sa.Column(
            "median_s", sa.BigInteger(), nullable=False, comment="median duration; cannot be added [s]"
        ),
        sa.Column(
            "p90_s",
            sa.BigInteger(),
            nullable=True,
            comment="90th percentile; null for too few trips; cannot be added [s]",
        ),
        sa.Column("min_s", sa.BigInteger(), nullable=False, comment="shortest duration [s]"),
        sa.Column("max_s", sa.BigInteger(), nullable=False, comment="longest duration [s]"),
        sa.Column(
            "within_target",
            sa.BigInteger(),
            nullable=True,
            comment="trips within the promised time; null for parts of the way [trips]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_transit_week_snapshot")),
        sa.PrimaryKeyConstraint(
            "iso_week", "service_id", "direction", "measure", name=op.f("pk_mart_transit_week")
        ),
        comment="Transit times of laden containers, per week in which the measured stretch ended.",
    )
    op.create_table(
        "mart_booking_week",
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO week of the planned departure"),
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
            "departures", sa.BigInteger(), nullable=False, comment="departures with a booking [departures]"
        ),
        sa.Column("bookings", sa.BigInteger(), nullable=False, comment="confirmed bookings [bookings]"),
        sa.Column("booked_teu_x100", sa.BigInteger(), nullable=False, comment="slots booked [0.01 TEU]"),
        sa.Column(
            "capacity_teu_x100",
            sa.BigInteger(),
            nullable=False,
            comment="slots offered by these departures [0.01 TEU]",
        ),
        sa.Column(
            "sell_out_s_median",
            sa.BigInteger(),
            nullable=True,
            comment="first booking to last slot, median of sold-out departures [s]",
        ),
        sa.Column(
            "departures_sold_out",
            sa.BigInteger(),
            nullable=False,
            comment="departures whose slots were all booked [departures]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch in which the figures of the week last changed",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_booking_week_snapshot")),
        sa.PrimaryKeyConstraint("iso_week", "service_id", "direction", name=op.f("pk_mart_booking_week")),
        comment="Booked slots, per week of planned departure.",
    )


def downgrade() -> None:
    op.drop_table("mart_booking_week")
    op.drop_table("mart_transit_week")
    op.drop_table("mart_trade_week")
